import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { acquireEngine } from './registry.js'
import { createTestProject, type TestProject } from './testing/project.js'

const server = inject('servers')['18']

describe.skipIf(server === undefined)('the engines of one process [needs native]', () => {
  let project: TestProject
  beforeEach(async () => {
    project = await createTestProject({ files: { 'schema/users.sql': 'create table users (id integer);\n' }, server })
  })
  afterEach(() => project.close())
  const host = (told: string[]) => ({
    log: () => undefined,
    showDiagnostics: () => void told.push('show'),
    clearDiagnostics: () => void told.push('clear'),
    saved: () => void told.push('saved'),
  })

  it('are shared by root and config, and closed when the last share is given back', async () => {
    const first = await acquireEngine({ root: project.root })
    const second = await acquireEngine({ root: project.root })
    expect(second.engine).toBe(first.engine)
    await first.engine.start()
    await first.release()
    expect(second.engine.state.status).toBe('ready')
    await second.release()
    expect(first.engine.state.status).toBe('closed')
  })

  it('outlive a restart that acquires before or just after it releases', async () => {
    const first = await acquireEngine({ root: project.root })
    await first.engine.start()
    const released = first.release()
    const second = await acquireEngine({ root: project.root })
    await released
    expect(second.engine).toBe(first.engine)
    expect(second.engine.state.status).toBe('ready')
    await second.release()
  })

  it('tell every host, until its share is given back', async () => {
    const tellings: [string[], string[]] = [[], []]
    const first = await acquireEngine({ root: project.root, host: host(tellings[0]) })
    const second = await acquireEngine({ root: project.root, host: host(tellings[1]) })
    await first.engine.start()
    await first.release()
    project.write('schema/users.sql', 'create table users (id integr);\n')
    await second.engine.run()
    expect(tellings).toEqual([['saved'], ['saved', 'show']])
    const late: string[] = []
    const third = await acquireEngine({ root: project.root, host: host(late) })
    expect(late).toEqual(['show'])
    await third.release()
    await second.release()
  })

  it('set DATABASE_URL for the app, unless somebody else has', async () => {
    project.write(
      'savepoint.config.mjs',
      project
        .read('savepoint.config.mjs')
        .replace('databaseUrlVariable: false', "databaseUrlVariable: 'SAVEPOINT_TEST_URL'"),
    )
    delete process.env['SAVEPOINT_TEST_URL']
    const { engine, release } = await acquireEngine({ root: project.root })
    await engine.start()
    expect(process.env['SAVEPOINT_TEST_URL']).toBe(engine.databaseUrl)
    await release()
    process.env['SAVEPOINT_TEST_URL'] = 'postgres://elsewhere/app'
    const again = await acquireEngine({ root: project.root })
    await again.engine.start()
    expect(process.env['SAVEPOINT_TEST_URL']).toBe('postgres://elsewhere/app')
    await again.release()
    delete process.env['SAVEPOINT_TEST_URL']
  })
})
