// Where a save's time goes on the warm scratch: elaborating and proving a one-line edit at several sizes.
// `node scripts/bench/scratch.mjs [tables…]`, after `node scripts/build.mjs --js`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { plan } from '../../packages/catalog/dist/index.js'
import { connect } from '../../packages/core/dist/database/connect.js'
import { createWarmScratch } from '../../packages/core/dist/scratch/warm-scratch.js'
import { openDatabase } from '../../packages/core/dist/server/open.js'
import { readStatements } from '../../packages/core/dist/sources/file-statements.js'
import { loadParser } from '../../packages/core/dist/sources/parse.js'

const sizes = process.argv.slice(2).map(Number)
const rounds = 15

const table = (index, column = '') => `CREATE TABLE t${index} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,${column}
  email text,
  amount numeric(10, 2) CHECK (amount >= 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  previous bigint${index > 0 ? ` REFERENCES t${index - 1}` : ''}
);
CREATE INDEX t${index}_name ON t${index} (name);
CREATE INDEX t${index}_email ON t${index} (lower(email)) WHERE email IS NOT NULL;
`
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

await loadParser()
const state = mkdtempSync(join(tmpdir(), 'savepoint-bench-'))
const server = await openDatabase({ kind: 'pglite' }, { root: process.cwd(), stateDirectory: state })
try {
  for (const size of sizes.length > 0 ? sizes : [10, 100, 1000]) await measure(size)
} finally {
  await server.close()
  rmSync(state, { recursive: true, force: true })
}

async function measure(size) {
  const database = await server.createScratch()
  const session = await connect(database.url)
  const queries = []
  const counted = {
    async query(text, values) {
      const start = performance.now()
      try {
        return await session.query(text, values)
      } finally {
        queries.push({ text: text.slice(0, 60).replaceAll(/\s+/g, ' '), milliseconds: performance.now() - start })
      }
    },
  }
  const scratch = createWarmScratch(counted)
  const middle = Math.floor(size / 2)
  const textOf = (column) =>
    Array.from({ length: size }, (_, index) => table(index, index === middle ? column : '')).join('')

  let file = { path: 'schema.sql', phase: 'schema', text: textOf(''), hash: '' }
  let read = readStatements(file)
  let start = performance.now()
  let before = await scratch.elaborate(read.statements, new Map())
  console.log(`\n${size} tables: full elaboration ${(performance.now() - start).toFixed(0)} ms`)
  const stages = { read: [], elaborate: [], plan: [], prove: [], server: [], 'round trips': [], 'processor time': [] }
  for (let round = 0; round < rounds; round++) {
    const next = { ...file, text: textOf(` c${round} text,`) }
    queries.length = 0
    const processor = process.cpuUsage()
    start = performance.now()
    read = readStatements(next, { ...read, file })
    file = next
    const split = performance.now()
    const after = await scratch.elaborate(read.statements, new Map())
    const elaborated = performance.now()
    const steps = plan(before.desired, after.desired)
    const planned = performance.now()
    const proof = await scratch.prove(steps, before.desired, after.desired)
    const proved = performance.now()
    const used = process.cpuUsage(processor)
    if (proof.status !== 'proved' || after.way.kind !== 'incremental') console.log(proof, after.way)
    before = after
    stages.read.push(split - start)
    stages.elaborate.push(elaborated - split)
    stages.plan.push(planned - elaborated)
    stages.prove.push(proved - planned)
    stages.server.push(queries.reduce((sum, query) => sum + query.milliseconds, 0))
    stages['round trips'].push(queries.length)
    // Of all threads, PGlite's too: what the save costs on a machine that does nothing else.
    stages['processor time'].push((used.user + used.system) / 1000)
    if (round === rounds - 1 && process.env.SAVEPOINT_BENCH_QUERIES)
      for (const query of queries) console.log(`  ${query.milliseconds.toFixed(1).padStart(6)} ${query.text}`)
  }
  const total = stages.read.map(
    (_, index) => stages.read[index] + stages.elaborate[index] + stages.plan[index] + stages.prove[index],
  )
  // The best round is what the machine can do; the median is what it did beside its other work.
  for (const [word, choose] of [
    ['median', median],
    ['best', (values) => Math.min(...values)],
  ])
    console.log(
      `${word.padEnd(6)}  ${Object.entries({ ...stages, total })
        .map(([name, values]) => `${name} ${choose(values).toFixed(1)}`)
        .join(' · ')}`,
    )
  start = performance.now()
  const wrong = await scratch.verify()
  console.log(`verify ${(performance.now() - start).toFixed(0)} ms`, wrong ?? '')
  await scratch.close()
  await session.close()
  await database.close()
}
