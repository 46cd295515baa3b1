import { makeCall } from './call.js'
import { columnOf, type Maker } from './maker.js'
import { sqlTypes, type Source, type Type } from './schema.js'

export function makeExpression(maker: Maker, type: Type, scope: readonly Source[], depth: number): string {
  const { random } = maker
  const column = columnOf(random, scope, type)
  if (column !== undefined && (depth <= 0 || random.chance(0.45))) return column
  if (depth <= 0) return makeConstant(maker, type)
  const inner = (of: Type): string => maker.expression(of, scope, depth - 1)
  switch (random.below(11)) {
    case 0:
      return `coalesce(${inner(type)}, ${inner(type)})`
    case 1:
      return makeCase(maker, type, scope, depth)
    case 2:
      return depth > 1 ? `(${makeScalarSubquery(maker, type, scope)})` : inner(type)
    case 3:
      return `nullif(${inner(type)}, ${inner(type)})`
    case 4:
      return type === 'jsonb' || type === 'pair'
        ? inner(type)
        : `${random.pick(['greatest', 'least'])}(${inner(type)}, ${inner(type)})`
    case 5:
      return column ?? makeConstant(maker, type)
    case 6:
      return random.chance(0.3) ? `either(${inner(type)}, ${inner(type)})` : inner(type)
    default:
      return makeCall(maker, type, inner, scope, depth)
  }
}

function makeCase(maker: Maker, type: Type, scope: readonly Source[], depth: number): string {
  const { random } = maker
  const inner = (of: Type): string => maker.expression(of, scope, depth - 1)
  const otherwise = random.chance(0.7) ? ` ELSE ${inner(type)}` : ''
  if (random.chance(0.2)) return `CASE ${inner('int')} WHEN ${inner('int')} THEN ${inner(type)}${otherwise} END`
  const branch = (): string => {
    const column = columnOf(random, scope, type)
    // The column that the condition speaks of, so that what it proves is put to use.
    return column !== undefined && random.chance(0.4)
      ? ` WHEN ${column} ${random.pick(['IS NULL', 'IS NOT NULL'])} THEN ${random.chance(0.5) ? column : inner(type)}`
      : ` WHEN ${maker.condition(scope, depth - 1)} THEN ${inner(type)}`
  }
  return `CASE${branch()}${random.chance(0.4) ? branch() : ''}${otherwise} END`
}

function makeScalarSubquery(maker: Maker, type: Type, scope: readonly Source[]): string {
  const { random } = maker
  const select = maker.select(1, scope, [type]).sql
  return random.pick([
    () => select,
    () => `SELECT * FROM (${select}) z LIMIT 1`,
    () => `SELECT * FROM (${select}) z OFFSET ${random.below(2)} LIMIT 1`,
    () => `WITH z AS (${select}) SELECT * FROM z LIMIT 1`,
    () => `SELECT z.* FROM (${select}) z FETCH FIRST ${random.below(3)} ROWS ONLY`,
  ])()
}

export function makeConstant(maker: Maker, type: Type): string {
  const { random } = maker
  if (random.chance(0.12)) return `NULL::${sqlTypes[type]}`
  if (random.chance(0.08)) return maker.parameter(type)
  return {
    int: String(random.below(5)),
    text: `'t${random.below(4)}'`,
    bool: random.pick(['true', 'false']),
    numeric: '1.5::numeric',
    ints: random.pick([`ARRAY[1, 2]`, `'{}'::int[]`, `'{1,NULL}'::int[]`, `'{{1,2},{3,NULL}}'::int[]`]),
    jsonb: random.pick([`'{"k": 1}'::jsonb`, `'null'::jsonb`]),
    ts: random.pick([`'2024-01-03'::timestamptz`, `'infinity'::timestamptz`]),
    range: random.pick([`int4range(1, 3)`, `'empty'::int4range`]),
    pair: random.pick([`ROW(1, NULL)::pair`, `ROW(NULL, NULL)::pair`]),
    mood: `'${random.pick(['sad', 'ok'])}'::mood`,
  }[type]
}
