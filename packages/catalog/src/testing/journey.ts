import { createTestDatabase, type ServerName, type TestDatabase } from '../../../../test/support/database.js'
import { cutSections, type Section } from '../sections.js'
import { differences, extract, plan, print, type Catalog, type Plan, type PlanOptions, type Step } from '../index.js'

/** One database of a suite, emptied after each state that is loaded into it. */
export interface Journeys {
  /** Reads what `sql` makes of an empty database. */
  catalogOf(sql: string): Promise<Catalog>
  /** Loads `from` (and `rows`), runs the plan to `to`, and says what is left to do. `check` is asked at the end. */
  travel(
    from: string,
    to: string,
    options?: PlanOptions & { rows?: string; check?: string },
  ): Promise<{ plan: Plan; left: unknown[]; checked: Record<string, unknown>[] }>
  /**
   * The same, but the plan stops after each of its sections in turn, and a new one goes on from there. Says after which sections
   * the new plan does not arrive.
   */
  travelInterrupted(from: string, to: string, options?: PlanOptions & { rows?: string }): Promise<unknown[]>
  /** Prints what `sql` makes, loads the print, and says what differs. */
  reprint(sql: string): Promise<unknown[]>
  close(): Promise<void>
}

export async function createJourneys(server: ServerName): Promise<Journeys> {
  const database = await createTestDatabase(server)
  /** Committed, because a type that is as old as the transaction may be used more freely than one that is older. */
  async function loaded<Result>(sql: string, work: (database: TestDatabase) => Promise<Result>): Promise<Result> {
    try {
      await database.query(sql)
      await database.query('RESET search_path')
      return await work(database)
    } finally {
      await empty(database)
    }
  }
  const catalogOf = (sql: string): Promise<Catalog> => loaded(sql, () => extract(database))
  return {
    catalogOf,
    async travel(from, to, { rows, check, ...options } = {}) {
      const wanted = await catalogOf(to)
      return loaded(from, async () => {
        const steps = plan(await extract(database), wanted, options)
        if (rows !== undefined) await database.query(rows)
        await run(database, cutSections(steps.steps))
        const arrived = await extract(database)
        const left = [...differences(arrived, wanted), ...plan(arrived, wanted).steps]
        const checked = check === undefined ? [] : (await database.query(check)).rows
        return { plan: steps, left, checked }
      })
    },
    async travelInterrupted(from, to, { rows, ...options } = {}) {
      const wanted = await catalogOf(to)
      const failures: unknown[] = []
      for (let stop = 1, count = 2; stop < count; stop++)
        await loaded(from, async () => {
          const sections = cutSections(plan(await extract(database), wanted, options).steps)
          count = sections.length
          if (rows !== undefined) await database.query(rows)
          await run(database, sections.slice(0, stop))
          const rest = plan(await extract(database), wanted, options)
          try {
            await run(database, cutSections(rest.steps))
          } catch (error) {
            failures.push({ stop, error: String(error), after: sections.slice(0, stop), rest: sqlOf(rest) })
            return
          }
          const left = differences(await extract(database), wanted)
          if (left.length > 0) failures.push({ stop, left, rest: sqlOf(rest) })
        })
      return failures
    },
    async reprint(sql) {
      const wanted = await catalogOf(sql)
      const printed = print(wanted).map((statement) => statement.sql)
      return loaded(printed.join(';\n'), async () => differences(await extract(database), wanted))
    },
    close: () => database.close(),
  }
}

/** As they say: each transactional section in a transaction, each other statement alone. */
export async function run(database: Pick<TestDatabase, 'query'>, sections: readonly Section<Step>[]): Promise<void> {
  for (const section of sections) {
    if (section.transactional) await database.query('BEGIN')
    for (const step of section.steps) await database.query(step.sql)
    if (section.transactional) await database.query('COMMIT')
  }
}

/** By the server's own means, so that a plan that is wrong cannot leave anything for the next test. */
async function empty(database: TestDatabase): Promise<void> {
  await database.query('ROLLBACK')
  await database.query('RESET ALL')
  await database.query(`DO $$ DECLARE s text; BEGIN
    FOR s IN SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' LOOP EXECUTE format('DROP EXTENSION %I CASCADE', s); END LOOP;
    FOR s IN SELECT pubname FROM pg_publication LOOP EXECUTE format('DROP PUBLICATION %I', s); END LOOP;
    FOR s IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
      EXECUTE format('DROP SCHEMA %I CASCADE', s);
    END LOOP;
  END $$`)
  await database.query(
    "CREATE SCHEMA public; COMMENT ON SCHEMA public IS 'standard public schema'; GRANT USAGE ON SCHEMA public TO PUBLIC",
  )
}

/** The statements of a plan as one would read them. */
export const sqlOf = (steps: Plan): string => steps.steps.map((step) => `${step.sql};`).join('\n')
