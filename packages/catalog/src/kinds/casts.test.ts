import { afterAll, describe, expect, it } from 'vitest'
import { availableServers, createTestDatabase, type TestDatabase } from '../../../../test/support/database.js'
import { extract, plan } from '../index.js'

const types = [
  ['smallint', 'integer', 'bigint', 'real', 'double precision'],
  ['numeric', 'numeric(10,2)', 'numeric(12,2)', 'numeric(12,4)'],
  ['text', 'varchar', 'varchar(10)', 'varchar(20)', 'char(5)', 'char(10)'],
  ['date', 'timestamp', 'timestamp(3)', 'timestamp(6)', 'timestamptz', 'timestamptz(3)', 'time', 'interval'],
  ['json', 'jsonb', 'inet', 'cidr', 'bit(3)', 'bit(5)', 'varbit', 'varbit(5)', 'uuid', 'boolean', 'bytea'],
  ['integer[]', 'bigint[]', 'text[]', 'varchar[]', 'varchar(10)[]', 'plain', 'checked', 'whole'],
].flat()
const domains = `CREATE DOMAIN plain AS text; CREATE DOMAIN checked AS text CHECK (VALUE <> ''); CREATE DOMAIN whole AS integer;`
const pairs = types.flatMap((from) => types.filter((to) => to !== from).map((to) => ({ from, to })))

const tables = (side: 'from' | 'to'): string =>
  domains + pairs.map((pair, index) => `CREATE TABLE t${index} (c ${pair[side]});`).join('\n')

const native = availableServers().filter((server) => server !== 'pglite')

// Postgres decides it by the types alone, so that tables without rows tell.
describe.skipIf(native.length === 0)('changes of type [needs native]', () => {
  const opened: TestDatabase[] = []
  afterAll(() => Promise.all(opened.map((database) => database.close())))

  const open = async (server: (typeof native)[number]): Promise<TestDatabase> => {
    const database = await createTestDatabase(server)
    opened.push(database)
    return database
  }

  it.each(native)(
    'say of every pair of types whether Postgres %s writes the table anew',
    { timeout: 180_000 },
    async (server) => {
      const wanted = await open(server)
      await wanted.query(tables('to'))
      const database = await open(server)
      await database.query(tables('from'))
      // In UTC a timestamp is the same with and without a time zone.
      await database.query("SET timezone = 'Europe/Berlin'")
      const files = async (): Promise<Map<string, string>> => {
        const { rows } = await database.query<{ name: string; file: string }>(
          "SELECT relname AS name, pg_relation_filenode(oid)::text AS file FROM pg_class WHERE relkind = 'r' AND relname ~ '^t[0-9]+$'",
        )
        return new Map(rows.map(({ name, file }) => [name, file]))
      }
      const { steps } = plan(await extract(database), await extract(wanted))
      const claimed = new Set(
        steps.flatMap(({ object, hazards }) => (hazards.some(({ kind }) => kind === 'rewrite') ? [object] : [])),
      )
      const before = await files()
      for (const { sql } of steps) await database.query(sql)
      const after = await files()
      const wrong = pairs.flatMap(({ from, to }, index) => {
        const says = claimed.has(`column public.t${index}.c`)
        const does = before.get(`t${index}`) !== after.get(`t${index}`)
        return says === does ? [] : [`${from} → ${to}: ${does ? 'rewrites' : 'does not rewrite'}`]
      })
      expect(wrong).toEqual([])
    },
  )
})
