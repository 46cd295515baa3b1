import type { Catalog, CatalogObject, Connection, Plan } from '@savepoint/catalog'
import { expectTypeOf, it } from 'vitest'
import type { Config } from '../config/config.js'
import type { SaveReport } from '../engine/report.js'
import {
  defineObjectKind,
  definePlugin,
  definePluginCommand,
  type KindObject,
  type Plugin,
  type PluginContext,
  type PluginDiagnostic,
  type SchemaText,
  type TransformStatement,
} from './index.js'

// Looked at by `npm run check`: an author is told by the editor, without a page of documentation.

it('a hook knows what it is given, as a function and as an object', () => {
  definePlugin({
    name: 'test:typed',
    config: (config, { root }) => {
      expectTypeOf(config).toEqualTypeOf<Readonly<Config>>()
      expectTypeOf(root).toBeString()
    },
    sources: (context) => expectTypeOf(context).toEqualTypeOf<PluginContext>() && undefined,
    transform: {
      filter: { kind: ['CreateStmt', 'IndexStmt'], name: /^note/ },
      handler: (statement) => void expectTypeOf(statement).toEqualTypeOf<TransformStatement>(),
    },
    catalog: {
      handler: (catalog) => {
        expectTypeOf(catalog).toEqualTypeOf<Catalog>()
        return [{ severity: 'warning', message: 'x' }]
      },
    },
    plan: (plan) => void expectTypeOf(plan).toEqualTypeOf<Plan>(),
    applied: async (report) => void expectTypeOf(report).toEqualTypeOf<SaveReport>(),
  })
})

it('facts are known once the kind is', () => {
  definePlugin({
    name: 'test:facts',
    catalog: (catalog) => {
      for (const object of catalog.objects.values())
        if (object.kind === 'column') expectTypeOf(object).toEqualTypeOf<CatalogObject<'column'>>()
    },
  })
})

it('what a hook returns is checked', () => {
  expectTypeOf<Awaited<ReturnType<Extract<Plugin['sources'], (...given: never[]) => unknown>>>>().toEqualTypeOf<
    SchemaText | readonly SchemaText[] | void
  >()
  expectTypeOf<{ severity: 'fatal'; message: string }>().not.toExtend<PluginDiagnostic>()
  // @ts-expect-error a plugin has a name
  definePlugin({ sources: () => ({ id: 'a', sql: '' }) })
  // @ts-expect-error sql is a text
  definePlugin({ name: 'a', sources: () => ({ id: 'a', sql: 1 }) })
  // @ts-expect-error there is no such hook
  definePlugin({ name: 'a', source: () => ({ id: 'a', sql: '' }) })
  // @ts-expect-error only statements are filtered
  definePlugin({ name: 'a', catalog: { filter: { kind: 'CreateStmt' }, handler: () => [] } })
  // @ts-expect-error what a hook is given cannot be changed
  definePlugin({ name: 'a', config: (config) => void (config.exclude = []) })
})

it('a command knows the values of its options', () => {
  definePluginCommand({
    name: 'rows',
    description: 'Count',
    options: {
      exact: { kind: 'flag', description: '' },
      limit: { kind: 'text', description: '' },
      table: { kind: 'list', description: '' },
    },
    run({ options, connect }) {
      expectTypeOf(options.exact).toBeBoolean()
      expectTypeOf(options.limit).toEqualTypeOf<string | undefined>()
      expectTypeOf(options.table).toEqualTypeOf<readonly string[]>()
      expectTypeOf(connect).returns.resolves.toEqualTypeOf<Connection>()
    },
  })
})

it('an object kind knows its facts', () => {
  const kind = defineObjectKind<{ price: number }>({
    name: 'plan',
    desired: () => [{ name: 'free', facts: { price: 0 } }],
    read: () => [],
    create: (object) => {
      expectTypeOf(object).toEqualTypeOf<KindObject<{ price: number }>>()
      return ''
    },
    drop: () => '',
  })
  definePlugin({ name: 'test:kinds', kinds: [kind] })
  // @ts-expect-error the facts are those of the kind
  defineObjectKind<{ price: number }>({ ...kind, desired: () => [{ name: 'free', facts: { prize: 0 } }] })
})
