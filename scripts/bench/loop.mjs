// From the write of a schema file to applied and types written, through the real watcher, on the embedded Postgres:
// an existing project, one column added to one table, again and again. Also starts and memory.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkProject, createEngine } from '../../packages/core/dist/index.js'

const sizes = (process.env.SAVEPOINT_BENCH_SIZES ?? '10,100,1000').split(',').map(Number)
const saves = 15

for (const tables of sizes) {
  const root = mkdtempSync(join(tmpdir(), 'savepoint-bench-'))
  mkdirSync(join(root, 'schema'))
  writeFileSync(join(root, 'package.json'), '{ "name": "bench", "type": "module" }')
  writeFileSync(join(root, 'savepoint.config.mjs'), 'export default { databaseUrlVariable: false }\n')
  // Ten tables a file, as people have them.
  for (let first = 0; first < tables; first += 10)
    writeFileSync(fileOf(root, first), tablesFrom(first, Math.min(first + 10, tables)))

  await withEngine(root, () => {}) // makes the image of the embedded Postgres, which is kept for the machine
  rmSync(join(root, '.savepoint/pglite'), { recursive: true, force: true })
  rmSync(join(root, '.savepoint/cache/catalogs'), { recursive: true, force: true })
  const cold = await withEngine(root, () => {})
  const warm = await withEngine(root, () => {})
  let stages
  let times
  let memory
  await withEngine(root, async (engine) => {
    const samples = []
    const reports = []
    for (let index = 0; index < saves + 3; index++) {
      const file = fileOf(root, 10 * (index % Math.ceil(tables / 10)))
      const first = 10 * (index % Math.ceil(tables / 10))
      const text = tablesFrom(first, Math.min(first + 10, tables), `, extra_${index} text`)
      const saved = nextSave(engine)
      const begun = performance.now()
      writeFileSync(file, text)
      reports.push(await saved)
      samples.push(performance.now() - begun)
      await pause(250)
    }
    // The first ones find cold code and a scratch database that is still starting.
    times = samples.slice(3)
    stages = medians(reports.slice(3).map((report) => report.stages))
    globalThis.gc?.()
    memory = Math.round(process.memoryUsage().rss / 2 ** 20)
  })
  const checks = []
  for (let index = 0; index < 5; index++) {
    const begun = performance.now()
    await checkProject({ root })
    checks.push(performance.now() - begun)
  }
  console.log(
    `${String(tables).padStart(5)} tables: save ${format(median(times))} (slowest ${format(Math.max(...times))}), cold start ${format(cold)}, warm start ${format(warm)}, memory ${memory} MB`,
  )
  console.log(
    `        stages: ${Object.entries(stages)
      .map(([name, time]) => `${name} ${time.toFixed(1)}`)
      .join(', ')}`,
  )
  rmSync(root, { recursive: true, force: true, maxRetries: 5 })
}

function fileOf(root, first) {
  return join(root, 'schema', `tables_${String(first).padStart(4, '0')}.sql`)
}

// Each table with a key, a reference to its neighbour, an index and a view, as a real schema has them.
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

function nextSave(engine) {
  return new Promise((resolve, reject) => {
    const stop = engine.on('state', ({ status, report, diagnostics }) => {
      if (status === 'error') reject(new Error(JSON.stringify(diagnostics, null, 2)))
      if (status !== 'ready' || !report || report.applied.length === 0) return
      stop()
      resolve(report)
    })
  })
}

function medians(all) {
  const names = new Set(all.flatMap((one) => Object.keys(one)))
  return Object.fromEntries([...names].map((name) => [name, median(all.map((one) => one[name] ?? 0))]))
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

function format(milliseconds) {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(2)} s`
}

// Nobody saves without a pause; the loop uses it to prepare the next save.
function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
