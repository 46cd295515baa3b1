import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { availableServers, createTestDatabase } from '../../../../test/support/database.js'
import { emptyCatalog } from '../catalog.js'
import { executableSql } from '../executable.js'
import { extract } from '../extract/extract.js'
import { plan } from '../plan/plan.js'
import { print } from '../print.js'

// PGlite has not the library that reads connection strings.
describe.each(availableServers().filter((name) => name !== 'pglite'))('secrets on %s', (server) => {
  it('are run on a connection, and stand in no text, object or JSON', async () => {
    const database = await createTestDatabase(server)
    try {
      await database.query(`
        CREATE FOREIGN DATA WRAPPER w;
        CREATE SERVER elsewhere FOREIGN DATA WRAPPER w OPTIONS (host 'h');
        CREATE USER MAPPING FOR public SERVER elsewhere OPTIONS ("user" 'me', password 'hush');
        CREATE SUBSCRIPTION s CONNECTION 'host=h dbname=d password=hush' PUBLICATION p WITH (connect = false, slot_name = NONE)`)
      const catalog = await extract(database)
      const { steps } = plan(emptyCatalog(catalog.version), catalog)
      const shown = [
        JSON.stringify([...catalog.objects.values()]),
        inspect(catalog, { depth: 10 }),
        JSON.stringify(steps),
        inspect(steps, { depth: 10 }),
        JSON.stringify(print(catalog)),
      ]
      for (const text of shown) expect(text).not.toMatch(/hush|dbname/)
      expect(steps.map((step) => step.sql).filter((sql) => /MAPPING|CREATE SUBSCRIPTION/.test(sql))).toEqual([
        `CREATE USER MAPPING FOR PUBLIC SERVER elsewhere OPTIONS ("user" 'me')`,
        expect.stringContaining(`CREATE SUBSCRIPTION s CONNECTION '(not shown)' PUBLICATION p WITH (connect = false`),
      ])
      expect(steps.map(executableSql).join('\n')).toMatch(
        /OPTIONS \("user" 'me', password 'hush'\)[^]*CONNECTION 'host=h dbname=d password=hush'/,
      )
      await database.query('DROP SUBSCRIPTION s')
    } finally {
      await database.close()
    }
  })
})
