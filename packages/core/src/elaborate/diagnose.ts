import type { Connection } from '@savepoint/catalog'
import type { Diagnostic } from '../diagnostics/index.js'
import { tokenize } from '../sources/lexer.js'
import { locate } from '../sources/positions.js'
import { withFrameOf } from '../sources/file-statements.js'
import { quoteName } from '../sources/quote.js'
import type { Name, NameIndex, NameSpace } from './names.js'
import type { Failure } from './run.js'
import { readMissing, suggestFix } from './suggest.js'
import type { Unit } from './unit.js'

/** Texts of the schema files by path, for frames. */
export type SourceTexts = ReadonlyMap<string, string>

const duplicateStates = new Set(['42P07', '42710', '42P06', '42723', '42712'])
const missingStates = new Set(['42P01', '42703', '42704', '42883', '3F000'])
const notUnique = new Set<NameSpace>(['key', 'constraint key', 'revoke'])
const unavailableExtensionRE = /extension "([^"]+)" is not available|extension control file ".*\/([^"/]+)\.control"/

/**
 * Turns what the server refused into diagnostics at the statements' places. A statement that failed only because
 * another one failed is left out: one mistake, one message.
 */
export async function diagnose(
  failures: readonly Failure[],
  units: readonly Unit[],
  index: NameIndex<Unit>,
  connection: Connection,
  texts: SourceTexts,
): Promise<Diagnostic[]> {
  const diagnostics: Diagnostic[] = []
  for (const failure of findCauses(failures, index))
    diagnostics.push(withFrameOf(await describe(failure, units, index, connection), texts))
  return diagnostics
}

function findCauses(failures: readonly Failure[], index: NameIndex<Unit>): Failure[] {
  const byUnit = new Map<Unit, Failure>()
  for (const failure of failures) if (!byUnit.has(failure.unit)) byUnit.set(failure.unit, failure)
  const causes = [...byUnit.values()].filter(({ unit, error }) => {
    if (!missingStates.has(error.code)) return true
    return !unit.analysis.references.some((reference) =>
      index.find(reference, unit.searchPath).some((definer) => definer !== unit && byUnit.has(definer)),
    )
  })
  return causes.length > 0 ? causes : [...byUnit.values()]
}

async function describe(
  failure: Failure,
  units: readonly Unit[],
  index: NameIndex<Unit>,
  connection: Connection,
): Promise<Diagnostic> {
  const { unit, error } = failure
  const missing = missingStates.has(error.code) ? readMissing(error.message) : undefined
  const isExact = error.position !== undefined || error.internalPosition !== undefined || !missing
  const offset = isExact ? failure.offset : findName(unit, missing.name, failure.offset)
  const base = { severity: 'error' as const, location: locate(unit.statement, offset) }
  const words = sentence(error.message)
  const details = [error.detail, error.hint].filter((part) => part !== undefined && part !== '').join(' ')

  const twin = duplicateStates.has(error.code) ? findTwin(unit, index) : undefined
  if (twin) return describeTwins(unit, twin.unit, twin.name)
  const extension = unavailableExtensionRE.exec(error.message)
  if (extension && unit.analysis.kind === 'CreateExtensionStmt') {
    const name = extension[1] ?? extension[2] ?? ''
    return {
      ...base,
      code: 'SP1011',
      message: `Extension ${quoteName(name)} is not available where the schema is elaborated`,
      why: `${words}. ${details}`.trim(),
      fix: `Set \`scratch\` (or \`database\`) in the config to a server that has it, such as 'docker://…' with an image that includes it, or a postgres:// URL.`,
    }
  }
  if (missing) {
    return {
      ...base,
      code: 'SP1002',
      message: words,
      why: details === '' ? 'No schema file defines it, and it does not come with the server.' : details,
      fix: await suggestFix(missing, unit, units, index, connection),
    }
  }
  const advice = adviceByState[error.code]
  return {
    ...base,
    code: error.code === '25001' ? 'SP1010' : missingStates.has(error.code) ? 'SP1002' : 'SP1006',
    message: words,
    why: details === '' ? `Postgres refused the statement (SQLSTATE ${error.code}).` : details,
    ...(advice === undefined ? {} : { fix: advice }),
  }
}

/** Where a name stands in the statement, for messages that come without a position. */
function findName(unit: Unit, name: string, from: number): number {
  const { sql } = unit.statement
  for (const { kind, start, end } of tokenize(sql, from)) {
    const text = sql.slice(start, end)
    if (kind === 'word' && text.toLowerCase() === name) return start
    if (kind === 'quoted' && text.slice(1, -1).replaceAll('""', '"') === name) return start
  }
  return from
}

const adviceByState: Readonly<Record<string, string>> = {
  '25001': 'Such a statement cannot run in a transaction, so no plan can contain it: run it once on each server.',
  '55P04': 'Write the new label into CREATE TYPE … AS ENUM instead of adding it by ALTER TYPE.',
  '53200': 'Raise max_locks_per_transaction of the scratch server: the whole schema is held in one transaction.',
  '42830': 'Make the referenced columns the primary key, or put a UNIQUE constraint on them.',
  '42804': 'Make both sides the same type, or add a cast.',
  '42701': 'Remove one of the two columns.',
  '42P16': 'Keep one of the definitions.',
  '42P17': 'Functions in indexes, generated columns and partition keys must be IMMUTABLE.',
  '42501': 'Connect scratch as a superuser, or as the owner of the database.',
}

function findTwin(unit: Unit, index: NameIndex<Unit>): { unit: Unit; name: Name } | undefined {
  for (const name of unit.analysis.defines) {
    if (notUnique.has(name.space)) continue
    const other = index.find(name, unit.searchPath).find((definer) => definer !== unit && !isOverload(definer, unit))
    if (other) return { unit: other, name }
  }
  return undefined
}

/** Routines of one name with other arguments. */
function isOverload(a: Unit, b: Unit): boolean {
  return a.analysis.signature !== undefined && a.analysis.signature !== b.analysis.signature
}

/** Two places that define one object; the diagnostic stands at the second one. */
export function describeTwins(a: Unit, b: Unit, name: Name): Diagnostic {
  const isLater =
    a.statement.file === b.statement.file
      ? a.statement.offset > b.statement.offset
      : a.statement.file > b.statement.file
  const [first, second] = isLater ? [b, a] : [a, b]
  const path = name.schema === undefined ? name.name : `${name.schema}.${name.name}`
  const { file, line, column } = locate(first.statement, 0)
  return {
    code: 'SP1003',
    severity: 'error',
    message: `"${path}" is defined twice: here and in ${file}:${line}:${column}`,
    location: locate(second.statement, 0),
    why: 'Each object has one definition in the schema files; which of two should win cannot be told.',
    fix: 'Remove one of the two definitions, or merge them.',
  }
}

function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1)
}
