import { afterEach, describe, expect, inject, it } from 'vitest'
import { startProcess, type EngineProcess } from '../testing/child.js'
import { createTestProject, type TestProject } from '../testing/project.js'
import type { EngineState } from '../engine.js'

const users = 'create table users (id integer primary key, email text);\n'
const server = inject('servers')['18']

let project: TestProject
const processes: EngineProcess[] = []
afterEach(async () => {
  await Promise.all(processes.splice(0).map(({ kill }) => kill('SIGKILL')))
  await project.close()
})

function start(): EngineProcess {
  const started = startProcess(project.root)
  processes.push(started)
  return started
}

const isReady = ({ status }: EngineState): boolean => status === 'ready'

describe.skipIf(server === undefined)('engines of one project in several processes [needs native]', () => {
  it('share one database: the second sees the state of the first, its saves, and asks it to run', async () => {
    project = await createTestProject({ files: { 'schema/users.sql': users }, server })
    const owner = start()
    const { databaseUrl } = await owner.until(isReady)
    await project.engine.start()
    expect(project.engine.owner).toBe(owner.child.pid)
    expect(project.engine.state).toMatchObject({ status: 'ready', databaseUrl })
    expect(project.engine.watchedFiles()).toContain(project.path('schema/users.sql'))

    const report = await project.save({ 'schema/users.sql': users.replace('email text', 'email text, age integer') })
    expect(report.applied).toHaveLength(1)
    // What the hosts are told comes from the owner in a message of its own, after the state.
    await expect.poll(() => project.told, { timeout: 30_000 }).toContain('saved 1')
    expect((await project.engine.run()).report?.applied).toEqual([])
  })

  it('accept through each other', async () => {
    project = await createTestProject({ files: { 'schema/users.sql': users }, server })
    const owner = start()
    await owner.until(isReady)
    await project.engine.start()
    await project.query("insert into users values (1, 'ann@example.com')")
    const { pending } = await project.save({ 'schema/users.sql': 'create table users (id integer primary key);\n' })
    expect(pending).toHaveLength(1)
    await expect(project.engine.accept(['drop table public.nothing'])).rejects.toThrow(
      'nothing is waiting under the name',
    )
    expect(await project.engine.accept('all')).toMatchObject({ status: 'ready', pending: [] })
    await expect(project.query('select email from users')).rejects.toThrow('does not exist')
  })

  it('when the owner is killed, one that is attached takes over', async () => {
    project = await createTestProject({ files: { 'schema/users.sql': users }, server })
    const owner = start()
    await owner.until(isReady)
    await project.engine.start()
    await owner.kill('SIGKILL')
    // Whether the new owner watches already or reads it at its start, the save is not lost.
    const { report } = await project.after(
      () => project.write('schema/users.sql', users.replace('email text', 'email text, age integer')),
      (state) => isReady(state) && state.report?.applied.length === 1,
    )
    expect(report?.written).toEqual(['src/db/public.ts'])
    expect(project.engine.owner).toBe('this')
    expect(project.told).toContain(`info: process ${owner.child.pid} has gone, taking the development database over`)
  })

  it('when the owner ends, the next process starts as the owner', async () => {
    project = await createTestProject({ files: { 'schema/users.sql': users }, server })
    const first = start()
    await first.until(isReady)
    await first.kill('SIGTERM')
    expect(first.child.signalCode).toBe('SIGTERM')
    await project.engine.start()
    expect(project.engine.owner).toBe('this')
    expect(project.engine.state.report?.applied).toEqual([])
  })
})
