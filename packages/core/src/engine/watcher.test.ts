import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { resolveConfig } from '../config/resolve.js'
import { createTargets, createWatcher, globBase, type Watcher } from './watcher.js'

let root: string
let watcher: Watcher | undefined
let listeners: ((path: string) => void)[]
beforeEach(() => {
  // chokidar reports real paths, and the temporary folder is a link on macOS.
  root = realpathSync(mkdtempSync(join(tmpdir(), 'savepoint-watch-')))
  listeners = []
})
afterEach(async () => {
  await watcher?.close()
  rmSync(root, { recursive: true, force: true })
})

async function watchProject(): Promise<void> {
  const config = resolveConfig({}, { root, dependencies: [join(root, 'savepoint.config.ts')] })
  watcher = createWatcher(
    createTargets(config, []),
    (path) => {
      for (const listen of listeners) listen(path)
    },
    (error) => {
      throw error
    },
  )
  await watcher.ready
}

const noticed = (path: string): Promise<void> =>
  new Promise((resolve) => {
    listeners.push((seen) => {
      if (seen === path) resolve()
    })
  })

it('notices files that are written, created, replaced, renamed and deleted', async () => {
  const file = join(root, 'schema/users.sql')
  mkdirSync(join(root, 'schema'))
  writeFileSync(file, 'one')
  await watchProject()

  let seen = noticed(file)
  writeFileSync(file, 'two')
  await seen

  const created = join(root, 'schema/posts.sql')
  seen = noticed(created)
  writeFileSync(created, 'one')
  await seen

  seen = noticed(file)
  writeFileSync(join(root, 'schema/users.sql~'), 'three')
  renameSync(join(root, 'schema/users.sql~'), file)
  await seen

  const moved = join(root, 'schema/people.sql')
  seen = Promise.all([noticed(file), noticed(moved)]).then(() => undefined)
  renameSync(file, moved)
  await seen

  seen = noticed(moved)
  unlinkSync(moved)
  await seen
})

it('notices two writes that follow each other at once', async () => {
  const file = join(root, 'schema/users.sql')
  mkdirSync(join(root, 'schema'))
  writeFileSync(file, 'one')
  await watchProject()
  for (const text of ['two', 'three', 'four']) {
    const seen = noticed(file)
    writeFileSync(file, text)
    await seen
  }
})

it('notices the first file in a folder that did not exist', async () => {
  await watchProject()
  const seen = noticed(join(root, 'schema/tables/users.sql'))
  mkdirSync(join(root, 'schema/tables'), { recursive: true })
  writeFileSync(join(root, 'schema/tables/users.sql'), 'one')
  await seen
})

it('notices the config file and migrations, and not our own drafts', async () => {
  mkdirSync(join(root, 'migrations/.draft'), { recursive: true })
  writeFileSync(join(root, 'savepoint.config.ts'), '')
  await watchProject()
  const others: string[] = []
  listeners.push((path) => others.push(path))
  writeFileSync(join(root, 'migrations/.draft/draft.up.sql'), '')
  const seen = Promise.all([noticed(join(root, 'savepoint.config.ts')), noticed(join(root, 'migrations/1.sql'))])
  writeFileSync(join(root, 'savepoint.config.ts'), 'export default {}')
  writeFileSync(join(root, 'migrations/1.sql'), '')
  await seen
  expect(others.filter((path) => path.includes('.draft'))).toEqual([])
})

it.each([
  ['/app/schema/**/*.sql', '/app/schema'],
  ['/app/schema/{auth,public}.sql', '/app/schema'],
  ['/app/schema/users.sql', '/app/schema'],
  [String.raw`/home/work \(old\)/schema/*.sql`, '/home/work (old)/schema'],
])('everything that %s matches lies in %s', (glob, base) => {
  expect(globBase(glob)).toBe(base)
})

it('keeps nobody waiting who closes it before it is ready', async () => {
  const closedEarly = createWatcher(createTargets(resolveConfig({}, { root }), []), () => undefined, console.error)
  await closedEarly.close()
  await closedEarly.ready
})
