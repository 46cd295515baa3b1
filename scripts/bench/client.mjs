// Typed clients of 100 tables and 100 queries: ours cold (process start, connection, catalog, files), from the committed answers without a
// database, and warm (one query changed), and in the same run kysely-codegen, kanel and PgTyped on the same database, where npm can install
// them. Medians, and how many times ours that is. kysely-codegen and kanel know no queries, so they stand against our types alone.
// An empty `node` is printed too: no tool that is a process of its own can be faster.
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
const runs = (count, act) => median(Array.from({ length: count }, act))

const rows = []
const add = (what, time, note = '') => rows.push({ what, time: milliseconds(time), note })
const empty = runs(5, () => timed(process.execPath, ['-e', '0']))
add('an empty node process', empty)
const typesOnly = runs(5, () => timed(process.execPath, [cold, cluster.url]))
add('ours: types of 100 tables, whole process', typesOnly)
const everything = runs(5, () => timed(process.execPath, [cold, cluster.url, join(work, 'queries.json')]))
add('ours: types and 100 queries, whole process', everything)

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
const offline = runs(5, () => timed(process.execPath, [clone, join(work, 'queries.json'), join(work, 'answers.json')]))
add('ours: 100 queries of a fresh clone, no database, whole process', offline)
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
const compare = (name, act, note) => {
  if (!existsSync(bin(name))) return
  try {
    const time = runs(3, act)
    const against = note.against.map(([what, own]) => `${(time / own).toFixed(1)} × ours ${what}`)
    rows.push({ what: `${name} (${note.what})`, time: milliseconds(time), note: against.join(', ') })
  } catch (error) {
    rows.push({ what: name, time: 'failed', note: String(error.message).split('\n')[0].slice(0, 80) })
  }
}
compare(
  'kysely-codegen',
  () => timed(bin('kysely-codegen'), ['--url', cluster.url, '--out-file', join(work, 'kysely.ts')]),
  {
    what: 'types',
    against: [['whole process', typesOnly]],
  },
)
// It takes a config file and nothing else.
writeFileSync(
  join(work, 'kanel.config.json'),
  JSON.stringify({ connection: cluster.url, schemaNames: ['public'], outputPath: join(work, 'kanel') }),
)
compare('kanel', () => timed(bin('kanel'), [], { cwd: work }), {
  what: 'types',
  against: [['whole process', typesOnly]],
})
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
  compare('pgtyped', () => timed(bin('pgtyped'), ['-c', join(work, 'pgtyped.json')], { cwd: work }), {
    what: 'queries',
    against: [
      ['types and queries', everything],
      ['of a fresh clone', offline],
    ],
  })
}
printTable(rows)
await client.end()
await cluster.stop()
