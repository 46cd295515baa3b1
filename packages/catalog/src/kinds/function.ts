import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier, quoteQualified } from '../identifier.js'
import type { FunctionFacts } from '../model/facts.js'
import type { CatalogObject } from '../model/object.js'
import { endOfQuoted } from '../quoted.js'
import type { KindDefinition, PlanContext, Statement } from './kind.js'

interface Row {
  oid: number
  kind: string
  schema: string
  name: string
  signature: string
  names: string[] | null
  modes: string[] | null
  types: string[]
  defaults: string | null
  arguments: string
  returns: string | null
  language: string
  definition: string
  source: string | null
  atomic: string | null
  volatility: string
  parallel: string
  strict: boolean
  security_definer: boolean
  leakproof: boolean
  returns_set: boolean
  cost: number
  rows: number
  support: string | null
  config: string[] | null
  default_count: number
  owner: string
  acl: string[] | null
}

const modes: Record<string, FunctionFacts['arguments'][number]['mode']> = {
  i: 'in',
  o: 'out',
  b: 'inout',
  v: 'variadic',
  t: 'table',
}
const volatilities: Record<string, FunctionFacts['volatility']> = { i: 'immutable', s: 'stable', v: 'volatile' }
export const parallels: Record<string, FunctionFacts['parallel']> = { s: 'safe', r: 'restricted', u: 'unsafe' }

export const functionReader = defineReader<Row>({
  name: 'functions',
  classes: [classes.pg_proc],
  sql: (context) => `SELECT p.oid, p.prokind AS kind, n.nspname AS schema, p.proname AS name,
      ARRAY(SELECT format_type(a.type, NULL) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a(type, place)
        ORDER BY a.place)::text[] AS types,
      pg_get_function_identity_arguments(p.oid) AS signature, p.proargnames AS names, p.proargmodes::text[] AS modes,
      pg_get_expr(p.proargdefaults, 0) AS defaults, p.pronargdefaults AS default_count,
      pg_get_function_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS returns, l.lanname AS language,
      pg_get_functiondef(p.oid) AS definition, p.prosrc AS source, pg_get_function_sqlbody(p.oid) AS atomic,
      p.provolatile AS volatility, p.proparallel AS parallel, p.proisstrict AS strict, p.prosecdef AS security_definer,
      p.proleakproof AS leakproof, p.proretset AS returns_set, p.procost AS cost, p.prorows AS rows,
      NULLIF(p.prosupport::regproc::text, '-') AS support, p.proconfig AS config,
      pg_get_userbyid(p.proowner) AS owner, p.proacl::text[] AS acl
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE p.prokind IN ('f', 'p', 'w') AND ${context.inSchemas('p.pronamespace')}
      AND ${context.notMember(classes.pg_proc, 'p.oid')} AND ${context.inScope([classes.pg_proc, 'p.oid'])}
      -- The constructors of a range type are functions of it.
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend i WHERE i.classid = ${classes.pg_proc} AND i.objid = p.oid AND i.deptype = 'i')
    ORDER BY p.oid`,
  read(row, sink) {
    const kind = row.kind === 'p' ? 'procedure' : 'function'
    const signature = row.types.join(', ')
    sink.add({
      kind,
      identity: `${quoteQualified(row.schema, row.name)}(${signature})`,
      schema: row.schema,
      name: row.name,
      owner: row.owner,
      acl: { items: row.acl, target: 'function' },
      facts: {
        signature,
        arguments: splitArguments(row),
        ...(row.returns !== null && { returns: row.returns }),
        language: row.language,
        definition: row.definition.trimEnd(),
        body: row.atomic ?? row.source ?? '',
        atomic: row.atomic !== null,
        volatility: volatilities[row.volatility] ?? 'volatile',
        parallel: parallels[row.parallel] ?? 'unsafe',
        strict: row.strict,
        securityDefiner: row.security_definer,
        leakproof: row.leakproof,
        window: row.kind === 'w',
        returnsSet: row.returns_set,
        cost: Number(row.cost),
        rows: Number(row.rows),
        ...(row.support !== null && { support: row.support }),
        config: [...(row.config ?? [])],
      },
      compared: ({ definition, returns }) => ({ definition, returns }),
      classid: classes.pg_proc,
      objid: row.oid,
    })
  },
})

/**
 * Arguments one by one. Their types and defaults are only printed as a whole list, so it is cut at its commas; names and modes come
 * from the catalog.
 */
