import type { ObjectId } from '@savepoint/catalog'
import type { SourceLocation } from '../../diagnostics/index.js'
import { analyse } from '../../elaborate/analysis.js'
import { tokenize, type Token } from '../../sources/lexer.js'
import { parseStatement } from '../../sources/parse.js'
import { locate } from '../../sources/positions.js'
import type { Statement } from '../../sources/source.js'

/** What has to be known of a catalog object to find it in a text. */
export interface NamedObject {
  kind: string
  schema?: string
  name: string
  parent?: ObjectId
  /** `columns` of a constraint. */
  facts: object
}

/** Where the user's files say something about catalog objects, by the names in their text. */
export interface Places {
  /** Columns and constraints have the place of their own line, everything else that of its statement. */
  locate(id: ObjectId): SourceLocation | undefined
  /**
   * The comments that stand at an object: before and behind its statement, and for a column or constraint those on the
   * lines before it and at the end of its own.
   */
  annotations(id: ObjectId): string
}

/**
 * Needs no database: names are found as they are written, an unqualified one counts as that of `public`.
 *
 * @param makerOf the statement that made an object, where scratch has seen it; it knows what the names alone do not say
 */
export function createPlaces(
  statements: readonly Statement[],
  { objects }: { objects: ReadonlyMap<ObjectId, NamedObject> },
  makerOf: (id: ObjectId) => Statement | undefined = () => undefined,
): Places {
  let index: Map<string, Statement> | undefined

  function statementOf(id: ObjectId): Statement | undefined {
    const maker = makerOf(id)
    if (maker) return maker
    let object = objects.get(id)
    while (object?.parent !== undefined) object = objects.get(object.parent)
    if (!object) return undefined
    index ??= indexStatements(statements)
    return index.get(keyOf(object.schema, object.name)) ?? index.get(keyOf(undefined, object.name))
  }

  return {
    locate(id) {
      const statement = statementOf(id)
      return statement && locate(statement, memberStart(statement, objects.get(id)) ?? 0)
    },
    annotations(id) {
      const statement = statementOf(id)
      if (!statement) return ''
      const member = memberStart(statement, objects.get(id))
      const own = member === undefined ? [] : commentsAt(statement.sql, member)
      return [statement.leading, statement.trailing ?? '', ...own].join('\n')
    },
  }
}

function indexStatements(statements: readonly Statement[]): Map<string, Statement> {
  const index = new Map<string, Statement>()
  for (const statement of statements) {
    for (const { space, schema, name } of analyse(statement.sql).defines) {
      const inSchema =
        space === 'schema' || space === 'extension' || space === 'role' ? undefined : (schema ?? 'public')
      const key = keyOf(inSchema, name)
      // The first one makes the object, later ones change it.
      if (!index.has(key)) index.set(key, statement)
    }
  }
  return index
}

function keyOf(schema: string | undefined, name: string): string {
  return `${schema ?? ''}\0${name}`
}

/** UTF-16 offset of a column or a named constraint in its CREATE TABLE. */
function memberStart(statement: Statement, object: NamedObject | undefined): number | undefined {
  if (object?.kind !== 'column' && object?.kind !== 'constraint') return undefined
  const parsed = parseStatement(statement.sql)
  if ('error' in parsed || !('CreateStmt' in parsed.node)) return undefined
  for (const element of parsed.node.CreateStmt.tableElts ?? []) {
    const location = 'ColumnDef' in element ? columnStart(element.ColumnDef, object) : undefined
    if (location !== undefined) return parsed.toOffset(location)
    if ('Constraint' in element && element.Constraint.conname === object.name)
      return parsed.toOffset(element.Constraint.location ?? 0)
  }
  return undefined
}

interface ColumnNode {
  colname?: string
  location?: number
  constraints?: readonly object[]
}

/** A constraint that is written at its column lies there too. */
function columnStart({ colname, location }: ColumnNode, object: NamedObject): number | undefined {
  if (object.kind === 'column') return colname === object.name ? location : undefined
  const columns: unknown = 'columns' in object.facts ? object.facts.columns : []
  return Array.isArray(columns) && columns.length === 1 && columns[0] === colname ? location : undefined
}

function commentsAt(sql: string, start: number): string[] {
  const tokens = [...tokenize(sql)]
  const first = tokens.findIndex((token) => token.start >= start)
  if (first === -1) return []
  const text = ({ start: from, end }: Token): string => sql.slice(from, end)
  const lineEnd = (offset: number): number => {
    const end = sql.indexOf('\n', offset)
    return end === -1 ? sql.length : end
  }
  const comments: string[] = []
  for (let index = first - 1; index >= 0; index--) {
    const token = tokens[index]
    const before = tokens[index - 1]
    if (token?.kind !== 'comment') break
    // Behind something on its line: that is what it is about.
    if (before && !sql.slice(before.end, token.start).includes('\n')) break
    comments.unshift(text(token))
  }
  const end = lineEnd(start)
  for (const token of tokens.slice(first)) {
    if (token.start > end) break
    if (token.kind === 'comment') comments.push(text(token))
  }
  return comments
}
