import type { Random } from '../random.js'
import type { Column, Relation, Source, Type } from './schema.js'

export interface MadeQuery {
  sql: string
  columns: Column[]
}

/** What the parts of a random statement share. The parts call each other through it, since each can hold all others. */
export interface Maker {
  readonly random: Random
  /** Of the server: what it understands grows with it. */
  readonly major: number
  /** CTEs that can be named from here. */
  readonly ctes: Relation[]
  /** Types of `$1 …` so far. */
  readonly parameters: Type[]
  alias(): string
  parameter(type: Type): string
  /** Any query, with columns `c1 …`; `outer` is what it can see of the queries around it. */
  query(depth: number, outer?: readonly Source[], wanted?: readonly Type[]): MadeQuery
  /** A query without set operations. */
  select(depth: number, outer: readonly Source[], wanted?: readonly Type[]): MadeQuery
  from(depth: number, outer: readonly Source[], insideJoin?: boolean): { sql: string; sources: Source[] }
  condition(scope: readonly Source[], depth: number): string
  expression(type: Type, scope: readonly Source[], depth: number): string
  aggregate(type: Type, own: readonly Source[]): string
  window(type: Type, own: readonly Source[]): string
}

/** A column of that type, if there is one. */
export function columnOf(random: Random, scope: readonly Source[], type: Type): string | undefined {
  const all = scope.flatMap((source) =>
    source.columns.filter((column) => column.type === type).map((column) => `${source.alias}.${column.name}`),
  )
  return all.length === 0 ? undefined : random.pick(all)
}
