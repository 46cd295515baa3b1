import { describe, expect, it } from 'vitest'
import { availableServers, createTestDatabase } from '../../../../test/support/database.js'
import { runOracle } from '../testing/oracle.js'
import { oracleSchema } from '../testing/random-query/schema.js'

// Another seed looks at other queries; this one is fixed, so that a failure is the change's and not the day's.
const seed = Number(process.env['SAVEPOINT_ORACLE_SEED'] ?? 1)
const count = Number(process.env['SAVEPOINT_ORACLE_COUNT'] ?? 300)

describe.each(availableServers())('random queries on %s', (server) => {
  it(`never give NULL where they were said not to (seed ${seed}, ${count} queries)`, async () => {
    const database = await createTestDatabase(server)
    try {
      await database.query(oracleSchema)
      const { rows } = await database.query<{ version: string }>(
        `SELECT current_setting('server_version_num') AS version`,
      )
      const result = await runOracle(database, Math.floor(Number(rows[0]?.version) / 10_000), seed, count)
      expect(result.unsound).toEqual([])
      // A generator whose queries fail, or for which everything is nullable, would prove nothing.
      expect(result.queries).toBeGreaterThan(count * 0.5)
      expect(result.notNull).toBeGreaterThan(result.columns * 0.15)
    } finally {
      await database.close()
    }
  })
})
