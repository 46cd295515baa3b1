import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { availableServers, createTestDatabase, type TestDatabase } from '../../../../test/support/database.js'
import { differences, extract, plan as makePlan } from '../index.js'
import type { Catalog } from '../model/object.js'
import type { Plan } from '../model/plan.js'
import { cutSections } from '../sections.js'
import { createJourneys, run, type Journeys } from '../testing/journey.js'

/** Each statement with `!` where it runs outside a transaction. */
const shape = (plan: Plan): string =>
  plan.steps.map(({ sql, transactional }) => `${transactional ? ' ' : '!'} ${sql}`).join('\n')

interface Case {
  name: string
  from: string
  to: string
  rows?: string
  /** The least version that has it. */
  since?: number
  /** Something that the plan must not do, or must. */
  never?: RegExp
  always?: RegExp
}

const cases: Case[] = [
  {
    name: 'a new index',
    from: 'CREATE TABLE t (a int)',
    to: 'CREATE TABLE t (a int); CREATE INDEX i ON t (a)',
    always: /^! CREATE INDEX CONCURRENTLY/m,
  },
  {
    name: 'an index that goes',
    from: 'CREATE TABLE t (a int); CREATE INDEX i ON t (a)',
    to: 'CREATE TABLE t (a int)',
    always: /^! DROP INDEX CONCURRENTLY/m,
  },
  {
    name: 'an index that changes, with its comment, options and statistics target',
    from: `CREATE TABLE t (a int, b int); CREATE INDEX i ON t ((a + 1)); COMMENT ON INDEX i IS 'x'`,
    to: `CREATE TABLE t (a int, b int); CREATE INDEX i ON t ((a + b)) WITH (fillfactor = 70); COMMENT ON INDEX i IS 'x';
      ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 50`,
    always: /CREATE INDEX CONCURRENTLY i_savepoint_new[^]*DROP INDEX CONCURRENTLY public\.i\b[^]*RENAME TO i$/m,
  },
  {
    name: 'an index that becomes unique, on a column that is new',
    from: 'CREATE TABLE t (a int); CREATE INDEX i ON t (a)',
    to: 'CREATE TABLE t (a int, b int); CREATE UNIQUE INDEX i ON t (a, b)',
    rows: 'INSERT INTO t VALUES (1), (2)',
  },
  {
    name: 'an index that the table is clustered on, which would lose its mark',
    from: 'CREATE TABLE t (a int, b int); CREATE INDEX i ON t (a); ALTER TABLE t CLUSTER ON i',
    to: 'CREATE TABLE t (a int, b int); CREATE INDEX i ON t (a, b); ALTER TABLE t CLUSTER ON i',
    always: /CONCURRENTLY/,
  },
  {
    name: 'names that fill all 63 bytes',
    from: `CREATE TABLE t (a int, ${'ü'.repeat(31)} int); CREATE INDEX ${'ä'.repeat(31)} ON t (a); ALTER TABLE t ADD CONSTRAINT ${'ö'.repeat(31)} CHECK (a > 0)`,
    to: `CREATE TABLE t (a int, ${'ü'.repeat(31)} int NOT NULL); CREATE INDEX ${'ä'.repeat(31)} ON t (a, ${'ü'.repeat(31)}); ALTER TABLE t ADD CONSTRAINT ${'ö'.repeat(31)} CHECK (a > 1)`,
  },
  {
    name: 'a check and a foreign key',
    from: 'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, p int)',
    to: 'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int CHECK (a > 0), p int REFERENCES p DEFERRABLE)',
    rows: 'INSERT INTO p VALUES (1); INSERT INTO t VALUES (1, 1)',
    never: /ADD CONSTRAINT \w+ (?:CHECK|FOREIGN)(?!.* NOT VALID$)/m,
  },
  {
    name: 'a check and a foreign key that change, with the old ones there until then',
    from: `CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int CONSTRAINT c CHECK (a > 0), p int CONSTRAINT f REFERENCES p);
      COMMENT ON CONSTRAINT c ON t IS 'x'`,
    to: `CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int CONSTRAINT c CHECK (a > 1), p int CONSTRAINT f REFERENCES p ON DELETE CASCADE);
      COMMENT ON CONSTRAINT c ON t IS 'x'`,
    always: /VALIDATE CONSTRAINT c_savepoint_new[^]*DROP CONSTRAINT c\n/,
  },
  {
    name: 'a constraint that was not validated',
    from: 'CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID',
    to: 'CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0))',
    always: /^! ALTER TABLE public.t VALIDATE/m,
  },
  {
    name: 'NOT NULL',
    from: 'CREATE TABLE t (a int)',
    to: 'CREATE TABLE t (a int NOT NULL)',
    rows: 'INSERT INTO t VALUES (1)',
    always: /NOT VALID[^]*^! ALTER TABLE public\.t VALIDATE/m,
  },
  {
    name: 'NOT NULL of a column whose constraint has the name that Postgres would choose, left from a rename',
    from: 'CREATE TABLE t (a int NOT NULL); ALTER TABLE t RENAME a TO b; ALTER TABLE t ADD a int',
    to: 'CREATE TABLE t (a int NOT NULL); ALTER TABLE t RENAME a TO b; ALTER TABLE t ADD a int NOT NULL',
  },
  {
    name: 'NOT NULL with a name',
    since: 18,
    from: 'CREATE TABLE t (a int, b int, c int, CONSTRAINT c NOT NULL c NOT VALID)',
    to: `CREATE TABLE t (a int CONSTRAINT n NOT NULL, b int, CONSTRAINT m NOT NULL b NO INHERIT, c int CONSTRAINT c NOT NULL);
      COMMENT ON CONSTRAINT n ON t IS 'x'`,
    rows: 'INSERT INTO t VALUES (1, 1, 1)',
  },
  {
    name: 'keys',
    from: 'CREATE TABLE t (a int, b int, c int)',
    to: 'CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE DEFERRABLE, c int, UNIQUE (c) INCLUDE (a))',
    rows: 'INSERT INTO t VALUES (1, 1, 1), (2, 2, 2)',
    always: /USING INDEX t_pkey/,
  },
  {
    name: 'a primary key that changes, with what refers to it',
    from: `CREATE TABLE t (a int CONSTRAINT k PRIMARY KEY, b int NOT NULL); CREATE TABLE u (a int REFERENCES t); COMMENT ON CONSTRAINT k ON t IS 'x'`,
    to: `CREATE TABLE t (a int, b int NOT NULL, CONSTRAINT k PRIMARY KEY (a, b), UNIQUE (a)); CREATE TABLE u (a int REFERENCES t (a)); COMMENT ON CONSTRAINT k ON t IS 'x'`,
    rows: 'INSERT INTO t VALUES (1, 1); INSERT INTO u VALUES (1)',
    always: /DROP CONSTRAINT k, ADD CONSTRAINT k PRIMARY KEY USING INDEX k_savepoint_new/,
  },
  {
    name: 'an exclusion constraint and a key over periods, which no index built before can carry',
    since: 18,
    from: 'CREATE TABLE t (r int4range, d int4range, s int4range)',
    to: 'CREATE TABLE t (r int4range, d int4range, s int4range, EXCLUDE USING gist (r WITH &&), UNIQUE (s, d WITHOUT OVERLAPS))',
  },
  {
    name: 'an index and keys of a partitioned table, partition by partition',
    from: `CREATE TABLE t (a int NOT NULL, b int, c int) PARTITION BY RANGE (a);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
      CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20) PARTITION BY LIST (b);
      CREATE TABLE t21 PARTITION OF t2 FOR VALUES IN (1)`,
    to: `CREATE TABLE t (a int NOT NULL, b int, c int, PRIMARY KEY (a, b), UNIQUE (a, b, c)) PARTITION BY RANGE (a);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
      CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20) PARTITION BY LIST (b);
      CREATE TABLE t21 PARTITION OF t2 FOR VALUES IN (1);
      CREATE INDEX i ON t (c)`,
    rows: 'INSERT INTO t VALUES (1, 1, 1), (11, 1, 1)',
    always: /^! CREATE INDEX CONCURRENTLY \w+ ON public\.t21[^]*^ {2}CREATE INDEX i ON public\.t /m,
  },
  {
    name: 'NOT NULL, a check and a foreign key of a partitioned table',
    from: `CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, b int) PARTITION BY RANGE (a);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)`,
    to: `CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, b int NOT NULL REFERENCES p, CHECK (b > a)) PARTITION BY RANGE (a);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)`,
    rows: 'INSERT INTO p VALUES (2); INSERT INTO t VALUES (1, 2)',
  },
  {
    name: 'a partition that is taken off',
    from: `CREATE TABLE t (a int) PARTITION BY RANGE (a); CREATE INDEX ON t (a);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)`,
    to: `CREATE TABLE t (a int) PARTITION BY RANGE (a); CREATE INDEX ON t (a); CREATE TABLE t1 (a int); CREATE INDEX ON t1 (a)`,
    always: /^! ALTER TABLE public\.t DETACH PARTITION public\.t1 CONCURRENTLY/m,
  },
  {
    name: 'a partition that goes, by more than one key column',
    from: `CREATE TABLE t (a int, b int) PARTITION BY RANGE (a); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
      CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20) PARTITION BY LIST (b);
      CREATE TABLE t21 PARTITION OF t2 FOR VALUES IN (1); CREATE TABLE t22 PARTITION OF t2 FOR VALUES IN (2)`,
    to: `CREATE TABLE t (a int, b int) PARTITION BY RANGE (a);
      CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20) PARTITION BY LIST (b);
      CREATE TABLE t21 PARTITION OF t2 FOR VALUES IN (1); CREATE TABLE t22 (a int, b int)`,
    always: /t1 CONCURRENTLY[^]*DROP TABLE public\.t1/,
  },
  {
    name: 'a partition beside a default one, which cannot be taken off concurrently',
    from: `CREATE TABLE t (a int) PARTITION BY RANGE (a); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE TABLE d PARTITION OF t DEFAULT`,
    to: `CREATE TABLE t (a int) PARTITION BY RANGE (a); CREATE TABLE t1 (a int); CREATE TABLE d PARTITION OF t DEFAULT`,
    never: /CONCURRENTLY/,
  },
  {
    name: 'a table that becomes a partition',
    from: `CREATE TABLE t (a int) PARTITION BY RANGE (a); CREATE TABLE t1 (a int)`,
    to: `CREATE TABLE t (a int) PARTITION BY RANGE (a); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)`,
    rows: 'INSERT INTO t1 VALUES (1)',
    always: /VALIDATE CONSTRAINT t1_savepoint_bounds[^]*ATTACH PARTITION[^]*DROP CONSTRAINT t1_savepoint_bounds/,
  },
  {
    name: 'a label that is used at once',
    from: `CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (c e)`,
    to: `CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (c e DEFAULT 'b')`,
    always: /^! ALTER TYPE public\.e ADD VALUE/m,
  },
]

