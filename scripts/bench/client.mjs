// Typed clients of 100 tables and 100 queries: ours cold (process start, connection, catalog, files), from the committed answers without a
// database, and warm (one query changed), and in the same run kysely-codegen, kanel and PgTyped on the same database, where npm can install
// them. kysely-codegen and kanel know no queries, so they stand against our types alone. An empty `node` is printed too: no tool that is a
// process of its own can be faster. Processes run in rounds, each tool once a round, and the least disturbed round of each counts: what else
// the machine does falls on all of them. In process: medians.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { findBinaries, startCluster } from '../../test/support/cluster.mjs'
import { median, milliseconds, printTable, repeat } from './lib/measure.mjs'
import { createSchema } from './lib/schema.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const dist = (name) => pathToFileURL(join(root, 'packages', name, 'dist/index.js')).href

const [folder] = Object.values(findBinaries()).reverse()
if (!folder) {
  console.log('no native Postgres on this machine, nothing measured')
  process.exit(0)
}
const cluster = await startCluster(folder)
const work = mkdtempSync(join(tmpdir(), 'savepoint-bench-client-'))
process.on('exit', () => {
  cluster.kill()
  rmSync(work, { recursive: true, force: true })
})

const { default: pg } = await import('pg')
const client = new pg.Client({ connectionString: cluster.url })
await client.connect()
await client.query(createSchema(100))

const query = (number) =>
  `-- name: List${number} :many\nSELECT t.id, t.name, t.amount, p.name AS parent FROM table_${number} t LEFT JOIN table_${Math.max(0, number - 1)} p ON p.id = t.parent_id WHERE t.amount > $1 AND t.name = $2;\n`
const files = Array.from({ length: 20 }, (_, file) => ({
  path: `q${file}.sql`,
  text: Array.from({ length: 5 }, (_, index) => query(file * 5 + index)).join('\n'),
}))

const { extract } = await import(dist('catalog'))
const { generateQueries, generateTypes } = await import(dist('client'))

// A process of its own, as the other tools are.
const cold = join(work, 'cold.mjs')
writeFileSync(
  cold,
  `import pg from ${JSON.stringify(pathToFileURL(join(root, 'node_modules/pg/esm/index.mjs')).href)}
import { readFileSync, writeFileSync } from 'node:fs'
import { extract } from ${JSON.stringify(dist('catalog'))}
import { analyseViews, generateQueries, generateTypes } from ${JSON.stringify(dist('client'))}
const connection = new pg.Client({ connectionString: process.argv[2] })
await connection.connect()
const catalog = await extract(connection)
const types = generateTypes(catalog, { kysely: true, viewColumnsNotNull: await analyseViews(connection) })
const files = process.argv[3] ? JSON.parse(readFileSync(process.argv[3], 'utf8')) : []
const queries = await generateQueries(files, { connection, catalog })
for (const file of [...types, ...queries.files]) writeFileSync(${JSON.stringify(work)} + '/' + file.path, file.content)
await connection.end()
`,
)
writeFileSync(join(work, 'queries.json'), JSON.stringify(files))
const timed = (command, args, options = {}) => {
  const started = performance.now()
  const { status, stderr, stdout } = spawnSync(command, args, { encoding: 'utf8', ...options })
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}${stdout}`)
  return performance.now() - started
}

const rows = []
const add = (what, time, note = '') => rows.push({ what, time: milliseconds(time), note })
/** Processes to measure, ours and others; another tool may fail, ours must not. */
const contestants = []
const enter = (what, run, against) =>
  contestants.push({ what, run, against: against ?? [], isOther: against !== undefined, best: Infinity })
enter('an empty node process', () => timed(process.execPath, ['-e', '0']))
const ownTypes = 'ours: types of 100 tables'
enter(ownTypes, () => timed(process.execPath, [cold, cluster.url]))
const ownEverything = 'ours: types and 100 queries'
enter(ownEverything, () => timed(process.execPath, [cold, cluster.url, join(work, 'queries.json')]))

const catalog = await extract(client)
const { serializeCache } = await import(dist('client'))
const committed = await generateQueries(files, { connection: client })
writeFileSync(join(work, 'answers.json'), serializeCache(committed.cache))
// A fresh clone, or a build: the answers are in the repository.
const clone = join(work, 'clone.mjs')
writeFileSync(
  clone,
  `import { readFileSync, writeFileSync } from 'node:fs'
