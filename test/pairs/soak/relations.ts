import type { Column, Slot, Table, World } from './generate.js'
import type { Random } from './random.js'

const baseTypes = [
  'integer',
  'bigint',
  'text',
  'varchar(20)',
  'varchar(40)',
  'numeric(10,2)',
  'boolean',
  'timestamptz',
  'date',
  'jsonb',
  'uuid',
  'text[]',
  'char(3)',
  'int4range',
  'bytea',
  'double precision',
]

function columnTypes(world: World): string[] {
  const own = [
    ...world.enums.flatMap((each) => [each.name, `${each.name}[]`]),
    ...world.domains.map((each) => each.name),
    ...world.composites,
    ...world.ranges,
  ]
  return [...baseTypes, ...own, ...own]
}

function defaultFor(type: string, random: Random, world: World): string | undefined {
  const enumeration = world.enums.find((each) => each.name === type)
  if (enumeration) return `'${random.pick(enumeration.labels).replaceAll("'", "''")}'`
  if (type === 'integer' || type === 'bigint')
    return random.pick([
      '0',
      '42',
      ...world.sequences.map((name) => `nextval('${name}')`),
      ...world.immutables.map((name) => `${name}(3)`),
    ])
  if (type === 'text' || type.startsWith('varchar')) return random.pick([`''`, `'a''b'`, 'upper(CURRENT_USER)'])
  if (type === 'timestamptz') return random.pick(['now()', 'CURRENT_TIMESTAMP'])
  if (type === 'date') return 'CURRENT_DATE'
  if (type === 'boolean') return random.pick(['true', 'false'])
  if (type === 'jsonb') return `'{}'`
  if (type === 'uuid') return 'gen_random_uuid()'
  if (type === 'numeric(10,2)') return '1.50'
  if (type === 'text[]') return `'{}'`
  return undefined
}

function writeColumn(
  name: string,
  random: Random,
  world: World,
  before: readonly Column[],
): { column: Column; sql: string } {
  const type = random.pick(columnTypes(world))
  const parts = [name, type]
  const collatable = type === 'text' || type.startsWith('varchar')
  if (collatable && random.chance(0.15)) parts.push(`COLLATE ${random.pick(['"C"', ...world.collations])}`)
  const source = before.find((column) => column.type === 'integer' && !column.generated)
  let generated = false
  if (type === 'integer' && source && random.chance(0.25)) {
    generated = true
    const call = random.pick([`${source.name} + 1`, ...world.immutables.map((each) => `${each}(${source.name})`)])
    parts.push(`GENERATED ALWAYS AS (${call}) STORED`)
  } else if (type === 'bigint' && random.chance(0.2)) {
    parts.push(
      `GENERATED ${random.pick(['ALWAYS', 'BY DEFAULT'])} AS IDENTITY${random.chance(0.4) ? ' (START WITH 100 INCREMENT BY 5)' : ''}`,
    )
    generated = true
  } else {
    const value = random.chance(0.35) ? defaultFor(type, random, world) : undefined
    if (value) parts.push(`DEFAULT ${value}`)
  }
  if (collatable && random.chance(0.1)) parts.splice(2, 0, `STORAGE ${random.pick(['EXTERNAL', 'MAIN'])}`)
  const notNull = random.chance(0.3)
  if (notNull) parts.push(random.chance(0.1) ? `CONSTRAINT ${name.replaceAll('"', '')}_there NOT NULL` : 'NOT NULL')
  return { column: { name, type, notNull, generated }, sql: parts.join(' ') }
}

const columnNames = ['a', 'b', 'c', '"D d"', 'state', '"Order"', 'size']
const tablePrivileges = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']

