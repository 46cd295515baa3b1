import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { availableServers, serverUrl } from '../support/database.js'
import { createNativeServer, createPgliteServer, type PairServer } from './databases.js'
import { canDump } from './dump.js'
import { formatFailure } from './run.js'
import { runSoak } from './soak/run.js'

// A run by hand takes other seeds and many more: node scripts/soak.mjs --seed 1000 --count 500
const counts: Record<string, number> = { pglite: 5, '18': 15, '15': 8 }

describe.each(availableServers().filter((name) => name in counts))('random schemas on %s', (name) => {
  let server: PairServer
  beforeAll(async () => {
    // A second observer from outside, where pg_dump fits the server: PGlite, and what is not newer than the one installed.
    const dump = canDump(name)
    server =
      name === 'pglite'
        ? await createPgliteServer({ dump })
        : await createNativeServer(name, serverUrl(name) ?? '', { dump })
  })
  afterAll(() => server.close())

  it('are reached from each other, and come out equal when printed and loaded', { timeout: 600_000 }, async () => {
    const report = await runSoak(server, 1, counts[name] ?? 0)
    expect(report.failures.map(formatFailure)).toEqual([])
  })
})
