import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { extract, plan } from '@savepoint/catalog'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { serverUrl } from '../support/database.js'
import { isMissing, sharedFolder } from '../support/requirement.js'
import { createNativeServer, type PairServer } from './databases.js'
import { load } from './load.js'
import { observeStep, readTables } from './observe-locks.js'
import { readPairs } from './pair-index.js'

describe.skipIf(isMissing('shared') || isMissing('native'))('truth', () => {
  let server: PairServer
  beforeAll(async () => {
    server = await createNativeServer('18', serverUrl('18') ?? '')
  })
  afterAll(() => server.close())
  it('collect', { timeout: 600_000 }, async () => {
    const pairs = readPairs(join(sharedFolder, 'fixtures/diff-pairs')).filter((p) => p.loadsOn.native && !p.clusterWide && p.tablespaces.length === 0 && p.roles.length === 0)
    const lines: string[] = []
    for (const pair of pairs) for (const [from, to] of [[pair.from, pair.to], [pair.to, pair.from]]) {
      const b = await server.open(); const a = await server.open()
      try {
        const cb = await b.connect(); await load(cb, to ?? ''); const wanted = await extract(await b.connect())
        const ca = await a.connect(); await load(ca, from ?? ''); const c = await a.connect()
        const before = await extract(c)
        const steps = plan(before, wanted).steps
        const old = await readTables(c)
        await c.query("SET search_path = ''; SET check_function_bodies = off")
        for (const step of steps) {
          await c.query('BEGIN')
          const files = await readTables(c)
          const o = await observeStep(c, step, new Map([...files].filter(([k]) => old.has(k))))
          await c.query('COMMIT')
          lines.push([o.lock ?? '-', o.rewrites ? 'REWRITE' : '', step.hazards.map(h => `${h.code}:${h.kind}:${h.lock ?? ''}`).join(','), step.object.split(' ')[0], pair.name, step.sql.replaceAll(/\s+/g, ' ').slice(0, 240)].join('\t'))
        }
      } catch (e) { lines.push(`ERR\t${pair.name}\t${e}`) } finally { await a.close(); await b.close() }
    }
    writeFileSync('/tmp/b-locks.tsv', lines.join('\n'))
  })
})
