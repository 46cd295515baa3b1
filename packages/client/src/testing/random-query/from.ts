import { columnOf, type Maker } from './maker.js'
import { allTypes, columns, tables, views, type Source, type Type } from './schema.js'

const relations = [...tables, ...views]

/** @param insideJoin it will stand in parentheses, where only joins may */
export function makeFrom(
  maker: Maker,
  depth: number,
  outer: readonly Source[],
  insideJoin = false,
): { sql: string; sources: Source[] } {
  const { random } = maker
  let { sql, source } = makeItem(maker, depth, outer, [])
  const sources = [source]
  const joins = random.below(3)
  for (let count = 0; count < joins; count++) {
    const kind = random.pick(['JOIN', 'LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'CROSS JOIN', ','])
    const isFree = kind === 'CROSS JOIN' || kind === ','
    const lateral = kind !== 'RIGHT JOIN' && kind !== 'FULL JOIN' && random.chance(0.25)
    if (depth > 1 && !lateral && random.chance(0.15)) {
      const nested = maker.from(1, outer, true)
      sources.push(...nested.sources)
      const pair = `(${nested.sql} CROSS JOIN (SELECT) ${maker.alias()})`
      sql = isFree
        ? `${sql} CROSS JOIN ${pair}`
        : `${sql} ${kind} ${pair} ON ${makeJoinCondition(maker, sources, kind)}`
      continue
    }
    const next = makeItem(maker, depth, outer, lateral ? sources : [])
    sources.push(next.source)
    // A comma binds less than JOIN, so what stands before it could no longer be named in a later condition.
    if (kind === ',' && count === joins - 1 && !insideJoin) sql = `${sql}, ${next.sql}`
    else
      sql = isFree
        ? `${sql} CROSS JOIN ${next.sql}`
        : `${sql} ${kind} ${next.sql} ON ${makeJoinCondition(maker, sources, kind)}`
  }
  return { sql, sources }
}

function makeJoinCondition(maker: Maker, sources: readonly Source[], kind: string): string {
  const { random } = maker
  const last = sources.at(-1)
  const equal = last && columnOf(random, sources.slice(0, -1), 'int')
  const own = last && columnOf(random, [last], 'int')
  if (kind === 'FULL JOIN') return equal && own ? `${equal} = ${own}` : 'true'
  if (random.chance(0.7) && equal && own)
    return `${equal} = ${own}${random.chance(0.25) ? ` AND ${maker.condition(sources, 1)}` : ''}`
  return random.chance(0.3) ? 'true' : maker.condition(sources, 1)
}

function makeItem(
  maker: Maker,
  depth: number,
  outer: readonly Source[],
  lateral: readonly Source[],
): { sql: string; source: Source } {
  const { random } = maker
  const alias = maker.alias()
  const choice = random.next()
  const scope = [...lateral, ...outer]
  const prefix = lateral.length > 0 ? 'LATERAL ' : ''
  if (depth > 1 && (choice < 0.2 || (lateral.length > 0 && choice < 0.6))) {
    const inner = maker.query(depth - 1, scope)
    return {
      sql: `${prefix}(${inner.sql}) ${alias}(${inner.columns.map((column) => column.name).join(', ')})`,
      source: { alias, columns: inner.columns },
    }
  }
  if (choice < 0.27) {
    const rows = Array.from(
      { length: 1 + random.below(3) },
      () => `(${maker.expression('int', scope, 0)}, ${maker.expression('text', scope, 0)})`,
    )
    return {
      sql: `${prefix}(VALUES ${rows.join(', ')}) ${alias}(k, v)`,
      source: { alias, columns: columns('k:int v:text') },
    }
  }
  if (choice < 0.42) return makeFunctionItem(maker, alias, prefix, scope)
  if (choice < 0.5) return makeUsingItem(maker, alias)
  const relation = random.pick([...relations, ...maker.ctes, ...maker.ctes, ...maker.ctes])
  const sample = random.chance(0.04) && relation.name.length === 1 ? ' TABLESAMPLE BERNOULLI (90)' : ''
  const only = relation.name === 'e' && random.chance(0.2) ? 'ONLY ' : ''
  return {
    sql: `${only}${relation.name} ${alias}${sample}`,
    source: { alias, columns: relation.columns, isTable: tables.includes(relation) },
  }
}

/** Set-returning and other functions in FROM; the columns' names are given anew, so that the alias can be any. */
function makeFunctionItem(
  maker: Maker,
  alias: string,
  prefix: string,
  scope: readonly Source[],
): { sql: string; source: Source } {
  const { random, major } = maker
  const of = (type: Type): string => maker.expression(type, scope, 0)
  const choices: [call: () => string, columns: string][] = [
    [() => `generate_series(1, ${random.below(4)}) ${alias}(k)`, 'k:int'],
    [() => `generate_series(${of('int')}, ${of('int')}) ${alias}(k)`, 'k:int'],
    [() => `unnest(${of('ints')}) ${alias}(k)`, 'k:int'],
    [() => `unnest(${of('ints')}) WITH ORDINALITY ${alias}(k, o)`, 'k:int'],
    [() => `unnest(ARRAY[1, 2], ARRAY['t1']) ${alias}(k, v)`, 'k:int v:text'],
    [() => `jsonb_array_elements_text('[1, null]') ${alias}(v)`, 'v:text'],
    [() => `jsonb_array_elements('[1, null]') ${alias}(j)`, 'j:jsonb'],
    [() => `jsonb_each('{"k": 1, "l": null}') ${alias}(v, j)`, 'v:text j:jsonb'],
    [() => `jsonb_each_text('{"k": 1, "l": null}') ${alias}(v, w)`, 'v:text w:text'],
    [() => `jsonb_object_keys('{"k": 1}') ${alias}(v)`, 'v:text'],
    [() => `jsonb_to_recordset('[{"k": 1}, {"v": "t1"}]') AS ${alias}(k int, v text)`, 'k:int v:text'],
    [() => `jsonb_populate_record(NULL::pair, '{"x": 1}') ${alias}(k, v)`, 'k:int v:text'],
    [() => `jsonb_path_query('[1, null, "x"]', '$[*]') ${alias}(j)`, 'j:jsonb'],
    [() => `generate_subscripts(ARRAY[1, NULL], 1) ${alias}(k)`, 'k:int'],
    [() => `regexp_split_to_table(${of('text')}, '[0-9]') ${alias}(v)`, 'v:text'],
    [() => `string_to_table('a,b', ',', 'b') ${alias}(v)`, 'v:text'],
    [() => `rows_of(${of('int')}) ${alias}(k, v)`, 'k:int v:text'],
    [() => `pairs_of(${of('int')}) ${alias}(k, v)`, 'k:int v:text'],
    [() => `outs(${of('int')}) ${alias}(k, v)`, 'k:int v:text'],
    [() => `strict_odd(${of('int')}) ${alias}(k)`, 'k:int'],
    [() => `upper(${of('text')}) ${alias}(v)`, 'v:text'],
    [() => `coalesce(${of('int')}, 1) ${alias}(k)`, 'k:int'],
    [() => `ROWS FROM (generate_series(1, 2), generate_series(1, 3)) ${alias}(k, l)`, 'k:int l:int'],
    [() => `ROWS FROM (generate_series(1, 2), rows_of(1)) WITH ORDINALITY ${alias}(k, l, v, o)`, 'k:int l:int v:text'],
  ]
  if (major >= 17)
    choices.push([
      () =>
        `JSON_TABLE('[{"k": 1, "v": "t1"}, {"k": null}]'::jsonb, '$[*]' COLUMNS (k int PATH '$.k', v text PATH '$.v' DEFAULT 't0' ON EMPTY)) ${alias}(k, v)`,
      'k:int v:text',
    ])
  const [call, names] = random.pick(choices)
  const sql = call()
  return { sql: `${sql.startsWith('JSON_TABLE') ? '' : prefix}${sql}`, source: { alias, columns: columns(names) } }
}

/** Joins by USING and NATURAL, whose merged columns belong to neither side. */
function makeUsingItem(maker: Maker, alias: string): { sql: string; source: Source } {
  const { random } = maker
  const [left, right] = [random.pick(['a', 'b', 'c', 'vab', 'e', 'vu']), random.pick(['a', 'b', 'c', 'va', 'e', 'vv'])]
  const kind = random.pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN'])
  const type = random.pick(allTypes.slice(0, 2))
  const third = random.chance(0.3) ? ` ${random.pick(['LEFT JOIN', 'FULL JOIN', 'RIGHT JOIN'])} tr z USING (id)` : ''
  const natural = random.chance(0.15)
  const join = natural
    ? `NATURAL ${kind} (SELECT id, t FROM ${right}) r`
    : `${kind} ${right} r USING (id${type === 'text' ? ', t' : ''})`
  const where = random.chance(0.3)
    ? ` WHERE ${random.pick(['id > 1', 'l.t IS NOT NULL', 'r.t IS NOT NULL', 'l.id > 2', 'r.id > 2'])}`
    : ''
  return {
    sql: `(SELECT id, l.t AS lt, r.t AS rt, l.id AS lid, r.id AS rid FROM ${left} l ${join}${third}${where}) ${alias}`,
    source: { alias, columns: columns('id:int lt:text rt:text lid:int rid:int') },
  }
}
