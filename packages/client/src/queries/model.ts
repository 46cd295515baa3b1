import type { JsonShape } from '../values/json-shape.js'
import type { ValueType } from '../values/value-type.js'
import type { QueryCommand } from './annotations.js'
import type { ColumnOrigin } from '../analyse/analyse.js'

/** One query, analysed and named: everything that the emitters need. Plain data, so that it can be cached as JSON. */
export interface CompiledQuery {
  /** As annotated. */
  name: string
  /** Name of the exported function. */
  exportName: string
  /** Stem of the types: `GetUserRow`, `GetUserParams`. */
  typeName: string
  command: QueryCommand
  /** Line of the name, from 1, and its columns, from 1; for source maps and for messages. */
  line: number
  column: number
  documentation: readonly string[]
  parameters: readonly CompiledParameter[]
  /** Absent where nothing is returned. */
  columns?: readonly CompiledColumn[]
  /** `-- @columns`: the names of the columns are exported too, for tables that show whatever there is. */
  listsColumns?: boolean
  embeds: readonly CompiledEmbed[]
  sql: CompiledSql
}

export interface CompiledParameter {
  name: string
  type: ValueType
  nullable: boolean
  /** May be left out: an explicit `narg`, or the key of an optional part. */
  optional: boolean
  /** No value but a switch of an optional part, or the choice of an order. */
  role?: 'flag' | { order: readonly string[] }
  documentation?: string
  column?: ColumnOrigin
}

export interface CompiledColumn {
  /** Property of the row (of the embed, when there is one). */
  name: string
  type: ValueType
  nullable: boolean
  /** Of an array: its elements are never null. */
  elementsNotNull?: boolean
  /** Refuse NULL at run time in development: the user promised. */
  checked: boolean
  /** Index into `embeds`. */
  embed?: number
  json?: JsonShape
  comment?: string
  origin?: ColumnOrigin
}

export interface CompiledEmbed {
  name: string
  /** The whole row may be missing: an outer join. */
  nullable: boolean
  /** Index of a result column that is NULL exactly when the row is missing. */
  witness?: number
}

export type CompiledSql =
  | { kind: 'static'; text: string; /** Parameter indexes of `$1 … $n`. */ order: readonly number[] }
  | { kind: 'dynamic'; pieces: readonly SqlPiece[] }
  | { kind: 'copy'; /** Up to VALUES. */ head: readonly SqlPiece[]; /** One row. */ row: readonly SqlPiece[] }

/** Text, the index of a parameter, a part that depends on a parameter's presence, or a choice of texts by a parameter's value. */
export type SqlPiece =
  | string
  | number
  | { when: number; pieces: readonly SqlPiece[] }
  | { choose: number; texts: Readonly<Record<string, string>>; otherwise: string }
