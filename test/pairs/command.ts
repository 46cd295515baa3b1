import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { corpusCases } from './corpus.js'
import { exceptions } from './exceptions.js'
import { ownCases } from './own-cases.js'
import { readPairs } from './pair-index.js'
import { formatFailure, runCases } from './run.js'
import { openServer } from './servers.js'
import type { Case } from './run-pair.js'

const usage = `Runs schema pairs in both directions and prints counts and each failure with its plan.

  node scripts/pairs.mjs [filter …] [--server 18|17|16|15|14|pglite] [--url postgres://…] [--dump] [--corpus | --cases] [--quiet]

  filter     a part of a pair's name: migra, pgschema/create_table, grants
  --server   which server to start for the run (default 18)
  --url      a server that runs already, instead
  --corpus   the schema evolutions of the corpus instead of the pairs
  --cases    the project's own cases instead
  --dump     let pg_dump look on, where it fits the server
  --quiet    names of failures only`

export async function main(args: string[], sharedFolder: string): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      server: { type: 'string', default: '18' },
      url: { type: 'string' },
      corpus: { type: 'boolean', default: false },
      cases: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
      dump: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return 0
  }
  const kind = values.server === 'pglite' ? 'pglite' : 'native'
  const all: readonly Case[] = values.corpus
    ? corpusCases(join(sharedFolder, 'corpus'))
    : values.cases
      ? ownCases(values.server)
      : readPairs(join(sharedFolder, 'fixtures/diff-pairs')).filter((pair) => pair.loadsOn[kind])
  const cases = all.filter(({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)))
  const { server, stop } = await openServer({ server: values.server, url: values.url, dump: values.dump })
  const started = performance.now()
  try {
    const report = await runCases(server, cases, {
      exceptions,
      skipUnloadable: kind === 'native' && values.server !== '18',
      onCase(_test, failures) {
        for (const failure of failures)
          console.log(
            values.quiet ? `✗ ${failure.name} ${failure.direction}: ${failure.stage}` : formatFailure(failure),
          )
      },
    })
    for (const { exception, direction } of report.stale)
      console.log(`✗ ${exception.name} ${direction}: listed as an exception, but it passes`)
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    console.log(
      `${cases.length} pairs on ${server.name}, both directions: ${report.passed} passed, ${report.failures.length} failed, ` +
        `${report.expected.length} expected failures, ${report.unloadable.length} pairs not for this version, ${seconds} s`,
    )
    return report.failures.length + report.stale.length > 0 ? 1 : 0
  } finally {
    await stop()
  }
}
