import { join } from 'node:path'
import { cutSections, differences, extract, plan, type Plan } from '@savepoint/catalog'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serverUrl } from '../support/database.js'
import { isMissing, sharedFolder } from '../support/requirement.js'
import { createNativeServer, type PairServer } from './databases.js'
import { load } from './load.js'
import { independentPairs } from './pair-index.js'
import { applySteps } from './run-pair.js'

describe.skipIf(isMissing('shared') || isMissing('native'))(
  'online plans of schema pairs [needs shared, native]',
  () => {
    let server: PairServer
    beforeAll(async () => {
      server = await createNativeServer('18', serverUrl('18') ?? '')
    })
    afterAll(() => server.close())

    /** What goes wrong on the way: undefined where the plan arrives, and again from where it stops after its first section. */
    async function travel(from: string, to: string): Promise<string | undefined> {
      const end = await server.open()
      const start = await server.open()
      const again = await server.open()
      let texts: string[] = []
      try {
        await load(await end.connect(), to)
        const wanted = await extract(await end.connect())
        for (const [side, isInterrupted] of [
          [start, false],
          [again, true],
        ] as const) {
          await load(await side.connect(), from)
          const connection = await side.connect()
          const next = async (): Promise<Plan> => plan(await extract(connection), wanted, { strategy: 'online' })
          const first = await next()
          if (isInterrupted && first.steps.every(({ transactional }) => transactional)) return undefined
          await connection.query("SET search_path = ''")
          texts = first.steps.map(({ sql }) => sql)
          if (isInterrupted) {
            const half = Math.ceil(cutSections(first.steps).length / 2)
            await applySteps(
              connection,
              cutSections(first.steps)
                .slice(0, half)
                .flatMap(({ steps }) => [...steps]),
            )
            const second = await next()
            texts.push('-- again', ...second.steps.map(({ sql }) => sql))
            await applySteps(connection, second.steps)
          } else await applySteps(connection, first.steps)
          const [left] = differences(await extract(connection), wanted)
          if (left) return `${left.id} is left (${left.facts?.join(', ') ?? left.change})\n${texts.join(';\n')}`
        }
        return undefined
      } catch (error) {
        return `${error instanceof Error ? error.message : String(error)}\n${texts.join(';\n')}`
      } finally {
        await end.close()
        await start.close()
        await again.close()
      }
    }

    it('arrive, also from where they were stopped half-way', { timeout: 1_800_000 }, async () => {
      const found: string[] = []
      for (const { name, from, to } of independentPairs(join(sharedFolder, 'fixtures/diff-pairs'))) {
        const problem = await travel(from, to)
        if (problem !== undefined) found.push(`${name}: ${problem}`)
      }
      expect(found).toEqual([])
    })
  },
)
