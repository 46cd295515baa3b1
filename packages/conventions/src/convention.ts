import { createRequire } from 'node:module'
import type { AnyObject, Catalog, ObjectId } from '@savepoint/catalog'
import type { Severity } from '@savepoint/core'
import { definePlugin, type Plugin, type PluginContext, type PluginDiagnostic } from '@savepoint/core/plugin'
import { createSelection, type Selection, type SelectionOptions } from './selection.js'
import { writeFindings } from './write.js'

/**
 * - `report`: a diagnostic with the fix; the schema stays as it is written.
 * - `fix`: the desired schema is changed, the file is not; what is added appears in migrations and types like any other.
 * - `write`: the user's file is edited, its comments and style kept.
 */
export type Mode = 'report' | 'fix' | 'write'

export interface ConventionOptions extends SelectionOptions {
  /** @default 'report' */
  mode?: Mode
  /** Of the diagnostics in `report`, and of what the other modes cannot mend. @default 'error' */
  severity?: Severity
}

/** One place where a rule does not hold. */
export interface Finding {
  /** The object whose definition is at fault; shown at its place in the file. */
  object: ObjectId
  message: string
  /** What to write, in words. */
  fix: string
  /** Columns to add to the table `object`, as they would stand in CREATE TABLE. */
  columns?: readonly string[]
  /** Statements that mend it otherwise; none when only a person can. */
  sql?: readonly string[]
}

/** A rule looks at a whole schema and says where it does not hold; it reads and returns plain data. */
export type Rule = (catalog: Catalog, selection: Selection) => Finding[]

/**
 * A convention as a plugin of the engine, from its rule.
 * A table or column opts out by `-- savepoint:nolint NAME` in the comment before it.
 */
export function createConvention(name: string, options: ConventionOptions, rule: Rule): Plugin {
  const mode = options.mode ?? 'report'
  const find = (catalog: Catalog, context: PluginContext): Finding[] =>
    rule(catalog, createSelection(catalog, options)).filter(({ object }) => !optsOut(name, object, catalog, context))
  const canMend = ({ columns, sql }: Finding): boolean => (columns?.length ?? 0) > 0 || (sql?.length ?? 0) > 0

  return definePlugin({
    name: `conventions:${name}`,
    cacheKey: JSON.stringify([ownVersion(), options], (_key, value: unknown) =>
      value instanceof RegExp ? String(value) : value,
    ),
    async catalog(catalog, context) {
      const findings = find(catalog, context)
      if (mode === 'write') {
        const left = await writeFindings(findings.filter(canMend), context)
        return [...findings.filter((finding) => !canMend(finding)), ...left].map(toDiagnostic)
      }
      return (mode === 'fix' ? findings.filter((finding) => !canMend(finding)) : findings).map(toDiagnostic)
    },
    ...(mode === 'fix'
      ? {
          post: (catalog: Catalog, context: PluginContext) =>
            find(catalog, context).flatMap((finding) => statementsOf(finding, catalog)),
        }
      : {}),
  })

  function toDiagnostic(finding: Finding): PluginDiagnostic {
    const { object, message, fix } = finding
    return {
      severity: options.severity ?? 'error',
      rule: name,
      object,
      message,
      fix: `${fix}, or write -- savepoint:nolint ${name} above it`,
    }
  }
}

/** Another release may want something else of the same options. */
function ownVersion(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string }
  return version
}

/** The statements that mend a finding in a database. */
export function statementsOf(finding: Finding, catalog: Catalog): string[] {
  const table = catalog.objects.get(finding.object)
  const added = (finding.columns ?? []).map((column) => `ALTER TABLE ${qualifiedName(table)} ADD COLUMN ${column}`)
  return [...added, ...(finding.sql ?? [])]
}

/** `schema.name`, quoted, as the id has it after its kind. */
export function qualifiedName(object: AnyObject | undefined): string {
  return object ? object.id.slice(object.kind.length + 1) : ''
}

function optsOut(name: string, object: ObjectId, catalog: Catalog, context: PluginContext): boolean {
  for (let id: ObjectId | undefined = object; id !== undefined; id = catalog.objects.get(id)?.parent) {
    for (const [, rules = ''] of context.annotations(id).matchAll(/(?:savepoint|atlas):nolint\b([^\n]*)/g)) {
      const names = rules
        .replace('*/', '')
        .split(/[\s,]+/)
        .filter(Boolean)
      if (names.length === 0 || names.includes(name)) return true
    }
  }
  return false
}
