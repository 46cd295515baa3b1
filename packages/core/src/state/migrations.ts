import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isServerError, type Connection } from '@savepoint/catalog'
import { listStatements, MigrateError, readDirectory } from '@savepoint/migrate'
import { DiagnosticError, type Diagnostic } from '../diagnostics/index.js'
import { forScratch } from './on-scratch.js'
import type { StateSpec } from './spec.js'

/** The statements of a migrations directory in the order in which they run. */
export interface MigrationScript {
  statements: readonly { sql: string; file: string; line: number; column: number }[]
}

/**
 * Reads the way up of every migration.
 *
 * @throws DiagnosticError SP4002 and what else a directory can have wrong, SP4002 for a version that it does not have
 */
export function readMigrations({
  directory: path,
  format,
  version,
  before,
}: Extract<StateSpec, { kind: 'migrations' }>): MigrationScript {
  // A project without migrations has an empty history.
  if (!existsSync(path)) return { statements: [] }
  try {
    const directory = readDirectory(path, { format })
    if (directory.fault) throw directory.fault
    const named = version ?? before
    const at = directory.files.findIndex((file) => file.version === named)
    if (at < 0 && named !== undefined) throw new DiagnosticError([missingVersion(path, named)])
    const end = named === undefined ? directory.files.length : version === undefined ? at : at + 1
    const statements = directory.files.slice(0, end).flatMap((file) =>
      [...listStatements(directory, file, 'up')].map(({ text, line, column }) => ({
        sql: text,
        file: join(path, file.name),
        line,
        column,
      })),
    )
    return { statements }
  } catch (error) {
    if (error instanceof MigrateError) throw new DiagnosticError([describeMigrateError(error)], { cause: error })
    throw error
  }
}

/**
 * Runs the migrations inside the caller's open transaction.
 *
 * @throws DiagnosticError SP4003 for the first statement that the server refuses
 */
export async function runMigrations(connection: Connection, { statements }: MigrationScript): Promise<void> {
  for (const { sql, file, line, column } of statements) {
    const text = forScratch(sql)
    if (text === undefined) continue
    try {
      await connection.query(text)
    } catch (error) {
      if (!isServerError(error)) throw error
      throw new DiagnosticError(
        [
          {
            code: 'SP4003',
            severity: 'error',
            message: `a migration fails when replayed: ${error.message}`,
            location: { file, line, column },
            why: 'The migrations were run one after the other on an empty database, and there this statement was refused.',
            fix: 'Correct the migration if it was never applied anywhere; otherwise write what it needs into one before it.',
          },
        ],
        { cause: error },
      )
    }
  }
  await connection.query('RESET search_path; RESET ROLE; RESET check_function_bodies')
}

/** A failure of the migrate package as a diagnostic. */
export function describeMigrateError(error: MigrateError): Diagnostic {
  const { code, message, file, line, column, statement, why, fix } = error
  const details = [why, statement === undefined ? undefined : `in: ${shorten(statement)}`].filter(Boolean).join('\n')
  return {
    code,
    severity: 'error',
    message,
    ...(file === undefined ? {} : { location: { file, line: line ?? 1, column: column ?? 1 } }),
    ...(details ? { why: details } : {}),
    ...(fix === undefined ? {} : { fix }),
  }
}

function shorten(statement: string): string {
  const line = statement.replaceAll(/\s+/g, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 200)}…` : line
}

function missingVersion(path: string, version: string): Diagnostic {
  return {
    code: 'SP4002',
    severity: 'error',
    message: `${path} has no version ${version}`,
    fix: '`savepoint migrate ls` lists the versions.',
  }
}