function writeTable(bare: string): Slot {
  return {
    name: `table ${bare}`,
    write(random, world) {
      const name = `${random.pick(world.schemas)}.${bare}`
      const columns: Column[] = []
      const lines: string[] = []
      const keyType = random.pick(['integer', 'bigint', 'bigint GENERATED ALWAYS AS IDENTITY', 'serial', 'uuid'])
      const key: Column = { name: 'id', type: keyType.split(' ')[0] ?? keyType, notNull: true, generated: true }
      lines.push(`id ${keyType}`)
      columns.push(key)
      for (const each of random.some(columnNames, 1)) {
        const { column, sql } = writeColumn(each, random, world, columns.slice(1))
        columns.push(column)
        lines.push(sql)
      }
      const keyed = random.chance(0.8)
      if (keyed)
        lines.push(`${random.chance(0.3) ? `CONSTRAINT ${bare.replaceAll('"', '')}_key_of ` : ''}PRIMARY KEY (id)`)
      const table: Table = {
        name,
        columns,
        partition: false,
        ...(keyed ? { key: { ...key, type: key.type === 'serial' ? 'integer' : key.type } } : {}),
      }
      const number = columns.find((column) => column.type === 'integer')
      if (number && random.chance(0.5))
        lines.push(
          `${random.chance(0.5) ? 'CONSTRAINT positive ' : ''}CHECK (${number.name} > ${random.integer(3)})${random.chance(0.1) ? ' NO INHERIT' : ''}`,
        )
      const plain = columns.filter((column) => !/json|\[\]|range|span|place|Pair/.test(column.type))
      if (random.chance(0.4))
        lines.push(
          `UNIQUE ${random.chance(0.2) ? 'NULLS NOT DISTINCT ' : ''}(${
            random
              .some(plain.slice(1), 1)
              .map((column) => column.name)
              .join(', ') || 'id'
          })${random.chance(0.2) ? ' DEFERRABLE INITIALLY DEFERRED' : ''}`,
        )
      const target = world.tables.find((each) => each.key && !each.partitioned)
      const statements: string[] = []
      if (target?.key && random.chance(0.6)) {
        lines.push(`parent ${target.key.type}`)
        columns.push({ name: 'parent', type: target.key.type, notNull: false, generated: false })
        const actions = random.pick([
          '',
          'ON DELETE CASCADE',
          'ON DELETE SET NULL ON UPDATE CASCADE',
          'ON DELETE RESTRICT',
          'ON DELETE SET NULL (parent)',
          'MATCH FULL',
        ])
        const timing = random.pick(['', '', 'DEFERRABLE', 'DEFERRABLE INITIALLY DEFERRED'])
        statements.push(
          `ALTER TABLE ${name} ADD ${random.chance(0.3) ? 'CONSTRAINT to_parent ' : ''}FOREIGN KEY (parent) REFERENCES ${target.name} (id) ${actions} ${timing}${random.chance(0.15) ? ' NOT VALID' : ''}`,
        )
        // Mutual references: the cycle that only separate statements can break.
        if (random.chance(0.2) && keyed && table.key?.type === target.key.type)
          statements.push(
            `ALTER TABLE ${target.name} ADD CONSTRAINT back FOREIGN KEY (id) REFERENCES ${name} (id) NOT VALID`,
          )
      }
      const options = random.some(['fillfactor = 70', 'autovacuum_enabled = false', 'toast.autovacuum_enabled = false'])
      const withOptions = random.chance(0.25) && options.length > 0 ? ` WITH (${options.join(', ')})` : ''
      world.tables.push(table)
      world.targets.push({ kind: 'TABLE', name, privileges: tablePrivileges, owned: true })
      return [
        `CREATE ${random.chance(0.1) ? 'UNLOGGED ' : ''}TABLE ${name} (\n  ${lines.join(',\n  ')}\n)${withOptions}`,
        ...statements,
        ...(random.chance(0.15) ? [`ALTER TABLE ${name} REPLICA IDENTITY ${random.pick(['FULL', 'NOTHING'])}`] : []),
        ...(random.chance(0.1) ? [`ALTER TABLE ${name} ALTER COLUMN id SET STATISTICS ${random.pick([50, 500])}`] : []),
        ...(random.chance(0.1)
          ? [`ALTER TABLE ${name} ALTER COLUMN id SET (n_distinct = ${random.pick([-0.5, 20])})`]
          : []),
        ...(keyed && random.chance(0.05) ? [`ALTER TABLE ${name} CLUSTER ON ${bare.replaceAll('"', '')}_pkey`] : []),
      ]
    },
  }
}

