import { quoteIdentifier } from '../identifier.js'
import { isIncomplete, wholeOf } from '../kinds/parts.js'
import type { AnyObject, Catalog, ObjectId } from '../model/object.js'

/** Who belongs to whom and who needs whom in one catalog. A pair may be listed twice. */
export interface Links {
  children(id: ObjectId): readonly AnyObject[]
  /** What an object needs, with its parent, its schema, and what inheritance adds. */
  needs(id: ObjectId): readonly ObjectId[]
  neededBy(id: ObjectId): readonly ObjectId[]
  /** What has to be made before an object although the object does not need it. */
  after(id: ObjectId): readonly ObjectId[]
}

// A catalog is never changed, and the one that a plan arrives at is where the next plan starts.
const known = new WeakMap<Catalog, Links>()

/** Linear in objects and dependencies. */
export function linksOf(catalog: Catalog): Links {
  const links = known.get(catalog) ?? createLinks(catalog)
  known.set(catalog, links)
  return links
}

/** All that is linked to one object: one look-up by its id, where a map for each sort of link would take one each. */
interface Node {
  id: ObjectId
  children?: AnyObject[]
  needs?: ObjectId[]
  neededBy?: ObjectId[]
  after?: ObjectId[]
}

const none: readonly never[] = []

function createLinks(catalog: Catalog): Links {
  const nodes = new Map<ObjectId, Node>()
  const schemas = new Map<string, Node>()
  for (const { id, kind, name } of catalog.objects.values()) {
    const node: Node = { id }
    nodes.set(id, node)
    if (kind === 'schema') schemas.set(name, node)
  }
  const link = (from: Node | undefined, to: Node | undefined): void => {
    if (from === to || !from || !to) return
    ;(from.needs ??= []).push(to.id)
    ;(to.neededBy ??= []).push(from.id)
  }
  const add = (from: ObjectId, to: ObjectId): void => link(nodes.get(from), nodes.get(to))
  const order = (later: ObjectId, earlier: ObjectId): void => {
    const node = nodes.get(later)
    if (node) (node.after ??= []).push(earlier)
  }
  for (const object of catalog.objects.values()) {
    const node = nodes.get(object.id)
    if (object.parent !== undefined) {
      const parent = nodes.get(object.parent)
      if (parent) (parent.children ??= []).push(object)
      link(node, parent)
    } else if (object.schema !== undefined && object.kind !== 'schema') link(node, schemas.get(object.schema))
    for (const role of rolesOf(object)) link(node, nodes.get(`role ${role}`))
    // Postgres names only the columns and the key behind them.
    if (object.kind === 'constraint' && object.facts.references) link(node, nodes.get(object.facts.references.table))
  }
  const base = baseTypeFunctions(catalog)
  const casts = castsByFunction(catalog)
  for (const { from, to } of catalog.dependencies) {
    const input = base.get(to)?.get(from)
    if (input !== undefined) add(from, input)
    else if (!isBackward(from, to, catalog)) add(from, to)
    // An expression that a cast's function was called for is printed as that cast.
    for (const cast of casts.get(to) ?? none) if (cast !== from) order(from, cast)
  }
  const children = (id: ObjectId): readonly AnyObject[] => nodes.get(id)?.children ?? none
  addInheritance(catalog, children, add, order)
  for (const node of nodes.values()) node.children?.sort(byPosition)
  return {
    children,
    needs: (id) => nodes.get(id)?.needs ?? none,
    neededBy: (id) => nodes.get(id)?.neededBy ?? none,
    after: (id) => nodes.get(id)?.after ?? none,
  }
}

/** Roles, quoted, that an object names: it cannot be there without them. */
function rolesOf(object: AnyObject): readonly string[] {
  const { owner, privileges } = object
  const further = furtherRolesOf(object)
  if (owner === undefined && privileges.length === 0) return further
  const named = privileges.map(({ grantee }) => grantee)
  return [...(owner === undefined ? named : [owner, ...named]).map(quoteIdentifier), ...further]
}

/** Besides its owner and those it is granted to. */
function furtherRolesOf(object: AnyObject): readonly string[] {
  switch (object.kind) {
    case 'membership':
      return [object.facts.role, object.facts.member]
    case 'policy':
      return object.facts.roles.map(quoteIdentifier)
    case 'user mapping':
      return [object.facts.user]
    case 'default privilege':
      return [
        ...(object.facts.role === undefined ? [] : [object.facts.role]),
        ...object.facts.grants.map(({ grantee }) => grantee),
      ].map(quoteIdentifier)
    default:
      return none
  }
}

