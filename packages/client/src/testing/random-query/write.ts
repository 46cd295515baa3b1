import { columnOf, type Maker } from './maker.js'
import { tables, type Column, type Relation, type Source } from './schema.js'

export interface MadeWrite {
  sql: string
  columns: Column[]
}

/** INSERT, UPDATE, DELETE or MERGE with RETURNING, which gives columns `c1 …`. */
export function makeWrite(maker: Maker): MadeWrite {
  const { random, major } = maker
  const table = random.pick(tables)
  const target: Source = { alias: table.name, columns: table.columns, isTable: true }
  switch (random.below(major >= 17 ? 4 : 3)) {
    case 0:
      return makeUpdate(maker, table, target)
    case 1: {
      const using = random.chance(0.5) ? maker.from(1, []) : undefined
      const scope = [target, ...(using?.sources ?? [])]
      const where = maker.condition(scope, 1)
      return returning(
        maker,
        table,
        scope,
        `DELETE FROM ${table.name}${using ? ` USING ${using.sql}` : ''} WHERE ${where}`,
      )
    }
    case 2:
      return makeInsert(maker, table, target)
    default:
      return makeMerge(maker, table, target)
  }
}

const plainColumns = (table: Relation): Column[] =>
  table.columns.filter((column) => column.name !== 'g' && column.name !== 'id')

function makeAssignments(maker: Maker, table: Relation, scope: readonly Source[]): string {
  const { random } = maker
  const first = random.pick(plainColumns(table))
  const others = plainColumns(table).filter((column) => column.name !== first.name)
  const second = random.pick(others)
  const value = (column: Column): string =>
    random.chance(0.2) ? maker.parameter(column.type) : maker.expression(column.type, scope, 1)
  switch (random.below(4)) {
    case 0:
      return `${first.name} = ${value(first)}, ${second.name} = ${value(second)}`
    case 1:
      return `(${first.name}, ${second.name}) = (${value(first)}, ${value(second)})`
    case 2:
      return random.chance(0.4)
        ? `(${first.name}, ${second.name}) = (${maker.select(1, scope, [first.type, second.type]).sql} LIMIT 1)`
        : `${first.name} = DEFAULT`
    default:
      return `${first.name} = ${value(first)}`
  }
}

function makeUpdate(maker: Maker, table: Relation, target: Source): MadeWrite {
  const { random } = maker
  const from = random.chance(0.5) ? maker.from(1, []) : undefined
  const scope = [target, ...(from?.sources ?? [])]
  const assignments = makeAssignments(maker, table, scope)
  const where = maker.condition(scope, 1)
  const sql = `UPDATE ${table.name} SET ${assignments}${from ? ` FROM ${from.sql}` : ''} WHERE ${where}`
  return returning(maker, table, scope, sql)
}

function makeInsert(maker: Maker, table: Relation, target: Source): MadeWrite {
  const { random } = maker
  const list = plainColumns(table)
  const names = list.map((column) => column.name).join(', ')
  const conflict = random.chance(0.4)
    ? table.name === 'e'
      ? ' ON CONFLICT DO NOTHING'
      : ` ON CONFLICT (id) DO UPDATE SET ${makeConflictAction(maker, table, target)}`
    : ''
  const isOld = conflict !== '' && random.chance(0.7)
  if (random.chance(0.4)) {
    const values = list.map((column) =>
      random.chance(0.4)
        ? maker.parameter(column.type)
        : random.chance(0.1)
          ? 'DEFAULT'
          : maker.expression(column.type, [], 1),
    )
    const key = isOld ? '1' : `(SELECT coalesce(max(id), 0) + 1 FROM ${table.name})`
    const sql = `INSERT INTO ${table.name} (id, ${names}) VALUES (${key}, ${values.join(', ')})${conflict}`
    return returning(maker, table, [target], sql)
  }
  const rows = maker.select(
    1,
    [],
    list.map((column) => column.type),
  )
  const key = `${isOld ? '0' : `(SELECT coalesce(max(id), 0) FROM ${table.name})`} + row_number() OVER ()`
  const sql = `INSERT INTO ${table.name} (id, ${names}) SELECT ${key}, q.* FROM (${rows.sql} LIMIT 2) q${conflict}`
  return returning(maker, table, [target], sql)
}

