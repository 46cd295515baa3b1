import { canonical, isServerError, type Catalog, type Connection, type Step } from '@savepoint/catalog'
import type { Diagnostic } from '../../diagnostics/index.js'
import type { PluginContainer } from '../../plugin/container.js'
import type { PluginKind } from '../../plugin/guarded-kind.js'
import type { KindObject } from '../../plugin/object-kind.js'

type Kinds = Pick<PluginContainer, 'kinds'>

/** Objects of plugins' kinds, each list in the order of its kind in `PluginContainer.kinds`. */
export type PluginObjects = readonly (readonly KindObject[])[]

/** Statements before those of the schema, and after them. */
export interface PluginSteps {
  before: readonly Step[]
  after: readonly Step[]
}

/** Why nobody has seen the statements run, or that they do not arrive. */
export type ObjectsProof = { kind: 'proved' } | Doubt

interface Doubt {
  kind: 'failed' | 'unproved'
  diagnostics: readonly Diagnostic[]
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

async function readAll(plugins: Kinds, connection: Connection): Promise<PluginObjects> {
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

/** The statements of a plan with those of plugins' objects around them. */
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

/** What is to be run on scratch, and what for. */
export interface ObjectsProofInput {
  from: PluginObjects
  to: PluginObjects
  steps: PluginSteps
  /** False where scratch stands at another schema than the one that the steps lead to: it may then lack what they need. @default true */
  isAtEnd?: boolean
}

/**
 * Runs the statements on scratch: makes what is there now, lets the steps follow, and looks whether that arrives.
 *
 * @param connection of scratch, in a transaction, which is as it was afterwards
 */
export async function proveObjects(
  plugins: Kinds,
  connection: Connection,
  { from, to, steps, isAtEnd = true }: ObjectsProofInput,
): Promise<ObjectsProof> {
  const beginning = await planObjects(plugins, [], from)
  return withSavepoint(connection, async () => {
    const begun = await runAll(connection, beginning.after)
    if (begun) return unproved(begun)
    const refused = await runAll(connection, [...steps.before, ...steps.after])
    const isAble = isAtEnd && from.some((list) => list.length > 0)
    if (refused) return isAble ? objectsFailed(refused) : unproved(refused)
    const wrong = describeObjects(plugins, await readAll(plugins, connection), to)
    return wrong.length === 0 ? { kind: 'proved' } : objectsFailed(wrong.join('\n'))
  })
}

async function runAll(connection: Connection, steps: readonly Step[]): Promise<string | undefined> {
  for (const { sql } of steps) {
    try {
      await connection.query(sql)
    } catch (error) {
      if (!isServerError(error)) throw error
      return `${error.message}: ${sql}`
    }
  }
  return undefined
}

async function withSavepoint<Result>(connection: Connection, work: () => Promise<Result>): Promise<Result> {
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

export function unproved(reason: string): Doubt {
  return {
    kind: 'unproved',
    diagnostics: [
      {
        code: 'SP3003',
        severity: 'warning',
        message: 'the statements for objects of plugins are not proved',
        why: `Scratch cannot run them: ${reason}`,
        fix: 'Point `scratch` in the config at a server that has what they need, such as the extension.',
      },
    ],
  }
}

export function objectsFailed(reason: string): Doubt {
  return {
    kind: 'failed',
    diagnostics: [
      {
        code: 'SP3002',
        severity: 'error',
        message: 'the statements for objects of plugins do not lead to what was asked for',
        why: reason,
        fix: 'This is a mistake of the plugin: what `create`, `alter` and `drop` do must be what `read` then finds.',
      },
    ],
  }
}
