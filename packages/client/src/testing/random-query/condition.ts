import { columnOf, type Maker } from './maker.js'
import { allTypes, type Source } from './schema.js'

export function makeCondition(maker: Maker, scope: readonly Source[], depth: number): string {
  const { random } = maker
  const compare = random.pick(['=', '<', '>', '<>', '<=', '>='])
  const int = (): string => maker.expression('int', scope, Math.max(0, depth - 2))
  const text = (): string => maker.expression('text', scope, 0)
  const again = (): string => maker.condition(scope, depth)
  const table = random.pick(scope.filter((source) => source.isTable).concat({ alias: '', columns: [] }))
  switch (random.below(22)) {
    case 0:
      return `${int()} ${compare} ${int()}`
    case 1:
      return `${text()} ${compare} ${text()}`
    case 2:
      return `${columnOf(random, scope, random.pick(allTypes)) ?? '1'} IS NOT NULL`
    case 3:
      return `${columnOf(random, scope, 'text') ?? "'x'"} ${random.pick(['LIKE', 'NOT LIKE', 'ILIKE', 'SIMILAR TO'])} '${random.pick(['t%', 's%', '%1'])}'`
    case 4:
      return `(${again()} OR ${again()})`
    case 5:
      return `(${again()} AND ${again()})`
    case 6:
      return `NOT (${again()})`
    case 7:
      return `(${again()}) ${random.pick(['IS TRUE', 'IS NOT TRUE', 'IS FALSE', 'IS NOT FALSE', 'IS UNKNOWN', 'IS NOT UNKNOWN'])}`
    case 8:
      return `${int()} ${random.pick(['IN', 'NOT IN'])} (${int()}, ${random.pick(['1', 'NULL', '2'])})`
    case 9:
      return `${int()} ${random.pick(['= ANY', '<> ALL', '> ALL', '< ANY', '= ALL'])} (${maker.expression('ints', scope, 0)})`
    case 10:
      return `${int()} IS ${random.chance(0.5) ? 'NOT ' : ''}DISTINCT FROM ${int()}`
    case 11:
      return depth > 1 ? `${random.pick(['', 'NOT '])}EXISTS (${maker.query(1, scope).sql})` : 'true'
    case 12:
      return depth > 1
        ? `${int()} ${random.pick(['IN', 'NOT IN', '> ALL', '= ANY', '< ANY', '<> ALL'])} (${maker.select(1, scope, ['int']).sql})`
        : `${int()} IS NULL`
    case 13:
      return `${int()} BETWEEN ${random.pick(['', 'SYMMETRIC '])}${int()} AND ${int()}`
    case 14:
      return `(${int()}, ${text()}) ${random.pick(['=', '<>', '<', '>='])} (${int()}, ${text()})`
    case 15:
      return `${columnOf(random, scope, 'pair') ?? 'ROW(1, NULL)'} ${random.pick(['IS NULL', 'IS NOT NULL', 'IS DISTINCT FROM NULL'])}`
    case 16:
      return table.alias === ''
        ? `${text()} IS NOT NULL`
        : `${random.pick(['', 'NOT '])}(${table.alias}.* ${random.pick(['IS NULL', 'IS NOT NULL', 'IS NOT DISTINCT FROM NULL'])})`
    case 17:
      return depth > 1
        ? `(${int()}, ${text()}) ${random.pick(['=', '<>'])} (${maker.select(1, scope, ['int', 'text']).sql} LIMIT 1)`
        : again()
    case 18:
      return depth > 1
        ? `(${int()}, ${text()}) ${random.pick(['IN', 'NOT IN'])} (${maker.select(1, scope, ['int', 'text']).sql})`
        : again()
    case 19:
      return `strict_odd(${int()}) ${compare} ${int()}`
    case 20:
      return `coalesce(${again()}, ${random.pick(['true', 'false'])})`
    default:
      return columnOf(random, scope, 'bool') ?? 'true'
  }
}
