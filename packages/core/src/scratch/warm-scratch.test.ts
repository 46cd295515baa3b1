import { differences, emptyCatalog, plan, type Catalog } from '@savepoint/catalog'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { availableServers, createTestDatabase, type TestDatabase } from '../../../../test/support/database.js'
import { readStatements } from '../sources/file-statements.js'
import { loadParser } from '../sources/parse.js'
import type { Statement } from '../sources/source.js'
import { formatReport } from './report.js'
import { createRandom } from './testing/random.js'
import { RandomSchema } from './testing/random-schema.js'
import { createWarmScratch, type Elaboration, type WarmScratch } from './warm-scratch.js'

const servers = availableServers().filter((server) => server === 'pglite' || server === '18')
const statementsOf = (text: string): readonly Statement[] =>
  readStatements({ path: '/app/schema.sql', phase: 'schema', text, hash: '' }).statements

type Elaborated = Extract<Elaboration, { status: 'elaborated' }>

describe.each(servers)('a warm scratch on %s', (server) => {
  let database: TestDatabase
  let scratch: WarmScratch
  beforeAll(async () => {
    await loadParser()
    database = await createTestDatabase(server)
  })
  afterAll(async () => {
    await scratch.close()
    await database.close()
  })
  const open = async (): Promise<void> => {
    await scratch?.close()
    scratch = createWarmScratch(database)
  }
  const elaborate = async (text: string): Promise<Elaborated> => {
    const result = await scratch.elaborate(statementsOf(text), new Map([['/app/schema.sql', text]]))
    if (result.status === 'failed') throw new Error(JSON.stringify(result.diagnostics, null, 2))
    return result
  }
  const columns = (catalog: Catalog): string[] => [...catalog.objects.keys()].filter((id) => id.startsWith('column'))

  it('runs everything once, then only what changed', async () => {
    await open()
    expect((await elaborate('CREATE TABLE a (id int);')).way).toEqual({
      kind: 'full',
      reason: 'This is the first run.',
    })
    expect((await elaborate('-- moved\n\nCREATE TABLE a (id int);')).way).toEqual({ kind: 'unchanged' })
    const edited = await elaborate('CREATE TABLE a (id int, name text);')
    expect(edited.way).toEqual({ kind: 'incremental' })
    expect(columns(edited.desired)).toEqual(['column public.a.id', 'column public.a.name'])
  })

  it('takes along what depends on a changed table, and puts foreign keys of others back', async () => {
    await open()
    const schema = (column: string): string => `
      CREATE TABLE a (id int PRIMARY KEY, ${column});
      CREATE TABLE b (id int PRIMARY KEY, a int NOT NULL REFERENCES a ON DELETE CASCADE);
      CREATE VIEW v AS SELECT id FROM a;
      CREATE VIEW w AS SELECT id FROM v;
      COMMENT ON VIEW w IS 'kept';
      COMMENT ON CONSTRAINT b_a_fkey ON b IS 'kept';
      GRANT SELECT ON a TO PUBLIC;
      CREATE INDEX ON a (id DESC);`
    await elaborate(schema('name text'))
    const { desired, way } = await elaborate(schema('name text, email text'))
    expect(way).toEqual({ kind: 'incremental' })
    await open()
    expect(differences(desired, (await elaborate(schema('name text, email text'))).desired)).toEqual([])
  })

  it('knows where each object was written', async () => {
    await open()
    const text =
      'CREATE TABLE a (id int PRIMARY KEY);\n\nALTER TABLE a\n  ADD CONSTRAINT k CHECK (id > 0);\nCREATE INDEX i ON a (id);'
    const { provenance } = await elaborate(text)
    const line = (id: string): number | undefined => provenance.locationOf(id)?.line
    expect([
      line('table public.a'),
      line('column public.a.id'),
      line('constraint public.a.k'),
      line('index public.i'),
    ]).toEqual([1, 1, 3, 5])
    const moved = await elaborate(`\n\n${text}`)
    expect(moved.provenance.locationOf('index public.i')?.line).toBe(7)
  })

  it('keeps the last good state when a file is wrong, and recovers at once', async () => {
    await open()
    await elaborate('CREATE TABLE a (id int); CREATE VIEW v AS SELECT id FROM a;')
    const wrong = 'CREATE TABLE a (idd int); CREATE VIEW v AS SELECT id FROM a;'
    expect(await scratch.elaborate(statementsOf(wrong), new Map())).toMatchObject({
      status: 'failed',
      diagnostics: [{ code: 'SP1002', message: 'Column "id" does not exist', fix: 'Did you mean column "idd"?' }],
    })
    const { way, desired } = await elaborate('CREATE TABLE a (id int, name text); CREATE VIEW v AS SELECT id FROM a;')
    expect(way).toEqual({ kind: 'incremental' })
    expect(columns(desired)).toContain('column public.a.name')
  })

  it('finds the body of a function that a change elsewhere has broken', async () => {
    await open()
    const body = 'CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT name FROM a $$;'
    await elaborate(`CREATE TABLE a (name text);\n${body}`)
    const result = await scratch.elaborate(statementsOf(`CREATE TABLE a (nam text);\n${body}`), new Map())
    expect(result).toMatchObject({
      status: 'failed',
      diagnostics: [{ code: 'SP1002', location: { line: 2, column: 60 }, fix: 'Did you mean column "nam"?' }],
    })
  })

  it('replaces a routine in place, with what ALTER says about it', async () => {
    await open()
    const schema = (value: number): string => `
      CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := ${value}; RETURN NEW; END $$;
      ALTER FUNCTION touch() SET search_path = pg_catalog;
      COMMENT ON FUNCTION touch() IS 'kept';
      CREATE FUNCTION next() RETURNS int LANGUAGE sql AS $$ SELECT ${value} $$;
      CREATE TABLE a (id int DEFAULT next(), n int);
      CREATE TRIGGER touch BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION touch();`
    await elaborate(schema(1))
    const { desired, way } = await elaborate(schema(2))
    expect(way).toEqual({ kind: 'incremental' })
    await open()
    expect(differences(desired, (await elaborate(schema(2))).desired)).toEqual([])
  })

  it('drops a routine that cannot be replaced, with what depends on it', async () => {
    await open()
    const schema = (type: string): string => `
      CREATE FUNCTION next() RETURNS ${type} LANGUAGE sql AS $$ SELECT 1 $$;
      CREATE TABLE a (id bigint DEFAULT next());
      CREATE VIEW v AS SELECT next() AS n FROM a;`
    await elaborate(schema('int'))
    const { desired, way } = await elaborate(schema('bigint'))
    expect(way).toEqual({ kind: 'incremental' })
    await open()
    expect(differences(desired, (await elaborate(schema('bigint'))).desired)).toEqual([])
  })

  it('reads the roles that the files define', async () => {
    await open()
    const { desired, roles, assumedRoles } = await elaborate(`
      CREATE ROLE reader_of_${server};
      CREATE TABLE a ();
      GRANT SELECT ON a TO reader_of_${server};`)
    expect([roles, assumedRoles]).toEqual([[`reader_of_${server}`], []])
    expect([...desired.objects.keys()]).toContain(`role reader_of_${server}`)
  })

  it('takes roles that nobody defines for granted, and says so', async () => {
    await open()
    const { warnings, assumedRoles } = await elaborate('CREATE TABLE a (); GRANT SELECT ON a TO somebody_else;')
    expect(assumedRoles).toEqual(['somebody_else'])
    expect(warnings).toMatchObject([{ code: 'SP1002', severity: 'warning' }])
  })

  describe('proves plans', () => {
    it('from an empty database, and stands at the new state by the plan itself', async () => {
      await open()
      const { desired } = await elaborate('CREATE TABLE a (id int PRIMARY KEY); CREATE VIEW v AS SELECT id FROM a;')
      const empty = emptyCatalog(desired.version)
      expect(await scratch.prove(plan(empty, desired), empty, desired)).toEqual({ status: 'proved' })
      expect(await scratch.verify()).toBeUndefined()
      expect((await elaborate('CREATE TABLE a (id int PRIMARY KEY); CREATE VIEW v AS SELECT id FROM a;')).way).toEqual({
        kind: 'unchanged',
      })
    })

    it('of one edit after the other', async () => {
      await open()
      let before = (await elaborate('CREATE TABLE a (id int PRIMARY KEY, c0 text);')).desired
      for (let step = 1; step <= 4; step++) {
        const text = `CREATE TABLE a (id int PRIMARY KEY, c${step} text); CREATE VIEW v${step} AS SELECT c${step} FROM a;`
        const { desired, way } = await elaborate(text)
        expect(way).toEqual({ kind: 'incremental' })
        expect(await scratch.prove(plan(before, desired), before, desired)).toEqual({ status: 'proved' })
        before = desired
      }
      expect(await scratch.verify()).toBeUndefined()
    })

    it('from a development database that has more than the files', async () => {
      await open()
      const { desired } = await elaborate('CREATE TABLE a (id int, kept text);')
      const development = (await elaborate('CREATE TABLE a (id int, kept text, old text); CREATE TABLE mine (x int);'))
        .desired
      const next = await elaborate('CREATE TABLE a (id bigint, kept text);')
      expect(await scratch.prove(plan(development, next.desired), development, next.desired)).toEqual({
        status: 'proved',
      })
      expect(await scratch.prove(plan(desired, next.desired), desired, next.desired)).toEqual({ status: 'proved' })
    })

    it('and shows one that does not arrive, or does not run', async () => {
      await open()
      const before = (await elaborate('CREATE TABLE a (id int);')).desired
      const { desired } = await elaborate('CREATE TABLE a (id int, name text);')
      const nothing = await scratch.prove({ steps: [] }, before, desired)
      expect(nothing).toMatchObject({ status: 'failed', diagnostic: { code: 'SP3002' } })
      expect(nothing.status === 'failed' && formatReport({ ...nothing.report, version: 180003 }))
        .toMatchInlineSnapshot(`
        "-- A plan of Savepoint that did not arrive, on Postgres 18.3.
        -- column public.a.name: missing

        -- The state that the plan starts from
        CREATE TABLE public.a (
          id integer
        );

        -- The plan

        -- The state that it should reach
        -- CREATE TABLE public.a (
        --   id integer,
        --   name text
        -- );
        "
      `)
      const [step] = plan(before, desired).steps
      const broken = { steps: step ? [{ ...step, sql: 'ALTER TABLE public.nope ADD COLUMN name text' }] : [] }
      expect(await scratch.prove(broken, before, desired)).toMatchObject({
        status: 'failed',
        report: {
          refused: { step: 0, message: 'relation "public.nope" does not exist' },
          from: ['CREATE TABLE public.a (\n  id integer\n)'],
        },
      })
      expect(await scratch.prove(plan(before, desired), before, desired)).toEqual({ status: 'proved' })
    })

    it('not between servers of two versions', async () => {
      await open()
      const { desired } = await elaborate('CREATE TABLE a (id int);')
      const older = emptyCatalog(140000)
      expect(await scratch.prove(plan(older, desired), older, desired)).toMatchObject({
        status: 'unproved',
        diagnostic: { code: 'SP3003', severity: 'warning' },
      })
    })
  })
})