import { generateQueries, parseCache } from ${JSON.stringify(dist('client'))}
const files = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const { files: written, diagnostics } = await generateQueries(files, { cache: parseCache(readFileSync(process.argv[3], 'utf8')) })
if (diagnostics.length > 0) throw new Error(diagnostics[0].message)
for (const file of written) writeFileSync(${JSON.stringify(work)} + '/' + file.path, file.content)
`,
)
const ownClone = 'ours: 100 queries of a fresh clone, no database'
enter(ownClone, () => timed(process.execPath, [clone, join(work, 'queries.json'), join(work, 'answers.json')]))
add('ours: generateTypes, in process', median(await repeat(20, async () => generateTypes(catalog))))
add(
  'ours: analyse 100 queries, warm connection',
  median(await repeat(5, async () => generateQueries(files, { connection: client }))),
)
const { cache } = await generateQueries(files, { connection: client, catalog })
let edit = 0
const changed = async () => {
  const [first, ...rest] = files
  const text = first.text.replace('t.amount,', `t.amount, ${++edit} AS edit,`)
  const result = await generateQueries([{ ...first, text }, ...rest], { connection: client, catalog, cache })
  if (result.analysed !== 1) throw new Error(`${result.analysed} queries were analysed, one was changed`)
}
add('ours: one changed query of 100, warm', median(await repeat(20, changed)))
add(
  'ours: nothing changed, warm',
  median(await repeat(20, async () => generateQueries(files, { connection: client, catalog, cache }))),
)

const others = join(root, 'node_modules/.cache/savepoint-bench-client')
const packages = ['kysely-codegen@0.20.0', 'kysely@0.28.18', 'kanel@4.0.4', '@pgtyped/cli@2.4.3', 'pg@8']
if (!existsSync(join(others, 'node_modules/.bin'))) {
  mkdirSync(others, { recursive: true })
  writeFileSync(join(others, 'package.json'), '{ "private": true }')
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--legacy-peer-deps', ...packages], {
    cwd: others,
    stdio: 'ignore',
  })
  if (status !== 0) console.log('the other tools could not be installed, so they are not measured')
}
const bin = (name) => join(others, 'node_modules/.bin', name)
const compare = (name, what, run, against) => {
  if (existsSync(bin(name))) enter(`${name}: ${what}`, run, against)
}
compare(
  'kysely-codegen',
  'types',
  () => timed(bin('kysely-codegen'), ['--url', cluster.url, '--out-file', join(work, 'kysely.ts')]),
  [ownTypes],
)
// It takes a config file and nothing else.
writeFileSync(
  join(work, 'kanel.config.json'),
  JSON.stringify({ connection: cluster.url, schemaNames: ['public'], outputPath: join(work, 'kanel') }),
)
compare('kanel', 'types', () => timed(bin('kanel'), [], { cwd: work }), [ownTypes])
if (existsSync(bin('pgtyped'))) {
  const source = join(work, 'pgtyped')
  mkdirSync(source, { recursive: true })
  for (const file of files)
    writeFileSync(
      join(source, file.path),
      file.text
        .replaceAll(/-- name: (\w+) :many/g, '/* @name $1 */')
        .replaceAll('$1', ':amount')
        .replaceAll('$2', ':name'),
    )
  const url = new URL(cluster.url)
  writeFileSync(
    join(work, 'pgtyped.json'),
    JSON.stringify({
      transforms: [{ mode: 'sql', include: '**/*.sql', emitTemplate: '{{dir}}/{{name}}.queries.ts' }],
      srcDir: source,
      failOnError: false,
      camelCaseColumnNames: false,
      db: {
        dbName: url.pathname.slice(1),
        user: url.username,
        host: url.hostname,
        port: Number(url.port),
        password: '',
      },
    }),
  )
  compare('pgtyped', 'queries', () => timed(bin('pgtyped'), ['-c', join(work, 'pgtyped.json')], { cwd: work }), [
    ownEverything,
    ownClone,
  ])
}
for (let round = 0; round < 4; round++)
  for (const each of contestants) {
    try {
      each.best = Math.min(each.best, each.run())
    } catch (error) {
      if (!each.isOther) throw error
      each.failure = String(error.message).split('\n')[0].slice(0, 80)
    }
  }
const best = new Map(contestants.map(({ what, best }) => [what, best]))
for (const { what, best: time, against, failure } of contestants)
  if (failure !== undefined) rows.push({ what, time: 'failed', note: failure })
  else add(what, time, against.map((own) => `${(time / best.get(own)).toFixed(1)} × ${own}`).join(', '))
printTable(rows)
await client.end()
await cluster.stop()
