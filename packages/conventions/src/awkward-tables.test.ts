import { differences, extract } from '@savepoint/catalog'
import type { Plugin } from '@savepoint/core/plugin'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.js'
import type { Mode } from './convention.js'
import { foreignKeyIndexes, naming, primaryKeys, rowLevelSecurity, timestamps, utc } from './index.js'
import { runConvention, type ConventionRun } from './testing/convention-run.js'

const customer = 'CREATE TABLE customer (\n  id int\n);\n'
const parent = 'CREATE TABLE customer (\n  id int PRIMARY KEY\n);\n'

/** Tables that are easily got wrong, each beside one that is plain. */
const tables = {
  partitioned: `CREATE TABLE event (
  id int NOT NULL,
  seen timestamp,
  customer_id int CONSTRAINT odd_fk REFERENCES customer
) PARTITION BY RANGE (id);
CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM (1) TO (9);
`,
  inherited: `CREATE TABLE base (
  seen timestamp(3),
  customer_id int CONSTRAINT odd_fk REFERENCES customer
);
CREATE TABLE child (extra int) INHERITS (base);
`,
  quoted: `CREATE TABLE "Odd ""Name" ("Seen At" timestamp, "Customer" int CONSTRAINT "Odd" REFERENCES customer);\n`,
  'with a trigger of its own': `CREATE TABLE note (
  updated_at timestamptz NOT NULL,
  customer_id int CONSTRAINT odd_fk REFERENCES customer
);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := now(); RETURN NEW; END';
CREATE TRIGGER touched BEFORE UPDATE ON note FOR EACH ROW EXECUTE FUNCTION touch();
`,
  'with columns of another type': `CREATE TABLE note (id text, created_at text, updated_at bigint, customer_id int CONSTRAINT odd_fk REFERENCES customer);\n`,
  'full of comments': `-- one; two
CREATE TABLE IF NOT EXISTS note ( -- opens (
  seen timestamp, /* a ) */
  body text DEFAULT 'a); --' -- the last, (
  , customer_id int CONSTRAINT odd_fk REFERENCES customer
  -- nothing more
); -- the end
-- of everything
`,
  'in a file of Windows': `CREATE UNLOGGED TABLE note (\r\n\tseen timestamp,\r\n\tcustomer_id int CONSTRAINT odd_fk REFERENCES customer -- last\r\n);\r\n`,
  'without columns': 'CREATE TABLE note ();\n',
  'named by a keyword': `CREATE TABLE "user" ("order" timestamp, "select" int CONSTRAINT odd_fk REFERENCES customer);\n`,
} as const

const conventions: Record<string, (mode: Mode) => Plugin> = {
  timestamps: (mode) => timestamps({ mode, deleted: 'deleted_at' }),
  primaryKeys: (mode) => primaryKeys({ mode, type: 'identity' }),
  foreignKeyIndexes: (mode) => foreignKeyIndexes({ mode }),
  naming: (mode) => naming({ mode, pattern: /./, foreignKey: '{table}_{columns}_fkey' }),
  rowLevelSecurity: (mode) =>
    rowLevelSecurity({
      mode,
      force: true,
      policies: [{ name: 'one', column: 'customer_id', setting: 'app.customer' }],
    }),
  utc: (mode) => utc({ mode }),
}

describe.each(Object.entries(conventions))('%s', (name, create) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase('pglite')
  })
  afterAll(() => database.close())

  const run = (mode: Mode, schema: string): Promise<ConventionRun> => runConvention(create(mode), schema, database)
  const messages = ({ diagnostics }: ConventionRun) => diagnostics.map(({ message }) => message).sort()
  const elaborate = async (schema: string) => {
    await run('report', schema)
    return extract(database)
  }

  it.each(Object.entries(tables))('of a table %s', async (_what, table) => {
    const schema = `${name === 'primaryKeys' ? customer.replace('int', 'int UNIQUE') : parent}${table}`
      .replaceAll(/(?<!\r)\n/g, table.includes('\r') ? '\r\n' : '\n')
      .replaceAll('REFERENCES customer', 'REFERENCES customer (id)')

    const reported = await run('report', schema)
    expect(reported).toMatchObject({ sql: [], file: schema })

    // What `fix` does not mend, it says; what it mends is right afterwards, and stays.
    const fixed = await run('fix', schema)
    expect(fixed.file).toBe(schema)
    const mended = `${schema}\n${fixed.sql.map((sql) => `${sql};\n`).join('')}`
    const after = await run('fix', mended)
    expect(after.sql).toEqual([])
    expect(messages(await run('report', mended))).toEqual(messages(fixed))

    // `write` comes to the same schema, and a second run finds nothing more to write.
    const written = await run('write', schema)
    const again = await run('write', written.file)
    expect(again.file).toBe(written.file)
    expect(messages(again)).toEqual(messages(written))
    // A partition names its copy of a key when it is made: in a file before the rename, in a database after it.
    const different = differences(await elaborate(mended), await elaborate(written.file.replaceAll('\r', '')))
    expect(different.filter(({ id }) => !id.startsWith('constraint public.event_1.'))).toEqual([])
    expect(messages(written)).toEqual(messages(fixed))

    // Of what was there nothing is lost, and lines end as they did.
    const lines = (text: string) => text.split(/\r?\n/).map((line) => line.trim().replace(/,$/, ''))
    for (const comment of schema.match(/--[^\r\n]*|\/\*.*?\*\//g) ?? []) expect(written.file).toContain(comment)
    if (table.includes('\r')) expect(written.file).not.toMatch(/[^\r]\n/)
    else expect(written.file).not.toContain('\r')
    expect(lines(written.file).length).toBeGreaterThanOrEqual(lines(schema).length)
  })
})
