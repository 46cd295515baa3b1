import { afterEach, describe, expect, inject, it } from 'vitest'
import type { EngineState } from './engine.js'
import { startProcess, type EngineProcess } from './testing/child.js'
import { createTestProject, type TestProject } from './testing/project.js'

const native = inject('servers')['18']
const servers: [string, string | undefined][] = [['the embedded Postgres', undefined]]
if (native !== undefined) servers.push(['Postgres 18', native])

const isReady = ({ status }: EngineState): boolean => status === 'ready'
const columns = (count: number): string => Array.from({ length: count }, (_, index) => `, c${index} integer`).join('')
const notes = (count: number): string => `create table notes (id integer primary key, body text${columns(count)});\n`

let project: TestProject
let running: EngineProcess | undefined
afterEach(async () => {
  await running?.kill('SIGKILL')
  running = undefined
  await project.close()
})

describe.each(servers)('kill -9 at any moment on %s', (_, server) => {
  it('loses nothing, and the next start converges', { timeout: 240_000 }, async () => {
    project = await createTestProject({ files: { 'schema/notes.sql': notes(0) }, server })
    running = startProcess(project.root)
    await running.until(isReady)
    await running.kill('SIGTERM')
    await project.engine.start()
    await project.query("insert into notes values (1, 'keep me')")
    await project.engine.close()

    for (let round = 1; round <= 2; round++) {
      running = startProcess(project.root)
      await running.until(isReady)
      // The kill comes in the middle of the run that this save starts: as soon as it is working.
      project.write('schema/notes.sql', notes(round))
      await running.until(({ status }) => status === 'working')
      await running.kill('SIGKILL')
    }

    const last = project.createEngine()
    await last.start()
    expect(last.state).toMatchObject({ status: 'ready', pending: [], diagnostics: [] })
    running = startProcess(project.root)
    const { databaseUrl } = await running.until(isReady)
    expect(databaseUrl).toBe(last.databaseUrl)
    expect(await project.queryAt(databaseUrl ?? '', 'select * from notes')).toEqual([
      { id: 1, body: 'keep me', c0: null, c1: null },
    ])
    expect(project.read('src/db/public.ts')).toContain('c1')
  })
})
