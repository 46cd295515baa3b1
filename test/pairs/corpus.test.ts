import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serverUrl } from '../support/database.js'
import { isMissing, sharedFolder } from '../support/requirement.js'
import { corpusCases, corpusSchemas } from './corpus.js'
import { createNativeServer, type PairServer } from './databases.js'
import { formatFailure, runCases } from './run.js'
import { runReload } from './run-pair.js'

describe.skipIf(isMissing('shared'))('real schemas [needs shared]', () => {
  describe.skipIf(isMissing('native'))('on Postgres 18 [needs native]', () => {
    let server: PairServer
    beforeAll(async () => {
      server = await createNativeServer('18', serverUrl('18') ?? '')
    })
    afterAll(() => server.close())

    const schemas = isMissing('shared') ? [] : corpusSchemas(join(sharedFolder, 'corpus'))
    it.each(schemas)('$name is printed, and comes out equal on an empty database', async ({ name, sql }) => {
      // pagila needs pgvector for a few of its statements; the others are a schema all the same.
      const failures = await runReload(server, { name, from: sql, to: '', lenient: name === 'pagila' })
      expect(failures.map(formatFailure)).toEqual([])
    })

    const evolutions = isMissing('shared') ? [] : corpusCases(join(sharedFolder, 'corpus'))
    it.each(evolutions)('$name arrives, both ways', { timeout: 300_000 }, async (evolution) => {
      const { failures } = await runCases(server, [evolution])
      expect(failures.map(formatFailure)).toEqual([])
    })
  })
})
