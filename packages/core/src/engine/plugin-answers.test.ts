import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import type { Engine } from './engine.js'
import { createTestProject, type TestProject } from './testing/project.js'

const server = inject('servers')['18']

/** Writes a line into a file each time that it is asked; its tables are the lines of another file. */
const plugin = (cacheKey: string, column = 'id') => `
import { appendFileSync, readFileSync } from 'node:fs'
const ask = (root, hook) => appendFileSync(root + '/asked.txt', hook + '\\n')
export const counted = {
  name: 'house:counted',
  ${cacheKey}
  sources({ root, watch }) {
    ask(root, 'sources')
    watch(root + '/tables.txt')
    const names = readFileSync(root + '/tables.txt', 'utf8').trim().split('\\n')
    return { id: 'tables', sql: names.map((name) => 'create table ' + name + ' (${column} integer);').join('\\n') }
  },
  post(catalog, { root, annotations }) {
    ask(root, 'post')
    return annotations('table public.note').includes('@indexed') ? 'create index on note (id)' : []
  },
}
`

const twice = `
import { appendFileSync } from 'node:fs'
export const counted = ['one', 'two'].map((table) => ({
  name: 'house:twice',
  cacheKey: table,
  sources({ root }) {
    appendFileSync(root + '/asked.txt', table + '\\n')
    return { id: table, sql: 'create table ' + table + ' ()' }
  },
}))
`

describe.skipIf(server === undefined)('what a plugin with a cache key answered [needs native]', () => {
  let project: TestProject
  beforeEach(async () => {
    project = await createTestProject({
      files: {
        'schema/note.sql': 'create table note (id integer);\n',
        'tables.txt': 'tag\n',
        'house.mjs': plugin(`cacheKey: '1',`),
        'asked.txt': '',
      },
      server,
    })
    project.write(
      'savepoint.config.mjs',
      `import { counted } from './house.mjs'\n${project.read('savepoint.config.mjs').replace('{ ', '{ plugins: [counted], ')}`,
    )
    await project.engine.start()
    await project.engine.close()
  })
  afterEach(() => project.close())

  /** Hooks that the next start calls. */
  async function restart(): Promise<string[]> {
    project.write('asked.txt', '')
    const engine: Engine = project.createEngine()
    await engine.start()
    expect(engine.state).toMatchObject({ status: 'ready', diagnostics: [] })
    await engine.close()
    return project.read('asked.txt').split('\n').filter(Boolean)
  }
  const tables = () =>
    project.query("select relname as name from pg_class where relnamespace = 'public'::regnamespace order by 1")

  it('is taken by the next start, which calls none of its hooks', async () => {
    expect(await restart()).toEqual([])
    expect(await tables()).toMatchObject([{ name: 'note' }, { name: 'tag' }])
  })

  it('is asked for again when a file that it watches changed', async () => {
    project.write('tables.txt', 'tag\nlabel\n')
    expect(await restart()).toEqual(['sources', 'post'])
    expect(await tables()).toMatchObject([{ name: 'label' }, { name: 'note' }, { name: 'tag' }])
  })

  it('is asked for again where what it is given changed, comments too', async () => {
    project.write('schema/note.sql', '-- @indexed\ncreate table note (id integer);\n')
    expect(await restart()).toEqual(['post'])
    expect(await tables()).toMatchObject([{ name: 'note' }, { name: 'note_id_idx' }, { name: 'tag' }])
  })

  it.each([
    ['its key', plugin(`cacheKey: '2',`)],
    ['its own code', plugin(`cacheKey: '1',`, 'number')],
  ])('is asked for again when %s changed', async (_what, code) => {
    project.write('house.mjs', code)
    expect(await restart()).toEqual(['sources', 'post'])
    expect(await restart()).toEqual([])
  })

  it('is kept of each, where a plugin stands there twice', async () => {
    project.write('house.mjs', twice)
    expect(await restart()).toEqual(['one', 'two'])
    expect(await restart()).toEqual([])
  })

  it('is never kept of one that has no key', async () => {
    project.write('house.mjs', plugin(''))
    expect(await restart()).toEqual(['sources', 'post'])
    expect(await restart()).toEqual(['sources', 'post'])
  })
})
