import { isServerError, type Connection } from '@savepoint/catalog'
import { splitStatements } from '../sources/split.js'

// What cannot run inside the transaction that is rolled back afterwards, and what would end it.
const outsideRE =
  /^(?:begin|start\s+transaction|commit|end|rollback|abort|vacuum|create\s+database|drop\s+database|alter\s+system|(?:create|alter|drop)\s+tablespace)\b/i
const concurrentlyRE = /^((?:create\s+(?:unique\s+)?|drop\s+|re)index)\s+concurrently\b/i

/**
 * Runs texts as psql would: every statement in the order in which it stands there, whatever it is for.
 * Meta-commands and COPY blocks are passed over. Runs inside the caller's open transaction.
 *
 * @returns the server's refusal, undefined when all of it ran
 */
export async function runScript(connection: Connection, texts: readonly string[]): Promise<Error | undefined> {
  for (const text of texts) {
    await connection.query(resetText)
    for (const fragment of splitStatements(text)) {
      if (fragment.kind !== 'statement') continue
      const sql = text.slice(fragment.start, fragment.end)
      if (outsideRE.test(sql)) continue
      try {
        await connection.query(sql.replace(concurrentlyRE, '$1'))
      } catch (error) {
        if (isServerError(error)) return error
        throw error
      }
    }
  }
  await connection.query(resetText)
  return undefined
}

// Each file begins as a new session would, and the reading of the catalog too.
const resetText = 'RESET search_path; RESET ROLE; RESET check_function_bodies'
