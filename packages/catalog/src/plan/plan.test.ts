import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createJourneys, sqlOf, type Journeys } from '../testing/journey.js'

describe('a plan', () => {
  let journeys: Journeys
  beforeAll(async () => {
    journeys = await createJourneys('pglite')
  })
  afterAll(() => journeys.close())

  it('is empty between equal schemas, in whatever order the columns stand', async () => {
    const { plan } = await journeys.travel('CREATE TABLE t (a int, b text)', 'CREATE TABLE t (b text, a int)')
    expect(plan.steps).toEqual([])
  })

  it('writes a new table as one statement, with its keys and defaults, and its indexes after it', async () => {
    const { plan } = await journeys.travel(
      '',
      `CREATE TABLE author (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
       CREATE TABLE book (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), author_id int NOT NULL REFERENCES author ON DELETE CASCADE,
         price numeric(10,2) CHECK (price >= 0));
       CREATE INDEX ON book (author_id); COMMENT ON COLUMN book.price IS 'in euro'`,
    )
    expect(sqlOf(plan)).toMatchInlineSnapshot(`
      "CREATE TABLE public.author (
        id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
        name text NOT NULL,
        CONSTRAINT author_pkey PRIMARY KEY (id),
        CONSTRAINT author_name_key UNIQUE (name)
      );
      CREATE TABLE public.book (
        id uuid DEFAULT gen_random_uuid() NOT NULL,
        author_id integer NOT NULL,
        price numeric(10,2),
        CONSTRAINT book_price_check CHECK ((price >= (0)::numeric)),
        CONSTRAINT book_pkey PRIMARY KEY (id),
        CONSTRAINT book_author_id_fkey FOREIGN KEY (author_id) REFERENCES public.author(id) ON DELETE CASCADE
      );
      COMMENT ON COLUMN public.book.price IS 'in euro';
      CREATE INDEX book_author_id_idx ON public.book USING btree (author_id);"
    `)
  })

  it('drops and makes anew only what stands in the way of a new type, with all that was granted and said', async () => {
    const { plan, left } = await journeys.travel(
      `CREATE TABLE t (id int PRIMARY KEY, n int, other text);
       CREATE VIEW v AS SELECT id, n FROM t; COMMENT ON VIEW v IS 'kept'; GRANT SELECT ON v TO PUBLIC;
       CREATE VIEW untouched AS SELECT other FROM t`,
      `CREATE TABLE t (id int PRIMARY KEY, n bigint, other text);
       CREATE VIEW v AS SELECT id, n FROM t; COMMENT ON VIEW v IS 'kept'; GRANT SELECT ON v TO PUBLIC;
       CREATE VIEW untouched AS SELECT other FROM t`,
    )
    expect(left).toEqual([])
    expect(sqlOf(plan)).toMatchInlineSnapshot(`
      "DROP VIEW public.v;
      ALTER TABLE public.t ALTER COLUMN n TYPE bigint;
      CREATE VIEW public.v AS
      SELECT id,
          n
         FROM public.t;
      COMMENT ON VIEW public.v IS 'kept';
      GRANT SELECT ON TABLE public.v TO PUBLIC;"
    `)
  })

  it('cuts mutual foreign keys out of the tables', async () => {
    const { plan } = await journeys.travel(
      '',
      `CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
       ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b`,
    )
    expect(sqlOf(plan)).toMatchInlineSnapshot(`
      "CREATE TABLE public.a (
        id integer NOT NULL,
        b integer,
        CONSTRAINT a_pkey PRIMARY KEY (id)
      );
      CREATE TABLE public.b (
        id integer NOT NULL,
        a integer,
        CONSTRAINT b_pkey PRIMARY KEY (id)
      );
      ALTER TABLE public.a ADD CONSTRAINT a_b_fkey FOREIGN KEY (b) REFERENCES public.b(id);
      ALTER TABLE public.b ADD CONSTRAINT b_a_fkey FOREIGN KEY (a) REFERENCES public.a(id);"
    `)
  })

  it('names what a step destroys and why it is dangerous', async () => {
    const { plan } = await journeys.travel(
      `CREATE TABLE gone (id int); CREATE TABLE t (a int, b text, c text)`,
      `CREATE TABLE t (a int NOT NULL, c int, d int NOT NULL)`,
    )
    expect(
      plan.steps.map(({ sql, hazards, destroys }) => [sql, hazards.map(({ code }) => code).join(' '), destroys?.kind]),
    ).toMatchInlineSnapshot(`
      [
        [
          "ALTER TABLE public.t DROP COLUMN b",
          "DS103",
          "column",
        ],
        [
          "DROP TABLE public.gone",
          "DS102",
          "table",
        ],
        [
          "ALTER TABLE public.t ALTER COLUMN a SET NOT NULL",
          "MF104 PG303",
          undefined,
        ],
        [
          "ALTER TABLE public.t ALTER COLUMN c TYPE integer USING c::integer",
          "PG301 SH103",
          "type-change",
        ],
        [
          "ALTER TABLE public.t ADD COLUMN d integer NOT NULL",
          "MF103",
          undefined,
        ],
      ]
    `)
  })

  describe('with renames', () => {
    it('keeps the data, and lets keys, indexes and sequences follow', async () => {
      const { plan, left, checked } = await journeys.travel(
        `CREATE TABLE users (id serial PRIMARY KEY, full_name text); CREATE INDEX ON users (full_name);
         CREATE TABLE post (author int REFERENCES users)`,
        `CREATE TABLE people (id serial PRIMARY KEY, name text); CREATE INDEX ON people (name);
         CREATE TABLE post (author int REFERENCES people)`,
        {
          renames: [
            { from: 'table public.users', to: 'table public.people' },
            { from: 'column public.users.full_name', to: 'column public.people.name' },
          ],
          rows: `INSERT INTO users (full_name) VALUES ('Ada')`,
          check: 'SELECT id, name FROM people',
        },
      )
      expect(left).toEqual([])
      expect(checked).toEqual([{ id: 1, name: 'Ada' }])
      expect(sqlOf(plan)).toMatchInlineSnapshot(`
        "ALTER TABLE public.users RENAME TO people;
        ALTER TABLE public.people RENAME COLUMN full_name TO name;
        ALTER SEQUENCE public.users_id_seq RENAME TO people_id_seq;
        ALTER TABLE public.people RENAME CONSTRAINT users_pkey TO people_pkey;
        ALTER INDEX public.users_full_name_idx RENAME TO people_name_idx;"
      `)
    })

    it('swaps two names', async () => {
      const { left, checked } = await journeys.travel(
        'CREATE TABLE a (x int); CREATE TABLE b (y text)',
        'CREATE TABLE b (x int); CREATE TABLE a (y text)',
        {
          renames: [
            { from: 'table public.a', to: 'table public.b' },
            { from: 'table public.b', to: 'table public.a' },
          ],
          rows: `INSERT INTO a VALUES (7); INSERT INTO b VALUES ('seven')`,
          check: 'SELECT x, y FROM b, a',
        },
      )
      expect(left).toEqual([])
      expect(checked).toEqual([{ x: 7, y: 'seven' }])
    })

    it('says what is destroyed by the names that it has before', async () => {
      const { plan } = await journeys.travel('CREATE TABLE old (a int, b int)', 'CREATE TABLE new (a int)', {
        renames: [{ from: 'table public.old', to: 'table public.new' }],
      })
      expect(plan.steps.map((step) => step.destroys).filter(Boolean)).toEqual([
        { id: 'column public.old.b', kind: 'column', schema: 'public', table: 'old', column: 'b' },
      ])
    })

    it('renames a label, and a schema with all that lies in it', async () => {
      const { left, plan } = await journeys.travel(
        `CREATE SCHEMA shop; CREATE TYPE shop.state AS ENUM ('new', 'done'); CREATE TABLE shop.item (s shop.state DEFAULT 'done')`,
        `CREATE SCHEMA store; CREATE TYPE store.state AS ENUM ('new', 'sold'); CREATE TABLE store.item (s store.state DEFAULT 'sold')`,
        {
          renames: [
            { from: 'schema shop', to: 'schema store' },
            { from: 'enum shop.state', to: 'enum store.state', label: { from: 'done', to: 'sold' } },
          ],
          rows: `INSERT INTO shop.item DEFAULT VALUES`,
        },
      )
      expect(left).toEqual([])
      expect(sqlOf(plan)).toMatchInlineSnapshot(`
        "ALTER SCHEMA shop RENAME TO store;
        ALTER TYPE store.state RENAME VALUE 'done' TO 'sold';"
      `)
    })
  })

  it('keeps the table usable when it is to be online', async () => {
    const { plan, left } = await journeys.travel(
      `CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id int, p int); CREATE INDEX i ON t (p)`,
      `CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id int NOT NULL, p int REFERENCES p, UNIQUE (p), CHECK (id > 0)); CREATE INDEX i ON t (p, id)`,
      { strategy: 'online' },
    )
    expect(left).toEqual([])
    expect(plan.steps.map(({ sql, transactional }) => `${transactional ? '   ' : '!  '}${sql}`).join('\n'))
      .toMatchInlineSnapshot(`
        "!  ALTER TABLE public.t ADD CONSTRAINT t_id_not_null NOT NULL id NOT VALID
        !  ALTER TABLE public.t VALIDATE CONSTRAINT t_id_not_null
        !  ALTER TABLE public.t ADD CONSTRAINT t_id_check CHECK ((id > 0)) NOT VALID
        !  ALTER TABLE public.t VALIDATE CONSTRAINT t_id_check
        !  CREATE UNIQUE INDEX CONCURRENTLY t_p_key ON public.t (p)
           ALTER TABLE public.t ADD CONSTRAINT t_p_key UNIQUE USING INDEX t_p_key
        !  ALTER TABLE public.t ADD CONSTRAINT t_p_fkey FOREIGN KEY (p) REFERENCES public.p(id) NOT VALID
        !  ALTER TABLE public.t VALIDATE CONSTRAINT t_p_fkey
        !  CREATE INDEX CONCURRENTLY i_savepoint_new ON public.t USING btree (p, id)
        !  DROP INDEX CONCURRENTLY public.i
           ALTER INDEX public.i_savepoint_new RENAME TO i"
      `)
  })
})
