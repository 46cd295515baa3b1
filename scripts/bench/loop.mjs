// The save loop on the embedded Postgres, through the real watcher: a column is added to one table of an existing project,
// again and again. From the write of the schema file to applied and types written; the draft migration comes after that.
// Cold start: an empty database and no caches. Warm start: nothing changed since. Check: `savepoint check`, nothing changed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkProject } from '../../packages/core/dist/check/check.js'
import { createEngine, generateProject, loadConfig } from '../../packages/core/dist/index.js'
import { median, milliseconds, printTable, repeat } from './lib/measure.mjs'
import { nextSave } from './lib/saves.mjs'

const sizes = (process.env.SAVEPOINT_BENCH_SIZES ?? '10,100,1000').split(',').map(Number)
const saves = 15

const rows = []
const stageRows = []
for (const tables of sizes) {
  const root = createProject(tables)
  // Makes the image of the embedded Postgres, which is kept for the machine.
  await withEngine(root, () => {})
  rmSync(join(root, '.savepoint/pglite'), { recursive: true, force: true })
  rmSync(join(root, '.savepoint/cache/catalogs'), { recursive: true, force: true })
  const cold = await withEngine(root, () => {})
  const warm = await withEngine(root, () => {})
  let measured
  await withEngine(root, async (engine) => {
    measured = await measureSaves(engine, root, tables)
  })
  rows.push({
    tables,
    save: milliseconds(median(measured.times)),
    slowest: milliseconds(Math.max(...measured.times)),
    'draft after it': milliseconds(median(measured.reports.map(({ stages }) => stages.draft ?? 0))),
    'cold start': seconds(cold),
    'warm start': seconds(warm),
    'check, unchanged': milliseconds(await measureCheck(root)),
    memory: `${measured.memory} MB`,
  })
  stageRows.push({ tables, ...stagesOf(measured.reports) })
  rmSync(root, { recursive: true, force: true, maxRetries: 5 })
}
printTable(rows)
console.log('\nStages of a save in milliseconds (medians; prove runs beside apply):')
printTable(stageRows)

async function measureSaves(engine, root, tables) {
  const times = []
  const reports = []
  // The first ones find cold code and a scratch database that is still starting.
  for (let index = -3; index < saves; index++) {
    const first = (10 * (index + 3)) % tables
    const text = tablesFrom(first, Math.min(first + 10, tables), `, extra_${index + 3} text`)
    const saved = nextSave(engine)
    const begun = performance.now()
    writeFileSync(fileOf(root, first), text)
    const report = await saved
    const time = performance.now() - begun - (report.stages.draft ?? 0)
    // Nobody saves without a pause; the loop uses it to prepare the next save.
    await new Promise((resolve) => setTimeout(resolve, 250))
    if (index < 0) continue
    times.push(time)
    reports.push(report)
  }
  globalThis.gc?.()
  return { times, reports, memory: Math.round(process.memoryUsage().rss / 2 ** 20) }
}

async function measureCheck(root) {
  writeFileSync(
    join(root, 'savepoint.config.mjs'),
    'export default { databaseUrlVariable: false, migrations: false }\n',
  )
  await generateProject(await loadConfig({ cwd: root }))
  const first = await checkProject({ root })
  if (first.diagnostics.length > 0) throw new Error(JSON.stringify(first.diagnostics, null, 2))
  return median(await repeat(9, () => checkProject({ root })))
}

// Ten tables a file, as people have them.
function createProject(tables) {
  const root = mkdtempSync(join(tmpdir(), 'savepoint-bench-'))
  mkdirSync(join(root, 'schema'))
  writeFileSync(join(root, 'package.json'), '{ "name": "bench", "type": "module" }')
  writeFileSync(join(root, 'savepoint.config.mjs'), 'export default { databaseUrlVariable: false }\n')
  for (let first = 0; first < tables; first += 10)
    writeFileSync(fileOf(root, first), tablesFrom(first, Math.min(first + 10, tables)))
  return root
}

function fileOf(root, first) {
  return join(root, 'schema', `tables_${String(first).padStart(4, '0')}.sql`)
}

// Each table with a key, a reference to its neighbour and an index, every fifth with a view, as a real schema has them.
function tablesFrom(first, end, extra = '') {
  let text = ''
  for (let index = first; index < end; index++) {
    const reference = index % 10 === 0 ? '' : `, parent_id bigint references table_${index - 1} (id)`
    text += `create table table_${index} (id bigint generated always as identity primary key, name text not null, amount numeric(12, 2) default 0, created_at timestamptz not null default now()${reference}${index === first ? extra : ''});\n`
    text += `create index on table_${index} (created_at);\n`
    if (index % 5 === 0) text += `create view view_${index} as select id, name from table_${index} where amount > 0;\n`
  }
  return text
}

async function withEngine(root, use) {
  const engine = createEngine({ root })
  const begun = performance.now()
  await engine.start()
  const time = performance.now() - begun
  if (engine.state.status !== 'ready') throw new Error(JSON.stringify(engine.state.diagnostics, null, 2))
  try {
    await use(engine)
  } finally {
    await engine.close()
  }
  return time
}

function stagesOf(reports) {
  const names = [...new Set(reports.flatMap(({ stages }) => Object.keys(stages)))]
  return Object.fromEntries(
    names.map((name) => [name, median(reports.map(({ stages }) => stages[name] ?? 0)).toFixed(1)]),
  )
}

function seconds(time) {
  return `${(time / 1000).toFixed(2)} s`
}
