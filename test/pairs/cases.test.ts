import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { availableServers, serverUrl } from '../support/database.js'
import { createNativeServer, createPgliteServer, type PairServer } from './databases.js'
import { ownCases } from './own-cases.js'
import { formatFailure } from './run.js'
import { runCase } from './run-pair.js'

describe.each(availableServers())('plans on %s, both ways, printed and loaded again', (name) => {
  let server: PairServer
  beforeAll(async () => {
    server = name === 'pglite' ? await createPgliteServer() : await createNativeServer(name, serverUrl(name) ?? '')
  })
  afterAll(() => server.close())

  it.each(ownCases(name))('$name', async (test) => {
    expect((await runCase(server, test)).map(formatFailure)).toEqual([])
  })
})
