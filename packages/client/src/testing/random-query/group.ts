import type { Maker } from './maker.js'
import type { Source, Type } from './schema.js'

/** A GROUP BY clause with what is grouped by. */
export function makeGrouping(maker: Maker, own: readonly Source[]): { keys: string[]; clause: string } {
  const { random } = maker
  const key = (): string => {
    const made = maker.expression(random.pick(['int', 'text', 'bool', 'mood'] as const), own, 1)
    // A constant is not taken, and a number means a column of the result.
    return /^[\d'$]|^true|^false|^NULL/.test(made) ? `(${made} IS NULL)` : made
  }
  const keys = Array.from({ length: 1 + random.below(2) }, key)
  const all = keys.join(', ')
  const clause = random.chance(0.4)
    ? random.pick([
        `ROLLUP (${all})`,
        `CUBE (${all})`,
        `GROUPING SETS ((${all}), ())`,
        `GROUPING SETS ((${all}))`,
        `${keys[0]}, ROLLUP (${all})`,
        `DISTINCT ROLLUP (${all}), CUBE (${all})`,
        `GROUPING SETS (ROLLUP (${all}), (${keys[0]}))`,
      ])
    : all
  return { keys, clause }
}

/** Something that GROUP BY lets through. */
export function makeGrouped(maker: Maker, keys: readonly string[], clause: string, type: Type): string {
  const key = maker.random.pick(keys)
  const isSets = /ROLLUP|CUBE|SETS/.test(clause)
  return {
    int: maker.random.pick([
      `length((${key})::text)`,
      ...(isSets ? [`GROUPING(${key})`] : []),
      `CASE WHEN (${key}) IS NOT NULL THEN length((${key})::text) END`,
    ]),
    text: maker.random.pick([`(${key})::text`, `coalesce((${key})::text, 'all')`, `concat(${key})`]),
    bool: `(${key}) IS NULL`,
    numeric: `length((${key})::text)::numeric`,
    ints: `ARRAY[length((${key})::text)]`,
    jsonb: `to_jsonb(${key})`,
    ts: `now()`,
    range: `int4range(1, 2)`,
    pair: `ROW(length((${key})::text), 'x')::pair`,
    mood: `'ok'::mood`,
  }[type]
}

export function makeAggregate(maker: Maker, type: Type, own: readonly Source[]): string {
  const { random, major } = maker
  const inner = (of: Type): string => maker.expression(of, own, 1)
  const filter = random.chance(0.2) ? ` FILTER (WHERE ${maker.condition(own, 1)})` : ''
  const distinct = random.chance(0.15) ? 'DISTINCT ' : ''
  const order = distinct === '' && random.chance(0.15) ? ` ORDER BY ${inner('int')}` : ''
  switch (type) {
    case 'int':
      return random.pick([
        () => `${random.pick(['max', 'min', 'sum', 'bit_and', 'bit_or'])}(${distinct}${inner('int')})${filter}::int`,
        () => `count(${distinct}${inner('int')})${filter}::int`,
        () => `coalesce(sum(${inner('int')})${filter}, 0)::int`,
        () => `(max(${inner('int')})${filter} + count(*)::int)`,
        () => `percentile_disc(0.5) WITHIN GROUP (ORDER BY ${inner('int')})${filter}`,
        () => `mode() WITHIN GROUP (ORDER BY ${inner('int')})${filter}`,
        () => `rank(1) WITHIN GROUP (ORDER BY ${inner('int')})${filter}::int`,
        () => `last_one(${inner('int')})${filter}`,
        () => `(array_agg(${inner('int')}${order})${filter})[1]`,
        () => `regr_count(${inner('int')}, 1)${filter}::int`,
        ...(major >= 16 ? [() => `any_value(${inner('int')})${filter}`] : []),
      ])()
    case 'text':
      return random.pick([
        () => `${random.pick(['max', 'min'])}(${inner('text')})${filter}`,
        () => `string_agg(${inner('text')}, ','${order})${filter}`,
        () => `string_agg(${inner('text')}, ${inner('text')})${filter}`,
        () => `CASE WHEN count(*)${filter} > 1 THEN max(${inner('text')}) ELSE 'few' END`,
      ])()
    case 'bool':
      return `${random.pick(['bool_and', 'bool_or', 'every'])}(${inner('bool')})${filter}`
    case 'numeric':
      return random.pick([
        () => `avg(${distinct}${inner('int')})${filter}`,
        () => `count(${inner('text')})${filter}::numeric`,
        () => `stddev(${inner('int')})${filter}`,
        () => `var_pop(${inner('int')})${filter}`,
        () => `stddev_pop(${inner('int')})${filter}`,
        () => `corr(${inner('int')}, 1)${filter}::numeric`,
      ])()
    case 'ints':
      return random.pick([
        () => `array_agg(${distinct}${inner('int')}${order})${filter}`,
        () => `coalesce(array_agg(${inner('int')})${filter}, '{}')`,
      ])()
    case 'jsonb':
      return random.pick([
        () => `jsonb_agg(${inner('text')}${order})${filter}`,
        () => `jsonb_object_agg(${inner('int')}::text || 'k', ${inner('text')})${filter}`,
        () => `to_jsonb(count(*)${filter})`,
        () => `jsonb_agg(jsonb_build_object('k', ${inner('int')}, 'l', ${inner('ints')}))${filter}`,
        () => `jsonb_agg(${random.pick(own).alias})${filter}`,
        () => `json_agg(to_json(${random.pick(own).alias}))${filter}::jsonb`,
        () => `jsonb_build_object('n', count(*), 'list', array_agg(${inner('int')})${filter})`,
        () => `coalesce(jsonb_agg(${inner('text')})${filter}, '[]')`,
        ...(major >= 16
          ? [
              () => `JSON_ARRAYAGG(${inner('int')} RETURNING jsonb)${filter}`,
              () => `JSON_OBJECTAGG('k': ${inner('int')} RETURNING jsonb)${filter}`,
            ]
          : []),
      ])()
    case 'ts':
      return `max(${inner('ts')})${filter}`
    case 'range':
      return random.pick([
        () => `(SELECT int4range(1, count(*)::int + 1) FROM c)`,
        () => `range_merge(range_agg(${inner('range')})${filter})`,
      ])()
    case 'pair':
      return `(array_agg(${inner('pair')})${filter})[1]`
    case 'mood':
      return `min(${inner('mood')})${filter}`
  }
}

const frames = [
  '',
  '',
  ' ROWS BETWEEN 1 PRECEDING AND CURRENT ROW',
  ' ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING',
  ' ROWS BETWEEN 2 FOLLOWING AND 3 FOLLOWING',
  ' ROWS BETWEEN 3 PRECEDING AND 2 PRECEDING',
  ' ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING',
  ' ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW',
  ' ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES',
  ' ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE GROUP',
  ' GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW',
  ' GROUPS BETWEEN 1 FOLLOWING AND 2 FOLLOWING',
  ' RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING',
  ' RANGE BETWEEN 1 FOLLOWING AND 2 FOLLOWING',
  ' RANGE UNBOUNDED PRECEDING',
]

export function makeWindow(maker: Maker, type: Type, own: readonly Source[]): string {
  const { random } = maker
  const inner = (of: Type): string => maker.expression(of, own, 1)
  const over = `OVER (${random.chance(0.4) ? `PARTITION BY ${inner('int')} ` : ''}ORDER BY ${inner('int')}${random.pick(frames)})`
  const filter = random.chance(0.15) ? `FILTER (WHERE ${maker.condition(own, 1)}) ` : ''
  switch (type) {
    case 'int':
      return random.pick([
        () => `(row_number() ${over})::int`,
        () => `(rank() ${over})::int`,
        () => `ntile(2) ${over}`,
        () => `ntile(${inner('int')}) ${over}`,
        () => `lag(${inner('int')}) ${over}`,
        () => `lead(${inner('int')}, 1, ${inner('int')}) ${over}`,
        () => `lead(${inner('int')}, ${inner('int')}, 0) ${over}`,
        () => `first_value(${inner('int')}) ${over}`,
        () => `(sum(${inner('int')}) ${filter}${over})::int`,
        () => `(count(*) ${filter}${over})::int`,
        () => `max(${inner('int')}) OVER ()`,
      ])()
    case 'text':
      return random.pick([
        () => `last_value(${inner('text')}) ${over}`,
        () => `max(${inner('text')}) ${filter}${over}`,
        () => `nth_value(${inner('text')}, 2) ${over}`,
        () => `string_agg(${inner('text')}, ',') ${filter}${over}`,
      ])()
    case 'numeric':
      return `avg(${inner('numeric')}) ${filter}${over}`
    case 'ints':
      return `array_agg(${inner('int')}) ${filter}${over}`
    case 'jsonb':
      return `jsonb_agg(${inner('text')}) ${filter}${over}`
    case 'bool':
      return `bool_or(${inner('bool')}) ${filter}${over}`
    default:
      return inner(type)
  }
}
