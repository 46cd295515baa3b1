import type { Slot } from './generate.js'

const labels = ['new', 'open', 'done', "it's", 'late', 'Void']

/** Schemas, and the types that columns are made of. */
export const types: readonly Slot[] = [
  ...['app', '"Odd Name"'].map((schema): Slot => ({
    name: `schema ${schema}`,
    write(_random, world) {
      world.schemas.push(schema)
      world.targets.push({ kind: 'SCHEMA', name: schema, privileges: ['USAGE', 'CREATE'], owned: true })
      return [`CREATE SCHEMA ${schema}`]
    },
  })),
  {
    name: 'collation',
    write(random, world) {
      const name = `${random.pick(world.schemas)}.plain`
      world.collations.push(name)
      world.targets.push({ kind: 'COLLATION', name, owned: true })
      return [`CREATE COLLATION ${name} (provider = libc, locale = '${random.pick(['C', 'POSIX'])}')`]
    },
  },
  ...['state', '"Mood"', 'level'].map((bare): Slot => ({
    name: `enum ${bare}`,
    write(random, world) {
      const name = `${random.pick(world.schemas)}.${bare}`
      const values = random.some(labels, 1)
      if (random.chance(0.2)) values.reverse()
      world.enums.push({ name, labels: values })
      world.targets.push({ kind: 'TYPE', name, privileges: ['USAGE'], owned: true })
      return [`CREATE TYPE ${name} AS ENUM (${values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')})`]
    },
  })),
  ...['amount', 'code'].map((bare): Slot => ({
    name: `domain ${bare}`,
    write(random, world) {
      const name = `${random.pick(world.schemas)}.${bare}`
      const base = random.pick(['integer', 'integer', 'bigint', 'text', 'varchar(30)'])
      const numeric = /int/.test(base)
      world.domains.push({ name, base })
      world.targets.push({ kind: 'DOMAIN', name, privileges: ['USAGE'], owned: true })
      const parts = [
        `CREATE DOMAIN ${name} AS ${base}`,
        ...(random.chance(0.4) ? [numeric ? 'DEFAULT 7' : `DEFAULT 'x'`] : []),
        ...(random.chance(0.3) ? ['NOT NULL'] : []),
        ...(random.chance(0.6)
          ? [
              numeric
                ? `CONSTRAINT in_range CHECK (VALUE > ${random.integer(3)})`
                : `CHECK (length(VALUE) < ${50 + random.integer(2)})`,
            ]
          : []),
      ]
      return [parts.join(' ')]
    },
  })),
  ...['place', '"Pair"'].map((bare): Slot => ({
    name: `composite ${bare}`,
    write(random, world) {
      const name = `${random.pick(world.schemas)}.${bare}`
      world.composites.push(name)
      world.targets.push({ kind: 'TYPE', name, privileges: ['USAGE'], owned: true })
      const attributes = random.some(['x', 'y', '"Z"', 'note'], 1).map((attribute) => {
        const type = random.pick(['integer', 'text', 'numeric(8,2)', ...world.enums.map((each) => each.name)])
        return `${attribute} ${type}`
      })
      return [`CREATE TYPE ${name} AS (${attributes.join(', ')})`]
    },
  })),
  {
    name: 'range',
    write(random, world) {
      const name = `${random.pick(world.schemas)}.span`
      world.ranges.push(name)
      world.targets.push({ kind: 'TYPE', name, privileges: ['USAGE'], owned: true })
      const subtype = random.pick(['float8', 'time', 'text'])
      const options = [
        `subtype = ${subtype}`,
        ...(subtype === 'float8' && random.chance(0.5) ? ['subtype_diff = float8mi'] : []),
        ...(random.chance(0.3) ? [`multirange_type_name = ${name}_set`] : []),
      ]
      return [`CREATE TYPE ${name} AS RANGE (${options.join(', ')})`]
    },
  },
  {
    name: 'base type',
    write(random, world) {
      const name = `${random.pick(world.schemas)}.raw`
      world.targets.push({ kind: 'TYPE', name, privileges: ['USAGE'], owned: true })
      return [
        `CREATE TYPE ${name}`,
        `CREATE FUNCTION ${name}_in(cstring) RETURNS ${name} LANGUAGE internal IMMUTABLE STRICT AS 'textin'`,
        `CREATE FUNCTION ${name}_out(${name}) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout'`,
        `CREATE TYPE ${name} (INPUT = ${name}_in, OUTPUT = ${name}_out, LIKE = text, CATEGORY = '${random.pick(['U', 'S'])}')`,
      ]
    },
  },
  ...['ticket', '"Counter"'].map((bare): Slot => ({
    name: `sequence ${bare}`,
    write(random, world) {
      const name = `${random.pick(world.schemas)}.${bare}`
      world.sequences.push(name)
      world.targets.push({ kind: 'SEQUENCE', name, privileges: ['USAGE', 'SELECT', 'UPDATE'], owned: true })
      const options = [
        ...(random.chance(0.4) ? [`AS ${random.pick(['smallint', 'integer', 'bigint'])}`] : []),
        ...(random.chance(0.4) ? [`INCREMENT ${random.pick([1, 2, 10])}`] : []),
        ...(random.chance(0.4)
          ? [`MINVALUE ${random.pick([1, 5])} MAXVALUE ${random.pick([1000, 20000])} START 10`]
          : []),
        ...(random.chance(0.3) ? [`CACHE ${random.pick([1, 20])}`] : []),
        ...(random.chance(0.3) ? ['CYCLE'] : []),
      ]
      return [`CREATE ${random.chance(0.1) ? 'UNLOGGED ' : ''}SEQUENCE ${name} ${options.join(' ')}`]
    },
  })),
]