const partitions: Slot = {
  name: 'partitioned table',
  write(random, world) {
    const schema = random.pick(world.schemas)
    const name = `${schema}.events`
    const how = random.pick(['RANGE', 'LIST', 'HASH'])
    const columns: Column[] = [
      { name: 'id', type: 'bigint', notNull: true, generated: false },
      { name: 'at', type: 'integer', notNull: true, generated: false },
      {
        name: 'note',
        type: random.pick(['text', 'varchar(20)', 'integer']),
        notNull: random.chance(0.3),
        generated: false,
      },
    ]
    const bounds = {
      RANGE: ['FOR VALUES FROM (0) TO (10)', 'FOR VALUES FROM (10) TO (20)', 'DEFAULT'],
      LIST: ['FOR VALUES IN (1, 2)', 'FOR VALUES IN (3)', 'DEFAULT'],
      HASH: [
        'FOR VALUES WITH (modulus 3, remainder 0)',
        'FOR VALUES WITH (modulus 3, remainder 1)',
        'FOR VALUES WITH (modulus 3, remainder 2)',
      ],
    }[how] as string[]
    world.tables.push({ name, columns, partition: false, partitioned: 'at' })
    world.targets.push({ kind: 'TABLE', name, privileges: tablePrivileges, owned: true })
    const declared = columns.map((column) => `${column.name} ${column.type}${column.notNull ? ' NOT NULL' : ''}`)
    const statements = [
      `CREATE TABLE ${name} (${declared.join(', ')}${random.chance(0.6) ? ', PRIMARY KEY (id, at)' : ''}${random.chance(0.3) ? ', CHECK (id > 0)' : ''}) PARTITION BY ${how} (at)`,
    ]
    const chosen = random.some([0, 1, 2])
    for (const number of chosen) {
      const child = `${schema}.events_${number}`
      world.tables.push({ name: child, columns, partition: true })
      if (number === 1 && random.chance(0.4)) {
        statements.push(
          `CREATE TABLE ${child} PARTITION OF ${name} ${bounds[number]} PARTITION BY HASH (id)`,
          `CREATE TABLE ${child}_x PARTITION OF ${child} FOR VALUES WITH (modulus 2, remainder 0)`,
        )
      } else if (random.chance(0.2))
        statements.push(
          `CREATE TABLE ${child} (${declared.toReversed().join(', ')})`,
          `ALTER TABLE ${name} ATTACH PARTITION ${child} ${bounds[number]}`,
        )
      else
        statements.push(
          `CREATE TABLE ${child} PARTITION OF ${name}${random.chance(0.2) ? ' (note DEFAULT NULL, CONSTRAINT own CHECK (at >= 0))' : ''} ${bounds[number]}`,
        )
      if (random.chance(0.2)) statements.push(`CREATE INDEX ON ${child} (note)`)
    }
    if (random.chance(0.5))
      statements.push(`CREATE INDEX events_note ON ${name} (note)${random.chance(0.3) ? ' WHERE at > 3' : ''}`)
    if (random.chance(0.3) && chosen.length > 0) statements.push(`CREATE INDEX events_only ON ONLY ${name} (id, note)`)
    return statements
  },
}

const inheritance: Slot = {
  name: 'inheritance',
  write(random, world) {
    const parent = world.tables.find((table) => !table.partition && !table.partitioned)
    if (!parent) return []
    const name = `${random.pick(world.schemas)}.special`
    world.tables.push({ name, columns: [...parent.columns], partition: false })
    return [
      `CREATE TABLE ${name} (extra ${random.pick(['integer', 'text'])}${random.chance(0.3) ? ' NOT NULL' : ''}) INHERITS (${parent.name})`,
    ]
  },
}

const typedTable: Slot = {
  name: 'typed table',
  write(random, world) {
    const type = world.composites[0]
    if (!type) return []
    return [`CREATE TABLE ${random.pick(world.schemas)}.of_type OF ${type}`]
  },
}