function splitArguments(row: Row): FunctionFacts['arguments'] {
  const parts = splitList(row.arguments)
  const tableColumns = row.returns?.startsWith('TABLE(') ? splitList(row.returns.slice(6, -1)) : []
  return [...parts, ...tableColumns].map((part, index) => {
    const name = row.names?.[index]
    const mode = modes[row.modes?.[index] ?? 'i'] ?? 'in'
    let rest = part.replace(/^(?:OUT|INOUT|VARIADIC|IN) /, '')
    if (name) rest = rest.slice(quoteIdentifier(name).length + 1)
    const at = rest.indexOf(' DEFAULT ')
    const type = at < 0 ? rest : rest.slice(0, at)
    return {
      ...(name && { name }),
      mode,
      type,
      ...(at >= 0 && { default: rest.slice(at + ' DEFAULT '.length) }),
    }
  })
}

/** Cuts at commas outside of parentheses, brackets and quotes. */
export function splitList(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let index = 0; index < text.length; index++) {
    const end = endOfQuoted(text, index)
    const character = text[index] ?? ''
    if (end > index) index = end - 1
    else if (character === '(' || character === '[') depth++
    else if (character === ')' || character === ']') depth--
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, index).trim())
      start = index + 1
    }
  }
  const last = text.slice(start).trim()
  if (last !== '') parts.push(last)
  return parts
}

type Routine = CatalogObject<'function' | 'procedure'>

/** `public.f(integer)`, for every kind of routine. */
export const routineName = (routine: { id: string; kind: string }): string => routine.id.slice(routine.kind.length + 1)

const modeWords = { in: 'IN', out: 'OUT', inout: 'INOUT', variadic: 'VARIADIC', table: 'TABLE' } as const

/**
 * With the modes of a procedure's arguments: without them Postgres looks at OUT arguments too (LookupFuncWithArgs in parse_func.c), and
 * finds two where there is `p(integer)` and `p(OUT integer)`.
 */
function routineTarget(routine: Routine): string {
  if (routine.kind === 'function') return `FUNCTION ${routineName(routine)}`
  const list = routine.facts.arguments.map(({ mode, type }) => `${modeWords[mode]} ${type}`)
  return `PROCEDURE ${quoteQualified(routine.schema, routine.name)}(${list.join(', ')})`
}

function routineKind<K extends 'function' | 'procedure'>(kind: K): KindDefinition<K> {
  return {
    kind,
    weight: 40,
    target: routineTarget,
    ownerTarget: routineTarget,
    grantTarget: (routine) => ({ on: routineTarget(routine), target: 'function' }),
    slots: (routine) => [`function ${routineName(routine)}`],
    // pg_get_functiondef says CREATE OR REPLACE, which is right for both.
    create: (routine, context) => [
      ...shellOf(routine, context),
      definitionOf(routine).replace(/^CREATE OR REPLACE /, 'CREATE '),
    ],
    // The functions of a base type need it as it needs them, so its DROP takes them along.
    drop(routine, context) {
      const part = context.baseTypeOf(routine.id, 'from')
      return part && context.isDropped(part.type) ? [] : [`DROP ${routineTarget(routine)}`]
    },
    alter(from, to) {
      if (!canReplace(from, to)) return 'recreate'
      const statements: Statement[] = []
      if (from.facts.definition !== to.facts.definition) statements.push(definitionOf(to))
      return { statements }
    },
    rename: (from, name) => `ALTER ${routineTarget(from)} RENAME TO ${quoteIdentifier(name)}`,
  }
}

export const functionKind = routineKind('function')
export const procedureKind = routineKind('procedure')

/** A base type has to be known by name before the function that reads it can be made. */
function shellOf(routine: Routine, context: PlanContext): string[] {
  const part = context.baseTypeOf(routine.id, 'to')
  if (!part?.input || !context.isCreated(part.type)) return []
  return [`CREATE TYPE ${part.type.slice('type '.length)}`]
}

const definitionOf = (routine: Routine): string => routine.facts.definition

/**
 * ProcedureCreate in catalog/pg_proc.c: a replacement keeps the result, the names of input arguments that have one, all OUT
 * arguments, and does not lose defaults nor change their types.
 */
function canReplace(from: Routine, to: Routine): boolean {
  const a = from.facts
  const b = to.facts
  if (a.returns !== b.returns || a.window !== b.window || a.arguments.length !== b.arguments.length) return false
  return a.arguments.every((before, index) => {
    const after = b.arguments[index]
    if (!after || before.mode !== after.mode || before.type !== after.type) return false
    if (before.name !== undefined && before.name !== after.name) return false
    // The name of an OUT argument is a column of the result, even where it was none.
    if (before.name !== after.name && before.mode !== 'in' && before.mode !== 'variadic') return false
    return before.default === undefined || after.default !== undefined
  })
}
