import { makeAggregate, makeGrouped, makeGrouping, makeWindow } from './group.js'
import { columnOf, type MadeQuery, type Maker } from './maker.js'
import { allTypes, type Column, type Source, type Type } from './schema.js'

export function makeQuery(maker: Maker, depth: number, outer: readonly Source[], wanted?: readonly Type[]): MadeQuery {
  const { random } = maker
  if (depth > 1 && random.chance(0.15)) {
    const left = maker.select(depth - 1, outer, wanted)
    const types = left.columns.map((column) => column.type)
    const branch = (): string => `(${maker.select(depth - 1, outer, types).sql})`
    const operator = (): string =>
      random.pick(['UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT', 'INTERSECT ALL', 'EXCEPT ALL'])
    const more = random.chance(0.25) ? ` ${operator()} ${branch()}` : ''
    return { sql: `(${left.sql}) ${operator()} ${branch()}${more}`, columns: left.columns }
  }
  const select = maker.select(depth, outer, wanted)
  if (random.chance(0.1)) return { sql: `${select.sql} ORDER BY 1 LIMIT ${random.below(4)}`, columns: select.columns }
  return select
}

export function makeSelect(maker: Maker, depth: number, outer: readonly Source[], wanted?: readonly Type[]): MadeQuery {
  const { random } = maker
  const from = random.chance(0.05) ? undefined : maker.from(depth, outer)
  const own = from?.sources ?? []
  const scope = [...own, ...outer]
  const where = random.chance(0.6) ? ` WHERE ${maker.condition(scope, depth)}` : ''
  const tested = testedColumns(own, `${from?.sql ?? ''}${where}`)
  const types =
    wanted ??
    Array.from({ length: 1 + random.below(4) }, () =>
      tested.length > 0 && random.chance(0.4) ? random.pick(tested).type : random.pick(allTypes),
    )
  const { list, tail } = makeList(maker, types, own, scope, depth, tested)
  const distinct = random.chance(0.08)
    ? random.chance(0.3) && tail === ''
      ? `DISTINCT ON (${columnOf(random, own, 'int') ?? '1'}) `
      : 'DISTINCT '
    : ''
  const columns = types.map((type, index): Column => ({ name: `c${index + 1}`, type }))
  const items = list.map((item, index) => `${item} AS c${index + 1}`)
  return { sql: `SELECT ${distinct}${items.join(', ')}${from ? ` FROM ${from.sql}` : ''}${where}${tail}`, columns }
}

/** Columns that a condition mentions, which it may wrongly be believed to prove something about. */
function testedColumns(own: readonly Source[], text: string): Column[] {
  return own.flatMap(({ alias, columns }) =>
    columns
      .map(({ name, type }) => ({ name: `${alias}.${name}`, type }))
      .filter(({ name }) => text.includes(`${name} `) || text.includes(`${name})`)),
  )
}

function makeList(
  maker: Maker,
  types: readonly Type[],
  own: readonly Source[],
  scope: readonly Source[],
  depth: number,
  tested: readonly Column[],
): { list: string[]; tail: string } {
  const { random } = maker
  const mode = random.next()
  if (own.length > 0 && mode < 0.22) {
    const { keys, clause } = makeGrouping(maker, own)
    const having = random.chance(0.2) ? ` HAVING count(*) > ${random.below(2)}` : ''
    const list = types.map((type) =>
      random.chance(0.4) ? makeGrouped(maker, keys, clause, type) : makeAggregate(maker, type, own),
    )
    return { list, tail: ` GROUP BY ${clause}${having}` }
  }
  if (own.length > 0 && mode < 0.32) {
    const tail = random.pick(['', '', '', ' GROUP BY ()', ' HAVING true', ` HAVING count(*) > ${random.below(12)}`])
    return { list: types.map((type) => makeAggregate(maker, type, own)), tail }
  }
  if (own.length > 0 && mode < 0.42) return { list: types.map((type) => makeWindow(maker, type, own)), tail: '' }
  const item = (type: Type): string => {
    const shown = tested.filter((column) => column.type === type)
    return shown.length > 0 && random.chance(0.5) ? random.pick(shown).name : makeItem(maker, type, scope, depth)
  }
  return { list: types.map(item), tail: '' }
}

/** Now and then a set-returning call, which pads its neighbours. */
function makeItem(maker: Maker, type: Type, scope: readonly Source[], depth: number): string {
  const { random } = maker
  const plain = (): string => maker.expression(type, scope, depth)
  if (!random.chance(0.05)) return plain()
  switch (type) {
    case 'int':
      return random.pick([
        () => `generate_series(1, ${random.below(4)})`,
        () => `unnest(${maker.expression('ints', scope, 1)})`,
        () => `generate_series(1, 2) + ${maker.expression('int', scope, 1)}`,
        () => `generate_subscripts(${maker.expression('ints', scope, 1)}, 1)`,
      ])()
    case 'text':
      return random.pick([`jsonb_array_elements_text('[1, null]')`, `jsonb_object_keys('{"k": 1}')`])
    case 'jsonb':
      return `jsonb_array_elements('[1, null]')`
    case 'pair':
      return `pairs_of(1)`
    default:
      return plain()
  }
}
