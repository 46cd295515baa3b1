import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { availableServers, serverUrl } from '../support/database.js'
import { coreKinds, since18 } from './cases/core-kinds.js'
import { lateKinds } from './cases/late-kinds.js'
import { partitions, partitionsSince18 } from './cases/partitions.js'
import { createNativeServer, createPgliteServer, type PairServer } from './databases.js'
import { formatFailure } from './run.js'
import { runCase } from './run-pair.js'

describe.each(availableServers())('plans on %s, both ways, printed and loaded again', (name) => {
  let server: PairServer
  beforeAll(async () => {
    server = name === 'pglite' ? await createPgliteServer() : await createNativeServer(name, serverUrl(name) ?? '')
  })
  afterAll(() => server.close())

  const modern = name === 'pglite' || Number(name) >= 18
  // PGlite has not the library that reads connection strings.
  const possible = lateKinds.filter((test) => name !== 'pglite' || !test.name.startsWith('subscription'))
  it.each([...coreKinds, ...possible, ...partitions, ...(modern ? [...since18, ...partitionsSince18] : [])])(
    '$name',
    async (test) => {
      expect((await runCase(server, test)).map(formatFailure)).toEqual([])
    },
  )
})
