import type { BetterAuthOptions } from '../options.js'
import type { AuthOptions, Field, Migrations } from './better-auth.js'
import type { KyselyDatabase, KyselyModule } from './kysely.js'

/**
 * Statements that give columns the defaults which Better Auth itself fills in when it writes, for other writers.
 * Better Auth emits them only when it adds a column to a table that exists, not when it creates the table.
 *
 * @param db qualified, with the user's plugins, so that names come out as in the tables
 * @returns statements without semicolons
 */
export function defaultStatements(
  migrations: Migrations,
  options: AuthOptions,
  wanted: NonNullable<BetterAuthOptions['defaults']>,
  db: KyselyDatabase,
  kysely: KyselyModule,
): string[] {
  const statements: string[] = []
  const setDefault = (table: string, column: string, expression: string) => {
    const { sql } = db.schema
      .alterTable(table)
      .alterColumn(column, (builder) => builder.setDefault(kysely.sql.raw(expression)))
      .compile()
    statements.push(sql)
  }
  const { generateId = options.advanced?.generateId, useNumberId } = options.advanced?.database ?? {}
  const textIds = generateId !== 'uuid' && generateId !== 'serial' && useNumberId !== true
  for (const { table, fields } of migrations.toBeCreated) {
    if (wanted.ids && textIds) setDefault(table, 'id', '(pg_catalog.gen_random_uuid())::text')
    for (const [column, field] of Object.entries(fields)) {
      if (wanted.values && hasPlainDefault(field)) setDefault(table, column, literal(field.defaultValue))
      else if (wanted.timestamps && isBookkeeping(column, field)) setDefault(table, column, 'CURRENT_TIMESTAMP')
    }
  }
  return statements
}

/** Better Auth's own rule for the columns that it adds later. */
function hasPlainDefault(field: Field): boolean {
  const { type, defaultValue, unique, required } = field
  if (defaultValue === undefined || defaultValue === null || typeof defaultValue === 'function') return false
  if (unique && required === false) return false
  return type === 'string' || type === 'number' || type === 'boolean'
}

function isBookkeeping(column: string, field: Field): boolean {
  return field.type === 'date' && field.required !== false && /^(?:created|updated)_?at$/i.test(column)
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value)
}
