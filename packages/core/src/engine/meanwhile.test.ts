import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import type { EngineState } from './engine.js'
import { createTestProject, type TestProject } from './testing/project.js'

const users = 'create table users (id integer primary key);\n'
const withAge = 'create table users (id integer primary key, age integer);\n'
const server = inject('servers')['18']
const isReady = ({ status }: EngineState): boolean => status === 'ready'
const isRed = ({ status }: EngineState): boolean => status === 'error'

declare global {
  /** Called by the project's plugin whenever a plan was made and nothing was applied yet. */
  var whenPlanned: (() => Promise<void>) | undefined
}

describe.skipIf(server === undefined)(
  'somebody changes the database between the plan and the lock [needs native]',
  () => {
    let project: TestProject
    beforeEach(async () => {
      project = await createTestProject({
        files: { 'schema/users.sql': users },
        server,
        config: "plugins: [{ name: 'meddler', plan: async () => { await globalThis.whenPlanned?.() } }],",
      })
      await project.engine.start()
    })
    afterEach(async () => {
      globalThis.whenPlanned = undefined
      await project.close()
    })

    it('once: the plan is made again, for the database as it is now', async () => {
      let times = 0
      globalThis.whenPlanned = async () => {
        if (times++ === 0) await project.query('alter table users add column age bigint')
      }
      const { applied } = await project.save({ 'schema/users.sql': withAge })
      expect(applied).toEqual([expect.stringContaining('ALTER COLUMN age TYPE integer')])
      expect(times).toBe(2)
    })

    it('again and again: the run ends with a word about it, and the next save goes on', async () => {
      let times = 0
      globalThis.whenPlanned = async () => {
        await project.query(`create table meddled_${times++} (id integer)`)
      }
      const { diagnostics } = await project.after(() => project.write('schema/users.sql', withAge), isRed)
      expect(diagnostics).toMatchObject([{ code: 'SP2009' }])
      await expect(project.query('select age from users')).rejects.toThrow('does not exist')

      globalThis.whenPlanned = undefined
      await project.after(() => project.write('schema/users.sql', `${withAge}-- again\n`), isReady)
      expect(await project.query('select age from users')).toEqual([])
    })
  },
)

describe('the embedded Postgres crashes under the loop', () => {
  // A C function that is none: the handler takes the number for an address outside of the memory.
  const crash = `CREATE FUNCTION crash(int) RETURNS int AS '$libdir/plpgsql', 'plpgsql_inline_handler' LANGUAGE C;
    SELECT crash(2147000000)`

  it('it is said, the data are there again, and the next save is applied', async () => {
    const project = await createTestProject({ files: { 'schema/users.sql': users } })
    try {
      await project.engine.start()
      const url = project.engine.databaseUrl
      await project.queryAt(String(url), 'insert into users values (7)')
      await expect(project.queryAt(String(url), crash)).rejects.toThrow('the embedded Postgres broke off')
      await project.after(
        () => project.write('schema/users.sql', withAge),
        (state) => isReady(state) && state.report?.applied.length === 1,
      )
      expect(project.engine.databaseUrl).toBe(url)
      expect(await project.query('select id, age from users')).toEqual([{ id: 7, age: null }])
      expect(project.told.join('\n')).toContain('the embedded Postgres crashed and is started again')
    } finally {
      await project.close()
    }
  })
})
