import type { Connection } from '@savepoint/catalog'
import { splitStatements } from '../../packages/core/src/sources/split.js'

// What another project's test driver fills in: `allow_in_place_tablespaces` takes the empty string for a folder.
const placeholderRE = /\$\{[A-Z_]+\}/g
// Dumps of old servers create the language that every server has by now.
const createPlpgsqlRE = /^CREATE\s+(?:OR\s+REPLACE\s+)?(?:PROCEDURAL\s+)?LANGUAGE\s+"?plpgsql"?$/i

interface LoadOptions {
  lenient?: boolean
}

/**
 * The statements of a file as a driver can send them: without psql's commands and its COPY blocks. Throws where a quote or
 * comment is never closed: a file that lost its statements would be an empty schema, from which everything arrives. `lenient`
 * passes over those.
 */
function loadableStatements(sql: string, { lenient = false }: LoadOptions = {}): string[] {
  const text = sql.replaceAll(placeholderRE, '')
  const fragments = splitStatements(text)
  const open = fragments.find(({ kind }) => kind === 'unterminated')
  if (open && !lenient) throw new Error(`a quote or comment is never closed: ${text.slice(open.opening).slice(0, 200)}`)
  return fragments
    .filter((fragment) => fragment.kind === 'statement')
    .map((fragment) => text.slice(fragment.start, fragment.end))
    .filter((statement) => !createPlpgsqlRE.test(statement))
}

/**
 * Runs a schema file: as one multi-statement query, or statement by statement where it holds what no transaction block allows
 * (CREATE TABLESPACE, CONCURRENTLY). Throws the server's error; `lenient` skips a statement that the server
 * refuses, or that has no end.
 */
export async function load(connection: Connection, sql: string, options: LoadOptions = {}): Promise<void> {
  const statements = loadableStatements(sql, options)
  if (statements.length === 0) return
  if (options.lenient) {
    for (const statement of statements) await connection.query(statement).catch(() => undefined)
    return
  }
  try {
    await connection.query(statements.join(';\n'))
  } catch (error) {
    const { code } = error as { code?: string }
    // 25001: inside a transaction block; 55P04: an enum value is used in the transaction that added it.
    if (code !== '25001' && code !== '55P04') throw error
    for (const statement of statements) await connection.query(statement)
  }
}