/**
 * The functions that a base type is made of take or return the type itself. They come first, the one that reads it before the
 * others, since that makes the shell of the type. By type: function → what it needs instead of the type.
 */
export function baseTypeFunctions(catalog: Catalog): Map<ObjectId, Map<ObjectId, ObjectId>> {
  const found = new Map<ObjectId, Map<ObjectId, ObjectId>>()
  for (const { from, to } of catalog.dependencies) {
    if (!from.startsWith('type ') || !to.startsWith('function ')) continue
    const functions = found.get(from) ?? new Map<ObjectId, ObjectId>()
    found.set(from, functions)
    functions.set(to, to)
  }
  for (const [id, functions] of found) {
    const type = catalog.objects.get(id)
    if (type?.kind !== 'type') continue
    const { input: reader } = type.facts
    const input = [...functions.keys()].find((name) => name.startsWith(`function ${reader}(`))
    for (const name of functions.keys()) if (input !== undefined) functions.set(name, input)
  }
  return found
}

function castsByFunction(catalog: Catalog): Map<ObjectId, ObjectId[]> {
  const casts = new Map<ObjectId, ObjectId[]>()
  for (const { from, to } of catalog.dependencies)
    if (from.startsWith('cast ') && to.startsWith('function ')) casts.set(to, [...(casts.get(to) ?? []), from])
  return casts
}

const byPosition = (a: AnyObject, b: AnyObject): number =>
  a.kind === 'column' && b.kind === 'column' ? a.facts.position - b.facts.position : 0

/**
 * An owned sequence depends on its column only in that it goes with it (see `foldInto`), and a child on its parents through the
 * link between them, so that it can be taken off.
 */
function isBackward(from: ObjectId, to: ObjectId, catalog: Catalog): boolean {
  if (!from.startsWith('sequence ') && !from.startsWith('table ') && !from.startsWith('foreign table ')) return false
  const object = catalog.objects.get(from)
  if (object?.kind === 'sequence') return object.facts.ownedBy === to
  if (object?.kind === 'table' || object?.kind === 'foreign table')
    return object.facts.partitionOf?.parent === to || object.facts.inherits.includes(to)
  return false
}

function addInheritance(
  catalog: Catalog,
  children: (id: ObjectId) => readonly AnyObject[],
  add: (from: ObjectId, to: ObjectId) => void,
  order: (later: ObjectId, earlier: ObjectId) => void,
): void {
  for (const object of catalog.objects.values()) {
    // Parts are made first: the whole then takes them up under the names they have, instead of making its own.
    const whole = wholeOf(object)
    if (whole !== undefined) {
      add(object.id, whole)
      if (!isIncomplete(catalog.objects.get(whole))) order(whole, object.id)
    }
    if (object.kind !== 'inheritance') continue
    add(object.id, object.facts.parent)
    const parent = object.facts.parent.replace(/^(?:foreign )?table /, '')
    for (const own of children(object.parent ?? '')) {
      // What the child declares as well does not need the parent's; see `orderMerges`.
      if (own.kind === 'column' && own.facts.inherited && !own.facts.local)
        add(own.id, `column ${parent}.${quoteIdentifier(own.name)}`)
      if (own.kind === 'constraint' && own.facts.inherited && !own.facts.local && own.facts.type === 'check')
        add(own.id, `constraint ${parent}.${quoteIdentifier(own.name)}`)
      // Attaching looks for the columns, the checks and the parts of indexes; those come before the link.
      if (isUncheckedCopy(own)) order(`constraint ${parent}.${quoteIdentifier(own.name)}`, object.id)
      else if (own.kind === 'column' || own.kind === 'constraint' || own.kind === 'index') order(object.id, own.id)
    }
    // A partition that comes later would get its part of an index that has none of it.
    for (const index of children(object.facts.parent)) if (isIncomplete(index)) order(index.id, object.id)
    const unchecked = new Set(
      children(object.parent ?? '')
        .filter(isUncheckedCopy)
        .map(({ name }) => name),
    )
    for (const inherited of children(object.facts.parent))
      if (
        inherited.kind === 'column' ||
        (inherited.kind === 'constraint' && inherited.facts.type === 'check' && !unchecked.has(inherited.name))
      )
        order(object.id, inherited.id)
  }
}

/** A check that is not valid comes down to tables that are there; a new table, which is empty, would have it valid. */
const isUncheckedCopy = (own: AnyObject): boolean =>
  own.kind === 'constraint' &&
  own.facts.type === 'check' &&
  own.facts.inherited &&
  !own.facts.local &&
  !own.facts.validated &&
  own.facts.enforced
