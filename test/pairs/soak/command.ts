import { parseArgs } from 'node:util'
import { openServer } from '../servers.js'
import { formatFailure } from '../run.js'
import { runSoak, soakCase } from './run.js'

const usage = `Plans between random schemas, both ways, and prints and reloads each.

  node scripts/soak.mjs [--seed N] [--count N] [--server 18|17|16|15|14|pglite] [--url postgres://…] [--dump] [--show]

  --seed     the first seed (default: by the clock); a failure names its seed
  --count    how many seeds (default 100)
  --dump     let pg_dump look on, where it fits the server
  --show     print the two schemas of --seed, and run nothing`

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
      count: { type: 'string', default: '100' },
      server: { type: 'string', default: '18' },
      url: { type: 'string' },
      show: { type: 'boolean', default: false },
      dump: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const seed = Number(values.seed)
  if (values.help) {
    console.log(usage)
    return 0
  }
  if (values.show) {
    const { from, to } = soakCase(seed)
    console.log(`-- from\n${from}\n-- to\n${to}`)
    return 0
  }
  console.log(`seeds ${seed} to ${seed + Number(values.count) - 1} on ${values.server}`)
  const { server, stop } = await openServer({ server: values.server, url: values.url, dump: values.dump })
  try {
    const report = await runSoak(server, seed, Number(values.count), (_test, failures) => {
      for (const failure of failures) console.log(formatFailure(failure))
    })
    console.log(`${values.count} seeds: ${report.passed} directions passed, ${report.failures.length} failures`)
    return report.failures.length > 0 ? 1 : 0
  } finally {
    await stop()
  }
}
