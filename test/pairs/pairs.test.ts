import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serverUrl } from '../support/database.js'
import { isMissing, sharedFolder } from '../support/requirement.js'
import { createNativeServer, type PairServer } from './databases.js'
import { exceptions } from './exceptions.js'
import { readPairs } from './pair-index.js'
import { formatFailure, runCases } from './run.js'

// Every pair in both directions, minutes of work: one test, whose failure lists each pair with its plan.
describe.skipIf(isMissing('shared'))('schema pairs of other tools [needs shared]', () => {
  describe.skipIf(isMissing('native'))('on Postgres 18 [needs native]', () => {
    let server: PairServer
    beforeAll(async () => {
      server = await createNativeServer('18', serverUrl('18') ?? '')
    })
    afterAll(() => server.close())

    it('are reached from each other, both ways', { timeout: 1_800_000 }, async () => {
      const pairs = readPairs(join(sharedFolder, 'fixtures/diff-pairs')).filter((pair) => pair.loadsOn.native)
      const report = await runCases(server, pairs, { exceptions })
      expect(report.failures.map(formatFailure)).toEqual([])
      expect(report.stale, 'exceptions that pass by now').toEqual([])
      expect(report.passed + report.expected.length).toBe(2 * pairs.length)
    })
  })
})