function writeIndex(number: number): Slot {
  return {
    name: `index ${number}`,
    write(random, world) {
      if (world.tables.length === 0) return []
      const table = random.pick(world.tables)
      const keyed = table.columns.filter((column) => !/json|\[\]|range|span|place|Pair|bytea/.test(column.type))
      if (keyed.length === 0) return []
      const items = random
        .some(keyed, 1)
        .slice(0, 3)
        .map((column) => {
          if (column.type === 'text' && random.chance(0.3))
            return random.pick([
              `lower(${column.name})`,
              `${column.name} text_pattern_ops`,
              `${column.name} COLLATE "C" DESC`,
            ])
          if (column.type === 'integer' && random.chance(0.3))
            return random.pick([
              `(${column.name} + 1)`,
              `${column.name} DESC NULLS LAST`,
              ...world.immutables.map((name) => `${name}(${column.name})`),
            ])
          return column.name
        })
      const array = table.columns.find((column) => column.type === 'text[]' || column.type === 'jsonb')
      const method = array && random.chance(0.5) ? 'gin' : random.pick(['btree', 'btree', 'btree', 'hash', 'brin'])
      const over = method === 'gin' && array ? array.name : method === 'hash' ? keyed[0]?.name : items.join(', ')
      const unique = method === 'btree' && random.chance(0.2) && !table.partitioned
      const name = `idx_${number}`
      world.indexes.push(`${table.name.slice(0, table.name.indexOf('.'))}.${name}`)
      world.targets.push({ kind: 'INDEX', name: `${table.name.slice(0, table.name.lastIndexOf('.'))}.${name}` })
      return [
        `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${name} ON ${table.name} USING ${method} (${over})${method === 'btree' && random.chance(0.2) ? ' INCLUDE (id)' : ''}${unique && random.chance(0.3) ? ' NULLS NOT DISTINCT' : ''}${method === 'btree' && random.chance(0.2) ? ' WITH (fillfactor = 80)' : ''}${random.chance(0.2) ? ' WHERE id IS NOT NULL' : ''}`,
      ]
    },
  }
}

function writeView(number: number): Slot {
  return {
    name: `view ${number}`,
    write(random, world) {
      const sources = [...world.tables, ...world.views]
      if (sources.length === 0) return []
      const source = random.pick(sources)
      const name = `${random.pick(world.schemas)}.view_${number}`
      const columns = random.some(source.columns, 1)
      const materialized = random.chance(0.3)
      const list = columns.map((column) => `s.${column.name}`)
      const call = columns.find((column) => column.type === 'integer')
      if (call && world.immutables[0] && random.chance(0.4))
        list.push(`${world.immutables[0]}(s.${call.name}) AS computed`)
      const query = `SELECT ${list.join(', ')} FROM ${source.name} s${random.chance(0.3) ? ' WHERE s.* IS NOT NULL' : ''}${random.chance(0.1) ? ` GROUP BY ${list.join(', ')}` : ''}`
      world.views.push({ name, columns, materialized })
      world.targets.push({
        kind: materialized ? 'MATERIALIZED VIEW' : 'VIEW',
        name,
        privileges: ['SELECT', 'INSERT', 'UPDATE'],
        // A view reads as its owner, and what fills a materialized view over it would be refused.
        owned: materialized,
      })
      const first = columns[0]
      if (materialized)
        return [
          `CREATE MATERIALIZED VIEW ${name}${random.chance(0.2) ? ' WITH (fillfactor = 60)' : ''} AS ${query}${random.chance(0.2) ? ' WITH NO DATA' : ''}`,
          ...(first && random.chance(0.4) && !/json|place|Pair/.test(first.type)
            ? [`CREATE INDEX mv_${number} ON ${name} (${first.name})`]
            : []),
        ]
      const options = random.some(['security_barrier', 'security_invoker'])
      return [
        `CREATE VIEW ${name}${options.length > 0 && random.chance(0.3) ? ` WITH (${options.join(', ')})` : ''} AS ${query}${random.chance(0.15) ? ' WITH LOCAL CHECK OPTION' : ''}`,
        ...(first && first.type === 'integer' && random.chance(0.2)
          ? [`ALTER VIEW ${name} ALTER COLUMN ${first.name} SET DEFAULT 3`]
          : []),
      ]
    },
  }
}

/** Tables of every sort, their indexes, and the views over them. */
export const relations: readonly Slot[] = [
  ...['users', '"Orders"', 'items', 'tags', 'log'].map(writeTable),
  partitions,
  inheritance,
  typedTable,
  ...[1, 2, 3, 4, 5].map(writeIndex),
  ...[1, 2, 3, 4].map(writeView),
]
