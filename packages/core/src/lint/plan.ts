import { lintCode, type Catalog, type ObjectId, type Plan } from '@savepoint/catalog'
import type { ResolvedConfig } from '../config/config.js'
import type { SourceLocation } from '../diagnostics/index.js'
import { readSilencedCodes } from '../sources/annotations.js'
import type { Statement } from '../sources/source.js'
import { lintStatements } from './lint.js'
import type { LintFinding } from './rule.js'
import { resolveSeverity } from './settings.js'
import { silences, type Silence } from './silence.js'

/** A finding about a plan; `step` is its index there. */
export type PlanFinding = LintFinding & { step: number }

export interface LintPlanOptions {
  from: Catalog
  to: Catalog
  config: Pick<ResolvedConfig, 'lint' | 'plugins'>
  /** Of the schema files, for comments that silence. */
  statements: readonly Statement[]
  locate(id: ObjectId): SourceLocation | undefined
}

/**
 * Everything that there is to say of a plan: the hazards that the planner knows, and what the rules see beyond them. A comment in the
 * schema file, at the statement that defines an object or its table, silences what it names.
 */
export async function lintPlan({ steps }: Plan, options: LintPlanOptions): Promise<PlanFinding[]> {
  const { from, to, config } = options
  if (steps.length === 0) return []
  const silencesOf = createSilences(options)
  const { findings } = await lintStatements(
    steps.map(({ sql, object, transactional }) => ({ sql, transactional, silences: silencesOf(object) })),
    {
      before: from,
      after: to,
      origin: 'plan',
      transaction: 'managed',
      config: config.lint,
      rules: config.plugins.flatMap(({ lint }) => lint ?? []),
    },
  )
  return steps.flatMap(({ object, hazards, transactional }, step) => {
    const location = options.locate(object)
    const place = { step, ...(location && { location }) }
    const known = hazards.flatMap(({ code, kind, message, fix }): PlanFinding[] => {
      const entry = lintCode(code) ?? { code, title: message }
      // The plan takes care of it itself; whoever copies the statement has to know.
      const isCaredFor = kind === 'non-transactional' && !transactional
      const severity = resolveSeverity(isCaredFor ? { ...entry, severity: 'info' } : entry, config.lint)
      if (severity === 'off' || silencesOf(object).some((silence) => silences(silence, code))) return []
      return [{ code, severity, message, object, ...(fix !== undefined && { fix }), ...place }]
    })
    const codes = new Set(hazards.map(({ code }) => code))
    const more = findings
      .filter(({ index, code }) => index === step && !codes.has(code))
      .map(({ index: _index, ...finding }): PlanFinding => ({ ...finding, object: finding.object ?? object, ...place }))
    return [...known, ...more]
  })
}

const nolintRE = /(?:savepoint|atlas):nolint|squawk-ignore/

/** The comments at the statement that defines an object; for one that goes, at the table that it is a part of. */
function createSilences({ statements, locate, from }: LintPlanOptions): (id: ObjectId) => readonly Silence[] {
  const commented = statements.filter(({ sql, leading, trailing }) =>
    nolintRE.test(`${leading}${sql}${trailing ?? ''}`),
  )
  if (commented.length === 0) return () => []
  return (id) => {
    for (let object: ObjectId | undefined = id; object !== undefined; object = from.objects.get(object)?.parent) {
      const place = locate(object)
      const statement =
        place &&
        commented.find(
          ({ file, line, sql }) =>
            file === place.file && line <= place.line && place.line < line + sql.split('\n').length,
        )
      if (!statement) continue
      const codes = readSilencedCodes(statement)
      return [{ words: codes === 'all' ? [] : [...codes], line: statement.line, scope: 'statement' }]
    }
    return []
  }
}
