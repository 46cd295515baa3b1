import { canonical, type Catalog, type Connection, type Step } from '@savepoint/catalog'
import type { PluginContainer } from '../../plugin/container.js'
import type { PluginKind } from '../../plugin/guarded-kind.js'
import type { KindObject } from '../../plugin/object-kind.js'

export type Kinds = Pick<PluginContainer, 'kinds'>

/** Objects of plugins' kinds, each list in the order of its kind in `PluginContainer.kinds`. */
export type PluginObjects = readonly (readonly KindObject[])[]

/** Statements before those of the schema, and after them. */
export interface PluginSteps {
  before: readonly Step[]
  after: readonly Step[]
}

/** What should be there. Throws DiagnosticError SP5004. */
export async function desiredObjects(plugins: Kinds, catalog: Catalog): Promise<PluginObjects> {
  return Promise.all(plugins.kinds.map((kind) => kind.desired(catalog)))
}

/**
 * What is there.
 *
 * @param connection outside of a transaction: one that cannot write is opened, since reading is all that a kind is asked for;
 *   inside of one it is as it was afterwards
 * @throws DiagnosticError SP5004
 */
export async function currentObjects(
  plugins: Kinds,
  connection: Connection,
  { isInTransaction = false } = {},
): Promise<PluginObjects> {
  if (plugins.kinds.length === 0) return []
  if (isInTransaction) return withSavepoint(connection, () => readAll(plugins, connection))
  await connection.query('BEGIN READ ONLY')
  try {
    return await readAll(plugins, connection)
  } finally {
    await connection.query('ROLLBACK')
  }
}

/** What is wanted, with what is there and not wanted. */
export function withoutDrops(from: PluginObjects, to: PluginObjects): PluginObjects {
  return to.map((wanted, index) => {
    const names = new Set(wanted.map(({ name }) => name))
    return [...wanted, ...(from[index] ?? []).filter(({ name }) => !names.has(name))]
  })
}

/** What is there, read in the transaction that the connection is in. */
export async function readAll(plugins: Kinds, connection: Connection): Promise<PluginObjects> {
  const lists: (readonly KindObject[])[] = []
  // One session runs one query at a time.
  for (const kind of plugins.kinds) lists.push(await kind.read(connection))
  return lists
}

/** Statements that lead from one to the other. Throws DiagnosticError SP5004. */
export async function planObjects(plugins: Kinds, from: PluginObjects, to: PluginObjects): Promise<PluginSteps> {
  const before: Step[] = []
  const after: Step[] = []
  for (const [index, kind] of plugins.kinds.entries()) {
    const present = byName(from[index] ?? [])
    const wanted = byName(to[index] ?? [])
    for (const [name, object] of present)
      if (!wanted.has(name)) before.push(...toSteps(kind, object, 'drop', await kind.drop(object)))
    for (const [name, object] of wanted) {
      const old = present.get(name)
      if (!old) after.push(...toSteps(kind, object, 'create', await kind.create(object)))
      else if (!isSame(old, object)) after.push(...toSteps(kind, object, 'alter', await kind.alter(old, object)))
    }
  }
  return { before, after }
}

/** Whether nothing is to be done. */
export function isEmpty({ before, after }: PluginSteps): boolean {
  return before.length + after.length === 0
}

/** The statements of a plan with those of plugins' objects around them; the latter alone around `[]`. */
export function around(steps: readonly Step[], { before, after }: PluginSteps): Step[] {
  return [...before, ...steps, ...after]
}

/** Objects that one list has and the other has not, or has otherwise; in words. */
export function describeObjects(plugins: Kinds, from: PluginObjects, to: PluginObjects): string[] {
  return plugins.kinds.flatMap((kind, index) => {
    const present = byName(from[index] ?? [])
    const wanted = byName(to[index] ?? [])
    return [
      ...[...wanted].flatMap(([name, object]) => {
        const old = present.get(name)
        if (!old) return [`${kind.name} ${name} is missing`]
        return isSame(old, object) ? [] : [`${kind.name} ${name} differs`]
      }),
      ...[...present.keys()]
        .filter((name) => !wanted.has(name))
        .map((name) => `${kind.name} ${name} is not asked for by ${kind.plugin}`),
    ]
  })
}

/** Takes everything back that `work` does. @param connection in a transaction */
export async function withSavepoint<Result>(connection: Connection, work: () => Promise<Result>): Promise<Result> {
  // Names without a schema mean in a plugin's SQL what they mean in schema files and migrations; extraction leaves no path set.
  await connection.query('SAVEPOINT savepoint_objects; RESET search_path')
  try {
    return await work()
  } finally {
    await connection.query('ROLLBACK TO SAVEPOINT savepoint_objects; RELEASE SAVEPOINT savepoint_objects')
  }
}

function toSteps(
  kind: PluginKind,
  { name }: KindObject,
  action: Step['action'],
  statements: readonly string[],
): Step[] {
  return statements.map((sql) => ({ sql, object: `${kind.name} ${name}`, action, hazards: [], transactional: true }))
}

function byName(objects: readonly KindObject[]): ReadonlyMap<string, KindObject> {
  return new Map(objects.map((object) => [object.name, object]))
}

function isSame(a: KindObject, b: KindObject): boolean {
  return canonical(a.facts) === canonical(b.facts)
}
