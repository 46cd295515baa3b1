// A schema of the size of the largest that are published, end to end: read, printed, loaded again, changed all over, planned, applied.
import { findBinaries, startCluster } from '../../test/support/cluster.mjs'
import { cutSections, differences, executableSql, extract, plan, print } from '../../packages/catalog/dist/index.js'
import { openDatabase } from './lib/database.mjs'
import { milliseconds, printTable } from './lib/measure.mjs'
import { createSchema } from './lib/schema.mjs'

const tables = 1400
// With the primary keys and the two that each table has, 6,000.
const furtherIndexes = 1800

const { 18: native } = findBinaries()
if (!native) {
  console.log('no native Postgres 18 on this machine: left out')
  process.exit(0)
}
const cluster = await startCluster(native)
const rows = []

async function step(name, act) {
  const started = performance.now()
  const result = await act()
  rows.push({ step: name, time: milliseconds(performance.now() - started) })
  return result
}

async function apply(client, steps) {
  for (const section of cutSections(steps)) {
    await client.query('BEGIN')
    for (const each of section.steps) await client.query(executableSql(each))
    await client.query('COMMIT')
  }
}

try {
  const first = await openDatabase(cluster, 'first')
  const indexes = Array.from(
    { length: furtherIndexes },
    (_, number) =>
      `CREATE INDEX further_${number} ON table_${number % tables} (created_at, ${number < tables ? 'id' : 'name'});`,
  )
  await step('load', () => first.query(createSchema(tables) + indexes.join('\n')))
  const catalog = await step('extract', () => extract(first))
  const printed = await step('print', () => print(catalog))
  const second = await openDatabase(cluster, 'second')
  await step('load the print', () => second.query(printed.map(executableSql).join(';\n')))
  const again = await step('extract again', () => extract(second))
  if (differences(catalog, again).length > 0) throw new Error('the print came out otherwise')
  const changes = Array.from(
    { length: tables / 10 },
    (_, number) => `ALTER TABLE table_${number * 10} ADD COLUMN note text, ALTER COLUMN amount TYPE numeric(14, 2);`,
  )
  await second.query(changes.join('\n'))
  const target = await extract(second)
  const { steps } = await step(`plan ${changes.length} changed tables`, () => plan(catalog, target))
  await step(`apply ${steps.length} steps`, () => apply(first, steps))
  const arrived = await extract(first)
  if (differences(arrived, target).length > 0) throw new Error('the plan did not arrive')
  await first.end()
  await second.end()
  printTable(rows)
  const objects = [...catalog.objects.values()]
  const count = (kind) => objects.filter((object) => object.kind === kind).length
  const keys = objects.filter(({ kind, facts }) => kind === 'constraint' && facts.index).length
  console.log(
    `${count('table')} tables, ${count('index') + keys} indexes, ${objects.length} objects; peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
  )
} finally {
  await cluster.stop()
}
