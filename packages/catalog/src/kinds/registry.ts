import type { Reader } from '../extract/reader.js'
import type { AnyObject } from '../model/object.js'
import type { Kind } from '../model/facts.js'
import { columnKind, columnReader } from './column.js'
import { constraintKind, constraintReader } from './constraint.js'
import { defaultKind } from './default.js'
import { extensionKind, extensionReader } from './extension.js'
import { indexKind, indexReader } from './index-kind.js'
import { inheritanceKind, inheritanceReader } from './inheritance.js'
import type { KindDefinition } from './kind.js'
import { schemaKind, schemaReader } from './schema.js'
import { sequenceKind, sequenceReader } from './sequence.js'
import { tableKind, tableReader } from './table.js'

/** In the order in which rows are handed over: what others look up with `sink.at` comes first. */
export const readers: readonly Reader[] = [
  schemaReader,
  extensionReader,
  tableReader,
  columnReader,
  inheritanceReader,
  sequenceReader,
  constraintReader,
  indexReader,
]

// A definition takes objects of its own kind only, which no common type can say; `kindOf` is the one place that pairs them.
const kinds = new Map<Kind, unknown>(
  [
    schemaKind,
    extensionKind,
    tableKind,
    columnKind,
    defaultKind,
    inheritanceKind,
    sequenceKind,
    constraintKind,
    indexKind,
  ].map((kind) => [kind.kind, kind]),
)

/** The definition for an object's kind. */
export function kindOf(object: AnyObject): KindDefinition {
  const kind = kinds.get(object.kind)
  if (kind === undefined) throw new Error(`no kind is registered for ${object.id}`)
  return kind as KindDefinition
}