describe.skipIf(!availableServers().includes('15'))('a warm scratch on an older server [needs native 15]', () => {
  it('says what that version does not understand, and works for the rest', async () => {
    await loadParser()
    const database = await createTestDatabase('15')
    const scratch = createWarmScratch(database)
    try {
      const table = 'CREATE TABLE a (b int);\n'
      const newer = `${table}CREATE TABLE c (\n  d int,\n  e int GENERATED ALWAYS AS (d) VIRTUAL\n);`
      expect(await scratch.elaborate(statementsOf(newer), new Map())).toMatchObject({
        status: 'failed',
        diagnostics: [
          { code: 'SP1006', message: 'Syntax error at or near "VIRTUAL"', location: { line: 4, column: 33 } },
        ],
      })
      const mended = newer.replace('VIRTUAL', 'STORED')
      expect(await scratch.elaborate(statementsOf(mended), new Map())).toMatchObject({
        status: 'elaborated',
        way: { kind: 'incremental' },
      })
    } finally {
      await scratch.close()
      await database.close()
    }
  })
})

describe.each(servers)('random edits on %s', (server) => {
  const seeds = (process.env['SAVEPOINT_SEEDS'] ?? '5,1').split(',').map(Number)
  const edits = 15
  let warmDatabase: TestDatabase
  let freshDatabase: TestDatabase
  beforeAll(async () => {
    await loadParser()
    warmDatabase = await createTestDatabase(server)
    freshDatabase = await createTestDatabase(server)
  })
  afterAll(async () => {
    await warmDatabase.close()
    await freshDatabase.close()
  })

  it.each(seeds)('give what a fresh elaboration gives, seed %i', async (seed) => {
    const random = createRandom(seed)
    const schema = new RandomSchema(random)
    const warm = createWarmScratch(warmDatabase)
    try {
      const history: string[] = []
      let proven: Catalog | undefined
      for (let step = 0; step < edits; step++) {
        const takeBack = schema.snapshot()
        history.push(schema.edit())
        if (random.chance(0.3)) history.push(schema.edit())
        const { text } = schema
        const fresh = createWarmScratch(freshDatabase)
        const expected = await fresh.elaborate(statementsOf(text), new Map()).finally(() => fresh.close())
        const actual = await warm.elaborate(statementsOf(text), new Map())
        const context = `seed ${seed}, step ${step}:\n${history.slice(-3).join('\n')}`
        expect(codesOf(actual), context).toEqual(codesOf(expected))
        if (actual.status === 'failed' || expected.status === 'failed') {
          takeBack()
          continue
        }
        expect(differences(actual.desired, expected.desired), context).toEqual([])
        if (proven && random.chance(0.7)) {
          const proof = await warm.prove(plan(proven, actual.desired), proven, actual.desired)
          expect(proof.status === 'failed' ? proof.diagnostic : proof.status, context).toBe('proved')
        }
        proven = actual.desired
        expect(await warm.verify(), context).toBeUndefined()
      }
    } finally {
      await warm.close()
    }
  })
})

function codesOf(elaboration: Elaboration): string[] {
  return elaboration.status === 'elaborated'
    ? ['elaborated']
    : elaboration.diagnostics.map(({ code, message }) => `${code} ${message}`)
}
