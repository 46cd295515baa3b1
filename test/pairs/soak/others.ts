import type { Slot } from './generate.js'

/** What hangs on tables, and the kinds that stand alone. */
export const others: readonly Slot[] = [
  ...[1, 2].map((number): Slot => ({
    name: `trigger ${number}`,
    write(random, world) {
      const table = world.tables.length > 0 ? random.pick(world.tables) : undefined
      const routine = world.triggerFunctions[0]
      if (!table || !routine) return []
      const column = random.pick(table.columns)
      const events = random.pick(['INSERT', 'UPDATE', 'INSERT OR DELETE', `UPDATE OF ${column.name}`])
      const name = `trigger_${number}`
      world.targets.push({ kind: 'TRIGGER', name: `${name} ON ${table.name}` })
      const form = random.pick(['row', 'statement', 'constraint', 'transition'])
      const create = {
        row: `CREATE TRIGGER ${name} ${random.pick(['BEFORE', 'AFTER'])} ${events} ON ${table.name} FOR EACH ROW ${random.chance(0.3) && !events.includes('INSERT') ? `WHEN (OLD.${column.name} IS NOT NULL) ` : ''}EXECUTE FUNCTION ${routine}(${random.pick(['', `'a', 'b'`])})`,
        statement: `CREATE TRIGGER ${name} AFTER ${events} ON ${table.name} EXECUTE FUNCTION ${routine}()`,
        constraint: `CREATE CONSTRAINT TRIGGER ${name} AFTER ${events} ON ${table.name} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ${routine}()`,
        transition: `CREATE TRIGGER ${name} AFTER INSERT ON ${table.name} REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ${routine}()`,
      }[form] as string
      return [
        create,
        ...(random.chance(0.2)
          ? [`ALTER TABLE ${table.name} ${random.pick(['DISABLE', 'ENABLE REPLICA', 'ENABLE ALWAYS'])} TRIGGER ${name}`]
          : []),
      ]
    },
  })),
  {
    name: 'row-level security',
    write(random, world) {
      const table = world.tables.find((each) => !each.partition)
      if (!table) return []
      world.targets.push({ kind: 'POLICY', name: `own ON ${table.name}` })
      const command = random.pick(['ALL', 'SELECT', 'UPDATE'])
      return [
        `ALTER TABLE ${table.name} ENABLE ROW LEVEL SECURITY`,
        ...(random.chance(0.3) ? [`ALTER TABLE ${table.name} FORCE ROW LEVEL SECURITY`] : []),
        `CREATE POLICY own ON ${table.name} ${random.chance(0.3) ? 'AS RESTRICTIVE ' : ''}FOR ${command} TO ${random.pick(['public', 'soak_reader', 'soak_reader, soak_owner'])} USING (id ${random.pick(['IS NOT NULL', 'IS NULL'])})${command === 'SELECT' || random.chance(0.5) ? '' : ' WITH CHECK (true)'}`,
        ...(random.chance(0.3) ? [`CREATE POLICY adding ON ${table.name} FOR INSERT WITH CHECK (id IS NOT NULL)`] : []),
      ]
    },
  },
  {
    name: 'rule',
    write(random, world) {
      const table = world.tables.find((each) => !each.partition && !each.partitioned)
      if (!table) return []
      world.targets.push({ kind: 'RULE', name: `quiet ON ${table.name}` })
      return [
        `CREATE RULE quiet AS ON ${random.pick(['INSERT', 'UPDATE', 'DELETE'])} TO ${table.name} ${random.chance(0.5) ? 'WHERE false ' : ''}DO ${random.pick(['INSTEAD NOTHING', 'ALSO NOTHING', 'ALSO SELECT 1'])}`,
        ...(random.chance(0.2) ? [`ALTER TABLE ${table.name} DISABLE RULE quiet`] : []),
      ]
    },
  },
  {
    name: 'statistics',
    write(random, world) {
      const table = world.tables.find(
        (each) => each.columns.filter((column) => !/json|range|span|place|Pair|\[\]/.test(column.type)).length > 1,
      )
      if (!table) return []
      const name = `${random.pick(world.schemas)}.together`
      const [first, second] = table.columns.filter((column) => !/json|range|span|place|Pair|\[\]/.test(column.type))
      if (!first || !second) return []
      world.targets.push({ kind: 'STATISTICS', name, owned: true })
      return [
        `CREATE STATISTICS ${name}${random.chance(0.5) ? ' (ndistinct, dependencies)' : ''} ON ${first.name}, ${second.name} FROM ${table.name}`,
        ...(random.chance(0.3) ? [`ALTER STATISTICS ${name} SET STATISTICS 77`] : []),
      ]
    },
  },
  {
    name: 'text search',
    write(random, world) {
      const schema = random.pick(world.schemas)
      world.targets.push({ kind: 'TEXT SEARCH CONFIGURATION', name: `${schema}.search`, owned: true })
      world.targets.push({ kind: 'TEXT SEARCH DICTIONARY', name: `${schema}.words`, owned: true })
      return [
        `CREATE TEXT SEARCH DICTIONARY ${schema}.words (TEMPLATE = ${random.pick([`snowball, LANGUAGE = '${random.pick(['english', 'german'])}'`, 'simple, ACCEPT = true', 'simple'])})`,
        `CREATE TEXT SEARCH CONFIGURATION ${schema}.search (${random.pick(['PARSER = "default"', 'COPY = pg_catalog.english'])})`,
        `ALTER TEXT SEARCH CONFIGURATION ${schema}.search ${random.pick(['ADD', 'ALTER'])} MAPPING FOR asciiword WITH ${schema}.words${random.chance(0.5) ? ', simple' : ''}`,
        `ALTER TEXT SEARCH CONFIGURATION ${schema}.search ADD MAPPING FOR ${random.pick(['word', 'hword', 'numword'])} WITH simple`,
      ]
    },
  },
  {
    name: 'publication',
    write(random, world) {
      const tables = world.tables.filter((table) => !table.partition).slice(0, 2)
      world.targets.push({ kind: 'PUBLICATION', name: 'feed', owned: true })
      const what = random.pick([
        '',
        'FOR ALL TABLES',
        `FOR TABLES IN SCHEMA ${random.pick(world.schemas)}`,
        ...tables.map(
          (table) =>
            `FOR TABLE ${table.name}${random.chance(0.3) ? ' (id)' : ''}${random.chance(0.3) ? ' WHERE (id IS NOT NULL)' : ''}`,
        ),
      ])
      return [
        `CREATE PUBLICATION feed ${what}${random.chance(0.4) ? ` WITH (publish = '${random.pick(['insert', 'insert, update'])}')` : ''}${''}`,
      ]
    },
  },
  {
    name: 'foreign data',
    write(random, world) {
      world.servers.push('elsewhere')
      world.targets.push({ kind: 'SERVER', name: 'elsewhere', owned: true })
      world.targets.push({ kind: 'FOREIGN DATA WRAPPER', name: 'wrapper', owned: true })
      const schema = random.pick(world.schemas)
      world.targets.push({ kind: 'FOREIGN TABLE', name: `${schema}.remote`, owned: true, privileges: ['SELECT'] })
      return [
        `CREATE FOREIGN DATA WRAPPER wrapper${random.chance(0.3) ? ` OPTIONS (debug '${random.pick(['true', 'false'])}')` : ''}`,
        `CREATE SERVER elsewhere ${random.chance(0.3) ? `TYPE 'kind' VERSION '${random.pick(['1', '2'])}' ` : ''}FOREIGN DATA WRAPPER wrapper OPTIONS (host '${random.pick(['a', 'b'])}'${random.chance(0.3) ? `, port '5'` : ''})`,
        `CREATE FOREIGN TABLE ${schema}.remote (a integer${random.chance(0.3) ? ` OPTIONS (name 'x')` : ''}, b ${random.pick(['text', 'bigint'])}${random.chance(0.3) ? ' NOT NULL' : ''}) SERVER elsewhere OPTIONS (tab '${random.pick(['x', 'y'])}')`,
        ...(random.chance(0.4)
          ? [
              `CREATE USER MAPPING FOR ${random.pick(['public', 'soak_reader'])} SERVER elsewhere OPTIONS (password '${random.pick(['s3cret', 'other'])}')`,
            ]
          : []),
      ]
    },
  },
  {
    name: 'event trigger',
    write(random, world) {
      const routine = world.eventFunctions[0]
      if (!routine) return []
      world.targets.push({ kind: 'EVENT TRIGGER', name: 'watch' })
      return [
        `CREATE EVENT TRIGGER watch ON ${random.pick(['ddl_command_end', 'ddl_command_start'])}${random.chance(0.4) ? ` WHEN TAG IN ('CREATE TABLE'${random.chance(0.5) ? `, 'DROP TABLE'` : ''})` : ''} EXECUTE FUNCTION ${routine}()`,
        ...(random.chance(0.3) ? ['ALTER EVENT TRIGGER watch DISABLE'] : []),
      ]
    },
  },
  {
    name: 'conversion',
    write(random, world) {
      const name = `${random.pick(world.schemas)}.turned`
      world.targets.push({ kind: 'CONVERSION', name, owned: true })
      return [`CREATE CONVERSION ${name} FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8`]
    },
  },
]
