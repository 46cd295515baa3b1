// Extraction, difference and plan at several sizes, on PGlite and on native Postgres where it is installed.
import { PGlite } from '@electric-sql/pglite'
import { findBinaries, startCluster } from '../../test/support/cluster.mjs'
import { differences, extract, plan } from '../../packages/catalog/dist/index.js'
import { openDatabase } from './lib/database.mjs'
import { median, milliseconds, printTable, repeat } from './lib/measure.mjs'
import { createSchema } from './lib/schema.mjs'

const sizes = [10, 100, 1000]
// PGlite would take minutes to make them.
const nativeSizes = [...sizes, 10_000]

async function measure(name, connection, tables) {
  await connection.query(createSchema(tables))
  const times = await repeat(tables > 100 ? 3 : 7, () => extract(connection))
  const from = await extract(connection)
  await connection.query(`ALTER TABLE table_${tables >> 1} ADD COLUMN note text`)
  const to = await extract(connection)
  const planning = await repeat(7, async () => {
    differences(from, to)
    plan(from, to)
  })
  return {
    server: name,
    tables,
    objects: to.objects.size,
    extract: milliseconds(median(times)),
    'diff and plan': milliseconds(median(planning)),
  }
}

const rows = []
for (const tables of sizes) {
  const pglite = await PGlite.create()
  const connection = {
    async query(text, values) {
      if (values) return pglite.query(text, values)
      return (await pglite.exec(text)).at(-1) ?? { rows: [] }
    },
  }
  rows.push(await measure('PGlite', connection, tables))
  await pglite.close()
}
const { 18: native } = findBinaries()
if (native) {
  // The schema of 10,000 tables comes in one transaction, which locks each of its objects.
  const cluster = await startCluster(native, { max_locks_per_transaction: '4096' })
  for (const tables of nativeSizes) {
    const client = await openDatabase(cluster, `bench_${tables}`)
    rows.push(await measure('Postgres 18', client, tables))
    await client.end()
  }
  await cluster.stop()
} else console.log('no native Postgres 18 on this machine: left out')
printTable(rows)
