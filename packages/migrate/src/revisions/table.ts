import { quoteIdentifier } from '../connection.js'
import type { TableName, TableOptions } from './store.js'

/** The table that the options name; `schema.table` is allowed, and so is golang-migrate's quoted `"schema"."table"`. */
export function splitTable(options: TableOptions, schema: string, name: string): TableName {
  const [, quotedSchema, quotedName] = /^"((?:[^"]|"")+)"\."((?:[^"]|"")+)"$/.exec(options.table ?? '') ?? []
  if (quotedSchema !== undefined && quotedName !== undefined)
    return { schema: quotedSchema.replaceAll('""', '"'), name: quotedName.replaceAll('""', '"') }
  const parts = (options.table ?? name).split('.')
  const table = parts.pop() ?? name
  return { schema: options.revisionsSchema ?? (parts.join('.') || schema), name: table }
}

export const quoteTable = ({ schema, name }: TableName): string => `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`

/** Names of every tool's tables: a diff must neither report nor drop them. */
export const revisionTableNames: readonly string[] = [
  'atlas_schema_revisions',
  'goose_db_version',
  'goose_lock',
  'schema_migrations',
  'flyway_schema_history',
]
