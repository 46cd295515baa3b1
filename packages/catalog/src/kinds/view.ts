import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier, quoteQualified } from '../identifier.js'
import type { CatalogObject } from '../model/object.js'
import { authorizationHazard } from './hazards.js'
import type { KindDefinition, PlanContext, Statement } from './kind.js'
import { namedRelation, nameOf } from './named.js'
import { optionList, splitOption } from './options.js'

interface Row {
  oid: number
  type_oid: number
  rule_oid: number | null
  schema: string
  name: string
  definition: string
  options: string[] | null
  owner: string
  acl: string[] | null
}

export const viewReader = defineReader<Row>({
  name: 'views',
  classes: [classes.pg_class],
  sql: (context) => `SELECT c.oid, c.reltype AS type_oid, r.oid AS rule_oid, n.nspname AS schema, c.relname AS name,
      pg_get_viewdef(c.oid) AS definition, c.reloptions::text[] AS options,
      pg_get_userbyid(c.relowner) AS owner, c.relacl::text[] AS acl
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
    WHERE c.relkind = 'v' AND c.relpersistence <> 't' AND ${context.inSchemas('c.relnamespace')}
      AND ${context.notMember(classes.pg_class, 'c.oid')} AND ${context.inScope([classes.pg_class, 'c.oid'])}
    ORDER BY c.oid`,
  read(row, sink) {
    const id = sink.add({
      kind: 'view',
      identity: quoteQualified(row.schema, row.name),
      schema: row.schema,
      name: row.name,
      owner: row.owner,
      acl: { items: row.acl, target: 'table' },
      facts: { definition: withoutSemicolon(row.definition), options: [...(row.options ?? [])].sort() },
      classid: classes.pg_class,
      objid: row.oid,
    })
    sink.alias(classes.pg_type, row.type_oid, 0, id)
    // What the query uses is recorded for the view's rule.
    if (row.rule_oid !== null) sink.alias(classes.pg_rewrite, row.rule_oid, 0, id)
  },
})

export const withoutSemicolon = (text: string): string => text.trim().replace(/;$/, '')

type View = CatalogObject<'view'>

export const viewKind: KindDefinition<'view'> = {
  kind: 'view',
  weight: 50,
  ...namedRelation('VIEW'),
  create: (view, context) => [createView(view, context, 'CREATE')],
  alter(from, to, context) {
    if (!canReplace(from, to, context)) return 'recreate'
    const statements: Statement[] = []
    if (
      from.facts.definition !== to.facts.definition ||
      columnCount(from, context, 'from') !== columnCount(to, context, 'to')
    )
      statements.push({
        sql: createView(to, context, 'CREATE OR REPLACE'),
        hazards: optionHazards(from, to),
      })
    else if (from.facts.options.join() !== to.facts.options.join()) statements.push(...alterOptions(from, to))
    return { statements }
  },
  standIn(view, columns, verb) {
    const list = columns.flatMap((column) =>
      column.kind === 'column' ? [`NULL::${column.facts.type} AS ${quoteIdentifier(column.name)}`] : [],
    )
    return `${verb} VIEW ${nameOf(view)} AS\nSELECT ${list.join(', ')}`
  },
  replaceStandIn: (view, context) => createView(view, context, 'CREATE OR REPLACE'),
}

function columnsOf(view: View, context: PlanContext, side: 'from' | 'to') {
  return context.childrenIn(context[side], view.id).flatMap((child) => (child.kind === 'column' ? [child] : []))
}

const columnCount = (view: View, context: PlanContext, side: 'from' | 'to'): number =>
  columnsOf(view, context, side).length

/** checkViewColumns() in commands/view.c: the old columns must come first, with the names, types and collations they have. */
function canReplace(from: View, to: View, context: PlanContext): boolean {
  const before = columnsOf(from, context, 'from')
  const after = columnsOf(to, context, 'to')
  return before.every((column, index) => {
    const other = after[index]
    return (
      other !== undefined &&
      other.name === column.name &&
      other.facts.type === column.facts.type &&
      other.facts.collation === column.facts.collation
    )
  })
}

function createView(view: View, context: PlanContext, verb: string): string {
  const { options, definition } = view.facts
  const names = columnsOf(view, context, 'to').map((column) => quoteIdentifier(column.name))
  const with_ = options.length > 0 ? ` WITH (${optionList(options)})` : ''
  const { list, query } = viewQuery(definition, names)
  return `${verb} VIEW ${nameOf(view)}${list}${with_} AS\n${query}`
}

const valuesRE =
  /^SELECT (?:(?:"\*VALUES\*"\.)?column\d+(?: AS (?:"(?:[^"]|"")+"|\w+))?,?\s+)+FROM \( ?(VALUES [\s\S]*)\) "\*VALUES\*"$/

/**
 * The query of a view as its CREATE writes it, and the list of columns before it where that needs one: columns of a recursive query or
 * of VALUES may only be called so from outside. `VALUES` alone is printed as a query over itself, which would be printed otherwise
 * again once it has been parsed.
 */
export function viewQuery(definition: string, names: readonly string[]): { list: string; query: string } {
  const query = definition.trimStart()
  const values = valuesRE.exec(query)?.[1]
  const needsList = values !== undefined || /^(?:VALUES|WITH)\b/.test(query)
  return { list: needsList && names.length > 0 ? ` (${names.join(', ')})` : '', query: values ?? query }
}

function optionHazards(from: View, to: View): ReturnType<typeof authorizationHazard>[] {
  const invoker = (view: View): boolean =>
    view.facts.options.some((option) => /^security_invoker=(?:true|on|1|yes)$/.test(option))
  if (invoker(from) === invoker(to)) return []
  return [
    authorizationHazard(
      invoker(to)
        ? `${nameOf(to)} reads with the rights of its reader from now on.`
        : `${nameOf(to)} reads with the rights of its owner from now on, past row-level security.`,
    ),
  ]
}

function alterOptions(from: View, to: View): Statement[] {
  const before = new Map(from.facts.options.map(splitOption))
  const after = new Map(to.facts.options.map(splitOption))
  const set = to.facts.options.filter((option) => before.get(splitOption(option)[0]) !== splitOption(option)[1])
  const reset = [...before.keys()].filter((name) => !after.has(name))
  const statements: Statement[] = []
  if (set.length > 0)
    statements.push({ sql: `ALTER VIEW ${nameOf(to)} SET (${optionList(set)})`, hazards: optionHazards(from, to) })
  if (reset.length > 0)
    statements.push({ sql: `ALTER VIEW ${nameOf(to)} RESET (${reset.join(', ')})`, hazards: optionHazards(from, to) })
  return statements
}
