import type { Catalog, LintSeverity } from '@savepoint/catalog'
import type { LintConfig } from '../config/lint.js'
import { loadParser, parseStatement } from '../sources/parse.js'
import { readChanges } from './read-changes.js'
import type { LintFile, LintFinding, LintRule, LintStatement, RuleFinding } from './rule.js'
import { builtInRules } from './rules/index.js'
import { createSchemaView } from './schema-view.js'
import { resolveSeverity } from './settings.js'
import { silences, type Silence } from './silence.js'

/** One statement to look at. */
export interface LintInput {
  sql: string
  /** Where an offset in `sql` stands; absent for statements that stand in no file. */
  locate?(offset: number): { file: string; line: number; column: number }
  /** Whether it runs in a transaction with others. @default as the statements before it leave it */
  transactional?: boolean
  /** Comments at the statement that silence findings about it. */
  silences?: readonly Silence[]
}

export interface LintOptions {
  /** Before the first statement and after the last. */
  before: Catalog
  after: Catalog
  origin: 'migration' | 'plan'
  /** Who opens the transaction that the statements run in; see `readTransactionHandling`. */
  transaction: 'managed' | 'implicit' | 'none'
  config: LintConfig
  /** Those of plugins. */
  rules: readonly LintRule[]
  /** Comments that silence findings of the whole file. */
  silences?: readonly Silence[]
}

/** What was found in a file or a plan; `index` is the statement's. */
export interface LintResult {
  findings: readonly (LintFinding & { index?: number })[]
  /** Silencing comments of our own that silenced nothing although something of theirs was looked for. */
  unused: readonly Silence[]
}

/** Shows every statement to every rule that is not off. Statements that do not parse are passed over: the replay says what is wrong. */
export async function lintStatements(inputs: readonly LintInput[], options: LintOptions): Promise<LintResult> {
  await loadParser()
  const run = new LintRun(options)
  const schema = createSchemaView(options.before, options.after)
  const statements: LintStatement[] = []
  let isOpen = options.transaction !== 'none'
  for (const [index, input] of inputs.entries()) {
    const parsed = parseStatement(input.sql)
    if ('error' in parsed) continue
    const changes = readChanges(parsed.node, parsed.toOffset)
    const statement: LintStatement = {
      sql: input.sql,
      node: parsed.node,
      changes,
      schema,
      transactional: input.transactional ?? isOpen,
      managed: options.transaction === 'managed',
      origin: options.origin,
    }
    run.check(statement, input, index)
    statements.push(statement)
    schema.follow(changes)
    for (const change of changes) if (change.kind === 'transaction') isOpen = change.what === 'begin'
  }
  return run.finish({
    statements,
    schema,
    transactional: options.transaction !== 'none',
    origin: options.origin,
  })
}

class LintRun {
  readonly #options: LintOptions
  readonly #rules: readonly LintRule[]
  readonly #severities: ReadonlyMap<string, LintSeverity>
  readonly #silences: Silence[]
  readonly #used = new Set<Silence>()
  readonly #findings: (LintFinding & { index?: number })[] = []

  constructor(options: LintOptions) {
    const { config, rules } = options
    this.#options = options
    const all = [...builtInRules(config.naming ?? {}), ...rules]
    this.#severities = new Map(
      all.flatMap(({ codes }) => codes.map((entry) => [entry.code, resolveSeverity(entry, config)] as const)),
    )
    this.#rules = all.filter(({ codes }) => codes.some(({ code }) => this.#severities.get(code) !== 'off'))
    this.#silences = [...(options.silences ?? [])]
  }

  check(statement: LintStatement, input: LintInput, index: number): void {
    const own = input.silences ?? []
    this.#silences.push(...own)
    const seen = new Set<string>()
    for (const rule of this.#rules)
      for (const finding of rule.check(statement)) {
        const key = `${finding.code} ${finding.message}`
        if (seen.has(key)) continue
        seen.add(key)
        this.#add(finding, own, input.locate?.(finding.offset ?? 0), index)
      }
  }

  finish(file: LintFile): LintResult {
    for (const rule of this.#rules)
      for (const finding of rule.finish?.(file) ?? []) this.#add(finding, [], undefined, undefined)
    const unused = this.#silences.filter((silence) => !this.#used.has(silence) && this.#isLookedFor(silence))
    return { findings: this.#findings, unused }
  }

  #add(
    { offset: _offset, ...finding }: RuleFinding,
    own: readonly Silence[],
    location: LintFinding['location'],
    index: number | undefined,
  ): void {
    const severity = this.#severities.get(finding.code) ?? 'warning'
    if (severity === 'off') return
    const silence = [...own, ...(this.#options.silences ?? [])].find((one) => silences(one, finding.code))
    if (silence) this.#used.add(silence)
    else
      this.#findings.push({
        ...finding,
        severity,
        ...(location && { location }),
        ...(index !== undefined && { index }),
      })
  }

  // Who turns a rule off need not tidy up what silenced it; and what another tool needs may say nothing to us.
  #isLookedFor(silence: Silence): boolean {
    if (silence.foreign) return false
    if (silence.words.length === 0) return true
    const named = [...this.#severities].filter(([code]) => silences(silence, code))
    return named.length === 0 || named.some(([, severity]) => severity !== 'off')
  }
}