function makeConflictAction(maker: Maker, table: Relation, target: Source): string {
  const { random } = maker
  const excluded: Source = { alias: 'excluded', columns: table.columns }
  const column = random.pick(plainColumns(table))
  const value = random.pick([
    () => `excluded.${column.name}`,
    () => maker.expression(column.type, [target, excluded], 1),
    () => maker.parameter(column.type),
    () => `coalesce(excluded.${column.name}, ${table.name}.${column.name})`,
  ])()
  const where = random.chance(0.3) ? ` WHERE ${maker.condition([target, excluded], 1)}` : ''
  return `${column.name} = ${value}${where}`
}

function makeMerge(maker: Maker, table: Relation, target: Source): MadeWrite {
  const { random } = maker
  const source = maker.from(1, [])
  const [first] = source.sources
  const alias = first?.alias ?? ''
  const own: Source[] = first ? [{ alias, columns: first.columns }] : []
  const scope = [target, ...own]
  const condition = first && columnOf(random, [first], 'int')
  const names = plainColumns(table)
  const insert = `INSERT (id, ${names.map((column) => column.name).join(', ')}) VALUES ((SELECT max(id) + 1 FROM ${table.name}), ${names.map((column) => maker.expression(column.type, own, 1)).join(', ')})`
  const actions = [
    `WHEN MATCHED${random.chance(0.3) ? ` AND ${maker.condition(scope, 1)}` : ''} THEN ${random.pick([`UPDATE SET ${makeAssignments(maker, table, scope)}`, 'DELETE', 'DO NOTHING'])}`,
    ...(random.chance(0.4) ? [`WHEN NOT MATCHED THEN ${insert}`] : []),
    ...(random.chance(0.4)
      ? [
          `WHEN NOT MATCHED BY SOURCE THEN ${random.pick(['DELETE', `UPDATE SET ${makeAssignments(maker, table, [target])}`])}`,
        ]
      : []),
  ]
  const sql = `MERGE INTO ${table.name} USING (SELECT ${alias}.* FROM ${source.sql} LIMIT 1) ${alias} ON ${table.name}.id = ${condition ?? '1'} ${actions.join(' ')}`
  return returning(maker, table, scope, sql, ['merge_action()'])
}

const makeJson = ({ random }: Maker, value: string, table: Relation): string =>
  random.pick([`jsonb_build_object('v', ${value})`, `to_jsonb(${table.name})`, `jsonb_build_array(${value}, 1)`])

function returning(
  maker: Maker,
  table: Relation,
  scope: readonly Source[],
  sql: string,
  texts: readonly string[] = [],
): MadeWrite {
  const { random, major } = maker
  const choices = table.columns.flatMap(({ name, type }) => {
    const own = { sql: `${table.name}.${name}`, type }
    const versions = [
      { sql: `old.${name}`, type },
      { sql: `new.${name}`, type },
    ]
    return [own, own, ...(major >= 18 ? versions : [])]
  })
  const others = scope
    .slice(1)
    .flatMap((source) => source.columns.map(({ name, type }) => ({ sql: `${source.alias}.${name}`, type })))
  const picks = [
    ...Array.from({ length: 2 + random.below(3) }, () => random.pick(choices)),
    ...(others.length > 0 ? [random.pick(others)] : []),
    ...(random.chance(0.5) ? [{ sql: makeJson(maker, random.pick(choices).sql, table), type: 'jsonb' as const }] : []),
    ...texts.map((text) => ({ sql: text, type: 'text' as const })),
    { sql: maker.expression('text', scope, 1), type: 'text' as const },
    { sql: maker.expression('int', scope, 2), type: 'int' as const },
  ]
  return {
    sql: `${sql} RETURNING ${picks.map((pick, index) => `${pick.sql} AS c${index + 1}`).join(', ')}`,
    columns: picks.map(({ type }, index) => ({ name: `c${index + 1}`, type })),
  }
}
