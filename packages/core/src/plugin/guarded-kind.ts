import type { Catalog, Connection } from '@savepoint/catalog'
import { DiagnosticError } from '../diagnostics/index.js'
import { pluginFailure } from './call.js'
import { readKindObjects, readStatements } from './check.js'
import type { PluginContext } from './context.js'
import { freezeDeep } from './freeze.js'
import type { KindObject, ObjectKind } from './object-kind.js'
import type { Plugin } from './plugin.js'

/** An object kind of a plugin; every method throws DiagnosticError SP5004 when the plugin fails. */
export interface PluginKind {
  readonly plugin: string
  readonly name: string
  desired(catalog: Catalog): Promise<readonly KindObject[]>
  read(connection: Connection): Promise<readonly KindObject[]>
  /** Statements without final semicolons. */
  create(object: KindObject): Promise<readonly string[]>
  alter(from: KindObject, to: KindObject): Promise<readonly string[]>
  drop(object: KindObject): Promise<readonly string[]>
}

/** Calls one plugin with a context of its own, within its time. */
type Call = <Value>(
  plugin: Plugin,
  what: string,
  run: (context: PluginContext) => Value | Promise<Value>,
) => Promise<Awaited<Value>>

export function guardKind(plugin: Plugin, kind: ObjectKind, call: Call): PluginKind {
  async function ask<Value>(method: string, run: (context: PluginContext) => Promise<Value>): Promise<Value> {
    const what = `${method} of the kind ${kind.name}`
    try {
      return (await call<Value>(plugin, what, run)) as Value
    } catch (error) {
      throw new DiagnosticError(pluginFailure(plugin, what, error), { cause: error })
    }
  }
  const statements = (method: string, run: () => unknown): Promise<readonly string[]> =>
    ask(method, async () => readStatements(await run()))
  return {
    plugin: plugin.name,
    name: kind.name,
    desired: (catalog) =>
      ask('desired', async (context) => readKindObjects(await kind.desired(freezeDeep(catalog), context))),
    read: (connection) => ask('read', async () => readKindObjects(await kind.read(connection))),
    create: (object) => statements('create', () => kind.create(object)),
    drop: (object) => statements('drop', () => kind.drop(object)),
    async alter(from, to) {
      if (kind.alter) return statements('alter', () => kind.alter?.(from, to))
      const dropped = await statements('drop', () => kind.drop(from))
      return [...dropped, ...(await statements('create', () => kind.create(to)))]
    },
  }
}
