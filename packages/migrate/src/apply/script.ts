import type { Connection } from '../connection.js'
import type { MigrationFile } from '../formats/format.js'
import { postgresScanner } from '../scanner/postgres.js'
import { scanPieces, type Statement } from '../scanner/text.js'
import type { OnProgress } from './events.js'
import { rollBack } from './execute.js'
import { createFailure } from './failure.js'
import type { Script } from './script-hash.js'
import { classifyStatement } from './statement-kind.js'

/** A script's statements in their order, as the database is given them. */
export const listScriptStatements = ({ sql }: Script): Statement[] => [...scanPieces([sql], postgresScanner)]

/** Runs scripts, each in a transaction unless a statement of it cannot run in one. Throws SP4017. */
export async function runScripts(
  connection: Connection,
  scripts: readonly Script[],
  phase: 'pre' | 'post',
  finished: readonly string[] = [],
  onProgress: OnProgress = () => {},
): Promise<void> {
  for (const script of scripts) {
    const { name } = script
    onProgress({ type: 'script', name, phase })
    const statements = listScriptStatements(script)
    const transaction = statements.every(({ text }) => ['plain', 'procedural'].includes(classifyStatement(text)))
    const file: MigrationFile = { name, version: '', description: '', kind: 'repeatable' }
    let applied = 0
    if (transaction) await connection.query('BEGIN')
    for (const statement of statements) {
      try {
        await connection.query(statement.text)
        if (!transaction) applied++
      } catch (cause) {
        const failure = createFailure(cause, file, 'up', statement, {
          finished,
          applied,
          total: statements.length,
          transaction,
        })
        if (transaction) await rollBack(connection)
        throw failure
      }
    }
    if (transaction) await connection.query('COMMIT')
  }
}
