import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { availableServers, serverUrl } from '../support/database.js'
import type { PairServer } from './databases.js'
import { ownCases } from './own-cases.js'
import { formatFailure } from './run.js'
import { runCase } from './run-pair.js'
import { openServer } from './servers.js'

describe.each(availableServers())('plans on %s, both ways, printed and loaded again', (name) => {
  let server: PairServer
  let stop: () => Promise<void>
  beforeAll(async () => {
    ;({ server, stop } = await openServer({ server: name, url: serverUrl(name) }))
  })
  afterAll(() => stop())

  it.each(ownCases(name))('$name', async (test) => {
    expect((await runCase(server, test)).map(formatFailure)).toEqual([])
  })
})
