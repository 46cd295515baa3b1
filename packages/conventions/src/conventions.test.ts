import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Plugin } from '@savepoint/core/plugin'
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.js'
import {
  comments,
  foreignKeyIndexes,
  naming,
  primaryKeys,
  reservedWords,
  rowLevelSecurity,
  timestamps,
  utc,
} from './index.js'
import { runConvention } from './testing/convention-run.js'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase('pglite')
})
afterAll(() => database.close())

const run = (plugin: Plugin, schema: string) => runConvention(plugin, schema, database)
/** What is left to say once the SQL of `fix` has run. */
async function leftAfterFix(create: (mode: 'fix' | 'report') => Plugin, schema: string) {
  const fixed = await run(create('fix'), schema)
  const again = await run(create('report'), `${schema}\n${fixed.sql.map((sql) => `${sql};`).join('\n')}`)
  return again.diagnostics.map(({ message }) => message)
}
const messages = ({ diagnostics }: { diagnostics: readonly { message: string }[] }) =>
  diagnostics.map(({ message }) => message)

describe('timestamps', () => {
  const schema = 'CREATE TABLE note (\n  id int PRIMARY KEY -- the key\n);\n'

  it('reports what is missing', async () => {
    expect(messages(await run(timestamps(), schema))).toEqual([
      'public.note has no created_at, updated_at',
      'no trigger keeps public.note.updated_at true',
    ])
  })

  it('fixes it in the desired schema, with one function for all tables', async () => {
    const two = `${schema}CREATE TABLE tag (id int PRIMARY KEY);\n`
    const { sql } = await run(timestamps({ mode: 'fix' }), two)
    expect(sql.filter((one) => one.startsWith('CREATE FUNCTION'))).toHaveLength(1)
    expect(sql.filter((one) => one.startsWith('CREATE TRIGGER'))).toHaveLength(2)
    expect(await leftAfterFix((mode) => timestamps({ mode }), two)).toEqual([])
  })

  it('writes it into the file, and keeps comments and indentation', async () => {
    const { file, diagnostics } = await run(timestamps({ mode: 'write', updated: false }), schema)
    expect(diagnostics).toEqual([])
    expect(file).toBe(
      'CREATE TABLE note (\n  id int PRIMARY KEY,\n  created_at timestamptz NOT NULL DEFAULT now() -- the key\n);\n',
    )
  })

  it('writes the trigger after its table', async () => {
    const { file } = await run(timestamps({ mode: 'write' }), 'CREATE TABLE note (id int);\n-- the end\n')
    expect(file).toMatch(
      /updated_at timestamptz NOT NULL DEFAULT now\(\)\);\n\nCREATE FUNCTION[\s\S]+CREATE TRIGGER note_set_updated_at[^;]+;\n-- the end\n$/,
    )
  })

  it('leaves an existing trigger alone, whatever it is called', async () => {
    const existing = `CREATE TABLE note (created_at timestamptz, updated_at timestamptz);
      CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := now(); RETURN NEW; END';
      CREATE TRIGGER touched BEFORE UPDATE ON note FOR EACH ROW EXECUTE FUNCTION touch();`
    expect(messages(await run(timestamps(), existing))).toEqual([])
  })

  it('does not guess how a column of another type converts', async () => {
    const { diagnostics, sql } = await run(
      timestamps({ mode: 'fix', updated: false }),
      'CREATE TABLE note (created_at text);',
    )
    expect(messages({ diagnostics })).toEqual(['public.note.created_at is text, not timestamptz'])
    expect(sql).toEqual([])
  })

  it('asks a partitioned table and not its partitions, a parent and not its children', async () => {
    const tree = `CREATE TABLE event (id int) PARTITION BY RANGE (id);
      CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM (1) TO (9);
      CREATE TABLE parent (id int); CREATE TABLE child () INHERITS (parent);`
    expect(messages(await run(timestamps({ updated: false }), tree))).toEqual([
      'public.event has no created_at',
      'public.parent has no created_at',
    ])
    expect(await leftAfterFix((mode) => timestamps({ mode }), tree)).toEqual([])
  })

  it('quotes names that need it', async () => {
    const odd = 'CREATE TABLE "Odd ""Name" (id int);'
    expect(await leftAfterFix((mode) => timestamps({ mode, deleted: 'Gone At' }), odd)).toEqual([])
  })

  it('is told to leave a table alone', async () => {
    const optedOut = '-- kept by the importer. savepoint:nolint timestamps\nCREATE TABLE note (id int);\n'
    expect(messages(await run(timestamps(), optedOut))).toEqual([])
    expect(messages(await run(timestamps({ except: /^public\.note$/ }), 'CREATE TABLE note (id int);'))).toEqual([])
  })
})

