import type { Connection } from '@savepoint/catalog'
import { rangeSubtypes, type ValueType } from '../values/value-type.js'
import type { ColumnFacts, Facts, FunctionFacts, RelationFacts } from './facts.js'
import { isNode, parseNodeTree, walk, type TreeNode } from './node-tree.js'

const relationsQuery = `
WITH RECURSIVE family(root, oid) AS (
  SELECT oid, oid FROM unnest($1::text::oid[]) AS wanted(oid)
  UNION
  SELECT family.root, i.inhrelid FROM family JOIN pg_catalog.pg_inherits i ON i.inhparent = family.oid
)
SELECT
  c.oid::pg_catalog.int8::pg_catalog.text AS oid,
  n.nspname::pg_catalog.text AS schema,
  c.relname::pg_catalog.text AS name,
  c.relkind::pg_catalog.text AS kind,
  (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
      a.attnum,
      a.attname,
      -- NOT NULL … NOT VALID sets attnotnull too, while old rows may hold NULL.
      a.attnotnull AND c.relkind IN ('r', 'p', 'S') AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_constraint k
        WHERE k.conrelid = c.oid AND k.contype = 'n' AND NOT k.convalidated AND a.attnum = ANY (k.conkey)
      ),
      a.attgenerated <> '',
      a.atttypid::pg_catalog.int8::pg_catalog.text,
      pg_catalog.col_description(c.oid, a.attnum)
    ) ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  ) AS columns,
  (
    SELECT pg_catalog.json_agg(i.indkey::pg_catalog.text) FROM pg_catalog.pg_index i
    WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
      AND i.indnkeyatts = i.indnatts
  ) AS unique_keys,
  (
    SELECT pg_catalog.json_agg(f.oid::pg_catalog.int8::pg_catalog.text) FROM family f WHERE f.root = c.oid AND f.oid <> c.oid
  ) AS descendants,
  EXISTS (
    SELECT FROM family f JOIN pg_catalog.pg_trigger t ON t.tgrelid = f.oid
    WHERE f.root = c.oid AND NOT t.tgisinternal AND t.tgtype & 19 = 19
  ) AS before_update,
  EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND t.tgtype & 64 = 64)
    OR EXISTS (SELECT FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_type <> '1') AS rewritten,
  (
    SELECT r.ev_action::pg_catalog.text FROM pg_catalog.pg_rewrite r
    WHERE r.ev_class = c.oid AND r.ev_type = '1' AND c.relkind IN ('v', 'm')
  ) AS query
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid IN (SELECT root FROM family)`

interface RelationRow {
  oid: string
  schema: string
  name: string
  kind: string
  columns: [number, string, boolean, boolean, string, string | null][] | null
  unique_keys: string[] | null
  descendants: string[] | null
  before_update: boolean
  rewritten: boolean
  query: string | null
}

const functionsQuery = `
SELECT
  p.oid::pg_catalog.int8::pg_catalog.text AS oid,
  n.nspname::pg_catalog.text AS schema,
  p.proname::pg_catalog.text AS name,
  p.proname || '(' || coalesce((
    SELECT pg_catalog.string_agg(pg_catalog.format_type(u.t, NULL), ',' ORDER BY u.o)
    FROM unnest(p.proargtypes) WITH ORDINALITY u(t, o)
  ), '') || ')' AS signature,
  p.proisstrict AS strict,
  p.proretset AS "returnsSet",
  p.provolatile::pg_catalog.text AS volatility,
  coalesce(pg_catalog.obj_description(p.oid, 'pg_proc') ~* '@notnull\\M', false) AS "promisedNotNull"
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE p.oid = ANY ($1::text::oid[])`

const operatorsQuery = `
SELECT o.oid::pg_catalog.int8::pg_catalog.text AS oid, o.oprcode::pg_catalog.oid::pg_catalog.int8::pg_catalog.text AS code
FROM pg_catalog.pg_operator o
WHERE o.oid = ANY ($1::text::oid[])`

