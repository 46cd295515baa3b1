import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { extract, type Catalog } from '@savepoint/catalog'
import { readDirectory, readTransactionHandling, type TransactionHandling } from '@savepoint/migrate'
import type { ResolvedConfig } from '../config/config.js'
import { lintStatements } from '../lint/lint.js'
import type { LintFinding } from '../lint/rule.js'
import { createOrderRule } from '../lint/rules/order.js'
import { resolveSeverity } from '../lint/settings.js'
import { readFileSilences, type Silence } from '../lint/silence.js'
import { readRepeatableScripts, withScripts } from '../repeatable/scripts.js'
import { readExtensionNames } from '../sources/extensions.js'
import { positionAt } from '../sources/positions.js'
import { readTablespaces } from './files.js'
import { readMigrations, runMigrations, type MigrationScript } from './migrations.js'
import { assumeTablespaces, openScratch } from './scratch.js'
import type { StateSpec } from './spec.js'
import type { StateOptions } from './states.js'

/** What one migration does that somebody should know before it runs. */
export interface LintedMigration {
  /** Name of its file. */
  name: string
  findings: readonly LintFinding[]
}

/**
 * Replays a migrations directory on scratch and shows every statement of the files that are asked for to the rules, with the
 * database as it is before and after the file.
 *
 * @param names of the files to look at; all others are only replayed
 * @param there names of files that others have already, in the order of the directory: whatever comes before the last of them is run
 *   by nobody who is past it
 * @throws DiagnosticError SP4002, SP4003 for a statement that fails
 */
export async function lintMigrations(
  spec: Extract<StateSpec, { kind: 'migrations' }>,
  names: ReadonlySet<string>,
  { config, log }: StateOptions,
  there: readonly string[] = [],
): Promise<LintedMigration[]> {
  const { pre } = await readRepeatableScripts(config)
  const script = await withScripts(readMigrations(spec), { pre, post: [] })
  const handling = readHandling(spec)
  const scratch = await openScratch({ config, extensions: readExtensionNames(script.statements), databases: [], log })
  const options = { ...(config.include ? { include: config.include } : {}), exclude: config.exclude }
  try {
    await assumeTablespaces(scratch, readTablespaces(script.statements.map(({ sql }) => sql)))
    await scratch.query('BEGIN')
    const linted: LintedMigration[] = []
    let before: Catalog | undefined
    const newest = there.at(-1)
    let passed = newest === undefined
    for (const [file, statements] of byFile(script)) {
      const name = basename(file)
      passed ||= name === newest
      const isAsked = names.has(name)
      if (isAsked) before ??= await extract(scratch, options)
      await runMigrations(scratch, { statements })
      if (!isAsked || !before) {
        before = undefined
        continue
      }
      const after = await extract(scratch, options)
      linted.push({
        name,
        findings: await lintFile(file, statements, { before, after, config, handling, ...(!passed && { newest }) }),
      })
      before = after
    }
    return linted
  } finally {
    await scratch.query('ROLLBACK').catch(() => undefined)
    await scratch.close()
  }
}

type ScriptStatement = MigrationScript['statements'][number]

async function lintFile(
  file: string,
  statements: readonly ScriptStatement[],
  {
    before,
    after,
    config,
    handling,
    newest,
  }: {
    before: Catalog
    after: Catalog
    config: ResolvedConfig
    handling: ReadonlyMap<string, TransactionHandling>
    /** A file that is there already and comes after this one. */
    newest?: string | undefined
  },
): Promise<LintFinding[]> {
  const silences = readFileSilences(readFileSync(file, 'utf8'), statements)
  const { findings, unused } = await lintStatements(
    statements.map(({ sql, line, column }, index) => ({
      sql,
      locate: (offset) => {
        const at = positionAt(sql, offset)
        return { file, line: line + at.line - 1, column: at.line === 1 ? column + at.column - 1 : at.column }
      },
      silences: silences.statements[index] ?? [],
    })),
    {
      before,
      after,
      origin: 'migration',
      transaction: handling.get(basename(file)) ?? 'managed',
      config: config.lint,
      rules: [
        ...(newest === undefined ? [] : [createOrderRule(newest)]),
        ...config.plugins.flatMap(({ lint }) => lint ?? []),
      ],
      silences: silences.file,
    },
  )
  const severity = resolveSeverity({ code: unusedCode, title: '', severity: 'info' }, config.lint)
  return [
    ...findings.map(({ index: _index, ...finding }) => ({
      ...finding,
      location: finding.location ?? { file, line: 1, column: 1 },
    })),
    ...(severity === 'off' ? [] : unused.map((silence) => describeUnused(silence, severity, file))),
  ]
}

const unusedCode = 'SH901'

function describeUnused({ words, line }: Silence, severity: LintFinding['severity'], file: string): LintFinding {
  return {
    code: unusedCode,
    severity,
    message: `Nothing is found that this comment silences${words.length === 0 ? '' : `: ${words.join(' ')}`}.`,
    fix: 'Remove it, so that it hides nothing that comes later.',
    location: { file, line, column: 1 },
  }
}

function readHandling({
  directory: path,
  format,
}: Extract<StateSpec, { kind: 'migrations' }>): ReadonlyMap<string, TransactionHandling> {
  if (!existsSync(path)) return new Map()
  const directory = readDirectory(path, { format })
  return new Map(directory.files.map((file) => [file.name, readTransactionHandling(directory, file)]))
}

function byFile({ statements }: MigrationScript): Map<string, ScriptStatement[]> {
  const files = new Map<string, ScriptStatement[]>()
  for (const statement of statements) {
    const list = files.get(statement.file)
    if (list) list.push(statement)
    else files.set(statement.file, [statement])
  }
  return files
}