describe('primary keys', () => {
  it.each(['uuid', 'uuidv7', 'identity'] as const)('adds one of type %s', async (type) => {
    expect(await leftAfterFix((mode) => primaryKeys({ mode, type }), 'CREATE TABLE note (body text);')).toEqual([])
  })
  it('makes an existing id the key', async () => {
    const { sql } = await run(primaryKeys({ mode: 'fix' }), 'CREATE TABLE note (id int);')
    expect(sql).toEqual(['ALTER TABLE public.note ADD PRIMARY KEY (id)'])
  })
  it('leaves a partitioned table to a person', async () => {
    const { sql, diagnostics } = await run(
      primaryKeys({ mode: 'fix' }),
      'CREATE TABLE e (at date) PARTITION BY RANGE (at);',
    )
    expect(sql).toEqual([])
    expect(diagnostics[0]?.fix).toContain('RANGE (at)')
  })
})

describe('indexes on foreign keys', () => {
  const tables = 'CREATE TABLE a (id int PRIMARY KEY);'
  it('adds what is missing', async () => {
    const schema = `${tables} CREATE TABLE b (a_id int REFERENCES a, other int REFERENCES a);`
    const { sql } = await run(foreignKeyIndexes({ mode: 'fix' }), schema)
    expect(sql).toEqual(['CREATE INDEX b_a_id_idx ON public.b (a_id)', 'CREATE INDEX b_other_idx ON public.b (other)'])
    expect(await leftAfterFix((mode) => foreignKeyIndexes({ mode }), schema)).toEqual([])
  })
  it('is content with a key or an index that begins with the columns', async () => {
    const schema = `${tables} CREATE TABLE b (a_id int REFERENCES a, n int, PRIMARY KEY (a_id, n)); CREATE TABLE c (a_id int REFERENCES a); CREATE INDEX ON c (a_id) INCLUDE (a_id);`
    expect(messages(await run(foreignKeyIndexes(), schema))).toEqual([])
  })
  it('is not content with a partial index', async () => {
    const schema = `${tables} CREATE TABLE b (a_id int REFERENCES a); CREATE INDEX ON b (a_id) WHERE a_id > 5;`
    expect(messages(await run(foreignKeyIndexes(), schema))).toEqual([
      'the foreign key b_a_id_fkey of public.b has no index on a_id',
    ])
  })
})

describe('row-level security', () => {
  it('is turned on, with a policy from the first template that fits', async () => {
    const policies = [{ name: 'owner', column: 'user_id', setting: 'app.user_id' }]
    const { sql } = await run(rowLevelSecurity({ mode: 'fix', policies }), 'CREATE TABLE note (id int, user_id uuid);')
    expect(sql).toEqual([
      'ALTER TABLE public.note ENABLE ROW LEVEL SECURITY',
      "CREATE POLICY owner ON public.note USING (user_id = current_setting('app.user_id', true)::uuid) WITH CHECK (user_id = current_setting('app.user_id', true)::uuid)",
    ])
    expect(
      await leftAfterFix(
        (mode) => rowLevelSecurity({ mode, policies, force: true }),
        'CREATE TABLE note (id int, user_id uuid);',
      ),
    ).toEqual([])
  })
  it('leaves a table that no template fits to a person', async () => {
    const { diagnostics } = await run(rowLevelSecurity({ mode: 'fix' }), 'CREATE TABLE note (id int);')
    expect(messages({ diagnostics })).toEqual([
      'public.note has no policy: with row-level security on, nobody but its owner sees a row',
    ])
  })
})

describe('the others', () => {
  it('utc makes timestamps mean one moment', async () => {
    expect(
      await leftAfterFix((mode) => utc({ mode }), 'CREATE TABLE note (at timestamp, exact timestamp(3));'),
    ).toEqual([])
  })
  it('comments asks for what only a person can write', async () => {
    expect(
      messages(
        await run(comments({ on: ['table', 'column'] }), "CREATE TABLE note (id int); COMMENT ON TABLE note IS 'x';"),
      ),
    ).toEqual(['the column public.note.id has no comment'])
  })
  it('reserved words are named', async () => {
    expect(messages(await run(reservedWords(), 'CREATE TABLE "user" (id int, "order" int);'))).toEqual([
      'the table name "user" is a keyword of Postgres',
      'the column name "order" is a keyword of Postgres',
    ])
  })
  it('naming renames constraints and indexes, and leaves tables and columns to a person', async () => {
    const schema =
      'CREATE TABLE note ("camelCase" int, n int, CONSTRAINT odd UNIQUE (n)); CREATE INDEX strange ON note (n);'
    const options = { unique: '{table}_{columns}_key', index: '{table}_{columns}_idx' }
    const { sql, diagnostics } = await run(naming({ mode: 'fix', ...options }), schema)
    expect(sql).toEqual([
      'ALTER TABLE public.note RENAME CONSTRAINT odd TO note_n_key',
      'ALTER INDEX public.strange RENAME TO note_n_idx',
    ])
    expect(diagnostics.map(({ object }) => object)).toEqual(['column public.note."camelCase"'])
  })
  it('naming knows one from many', async () => {
    expect(
      messages(await run(naming({ number: 'plural' }), 'CREATE TABLE users (id int); CREATE TABLE note (id int);')),
    ).toEqual(['the table name "note" is not plural'])
  })
})
