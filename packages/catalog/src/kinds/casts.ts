import { quoteIdentifier } from '../identifier.js'
import type { PlanContext } from './kind.js'

/** The type without its modifier: `numeric(10,2)` and `numeric` are one. */
export const baseOf = (type: string): string => type.replace(/\([^()]*\)/, '')

const numbers = ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision']
const texts = ['text', 'character varying', 'character', 'name']

/**
 * Casts that Postgres makes by itself when a value is assigned (`castcontext` `a` and `i` in pg_cast.dat), for the types that
 * columns have. Anything may be assigned to a text type.
 */
const assignments: Record<string, readonly string[]> = {
  ...Object.fromEntries(numbers.map((name) => [name, numbers])),
  date: ['timestamp without time zone', 'timestamp with time zone'],
  'timestamp without time zone': ['date', 'time without time zone', 'timestamp with time zone'],
  'timestamp with time zone': ['date', 'time without time zone', 'time with time zone', 'timestamp without time zone'],
  'time without time zone': ['interval', 'time with time zone'],
  'time with time zone': ['time without time zone'],
  interval: ['time without time zone'],
  json: ['jsonb'],
  jsonb: ['json'],
  inet: ['cidr'],
  cidr: ['inet'],
  xml: [],
  bit: ['bit varying'],
  'bit varying': ['bit'],
  money: ['numeric'],
  character: texts,
  'character varying': texts,
  text: texts,
  name: texts,
  macaddr: ['macaddr8'],
  macaddr8: ['macaddr'],
}

/** Casts that exist besides, but only where one writes them. */
const explicit: Record<string, readonly string[]> = {
  integer: ['boolean', 'money', 'oid', 'bit'],
  bigint: ['money', 'oid', 'bit'],
  numeric: ['money'],
  boolean: ['integer'],
  jsonb: [...numbers, 'boolean'],
  oid: ['bigint', 'integer'],
  bit: ['integer', 'bigint'],
}

const canonicalTypeRE = /^(.*?)( with(?:out)? time zone)?$/

/** `timestamp(3) without time zone` → `timestamp without time zone`. */
function bare(type: string): string {
  const base = baseOf(type)
  return base.replace(canonicalTypeRE, '$1$2')
}

/**
 * `USING` for ALTER COLUMN … TYPE: none where Postgres converts by itself, a cast where there is one, and through text otherwise,
 * which every type can be read from.
 */
export function usingClause(column: string, from: string, to: string, rebuilt: boolean, context: PlanContext): string {
  const name = quoteIdentifier(column)
  if (rebuilt) return ` USING ${name}::text::${to}`
  const a = bare(from)
  const b = bare(to)
  const find = domainsOf(context)
  if (bare(transparent(from, find)) === bare(transparent(to, find))) return ''
  if (a === b || texts.includes(b) || assignments[a]?.includes(b)) return ''
  const isArray = a.endsWith('[]') && b.endsWith('[]')
  if (isArray && assignments[a.slice(0, -2)]?.includes(b.slice(0, -2))) return ''
  const declared =
    context.to.objects.get(`cast (${from} AS ${to})`) ?? context.from.objects.get(`cast (${from} AS ${to})`)
  if (declared || texts.includes(a) || explicit[a]?.includes(b)) return ` USING ${name}::${to}`
  return ` USING ${name}::text::${to}`
}

const widerNumbers: Record<string, readonly string[]> = {
  smallint: ['integer', 'bigint', 'numeric', 'real', 'double precision'],
  integer: ['bigint', 'numeric', 'double precision'],
  bigint: ['numeric'],
  real: ['double precision'],
}

/** Says of a type whether it is a domain, over what, and whether not every value of that belongs to it. */
export type DomainFinder = (type: string) => { base: string; isChecked: boolean } | undefined

export function domainsOf(context: Pick<PlanContext, 'from' | 'to' | 'childrenIn'>): DomainFinder {
  return (type) => {
    for (const catalog of [context.to, context.from]) {
      const domain = catalog.objects.get(`domain ${type}`)
      if (domain?.kind === 'domain')
        return {
          base: domain.facts.base,
          isChecked: domain.facts.notNull || context.childrenIn(catalog, domain.id).length > 0,
        }
    }
    return undefined
  }
}

/** What a value of a domain is stored as. */
function transparent(type: string, find: DomainFinder): string {
  const domain = find(type)
  return domain ? transparent(domain.base, find) : type
}

function isChecked(type: string, find: DomainFinder): boolean {
  const domain = find(type)
  return domain !== undefined && (domain.isChecked || isChecked(domain.base, find))
}

/**
 * Whether a change of type writes the table anew (ATColumnChangeRequiresRewrite in tablecmds.c), and whether values may fail to
 * fit or lose something on the way.
 */
export function rewriteOf(from: string, to: string, find: DomainFinder): 'none' | 'rewrite' | 'narrows' {
  if (from !== to && isChecked(to, find)) return 'narrows'
  return rewriteOfBases(transparent(from, find), transparent(to, find))
}

const strings = ['character varying', 'text']
const timesRE = /^(?:time|timestamp|interval)/

function rewriteOfBases(from: string, to: string): 'none' | 'rewrite' | 'narrows' {
  const a = bare(from)
  const b = bare(to)
  if (a.endsWith('[]') && b.endsWith('[]') && a !== b)
    return rewriteOfBases(a.slice(0, -2), b.slice(0, -2)) === 'narrows' ? 'narrows' : 'rewrite'
  if (a === b || (strings.includes(a) && strings.includes(b))) {
    if (from === to || modifierOf(to) === undefined) return 'none'
    // Times have all their digits where nothing else is said.
    const digits = timesRE.test(a) ? 6 : undefined
    const [oldSize = digits, oldScale] = modifierOf(from) ?? []
    const [newSize = digits, newScale] = modifierOf(to) ?? []
    if (oldSize === undefined || newSize === undefined || a === 'bit') return 'narrows'
    if (a === 'numeric' && (oldScale ?? 0) !== (newScale ?? 0))
      return newSize - (newScale ?? 0) >= oldSize - (oldScale ?? 0) && (newScale ?? 0) >= (oldScale ?? 0)
        ? 'rewrite'
        : 'narrows'
    if (newSize < oldSize) return 'narrows'
    return b === 'character' ? 'rewrite' : 'none'
  }
  if (b === 'text' || widerNumbers[a]?.includes(b)) return 'rewrite'
  if (a === 'date' && b.startsWith('timestamp')) return 'rewrite'
  if (isZoned(from, to)) return 'rewrite'
  if (a === 'json' && b === 'jsonb') return 'rewrite'
  if (a === 'cidr' && b === 'inet') return 'none'
  if (a === 'bit' && b === 'bit varying' && modifierOf(to) === undefined) return 'none'
  return 'narrows'
}

/** Times without a zone become moments: which ones, the session's TimeZone says. */
export function isZoned(from: string, to: string): boolean {
  return bare(from) === 'timestamp without time zone' && bare(to) === 'timestamp with time zone'
}

function modifierOf(type: string): number[] | undefined {
  const numbers_ = type.match(/\(([^()]*)\)/)?.[1]
  return numbers_?.split(',').map(Number)
}
