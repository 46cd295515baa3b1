// Applying 500 small migrations to a fresh database, each tool in a process of its own as a deployment runs it, and in the same
// run the real golang-migrate and goose where they are built (`test/interop` builds them); the start-up check with nothing
// pending; and what importing the package weighs.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { findBinaries, startCluster } from '../../test/support/cluster.mjs'
import { median, milliseconds, printTable, repeat } from './lib/measure.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const dist = pathToFileURL(join(root, 'packages/migrate/dist/index.js')).href
const [folder] = Object.values(findBinaries()).reverse()
if (!folder) {
  console.log('no native Postgres on this machine, nothing measured')
  process.exit(0)
}
const cluster = await startCluster(folder)
const work = mkdtempSync(join(tmpdir(), 'savepoint-bench-migrate-'))
process.on('exit', () => {
  cluster.kill()
  rmSync(work, { recursive: true, force: true })
})

const count = 500
const { hashDirectory, initDatabase, readDirectory } = await import(dist)
const { default: pg } = await import('pg')

/** A directory of 500 migrations: a table, or a column and an index. */
function writeDirectory(format) {
  const path = join(work, format)
  mkdirSync(path)
  for (let number = 1; number <= count; number++) {
    const up =
      number % 2 === 1
        ? `CREATE TABLE t${number} (id bigint PRIMARY KEY, name text NOT NULL);\n`
        : `ALTER TABLE t${number - 1} ADD COLUMN extra int;\nCREATE INDEX t${number}_idx ON t${number - 1} (name);\n`
    const stem = `${String(number).padStart(6, '0')}_m`
    if (format === 'golang-migrate') {
      writeFileSync(join(path, `${stem}.up.sql`), up)
      writeFileSync(join(path, `${stem}.down.sql`), '')
    } else writeFileSync(join(path, `${stem}.sql`), format === 'goose' ? `-- +goose Up\n${up}\n-- +goose Down\n` : up)
  }
  hashDirectory(readDirectory(path, { format }))
  return path
}

const admin = new pg.Client({ connectionString: cluster.url })
await admin.connect()
let databases = 0
async function createDatabase() {
  const name = `bench_${++databases}`
  await admin.query(`CREATE DATABASE ${name}`)
  return cluster.url.replace(/\/postgres$/, `/${name}`)
}

const script = join(work, 'apply.mjs')
writeFileSync(
  script,
  `import { applyMigrations, connect, readDirectory } from ${JSON.stringify(dist)}
const connection = await connect(process.argv[2])
await applyMigrations(connection, readDirectory(process.argv[3], { format: process.argv[4] }))
await connection.close()
`,
)

async function timeOf(command, parametersOf) {
  const url = await createDatabase()
  const started = performance.now()
  const { status, stderr } = spawnSync(command, parametersOf(url), { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`)
  return performance.now() - started
}

const bin = join(root, 'node_modules/.cache/savepoint-interop/bin')
const paths = {
  atlas: writeDirectory('atlas'),
  goose: writeDirectory('goose'),
  'golang-migrate': writeDirectory('golang-migrate'),
}
const ours = (format) => [process.execPath, (url) => [script, url, paths[format], format]]
const candidates = {
  'savepoint, golang-migrate files': ours('golang-migrate'),
  'savepoint, goose files': ours('goose'),
  'savepoint, atlas files': ours('atlas'),
  'golang-migrate': [
    join(bin, 'migrate'),
    (url) => ['-path', paths['golang-migrate'], '-database', `${url}?sslmode=disable`, 'up'],
  ],
  goose: [join(bin, 'goose'), (url) => ['-dir', paths.goose, 'postgres', `${url}?sslmode=disable`, 'up']],
}
const times = {}
// Taken in turns, so that a disturbance of the machine falls on all of them.
for (let round = 0; round < 3; round++)
  for (const [name, [command, parameters]] of Object.entries(candidates))
    if (command === process.execPath || existsSync(command))
      (times[name] ??= []).push(await timeOf(command, parameters))

const medians = Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]))
const ratio = (name) => {
  const other = name.includes('golang') ? 'golang-migrate' : name.includes('goose') ? 'goose' : undefined
  return other && other !== name && medians[other] ? `${(medians[name] / medians[other]).toFixed(2)} × ${other}` : ''
}
printTable(
  Object.entries(medians).map(([name, value]) => ({
    [`apply of ${count} migrations`]: name,
    time: milliseconds(value),
    ratio: ratio(name),
  })),
)

const pool = new pg.Pool({ connectionString: await createDatabase(), max: 1 })
await initDatabase({ pool, migrations: paths.atlas })
let queries = 0
const counting = {
  async connect() {
    const client = await pool.connect()
    return {
      query: (text, values) => (queries++, client.query(text, values)),
      release: (destroy) => client.release(destroy),
    }
  },
}
await initDatabase({ pool: counting, migrations: paths.atlas })
const start = await repeat(50, () => initDatabase({ pool, migrations: paths.atlas }))
console.log(
  `\nstart-up check, ${count} migrations, nothing pending: ${milliseconds(median(start))}, ${queries} round trip(s), no lock`,
)
await pool.end()
await admin.end()

/** Kilobytes that an import loads at once, and with what it loads when something is called for the first time. */
const weigh = async (contents) => {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: join(root, 'packages/migrate') },
    bundle: true,
    minify: true,
    splitting: true,
    write: false,
    metafile: true,
    outdir: join(work, 'weight'),
    format: 'esm',
    platform: 'node',
    external: ['pg'],
  })
  const { outputs } = metafile
  const atOnce = new Set()
  const visit = (path) => {
    if (atOnce.has(path) || !outputs[path]) return
    atOnce.add(path)
    for (const { path: next, kind } of outputs[path].imports) if (kind === 'import-statement') visit(next)
  }
  visit(Object.keys(outputs).find((path) => path.endsWith('stdin.js')))
  const kilobytes = (paths) => (paths.reduce((sum, path) => sum + outputs[path].bytes, 0) / 1000).toFixed(1)
  const gzipped = outputFiles.reduce((sum, { contents: bytes }) => sum + gzipSync(bytes).length, 0) / 1000
  return `${kilobytes([...atOnce])} kB minified at once, ${kilobytes(Object.keys(outputs))} kB with all that is loaded on first use (${gzipped.toFixed(1)} kB gzipped)`
}
console.log(`import of the whole package: ${await weigh("export * from './dist/index.js'")}`)
// The server would keep this process alive.
await cluster.stop()
