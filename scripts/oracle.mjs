// Looks for unsound types without end: random queries on random data, on PGlite or on a server.
//   node scripts/oracle.mjs [--url postgres://…] [--seed N] [--count N]
// The database must be empty and is left with the oracle's tables in it. Prints each column that was called not null and held NULL.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: 'Infinity' },
  },
})

const folder = mkdtempSync(join(tmpdir(), 'savepoint-oracle-'))
const outfile = join(folder, 'oracle.mjs')
await build({
  stdin: {
    contents: `export { runOracle } from './oracle.ts'; export { oracleSchema } from './random-query/schema.ts'`,
    resolveDir: join(root, 'packages/client/src/testing'),
  },
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
})
const { runOracle, oracleSchema } = await import(pathToFileURL(outfile).href)
rmSync(folder, { recursive: true })

async function connect() {
  if (values.url === undefined) {
    const { PGlite } = await import('@electric-sql/pglite')
    const pglite = await PGlite.create()
    return {
      query: async (text, parameters) =>
        parameters ? pglite.query(text, parameters) : { rows: (await pglite.exec(text)).at(-1)?.rows ?? [] },
    }
  }
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: values.url })
  await client.connect()
  return {
    async query(text, parameters) {
      const result = parameters ? await client.query(text, parameters) : await client.query(text)
      return Array.isArray(result) ? result.at(-1) : result
    },
  }
}

const connection = await connect()
await connection.query(oracleSchema)
const { rows } = await connection.query(`SELECT current_setting('server_version_num')::int AS version`)
const major = Math.floor(rows[0].version / 10_000)
const total = { queries: 0, columns: 0, notNull: 0, unsound: 0 }
const count = Number(values.count)
for (let seed = Number(values.seed); seed < Number(values.seed) + count; seed += 500) {
  const result = await runOracle(connection, major, seed, Math.min(500, Number(values.seed) + count - seed))
  for (const key of ['queries', 'columns', 'notNull']) total[key] += result[key]
  total.unsound += result.unsound.length
  for (const unsound of result.unsound) console.log(`UNSOUND ${unsound}`)
  console.log(
    `Postgres ${major}, seeds to ${seed + 499}: ${total.queries} queries ran, ${total.columns} columns, ${total.notNull} called not null, ${total.unsound} unsound`,
  )
}
process.exit(total.unsound > 0 ? 1 : 0)
