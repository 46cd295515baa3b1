import { readdirSync, readFileSync, existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import fastGlob from 'fast-glob'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareObservations, observe } from '../../../../test/pairs/observer.js'
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.js'
import { isMissing, sharedFolder } from '../../../../test/support/requirement.js'
import { createRandom } from '../scratch/testing/random.js'
import { readStatements } from '../sources/file-statements.js'
import { loadParser } from '../sources/parse.js'
import type { Statement } from '../sources/source.js'
import { findDuplicates } from './duplicates.js'
import { indexUnits, orderUnits } from './order.js'
import { runUnits } from './run.js'
import { UnitBuilder } from './unit.js'

const folder = join(sharedFolder, 'corpus/schemas')
const schemas = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
const auth = existsSync(sharedFolder)
  ? fastGlob.sync('fixtures/better-auth/**/qualified.sql', { cwd: sharedFolder, absolute: true }).sort()
  : []
const seeds = [1, 2, 3]

// What a server without the extension refuses, in any order.
const refused: Record<string, number> = { 'pagila.sql': 8 }
// Written into the file by its own documentation as a thing to do before.
const prefixes: Record<string, string> = { 'kitchen_sink.sql': 'CREATE EXTENSION citext;\n' }

describe.skipIf(isMissing('shared') || isMissing('native'))('real schemas in any order [needs shared, native]', () => {
  let database: TestDatabase
  beforeAll(async () => {
    await loadParser()
    database = await createTestDatabase('18')
  })
  afterAll(() => database.close())

  const load = async (statements: readonly Statement[]): Promise<{ failures: number; catalog: string[] }> => {
    await database.query('BEGIN')
    const { units } = findDuplicates(new UnitBuilder().build(statements), new Map())
    const { failures } = await runUnits(database, orderUnits(units, indexUnits(units)), undefined)
    const catalog = await observe(database)
    await database.query('ROLLBACK')
    return { failures: failures.length, catalog }
  }

  it.each([...schemas, ...auth])('%s', async (path) => {
    const name = basename(path)
    const text = `${prefixes[name] ?? ''}${readFileSync(path, 'utf8')}`
    const { statements } = readStatements({ path: name, phase: 'schema', text, hash: '' })
    const written = await load(statements)
    expect(written.failures).toBe(refused[name] ?? 0)
    for (const seed of seeds) {
      const shuffled = await load(shuffle(statements, seed))
      expect(compareObservations(shuffled.catalog, written.catalog), `seed ${seed}`).toEqual([])
      expect(shuffled.failures, `seed ${seed}`).toBe(written.failures)
    }
  })
})

/** Statements in random order over several files; each keeps the session that its file had set up for it. */
function shuffle(statements: readonly Statement[], seed: number): Statement[] {
  const random = createRandom(seed)
  const isSetting = ({ sql }: Statement): boolean => /^(?:set\b|select\s+pg_catalog\.set_config)/i.test(sql)
  const settings = statements.filter(isSetting)
  const isPrivilege = ({ sql }: Statement): boolean => /^(?:grant|revoke)\b/i.test(sql)
  // What these do depends on where they stand: default privileges on what comes after them.
  const isDefault = ({ sql }: Statement): boolean => /^alter\s+default\s+privileges\b/i.test(sql)
  const defaults = statements.filter(isDefault)
  const privileges = statements.filter(isPrivilege)
  const rest = statements.filter((statement) => ![isSetting, isPrivilege, isDefault].some((test) => test(statement)))
  const others = [...random.shuffle(rest), ...privileges]
  const files = ['z.sql', 'a.sql', 'm.sql']
  return files.flatMap((file, index) => {
    const share = others.filter((_, position) => position % files.length === index)
    return [...settings, ...(index === 0 ? defaults : []), ...share].map((statement) => ({ ...statement, file }))
  })
}
