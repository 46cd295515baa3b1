import { createRandom, type Random } from './random.js'
import { crossCutting } from './cross-cutting.js'
import { relations } from './relations.js'
import { types } from './types.js'
import { routines } from './routines.js'
import { others } from './others.js'

/** What the statements so far have made, for those that come after. Names are quoted and qualified, ready for SQL. */
export interface World {
  schemas: string[]
  enums: { name: string; labels: string[] }[]
  domains: { name: string; base: string }[]
  composites: string[]
  ranges: string[]
  collations: string[]
  sequences: string[]
  /** Functions of one integer that return an integer. */
  immutables: string[]
  triggerFunctions: string[]
  eventFunctions: string[]
  tables: Table[]
  views: { name: string; columns: Column[]; materialized: boolean }[]
  indexes: string[]
  dictionaries: string[]
  statistics: string[]
  servers: string[]
  /** For comments, owners and privileges: the object as those statements name it. */
  targets: { kind: string; name: string; privileges?: string[]; owned?: boolean }[]
}

export interface Column {
  name: string
  type: string
  notNull: boolean
  generated: boolean
}

export interface Table {
  name: string
  columns: Column[]
  /** Columns that a foreign key may point at. */
  key?: Column
  partitioned?: string
  partition: boolean
}

/** One thing that a schema may hold: a named slot, whose statements depend on its own stream and on the world before it. */
export interface Slot {
  name: string
  write(random: Random, world: World): string[]
}

export const slots: readonly Slot[] = [...types, ...routines, ...relations, ...others, ...crossCutting]

export interface GeneratedPair {
  seed: number
  from: string
  to: string
}

function generate(seed: number, keys: ReadonlyMap<string, string>): string {
  const world: World = {
    schemas: ['public'],
    enums: [],
    domains: [],
    composites: [],
    ranges: [],
    collations: [],
    sequences: [],
    immutables: [],
    triggerFunctions: [],
    eventFunctions: [],
    tables: [],
    views: [],
    indexes: [],
    dictionaries: [],
    statistics: [],
    servers: [],
    targets: [],
  }
  const statements: string[] = []
  for (const slot of slots) {
    const key = keys.get(slot.name)
    if (key !== undefined) statements.push(...slot.write(createRandom(`${seed} ${slot.name} ${key}`), world))
  }
  return statements.map((statement) => `${statement};\n`).join('')
}

/**
 * Two schemas over the same few names. Some slots are equal on both sides, some are written anew, some are on one side only;
 * a slot that is equal still changes where what it refers to does. A statement may be one that Postgres refuses:
 * load them one by one.
 */
export function generatePair(seed: number): GeneratedPair {
  const random = createRandom(`pair ${seed}`)
  // Few changes find wrong ALTERs, many find wrong order.
  const churn = random.pick([0.05, 0.15, 0.4])
  const density = random.pick([0.25, 0.5, 0.8])
  const from = new Map<string, string>()
  const to = new Map<string, string>()
  for (const { name } of slots) {
    if (!random.chance(density)) continue
    const change = random.chance(churn) ? random.integer(4) : undefined
    if (change !== 0) from.set(name, 'a')
    if (change !== 1) to.set(name, change === undefined ? 'a' : 'b')
  }
  return { seed, from: generate(seed, from), to: generate(seed, to) }
}
