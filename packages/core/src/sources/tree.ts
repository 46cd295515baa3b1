import type { Node } from './parse.js'

/** A name as the tree holds it: `schema.name`, or a bare name without the schema. */
export interface QualifiedName {
  schema?: string
  name: string
}

/** The text of a `String` node, undefined for any other. */
export function readString(node: Node | undefined): string | undefined {
  return node && 'String' in node ? node.String.sval : undefined
}

/** Reads a dotted name kept as a list of `String` nodes; a catalog name before the schema is dropped. */
export function readName(nodes: readonly Node[] | undefined): QualifiedName | undefined {
  const parts = (nodes ?? []).flatMap((node) => readString(node) ?? [])
  const name = parts.at(-1)
  if (name === undefined) return undefined
  const schema = parts.at(-2)
  return schema === undefined ? { name } : { schema, name }
}

/** Reads the name of a relation. */
export function readRelation(range: { schemaname?: string; relname?: string } | undefined): QualifiedName | undefined {
  if (range?.relname === undefined) return undefined
  return range.schemaname === undefined ? { name: range.relname } : { schema: range.schemaname, name: range.relname }
}

/** The kind of the node, such as `CreateStmt`. */
export function nodeKind(node: Node): string {
  return Object.keys(node)[0] ?? ''
}

/**
 * Calls `visit` for every tagged node below (and with) `value`, outermost first. The tree of libpg_query nests nodes as
 * `{ Kind: { … } }` inside lists and, for fields of a known kind, as the bare object; `visit` gets the bare objects
 * with the field's name as the kind.
 *
 * @param visit returns false to leave out what is below
 */
export function walk(value: unknown, visit: (kind: string, node: Record<string, unknown>) => boolean | void): void {
  if (Array.isArray(value)) {
    for (const entry of value) walk(entry, visit)
    return
  }
  if (!isRecord(value)) return
  for (const key in value) {
    const inner = value[key]
    if (Array.isArray(inner)) walk(inner, visit)
    else if (isRecord(inner) && visit(key, inner) !== false) walk(inner, visit)
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
