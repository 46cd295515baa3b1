import { NameIndex } from './names.js'
import type { Unit } from './unit.js'

/** A unit in the order to run, and whether its foreign keys or OWNED BY must be left for later to break a circle. */
export interface OrderedUnit {
  unit: Unit
  splitClauses: boolean
}

interface Vertex {
  unit: Unit
  /** Position among all: what comes first in the files runs first, as far as possible. */
  rank: number
  /** How many edges still point here, by strength. */
  hard: number
  clause: number
  soft: number
  users: { vertex: Vertex; strength: 'hard' | 'clause' | 'soft' }[]
  splitClauses: boolean
  done: boolean
}

// What every other statement may need without naming it: types and operators come out of extensions.
const foundations = new Set(['CreateSchemaStmt', 'CreateExtensionStmt', 'CreateRoleStmt', 'CreatePLangStmt'])
const phaseRank = { pre: 0, schema: 1, post: 2 }

/** Who defines what among `units`. */
export function indexUnits(units: readonly Unit[]): NameIndex<Unit> {
  const index = new NameIndex<Unit>()
  for (const unit of units) for (const name of unit.analysis.defines) index.add(name, unit.searchPath, unit)
  return index
}

/**
 * Orders statements so that each comes after what it names; otherwise phases, then the order of the files, are kept, so
 * that a schema that runs as it is written is run as it is written. A stable topological sort; circles are broken by
 * leaving clauses for later, and at last by the order of the files.
 *
 * @param index of these units and of everything that they may name besides
 */
export function orderUnits(units: readonly Unit[], index: NameIndex<Unit> = indexUnits(units)): OrderedUnit[] {
  const vertices = connect(units, index)
  const ready = new Heap<Vertex>((a, b) => a.rank - b.rank)
  const isFree = (vertex: Vertex): boolean => vertex.hard + vertex.clause + vertex.soft === 0
  for (const vertex of vertices) if (isFree(vertex)) ready.push(vertex)

  const ordered: OrderedUnit[] = []
  let first = 0
  while (ordered.length < vertices.length) {
    const vertex = ready.pop()
    if (!vertex) {
      while (vertices[first]?.done) first++
      for (const freed of breakCircle(vertices.slice(first))) ready.push(freed)
      continue
    }
    if (vertex.done) continue
    vertex.done = true
    ordered.push({ unit: vertex.unit, splitClauses: vertex.splitClauses })
    for (const { vertex: user, strength } of vertex.users) {
      if (user.done || user[strength] === 0) continue
      user[strength]--
      if (isFree(user)) ready.push(user)
    }
  }
  return ordered
}

function connect(units: readonly Unit[], index: NameIndex<Unit>): Vertex[] {
  const sorted = units
    .map((unit, position) => ({ unit, position, foundation: foundations.has(unit.analysis.kind) ? 0 : 1 }))
    .sort(
      (a, b) =>
        phaseRank[a.unit.statement.phase] - phaseRank[b.unit.statement.phase] ||
        a.foundation - b.foundation ||
        a.position - b.position,
    )
  const vertices = sorted.map(({ unit }, rank): Vertex => ({
    unit,
    rank,
    hard: 0,
    clause: 0,
    soft: 0,
    users: [],
    splitClauses: false,
    done: false,
  }))
  const vertexOf = new Map(vertices.map((vertex) => [vertex.unit, vertex]))
  for (const vertex of vertices) {
    const strengths = new Map<Vertex, 'hard' | 'clause' | 'soft'>()
    for (const reference of vertex.unit.analysis.references) {
      for (const definer of index.find(reference, vertex.unit.searchPath)) {
        const needed = vertexOf.get(definer)
        if (!needed || needed === vertex) continue
        // Within a file the order of GRANT and REVOKE is the user's; between files there is none.
        if (reference.space === 'revoke' && definer.statement.file === vertex.unit.statement.file) continue
        const known = strengths.get(needed)
        if (!known || weight[reference.strength] > weight[known]) strengths.set(needed, reference.strength)
      }
    }
    for (const [needed, strength] of strengths) {
      needed.users.push({ vertex, strength })
      vertex[strength]++
    }
  }
  return vertices
}

const weight = { soft: 0, clause: 1, hard: 2 }

/** Frees at least one of the vertices that wait for each other; returns those that can run now. */
function breakCircle(vertices: readonly Vertex[]): Vertex[] {
  const waiting = vertices.filter((vertex) => !vertex.done)
  const circle = findCircle(waiting)
  const soft = circle.filter((vertex) => vertex.soft > 0)
  if (soft.length > 0) {
    for (const vertex of soft) vertex.soft = 0
    return soft.filter((vertex) => vertex.hard + vertex.clause === 0)
  }
  const clauses = circle.filter((vertex) => vertex.clause > 0)
  if (clauses.length > 0) {
    for (const vertex of clauses) {
      vertex.clause = 0
      vertex.splitClauses = true
    }
    return clauses.filter((vertex) => vertex.hard === 0)
  }
  const earliest = circle.reduce((a, b) => (a.rank < b.rank ? a : b))
  earliest.hard = 0
  return [earliest]
}

/** The vertices of one circle among `waiting`: going from user to needed must come back, since nobody is free. */
function findCircle(waiting: readonly Vertex[]): Vertex[] {
  const needs = new Map<Vertex, Vertex>()
  for (const vertex of waiting) {
    for (const { vertex: user, strength } of vertex.users) {
      // Of several the earliest, so that the circle does not depend on the order of insertion.
      const known = needs.get(user)
      if (!user.done && user[strength] > 0 && (!known || vertex.rank < known.rank)) needs.set(user, vertex)
    }
  }
  const path: Vertex[] = []
  const positions = new Map<Vertex, number>()
  let current = waiting[0]
  while (current) {
    const position = positions.get(current)
    if (position !== undefined) return path.slice(position)
    positions.set(current, path.length)
    path.push(current)
    current = needs.get(current)
  }
  return path
}

class Heap<Item> {
  readonly #items: Item[] = []
  readonly #compare: (a: Item, b: Item) => number

  constructor(compare: (a: Item, b: Item) => number) {
    this.#compare = compare
  }

  push(item: Item): void {
    const items = this.#items
    let position = items.push(item) - 1
    while (position > 0) {
      const parent = (position - 1) >> 1
      const above = items[parent]
      if (above === undefined || this.#compare(above, item) <= 0) break
      items[position] = above
      position = parent
    }
    items[position] = item
  }

  pop(): Item | undefined {
    const items = this.#items
    const top = items[0]
    const last = items.pop()
    if (top === undefined || last === undefined || items.length === 0) return top
    let position = 0
    for (;;) {
      let child = 2 * position + 1
      let below = items[child]
      if (below === undefined) break
      const right = items[child + 1]
      if (right !== undefined && this.#compare(right, below) < 0) {
        child++
        below = right
      }
      if (this.#compare(last, below) <= 0) break
      items[position] = below
      position = child
    }
    items[position] = last
    return top
  }
}