const typesQuery = `
SELECT
  t.oid::pg_catalog.int8::pg_catalog.text AS oid,
  n.nspname::pg_catalog.text AS schema,
  t.typname::pg_catalog.text AS name,
  pg_catalog.format_type(t.oid, NULL) AS text,
  t.typtype::pg_catalog.text AS kind,
  t.typbasetype::pg_catalog.int8::pg_catalog.text AS base,
  e.oid::pg_catalog.int8::pg_catalog.text AS element,
  e.typdelim::pg_catalog.text AS delimiter,
  t.typarray::pg_catalog.int8::pg_catalog.text AS "arrayType",
  (SELECT pg_catalog.json_agg(l.enumlabel ORDER BY l.enumsortorder) FROM pg_catalog.pg_enum l WHERE l.enumtypid = t.oid) AS labels,
  CASE WHEN t.typtype = 'c' THEN (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_array(a.attname, a.atttypid::pg_catalog.int8::pg_catalog.text) ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
  ) END AS fields,
  (
    SELECT r.rngsubtype::pg_catalog.int8::pg_catalog.text FROM pg_catalog.pg_range r
    WHERE t.oid IN (r.rngtypid, r.rngmultitypid)
  ) AS subtype
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND e.typarray = t.oid
WHERE t.oid = ANY ($1::text::oid[])`

interface TypeRow {
  oid: string
  schema: string
  name: string
  text: string
  kind: string
  base: string
  element: string | null
  delimiter: string | null
  arrayType: string
  labels: string[] | null
  fields: [string, string][] | null
  subtype: string | null
}

/** Facts of one schema state, read as they are asked for and kept. A new state needs a new one. */
export interface FactsLoader extends Facts {
  /** Reads what the trees mention, and what the views in them mention. */
  loadFor(trees: readonly TreeNode[]): Promise<void>
  /** Relations, and what the views among them mention. */
  loadRelations(oids: Iterable<string>): Promise<void>
  loadTypes(oids: Iterable<string>): Promise<void>
  /** The type behind an OID that was loaded. */
  valueType(oid: string): ValueType
  /** Name of the type for SQL, qualified where it is not of pg_catalog. */
  typeText(oid: string): string
  arrayTypeOf(oid: string): string | undefined
}

