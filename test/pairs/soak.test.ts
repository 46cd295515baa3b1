import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { availableServers, serverUrl } from '../support/database.js'
import type { PairServer } from './databases.js'
import { canDump } from './dump.js'
import { formatFailure } from './run.js'
import { openServer } from './servers.js'
import { runSoak } from './soak/run.js'

// A run by hand takes other seeds and many more: node scripts/soak.mjs --seed 1000 --count 500
const counts: Record<string, number> = { pglite: 5, '18': 15, '15': 8 }

describe.each(availableServers().filter((name) => name in counts))('random schemas on %s', (name) => {
  let server: PairServer
  let stop: () => Promise<void>
  beforeAll(async () => {
    // A second observer from outside, where pg_dump fits the server: PGlite, and what is not newer than the one installed.
    ;({ server, stop } = await openServer({ server: name, url: serverUrl(name), dump: canDump(name) }))
  })
  afterAll(() => stop())

  it('are reached from each other, and come out equal when printed and loaded', { timeout: 600_000 }, async () => {
    const report = await runSoak(server, 1, counts[name] ?? 0)
    expect(report.failures.map(formatFailure)).toEqual([])
  })
})
