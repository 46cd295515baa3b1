import { EventEmitter, once } from 'node:events'
import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import type { BuildResult, Driver } from './driver.js'
import { bunDriver } from './drivers/bun.js'
import { esbuildDriver } from './drivers/esbuild.js'
import { rolldownDriver } from './drivers/rolldown.js'
import { rollupDriver } from './drivers/rollup.js'
import { rspackDriver } from './drivers/rspack.js'
import { viteDriver } from './drivers/vite.js'
import { webpackDriver } from './drivers/webpack.js'
import { createTestProject, type TestProject } from './project.js'

const drivers: Driver[] = [
  viteDriver,
  rollupDriver,
  rolldownDriver,
  esbuildDriver,
  webpackDriver,
  rspackDriver,
  bunDriver,
]

const good = 'CREATE TABLE users (\n  id int PRIMARY KEY\n);\n'
const unknownType = 'CREATE TABLE users (\n  id int PRIMARY KEY,\n  email emial NOT NULL\n);\n'

describe.each(drivers)('$name', (driver) => {
  let project: TestProject
  afterEach(() => project.remove())

  it('builds while the schema is good', async () => {
    project = createTestProject({ 'schema/users.sql': good })
    expect(await driver.build(project.root)).toEqual({ ok: true, message: '' })
  })

  it('fails with file, line and column when the schema is wrong', async () => {
    project = createTestProject({ 'schema/users.sql': unknownType })
    const { ok, message } = await driver.build(project.root)
    expect(ok).toBe(false)
    expect(message).toContain('SP1002')
    expect(message).toContain('schema/users.sql:3:9')
    expect(message).toContain('emial')
  })

  it('fails on a syntax error', async () => {
    project = createTestProject({ 'schema/users.sql': 'CREATE TABEL users (id int);\n' })
    const { ok, message } = await driver.build(project.root)
    expect(ok).toBe(false)
    expect(message).toContain('SP1001')
    expect(message).toContain('schema/users.sql:1:8')
  })

  it('fails when the migrations lag behind the schema, and says what to run', async () => {
    project = createTestProject({
      'schema/users.sql': good,
      'savepoint.config.mjs': 'export default { client: false }\n',
    })
    const { ok, message } = await driver.build(project.root)
    expect(ok).toBe(false)
    expect(message).toContain('SP4001')
    expect(message).toContain('savepoint migrate diff')
  })

  it('puts the migrations into the bundle', async () => {
    project = createTestProject({
      'savepoint.config.mjs': 'export default { client: false }\n',
      'schema/empty.sql': '-- nothing yet\n',
      'migrations/20260101000000_init.sql': 'SELECT 1;\n',
      'src/index.js':
        "import { migrations } from 'unplugin-savepoint/migrations'\nexport default Object.keys(migrations.files)\n",
    })
    expect(await driver.build(project.root)).toEqual({ ok: true, message: '' })
    const files = readdirSync(`${project.root}/dist`, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.m?js$/.test(name),
    )
    expect(files.map((name) => readFileSync(`${project.root}/dist/${name}`, 'utf8')).join('')).toContain(
      '20260101000000_init.sql',
    )
  })

  const { watch } = driver
  it.skipIf(!watch)(
    `rebuilds on a save of the schema, fails on a mistake and recovers${watch ? '' : ' [needs a bundler that watches]'}`,
    async () => {
      if (!watch) return
      project = createTestProject({ 'schema/users.sql': good })
      const builds = collectBuilds()
      const watcher = await watch(project.root, builds.add)
      try {
        expect(await builds.next(({ ok }) => ok)).toMatchObject({ ok: true })
        project.write('schema/users.sql', unknownType)
        expect((await builds.next(({ ok }) => !ok)).message).toContain('schema/users.sql:3:9')
        project.write('schema/users.sql', unknownType.replace('emial', 'text'))
        expect(await builds.next(({ ok }) => ok)).toMatchObject({ ok: true })
        project.write('schema/teams.sql', 'CREATE TABLE teams (id int, lead int REFERENCES user);\n')
        expect((await builds.next(({ ok }) => !ok)).message).toContain('schema/teams.sql:1')
        rmSync(`${project.root}/schema/teams.sql`)
        expect(await builds.next(({ ok }) => ok)).toMatchObject({ ok: true })
      } finally {
        await watcher.close()
      }
    },
  )
})

/** Results in the order they came; `next` waits for the first one, not yet looked at, that fits. */
function collectBuilds() {
  const results: BuildResult[] = []
  const arrived = new EventEmitter()
  let seen = 0
  return {
    add(result: BuildResult) {
      results.push(result)
      arrived.emit('build')
    },
    async next(fits: (result: BuildResult) => boolean): Promise<BuildResult> {
      for (;;) {
        const rest = results.slice(seen)
        const index = rest.findIndex(fits)
        const found = rest[index]
        if (found) {
          seen += index + 1
          return found
        }
        seen = results.length
        await once(arrived, 'build')
      }
    },
  }
}