describe.each(availableServers())('online plans on %s', (server) => {
  let journeys: Journeys
  beforeAll(async () => {
    journeys = await createJourneys(server)
  })
  afterAll(() => journeys.close())
  const major = server === 'pglite' ? 18 : Number(server)

  for (const { name, from, to, rows, since = 14, never, always } of cases) {
    if (major < since) continue
    it(`arrive: ${name}`, async () => {
      const { plan, left } = await journeys.travel(from, to, {
        strategy: 'online',
        ...(rows !== undefined && { rows }),
      })
      expect({ left, plan: shape(plan) }).toMatchObject({ left: [] })
      if (always) expect(shape(plan)).toMatch(always)
      if (never) expect(shape(plan)).not.toMatch(never)
    })

    // The planner is the same everywhere; what is in doubt is the server.
    if (server === 'pglite') continue
    it(`arrive after stopping anywhere: ${name}`, async () => {
      const options = { strategy: 'online', ...(rows !== undefined && { rows }) } as const
      expect(await journeys.travelInterrupted(from, to, options)).toEqual([])
    })
  }
})

const native = availableServers().filter((server) => server !== 'pglite')

describe.each(native)('what a failure leaves on %s [needs native]', (server) => {
  let database: TestDatabase
  let other: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase(server)
    other = await createTestDatabase(server)
  })
  afterAll(async () => {
    await database.close()
    await other.close()
  })

  /** What `sql` makes, read from a database of its own. */
  async function catalogOf(sql: string): Promise<Catalog> {
    await other.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${sql}`)
    return extract(other)
  }

  async function load(sql: string): Promise<void> {
    await database.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public`)
    await database.query(sql)
  }

  async function planTo(wanted: Catalog): Promise<Plan> {
    return makePlan(await extract(database), wanted, { strategy: 'online' })
  }

  async function arrive(wanted: Catalog): Promise<string> {
    const plan = await planTo(wanted)
    await run(database, cutSections(plan.steps))
    expect(differences(await extract(database), wanted)).toEqual([])
    return shape(plan)
  }

  it('an invalid unique index of a constraint goes, and is built again', async () => {
    const wanted = await catalogOf('CREATE TABLE t (a int UNIQUE)')
    await load('CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)')
    await expect(run(database, cutSections((await planTo(wanted)).steps))).rejects.toThrow(
      'could not create unique index',
    )
    await database.query('DELETE FROM t')
    expect(await arrive(wanted)).toMatchInlineSnapshot(`
      "! DROP INDEX CONCURRENTLY public.t_a_key
      ! CREATE UNIQUE INDEX CONCURRENTLY t_a_key ON public.t (a)
        ALTER TABLE public.t ADD CONSTRAINT t_a_key UNIQUE USING INDEX t_a_key"
    `)
  })

  it('an invalid index that is wanted is built again in its place', async () => {
    const wanted = await catalogOf('CREATE TABLE t (a int); CREATE UNIQUE INDEX i ON t (a)')
    await load('CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)')
    await expect(run(database, cutSections((await planTo(wanted)).steps))).rejects.toThrow(
      'could not create unique index',
    )
    // The rebuild fails as well, and leaves another one.
    await expect(arrive(wanted)).rejects.toThrow('could not create unique index')
    await database.query('DELETE FROM t')
    expect(await arrive(wanted)).toContain('! REINDEX INDEX CONCURRENTLY public.i')
  })

  it('an invalid replacement goes, and the old index stays until the new one is there', async () => {
    const wanted = await catalogOf('CREATE TABLE t (a int, b int); CREATE UNIQUE INDEX i ON t (a)')
    await load('CREATE TABLE t (a int, b int); CREATE INDEX i ON t (b); INSERT INTO t VALUES (1), (1)')
    await expect(run(database, cutSections((await planTo(wanted)).steps))).rejects.toThrow(
      'could not create unique index',
    )
    await database.query('DELETE FROM t')
    expect(await arrive(wanted)).toContain('CREATE UNIQUE INDEX CONCURRENTLY i_savepoint_new1 ')
  })

  it('a partition that was taken off half-way is taken off, or put back', async () => {
    const attached = `CREATE TABLE t (a int) PARTITION BY RANGE (a); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
      CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20)`
    const detached = await catalogOf(`CREATE TABLE t (a int) PARTITION BY RANGE (a); CREATE TABLE t1 (a int);
      CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20)`)
    const reader = new pg.Client({ connectionString: database.url ?? '' })
    await reader.connect()
    async function detachHalfWay(): Promise<void> {
      await load(attached)
      await reader.query('BEGIN; SELECT FROM t')
      await database.query("SET lock_timeout = '100ms'")
      await expect(run(database, cutSections((await planTo(detached)).steps))).rejects.toThrow('lock timeout')
      await database.query('RESET lock_timeout')
      await reader.query('COMMIT')
    }
    try {
      await detachHalfWay()
      expect(await arrive(detached)).toMatchInlineSnapshot(`
        "  ALTER TABLE public.t DETACH PARTITION public.t1 FINALIZE
          ALTER TABLE public.t1 DROP CONSTRAINT t1_a_check"
      `)
      await detachHalfWay()
      expect(await arrive(await catalogOf(attached))).toMatchInlineSnapshot(`
        "  ALTER TABLE public.t DETACH PARTITION public.t1 FINALIZE
          ALTER TABLE public.t1 DROP CONSTRAINT t1_a_check
        ! ALTER TABLE public.t1 ADD CONSTRAINT t1_savepoint_bounds CHECK (((a IS NOT NULL) AND (a >= 0) AND (a < 10))) NOT VALID
        ! ALTER TABLE public.t1 VALIDATE CONSTRAINT t1_savepoint_bounds
          ALTER TABLE public.t ATTACH PARTITION public.t1 FOR VALUES FROM (0) TO (10)
          ALTER TABLE public.t1 DROP CONSTRAINT t1_savepoint_bounds"
      `)
    } finally {
      await reader.end()
    }
  })
})
