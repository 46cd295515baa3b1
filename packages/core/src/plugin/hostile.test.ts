import type { Catalog, Plan } from '@savepoint/catalog'
import { MagicString } from 'magic-string'
import { describe, expect, it } from 'vitest'
import { DiagnosticError, type Diagnostic } from '../diagnostics/index.js'
import type { SaveReport } from '../engine/report.js'
import { applyConfigHooks } from './config-hook.js'
import { createPluginContainer, type PluginContainer } from './container.js'
import type { Plugin } from './plugin.js'
import type { GeneratedReport } from './values.js'

const timeout = 20
const table = { id: 'table public.note', kind: 'table', name: 'note', facts: { inherits: [] } }
const catalog = (): Catalog =>
  ({
    version: 180_000,
    objects: new Map([[table.id, structuredClone(table)]]),
    dependencies: [],
    unmodelled: [],
  }) as unknown as Catalog
const plan = (): Plan => ({
  steps: [{ sql: 'CREATE TABLE note ()', object: table.id, action: 'create', hazards: [], transactional: true }],
})
const report = (): SaveReport => ({
  changed: [],
  applied: ['CREATE TABLE note ()'],
  pending: [],
  written: [],
  warnings: [],
  proved: true,
  milliseconds: 1,
  stages: {},
})
const generated = (): GeneratedReport => ({ written: ['a.txt'], reason: 'save' })
const statement = () => ({
  sql: 'CREATE TABLE note ()',
  kind: 'CreateStmt',
  tree: { relation: { relname: 'note' } },
  name: 'note',
  file: '/app/schema/note.sql',
  phase: 'schema' as const,
  leading: '',
  edit: new MagicString('CREATE TABLE note ()'),
})

type Said = readonly Diagnostic[]
const ofResult = async (result: Promise<{ diagnostics: Said }>): Promise<Said> => (await result).diagnostics

/** How each hook is called by the engine. `config` has no container yet. */
const hooks: Record<string, (container: PluginContainer, plugins: Plugin[]) => Promise<Said>> = {
  config: async (_, plugins) => {
    try {
      await applyConfigHooks({ exclude: ['a'], lint: { ignore: [] } } as never, plugins, '/app', timeout)
      return []
    } catch (error) {
      if (error instanceof DiagnosticError) return error.diagnostics
      throw error
    }
  },
  sources: (container) => ofResult(container.sources()),
  pre: (container) => ofResult(container.pre()),
  transform: (container) => ofResult(container.startTransforms().transform(statement(), () => undefined)),
  catalog: (container) => ofResult(container.catalog(catalog())),
  post: (container) => ofResult(container.post(catalog())),
  plan: (container) => ofResult(container.plan(plan())),
  generate: (container) => ofResult(container.generate(catalog())),
  generated: (container) => container.generated(generated()),
  applied: (container) => container.applied(report()),
}

const contain = (hook: string, handler: unknown): { container: PluginContainer; plugins: Plugin[] } => {
  const plugins = [{ name: 'test:hostile', [hook]: handler } as Plugin]
  const container = createPluginContainer({
    plugins,
    root: '/app',
    stateDirectory: '/app/.savepoint',
    log() {},
    catalog: () => undefined,
    locate: () => undefined,
    annotations: () => '',
    watch() {},
    edit: () => Promise.resolve(false),
    timeout,
  })
  return { container, plugins }
}

const run = (hook: string, handler: unknown): Promise<Said> => {
  const { container, plugins } = contain(hook, handler)
  return hooks[hook]?.(container, plugins) ?? Promise.reject(new Error(hook))
}

/** Writes into every part of what it is given, as far down as it goes; throws what the first refusal throws. */
function deface(given: unknown, seen = new Set<unknown>()): void {
  if (typeof given !== 'object' || given === null || seen.has(given) || given instanceof MagicString) return
  seen.add(given)
  if (given instanceof Map) {
    given.clear()
    return
  }
  for (const key of Object.keys(given)) {
    deface((given as Record<string, unknown>)[key], seen)
    ;(given as Record<string, unknown>)[key] = 'defaced'
  }
}

describe.each(Object.keys(hooks))('a plugin that, in %s,', (hook) => {
  const failed = (message: string) => [
    { code: 'SP5004', severity: 'error', plugin: 'test:hostile', message: expect.stringContaining(message) },
  ]

  it.each([
    [
      'throws',
      () => {
        throw new Error('boom')
      },
    ],
    ['rejects', () => Promise.reject(new Error('boom'))],
    [
      'throws what is no error',
      () => {
        throw 'boom'
      },
    ],
  ])('%s is named', async (_what, handler) => {
    expect(await run(hook, handler)).toMatchObject(failed(`the plugin test:hostile failed in ${hook}: boom`))
  })

  it('never ends is left behind', async () => {
    expect(await run(hook, () => new Promise(() => {}))).toMatchObject(failed(`did not end within ${timeout} ms`))
  })

  // These two are given nothing.
  if (hook === 'sources' || hook === 'pre') return
  it('changes what it is given is refused', async () => {
    expect(await run(hook, (given: unknown) => deface(given))).toMatchObject(failed(`failed in ${hook}: `))
  })
})

describe('a plugin that returns what is no answer', () => {
  it.each([
    ['sources', { id: 1 }, 'it must return { id, sql }, both texts, and returned {"id":1}'],
    ['sources', [{ id: 'a', sql: '', phase: 'later' }], `phase is 'pre', 'schema' or 'post', not "later"`],
    ['pre', [1], 'it must return SQL, a text or a list of texts, and returned 1'],
    ['post', { sql: 'SELECT 1' }, 'it must return SQL'],
    ['catalog', 'no notes', `it must return { severity: 'error' | 'warning', message }, and returned "no notes"`],
    ['plan', [{ severity: 'fatal', message: 'x' }], 'it must return { severity'],
    ['generate', { path: 'a.txt' }, 'it must return { path, content }, both texts'],
    [
      'generate',
      { path: 'a.txt', content: '' },
      'one of the first three lines of a.txt must say "Generated by Savepoint"',
    ],
    ['sources', { id: 'a', sql: '', file: 'a.sql' }, 'one of the first three lines of a.sql must say'],
  ])('from %s: %j', async (hook, answer, message) => {
    expect(await run(hook, () => answer)).toMatchObject([{ code: 'SP5004', message: expect.stringContaining(message) }])
  })
})

it('a plugin may return one diagnostic where a list of them is meant', async () => {
  const diagnostic = { severity: 'warning', message: 'mind the step' } as const
  const { values, diagnostics } = await contain('sources', () => ({
    id: 'a',
    sql: '',
    diagnostics: diagnostic,
  })).container.sources()
  expect(diagnostics).toEqual([])
  expect(values).toMatchObject([{ value: { diagnostics: [diagnostic] } }])
})
