import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { differences, plan } from '@savepoint/catalog'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isMissing, sharedFolder } from '../../../../test/support/requirement.js'
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.js'
import { readStatements } from '../sources/file-statements.js'
import { loadParser } from '../sources/parse.js'
import type { Statement } from '../sources/source.js'
import { createRandom, type Random } from './testing/random.js'
import { createWarmScratch } from './warm-scratch.js'

const names = ['crates_io', 'panoptes', 'hatchet']
const edits = 4

describe.skipIf(isMissing('shared') || isMissing('native'))('edits of real schemas [needs shared, native]', () => {
  let warmDatabase: TestDatabase
  let freshDatabase: TestDatabase
  beforeAll(async () => {
    await loadParser()
    warmDatabase = await createTestDatabase('18')
    freshDatabase = await createTestDatabase('18')
  })
  afterAll(async () => {
    await warmDatabase.close()
    await freshDatabase.close()
  })

  it.each(names)(
    '%s: incremental and fresh elaboration agree, and every plan between is proved',
    async (name) => {
      const path = join(sharedFolder, `corpus/schemas/${name}.sql`)
      const { statements } = readStatements({ path, phase: 'schema', text: readFileSync(path, 'utf8'), hash: '' })
      const random = createRandom(7)
      const warm = createWarmScratch(warmDatabase)
      try {
        let before = await warm.elaborate(statements, new Map())
        for (let step = 0; step < edits; step++) {
          const { edited, change } = edit(statements, random)
          const after = await warm.elaborate(edited, new Map())
          const fresh = createWarmScratch(freshDatabase)
          const expected = await fresh.elaborate(edited, new Map()).finally(() => fresh.close())
          expect(after.status, change).toBe(expected.status)
          if (before.status === 'failed' || after.status === 'failed' || expected.status === 'failed') continue
          expect(after.way, change).toEqual({ kind: 'incremental' })
          expect(differences(after.desired, expected.desired), change).toEqual([])
          const proof = await warm.prove(plan(before.desired, after.desired), before.desired, after.desired)
          expect(proof, change).toEqual({ status: 'proved' })
          expect(await warm.verify(), change).toBeUndefined()
          before = after
        }
      } finally {
        await warm.close()
      }
    },
    180_000,
  )
})

const tableRE = /^create\s+(?:unlogged\s+)?table\s[^(]*\(\s/i

/** A column more in one table, or one statement less. */
function edit(statements: readonly Statement[], random: Random): { edited: Statement[]; change: string } {
  const tables = statements.filter(({ sql }) => tableRE.test(sql) && !/partition\s+of/i.test(sql))
  const target = random.pick(random.chance(0.5) ? tables : statements)
  const isWider = target !== undefined && tables.includes(target)
  return {
    change: `${isWider ? 'add a column to' : 'remove'} ${target?.sql.slice(0, 80)}`,
    edited: statements.flatMap((statement) => {
      if (statement !== target) return [statement]
      if (!isWider) return []
      return [{ ...statement, sql: statement.sql.replace('(', '( one_more integer,'), hash: `${statement.hash}+` }]
    }),
  }
}
