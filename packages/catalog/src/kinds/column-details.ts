import { quoteIdentifier } from '../identifier.js'
import type { ColumnFacts, Storage } from '../model/facts.js'
import type { CatalogObject } from '../model/object.js'
import type { PlanContext, Statement } from './kind.js'
import { changedOptions } from './options.js'

type Column = CatalogObject<'column'>

export const storageKeyword = (storage: Storage): string => storage.toUpperCase()

/** Name of the relation or domain that something belongs to, as statements write it. */
export const tableOf = (object: { parent?: string; schema?: string }): string =>
  (object.parent ?? '').replace(/^(?:foreign table|table|materialized view|view|domain) /, '')

/** Statements for what no column clause can say. `from` undefined: a new column. */
export function details(from: ColumnFacts | undefined, to: Column, context: PlanContext): Statement[] {
  const { facts } = to
  const isOfTable = facts.of !== 'materialized view'
  const alter = `ALTER ${isOfTable ? 'TABLE' : 'MATERIALIZED VIEW'} ${tableOf(to)} ALTER COLUMN ${quoteIdentifier(to.name)}`
  const statements: Statement[] = []
  const clauseSaysStorage = from === undefined && context.version >= 160000 && isOfTable
  if ((from?.storage ?? '') !== (facts.storage ?? '') && !clauseSaysStorage)
    statements.push(`${alter} SET STORAGE ${storageKeyword(facts.storage ?? facts.typeStorage)}`)
  if ((from !== undefined || !isOfTable) && from?.compression !== facts.compression)
    statements.push(`${alter} SET COMPRESSION ${facts.compression ?? 'default'}`)
  if (from?.statistics !== facts.statistics) statements.push(`${alter} SET STATISTICS ${facts.statistics ?? -1}`)
  for (const change of changedOptions(from?.options ?? [], facts.options)) statements.push(`${alter} ${change}`)
  return statements
}
