import { countStatements, parseStatement, type Node } from '../../sources/parse.js'
import { isRecord, nodeKind, readRelation } from '../../sources/tree.js'

// What they name is what they make. Everything else changes a table that stands elsewhere.
const makers = new Set(['CreateStmt', 'ViewStmt', 'CreateTableAsStmt', 'CreateForeignTableStmt', 'CreateSeqStmt'])

/**
 * What is wrong with an edit that goes beyond its statement: a plugin that was shown one statement gives back one
 * statement, of the same kind and about the same table.
 *
 * @returns in words, for after "the plugin …"; undefined when the edit is all right
 */
export function findOverreach(before: string, after: string): string | undefined {
  const parsed = parseStatement(after)
  if ('error' in parsed) return `made text of it that does not parse (${parsed.error}):\n${after}`
  const count = countStatements(after)
  if (count !== 1) return `made ${count} statements of one:\n${after}`
  const original = parseStatement(before)
  if ('error' in original) return undefined
  const [kind, newKind] = [nodeKind(original.node), nodeKind(parsed.node)]
  if (kind !== newKind) return `made a ${newKind} of a ${kind}:\n${after}`
  if (makers.has(kind)) return undefined
  const [subject, newSubject] = [subjectOf(original.node), subjectOf(parsed.node)]
  return subject === newSubject
    ? undefined
    : `turned a statement about ${subject} into one about ${newSubject}:\n${after}`
}

/** The relation that a statement is about: of an index its table, of a trigger too. */
function subjectOf(node: Node): string | undefined {
  const inner: unknown = Object.values(node)[0]
  if (!isRecord(inner)) return undefined
  for (const field of ['relation', 'table', 'view', 'sequence']) {
    const range = inner[field]
    if (!isRecord(range) || typeof range['relname'] !== 'string') continue
    const { schemaname, relname } = range
    const name = readRelation(typeof schemaname === 'string' ? { schemaname, relname } : { relname })
    return name && (name.schema === undefined ? name.name : `${name.schema}.${name.name}`)
  }
  return undefined
}
