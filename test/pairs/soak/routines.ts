import type { Slot } from './generate.js'

const attributes = ['STABLE', 'IMMUTABLE', 'STRICT', 'SECURITY DEFINER', 'PARALLEL SAFE', 'COST 42', 'LEAKPROOF']

/** Functions, procedures and aggregates, and what is built of them: operators, casts, operator classes. */
export const routines: readonly Slot[] = [
  ...['double', 'triple'].map((bare): Slot => ({
    name: `function ${bare}`,
    write(random, world) {
      const name = `${random.pick(world.schemas)}.${bare}`
      world.immutables.push(name)
      world.targets.push({ kind: 'FUNCTION', name: `${name}(integer)`, privileges: ['EXECUTE'], owned: true })
      const parameter = random.pick(['n', 'n', 'value'])
      const body = random.pick([
        `LANGUAGE sql IMMUTABLE RETURN ${parameter} * 2`,
        `LANGUAGE sql IMMUTABLE AS $$ SELECT ${parameter} + 2 $$`,
        `LANGUAGE plpgsql IMMUTABLE AS $body$ BEGIN RETURN ${parameter}; END $body$`,
        `LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT ${parameter} + 1; END`,
      ])
      return [`CREATE FUNCTION ${name}(${parameter} integer) RETURNS integer ${body}`]
    },
  })),
  {
    name: 'function with much',
    write(random, world) {
      const name = `${random.pick(world.schemas)}.describe`
      const type = random.pick([
        'text',
        'integer',
        ...world.enums.map((each) => each.name),
        ...world.domains.map((each) => each.name),
      ])
      world.targets.push({ kind: 'FUNCTION', name, privileges: ['EXECUTE'], owned: true })
      const result = random.pick(['text', 'SETOF text', 'TABLE (a integer, b text)'])
      return [
        `CREATE FUNCTION ${name}(input ${type}, times integer DEFAULT ${random.integer(3)}${random.chance(0.3) ? ', VARIADIC rest text[] DEFAULT NULL' : ''})
         RETURNS ${result} LANGUAGE sql ${random.some(attributes).join(' ')} ${random.chance(0.3) ? `SET search_path = 'pg_catalog', 'app'` : ''} ${random.chance(0.2) ? `SET work_mem TO '8MB'` : ''}
         AS $$ SELECT ${/TABLE/.test(result) ? '1, ' : ''}'${random.pick(['a', 'b'])}'::text $$`,
      ]
    },
  },
  {
    name: 'overload',
    write(random, world) {
      const schema = random.pick(world.schemas)
      return [
        `CREATE FUNCTION ${schema}.over(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'`,
        `CREATE FUNCTION ${schema}.over(text, OUT a integer, OUT b text) LANGUAGE sql AS $$ SELECT 1, 'x'::text $$`,
      ]
    },
  },
  {
    name: 'procedure',
    write(random, world) {
      const name = `${random.pick(world.schemas)}.run`
      world.targets.push({ kind: 'PROCEDURE', name, privileges: ['EXECUTE'], owned: true })
      return [
        `CREATE PROCEDURE ${name}(INOUT n ${random.pick(['integer', 'bigint'])}) LANGUAGE plpgsql AS $$ BEGIN n := n + ${random.integer(3)}; END $$`,
      ]
    },
  },
  {
    name: 'trigger function',
    write(random, world) {
      const name = `${random.pick(world.schemas)}.stamp`
      world.triggerFunctions.push(name)
      return [
        `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN ${random.pick(['NEW', 'OLD', 'NULL'])}; END $$`,
      ]
    },
  },
  {
    name: 'event function',
    write(_random, world) {
      world.eventFunctions.push('public.on_ddl')
      return [`CREATE FUNCTION public.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$`]
    },
  },
  {
    name: 'aggregate',
    write(random, world) {
      const name = `${random.pick(world.schemas)}.total`
      world.targets.push({ kind: 'AGGREGATE', name: `${name}(integer)`, privileges: [], owned: true })
      const step = random.pick(['int4pl', ...world.immutables.slice(0, 0)])
      return [
        `CREATE AGGREGATE ${name}(integer) (SFUNC = ${step}, STYPE = integer, INITCOND = '${random.integer(2)}'${random.chance(0.4) ? ', COMBINEFUNC = int4pl, PARALLEL = SAFE' : ''}${random.chance(0.3) ? `, MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = integer` : ''})`,
      ]
    },
  },
  {
    name: 'operator',
    write(random, world) {
      const name = `${random.pick(world.schemas)}.`
      world.targets.push({ kind: 'OPERATOR', name: `${name}<=>(integer, integer)`, owned: true })
      return [
        `CREATE OPERATOR ${name}<=> (FUNCTION = ${random.pick(['int4eq', 'int4ne', 'int4lt'])}, LEFTARG = integer, RIGHTARG = integer${random.chance(0.5) ? `, COMMUTATOR = OPERATOR(${name}<=>)` : ''}${random.chance(0.4) ? ', RESTRICT = eqsel, JOIN = eqjoinsel' : ''})`,
        ...(random.chance(0.4)
          ? [
              `CREATE OPERATOR ${name}<!> (FUNCTION = int4ne, LEFTARG = integer, RIGHTARG = integer, NEGATOR = OPERATOR(${name}<=>))`,
            ]
          : []),
      ]
    },
  },
  {
    name: 'cast',
    write(random, world) {
      const composite = world.composites[0]
      if (!composite) return []
      const name = `${random.pick(world.schemas)}.to_text`
      world.targets.push({ kind: 'CAST', name: `(${composite} AS bigint)` })
      return [
        `CREATE FUNCTION ${name}(${composite}) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT ${random.integer(2)}::bigint'`,
        `CREATE CAST (${composite} AS bigint) WITH FUNCTION ${name}(${composite}) ${random.pick(['', 'AS ASSIGNMENT', 'AS IMPLICIT'])}`,
        ...(random.chance(0.4) ? [`CREATE CAST (${composite} AS json) WITH INOUT`] : []),
      ]
    },
  },
  {
    name: 'operator class',
    write(random, world) {
      const schema = random.pick(world.schemas)
      world.targets.push({ kind: 'OPERATOR CLASS', name: `${schema}.backwards USING btree`, owned: true })
      return [
        ...(random.chance(0.5) ? [`CREATE OPERATOR FAMILY ${schema}.orders USING btree`] : []),
        `CREATE FUNCTION ${schema}.compare_backwards(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp($2, $1)'`,
        `CREATE OPERATOR CLASS ${schema}.backwards FOR TYPE integer USING btree ${random.chance(0.5) ? `FAMILY ${schema}.orders ` : ''}AS
           OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 ${schema}.compare_backwards(integer, integer)`,
        ...(random.chance(0.3)
          ? [`ALTER OPERATOR FAMILY ${schema}.orders USING btree ADD OPERATOR 3 = (bigint, integer)`]
          : []),
      ]
    },
  },
]