/** @param connection a session on the database; only catalogs are read */
export function createFactsLoader(connection: Connection): FactsLoader {
  const relations = new Map<string, RelationFacts>()
  const functions = new Map<string, FunctionFacts>()
  const operatorFunctions = new Map<string, string>()
  const types = new Map<string, TypeRow>()
  const resolved = new Map<string, ValueType>()

  const missing = (wanted: Iterable<string>, known: ReadonlyMap<string, unknown>): string[] =>
    [...new Set(wanted)].filter((oid) => oid !== '0' && !known.has(oid))
  const oidArray = (oids: readonly string[]): string => `{${oids.join(',')}}`

  async function loadRelations(oids: Iterable<string>): Promise<TreeNode[]> {
    const wanted = missing(oids, relations)
    if (wanted.length === 0) return []
    const { rows } = await connection.query<RelationRow>(relationsQuery, [oidArray(wanted)])
    const queries: TreeNode[] = []
    for (const row of rows) {
      const columns = new Map<number, ColumnFacts>()
      for (const [number, name, notNull, generated, type, comment] of row.columns ?? [])
        columns.set(number, { name, notNull, generated, type, ...(comment !== null && { comment }) })
      const query = row.query === null ? undefined : firstQuery(row.query)
      if (query) queries.push(query)
      relations.set(row.oid, {
        oid: row.oid,
        schema: row.schema,
        name: row.name,
        kind: row.kind,
        columns,
        uniqueKeys: (row.unique_keys ?? []).map((key) => key.split(' ').map(Number)),
        descendants: row.descendants ?? [],
        hasBeforeUpdateRowTrigger: row.before_update,
        isRewritten: row.rewritten,
        ...(query && { query }),
      })
    }
    const nested = await loadRelations(rows.flatMap((row) => row.descendants ?? []))
    return [...queries, ...nested]
  }

  async function loadFunctions(functionOids: Iterable<string>, operatorOids: Iterable<string>): Promise<void> {
    const operators = missing(operatorOids, operatorFunctions)
    if (operators.length > 0) {
      const { rows } = await connection.query<{ oid: string; code: string }>(operatorsQuery, [oidArray(operators)])
      for (const { oid, code } of rows) operatorFunctions.set(oid, code)
    }
    const wanted = missing([...functionOids, ...operators.map((oid) => operatorFunctions.get(oid) ?? '0')], functions)
    if (wanted.length === 0) return
    const { rows } = await connection.query<FunctionFacts & { oid: string }>(functionsQuery, [oidArray(wanted)])
    for (const row of rows) functions.set(row.oid, row)
  }

  async function loadFor(trees: readonly TreeNode[]): Promise<void> {
    let pending = [...trees]
    while (pending.length > 0) {
      const relationOids = new Set<string>()
      const functionOids = new Set<string>()
      const operatorOids = new Set<string>()
      walk(pending, (node) => {
        const { tag } = node
        // Most nodes are variables, which name nothing that is not in the range table.
        if (tag === 'VAR') return
        if (tag === 'RANGETBLENTRY') collect(node, 'relid', relationOids)
        else if (tag === 'TARGETENTRY') collect(node, 'resorigtbl', relationOids)
        else {
          for (const field of functionFields) collect(node, field, functionOids)
          if (node.fields['opno'] !== undefined && node.fields['opfuncid'] === '0') collect(node, 'opno', operatorOids)
        }
      })
      pending = await loadRelations(relationOids)
      await loadFunctions(functionOids, operatorOids)
    }
  }

  async function loadTypes(oids: Iterable<string>): Promise<void> {
    let wanted = missing(oids, types)
    while (wanted.length > 0) {
      const { rows } = await connection.query<TypeRow>(typesQuery, [oidArray(wanted)])
      for (const row of rows) types.set(row.oid, row)
      const next = rows.flatMap((row) => [
        row.base,
        row.element ?? '0',
        row.subtype ?? '0',
        row.arrayType,
        ...(row.fields ?? []).map(([, type]) => type),
      ])
      wanted = missing(next, types)
    }
  }

  function valueType(oid: string): ValueType {
    const known = resolved.get(oid)
    if (known) return known
    const type = resolve(oid)
    resolved.set(oid, type)
    return type
  }

  function resolve(oid: string): ValueType {
    const row = types.get(oid)
    if (!row) return { kind: 'base', name: 'unknown' }
    const { schema, name } = row
    if (row.element !== null)
      return {
        kind: 'array',
        element: valueType(row.element),
        ...(row.delimiter !== ',' && { delimiter: row.delimiter ?? ',' }),
      }
    switch (row.kind) {
      case 'd':
        return { kind: 'domain', schema, name, base: valueType(row.base) }
      case 'e':
        return { kind: 'enum', schema, name, labels: row.labels ?? [] }
      case 'c':
        return {
          kind: 'composite',
          schema,
          name,
          fields: (row.fields ?? []).map(([field, type]) => ({ name: field, type: valueType(type) })),
        }
      case 'r':
      case 'm': {
        const builtin = rangeSubtypes[name]
        const subtype: ValueType =
          row.subtype === null ? { kind: 'base', name: builtin ?? 'text' } : valueType(row.subtype)
        return { kind: row.kind === 'r' ? 'range' : 'multirange', name, subtype }
      }
      default:
        return { kind: 'base', name, ...(schema !== 'pg_catalog' && { schema }) }
    }
  }

  return {
    relations,
    functions,
    operatorFunctions,
    loadFor,
    async loadRelations(oids) {
      await loadFor(await loadRelations(oids))
    },
    loadTypes,
    valueType,
    isArrayType: (oid) => (types.get(oid)?.element ?? null) !== null,
    typeText: (oid) => types.get(oid)?.text ?? oid,
    arrayTypeOf: (oid) => types.get(oid)?.arrayType,
  }
}

/** Where nodes name functions. */
export const functionFields = ['funcid', 'opfuncid', 'aggfnoid', 'winfnoid'] as const

function collect(node: TreeNode, field: string, into: Set<string>): void {
  const value = node.fields[field]
  if (typeof value === 'string' && value !== '0') into.add(value)
}

/** The first Query node in the text of a tree: of a view's action, or of a function's body. */
export function firstQuery(text: string): TreeNode | undefined {
  for (let value = parseNodeTree(text); value !== null && typeof value !== 'string';) {
    if (isNode(value)) return value.tag === 'QUERY' ? value : undefined
    value = value[0] ?? null
  }
  return undefined
}
