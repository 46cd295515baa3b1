import { parseStatement, type Node, type ParsedStatement } from '../sources/parse.js'
import { splitStatements } from '../sources/split.js'
import { tokenize } from '../sources/lexer.js'
import { readName, readString } from '../sources/tree.js'
import type { Name } from './names.js'

/** The body of a routine or DO block that is kept as a string, which Postgres itself does not look into. */
export interface RoutineBody {
  /** Lower case, such as `sql`, `plpgsql`. */
  language: string
  text: string
  /** Where `text` begins in the statement, and whether it stands there letter for letter. */
  offset: number
  verbatim: boolean
  /** Trees of the body's statements, for `sql` only. */
  nodes: readonly Node[]
  /** What a DO block creates: `CREATE TYPE … EXCEPTION WHEN duplicate_object` is the usual form of IF NOT EXISTS. */
  defines: readonly Name[]
}

const createInBodyRE =
  /\bcreate\s+(?:(type|domain)|(?:unlogged\s+)?table|sequence|(?:materialized\s+)?view)\s+(?:if\s+not\s+exists\s+)?((?:"(?:[^"]|"")+"|\w+)(?:\.(?:"(?:[^"]|"")+"|\w+))?)/gi

/** Reads the string body of CREATE FUNCTION, CREATE PROCEDURE or DO; undefined for any other statement. */
export function readBody(sql: string, parsed: Extract<ParsedStatement, { node: Node }>): RoutineBody | undefined {
  const { node } = parsed
  if ('DoStmt' in node) {
    const text = readOption(node.DoStmt.args, 'as')
    if (text === undefined) return undefined
    return { language: 'plpgsql', text, ...locateBody(sql, text), nodes: [], defines: readCreated(text) }
  }
  if (!('CreateFunctionStmt' in node)) return undefined
  const { options } = node.CreateFunctionStmt
  const language = (readOption(options, 'language') ?? 'sql').toLowerCase()
  const text = readOption(options, 'as')
  if (text === undefined || language === 'c' || language === 'internal') return undefined
  return { language, text, ...locateBody(sql, text), nodes: language === 'sql' ? parseBody(text) : [], defines: [] }
}

function readOption(options: readonly Node[] | undefined, name: string): string | undefined {
  for (const option of options ?? []) {
    if (!('DefElem' in option) || option.DefElem.defname !== name) continue
    const { arg } = option.DefElem
    return arg && 'List' in arg ? readString(arg.List.items?.[0]) : readString(arg)
  }
  return undefined
}

function parseBody(text: string): Node[] {
  return splitStatements(text).flatMap(({ kind, start, end }) => {
    if (kind !== 'statement') return []
    const parsed = parseStatement(text.slice(start, end))
    return 'node' in parsed ? [parsed.node] : []
  })
}

function locateBody(sql: string, text: string): { offset: number; verbatim: boolean } {
  for (const token of tokenize(sql)) {
    if (token.kind !== 'dollar' && token.kind !== 'string') continue
    const found = sql.indexOf(text, token.start)
    if (found >= 0 && found < token.end) return { offset: found, verbatim: true }
  }
  // A quoted body with doubled quotes or escapes in it: the longest string is the body.
  let longest = { start: 0, end: 0 }
  for (const token of tokenize(sql))
    if (token.kind === 'string' && token.end - token.start > longest.end - longest.start) longest = token
  return { offset: longest.start + 1, verbatim: false }
}

function readCreated(text: string): Name[] {
  return [...text.matchAll(createInBodyRE)].flatMap(([, typeKeyword, path]) => {
    const parts = [...(path ?? '').matchAll(/"((?:[^"]|"")+)"|(\w+)/g)].map(([, quoted, plain]) => ({
      String: { sval: quoted === undefined ? (plain ?? '').toLowerCase() : quoted.replaceAll('""', '"') },
    }))
    const name = readName(parts)
    return name ? [{ space: typeKeyword ? ('type' as const) : ('relation' as const), ...name }] : []
  })
}
