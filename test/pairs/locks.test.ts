import { join } from 'node:path'
import { extract, plan, type Step } from '@savepoint/catalog'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serverUrl } from '../support/database.js'
import { isMissing, sharedFolder } from '../support/requirement.js'
import { createNativeServer, type PairServer } from './databases.js'
import { load } from './load.js'
import { isFelt, observeStep, readTables, type Observation } from './observe-locks.js'
import { independentPairs } from './pair-index.js'

/** What a step says that does not fit what was seen. */
function describeMismatch({ sql, lock, hazards }: Step, seen: Observation): string[] {
  const taken = isFelt(seen.lock) ? seen.lock : undefined
  const said: string[] = []
  if (lock !== taken) said.push(`says it locks ${lock ?? 'nothing'}, and locks ${taken ?? 'nothing'}`)
  for (const { code, lock: claimed } of hazards)
    if (claimed !== undefined && claimed !== taken)
      said.push(`${code} says ${claimed}, and it locks ${taken ?? 'nothing'}`)
  const rewrites = hazards.some(({ kind }) => kind === 'rewrite')
  if (rewrites !== seen.rewrites) said.push(seen.rewrites ? 'rewrites, and does not say so' : 'says it rewrites')
  return said.map((what) => `${what}: ${sql}`)
}

describe.skipIf(isMissing('shared') || isMissing('native'))(
  'what steps say of themselves [needs shared, native]',
  () => {
    let server: PairServer
    beforeAll(async () => {
      server = await createNativeServer('18', serverUrl('18') ?? '')
    })
    afterAll(() => server.close())

    async function compare(from: string, to: string): Promise<string[]> {
      const start = await server.open()
      const end = await server.open()
      try {
        await load(await end.connect(), to)
        const wanted = await extract(await end.connect())
        await load(await start.connect(), from)
        const connection = await start.connect()
        const steps = plan(await extract(connection), wanted).steps
        const there = new Set((await readTables(connection)).keys())
        const found: string[] = []
        for (const step of steps) found.push(...describeMismatch(step, await observeStep(connection, step, there)))
        return found
      } finally {
        await start.close()
        await end.close()
      }
    }

    it('the lock that each step takes and whether it writes a table anew', { timeout: 900_000 }, async () => {
      const found: string[] = []
      for (const { name, from, to } of independentPairs(join(sharedFolder, 'fixtures/diff-pairs')))
        for (const line of await compare(from, to)) found.push(`${name}: ${line}`)
      expect(found).toEqual([])
    })
  },
)
