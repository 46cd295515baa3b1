import { MagicString } from 'magic-string'
import { describe, expect, it } from 'vitest'
import { DiagnosticError } from '../diagnostics/index.js'
import { applyConfigHooks } from './config-hook.js'
import { createPluginContainer, type ContainerOptions, type PluginContainer } from './container.js'
import type { Plugin } from './plugin.js'
import type { TransformStatement } from './values.js'

function createContainer(plugins: Plugin[], options: Partial<ContainerOptions> = {}) {
  return createPluginContainer({
    plugins,
    root: '/app',
    stateDirectory: '/app/.savepoint',
    log() {},
    catalog: () => undefined,
    locate: () => undefined,
    annotations: () => '',
    watch() {},
    edit: () => Promise.resolve(false),
    ...options,
  })
}

function statement(sql: string): TransformStatement {
  return {
    sql,
    kind: 'CreateStmt',
    tree: { relation: { relname: 'note' } },
    name: 'note',
    file: '/app/schema/note.sql',
    phase: 'schema',
    leading: '',
    edit: new MagicString(sql),
  }
}

const transform = (container: PluginContainer, given: TransformStatement) =>
  container.startTransforms().transform(given, () => undefined)

describe('what plugins give', () => {
  it('is collected in order, with the name of the plugin that gave it', async () => {
    const container = createContainer([
      { name: 'a:one', sources: () => ({ id: 'x', sql: 'CREATE TABLE x ()' }) },
      { name: 'b:none', sources: () => undefined },
      {
        name: 'c:many',
        sources: async () => [
          { id: 'y', sql: '' },
          { id: 'z', sql: '' },
        ],
      },
    ])
    const { values, diagnostics } = await container.sources()
    expect(values.map(({ plugin, value }) => `${plugin} ${value.id}`)).toEqual(['a:one x', 'c:many y', 'c:many z'])
    expect(diagnostics).toEqual([])
  })

  it('reaches other plugins through api', async () => {
    let seen: unknown
    const container = createContainer([
      { name: 'a:keys', api: { style: 'uuid' } },
      { name: 'b:reader', sources: (context) => void (seen = context.api('a:keys')) },
    ])
    await container.sources()
    expect(seen).toEqual({ style: 'uuid' })
  })
})

describe('a transform', () => {
  it('edits the statement and leaves positions traceable', async () => {
    const container = createContainer([
      {
        name: 'a:rename',
        transform: {
          filter: { kind: 'CreateStmt' },
          handler: ({ edit, sql }) => void edit.overwrite(sql.indexOf('note'), sql.indexOf('note') + 4, 'memo'),
        },
      },
    ])
    const given = statement('CREATE TABLE note (id int)')
    expect(await transform(container, given)).toEqual({ diagnostics: [], editors: ['a:rename'] })
    expect(given.edit.toString()).toBe('CREATE TABLE memo (id int)')
  })

  it('is not called for what its filter leaves out', async () => {
    const container = createContainer([
      {
        name: 'a:views',
        transform: {
          filter: { kind: 'ViewStmt' },
          handler: () => {
            throw new Error('called')
          },
        },
      },
    ])
    expect(container.transforms(statement('CREATE TABLE note ()'))).toBe(false)
    expect(await transform(container, statement('CREATE TABLE note ()'))).toEqual({ diagnostics: [], editors: [] })
  })

  it('cannot change the tree that other plugins see', async () => {
    const container = createContainer([
      {
        name: 'a:hostile',
        transform: ({ tree }) => void ((tree as { relation: { relname: string } }).relation.relname = 'users'),
      },
    ])
    const [diagnostic] = (await transform(container, statement('CREATE TABLE note ()'))).diagnostics
    expect(diagnostic).toMatchObject({ code: 'SP5004', plugin: 'a:hostile' })
    expect(diagnostic?.message).toContain('read only')
  })
})

describe('a plugin that fails', () => {
  it('becomes a diagnostic with its name, and the others still count', async () => {
    const container = createContainer([
      {
        name: 'a:broken',
        sources: () => {
          throw new Error('no such file')
        },
      },
      { name: 'b:fine', sources: () => ({ id: 'x', sql: '' }) },
    ])
    const { values, diagnostics } = await container.sources()
    expect(values).toHaveLength(1)
    expect(diagnostics).toMatchObject([
      { code: 'SP5004', plugin: 'a:broken', message: 'the plugin a:broken failed in sources: no such file' },
    ])
  })

  it('keeps a diagnostic that it raised itself', async () => {
    const container = createContainer([
      {
        name: 'a:auth',
        sources: () => {
          throw new DiagnosticError([{ code: 'SP5001', severity: 'error', message: 'auth.ts throws' }])
        },
      },
    ])
    expect((await container.sources()).diagnostics).toEqual([
      { code: 'SP5001', severity: 'error', message: 'auth.ts throws', plugin: 'a:auth' },
    ])
  })

  it('is left behind when it never ends, and told so', async () => {
    let aborted = false
    const container = createContainer(
      [
        {
          name: 'a:hanging',
          sources: ({ signal }) => new Promise(() => signal.addEventListener('abort', () => (aborted = true))),
        },
      ],
      { timeout: 20 },
    )
    const { diagnostics } = await container.sources()
    expect(diagnostics[0]?.message).toBe('the plugin a:hanging failed in sources: sources did not end within 20 ms')
    expect(aborted).toBe(true)
  })
})

describe('a transform that never ends', () => {
  it('is waited for once in a run, not once for each statement', async () => {
    let calls = 0
    const hanging: Plugin = { name: 'a:hanging', transform: () => (calls++, new Promise(() => {})) }
    const pass = createContainer([hanging], { timeout: 20 }).startTransforms()
    const first = await pass.transform(statement('CREATE TABLE note ()'), () => undefined)
    const second = await pass.transform(statement('CREATE TABLE tag ()'), () => undefined)
    expect(first.diagnostics).toMatchObject([{ code: 'SP5004', plugin: 'a:hanging' }])
    expect(second.diagnostics).toEqual([])
    expect(calls).toBe(1)
  })
})

describe('the cache key', () => {
  it('changes with a plugin’s own key', () => {
    const key = (cacheKey: string) => createContainer([{ name: 'a', cacheKey }]).cacheKey
    expect(key('1')).not.toBe(key('2'))
  })
  it('is absent when a plugin has none: nobody can know what it would return', () => {
    expect(createContainer([{ name: 'a', cacheKey: '1' }, { name: 'b' }]).cacheKey).toBeUndefined()
  })
})

describe('the config hook', () => {
  it('merges what each plugin returns into what the next one sees', async () => {
    const config = await applyConfigHooks(
      { schema: 'db/*.sql' },
      [
        { name: 'a', config: () => ({ exclude: ['pgboss'] }) },
        { name: 'b', config: ({ exclude = [] }) => ({ exclude: [...exclude, 'cron'] }) },
      ],
      '/app',
    )
    expect(config).toEqual({ schema: 'db/*.sql', exclude: ['pgboss', 'cron'] })
  })
})
