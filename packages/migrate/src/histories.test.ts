import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isMissing, sharedFolder } from '../../../test/support/requirement.js'
import { applyMigrations } from './apply/apply.js'
import { undoMigrations } from './apply/down.js'
import { readStatus } from './apply/status.js'
import { readDirectory } from './directory/directory.js'
import { findSumMismatch } from './directory/checksum.js'
import { importDirectory } from './edit/import.js'
import { createDatabase, createFolder, type Database } from './testing/project.js'

const histories = join(sharedFolder, 'corpus/histories')
const folderOf = (path: string): string => join(histories, path)

/** Enough of a catalog to tell two databases apart: columns with types and defaults, indexes, constraints, functions. */
const fingerprint = `
  SELECT 'c ' || attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod) || attnotnull AS line
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE attnum > 0 AND NOT attisdropped AND relnamespace = 'public'::regnamespace
  UNION ALL SELECT 'i ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT 'k ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT 'f ' || pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind <> 'a'
  ORDER BY 1`

async function catalogOf(database: Database): Promise<string[]> {
  const own = /goose_db_version|schema_migrations|atlas_schema_revisions|flyway_schema_history/
  return (await database.column(fingerprint)).map(String).filter((line) => !own.test(line))
}

describe.skipIf(isMissing('shared') || isMissing('native'))('real histories [needs shared, native]', () => {
  it('openmeter: 269 golang-migrate pairs with a fitting sum, up and down again', { timeout: 300_000 }, async () => {
    const directory = readDirectory(folderOf('openmeter/migrations'), { format: 'golang-migrate' })
    expect(directory.files).toHaveLength(269)
    expect(findSumMismatch(directory)).toBeUndefined()
    const database = await createDatabase()
    expect(await applyMigrations(database.client, directory)).toMatchObject({ warnings: [] })
    expect(await readStatus(database.client, directory)).toMatchObject({ status: 'OK', dirty: false })
    const { rows } = await database.client.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations'`,
    )
    expect(rows).toEqual([{ n: 93 }])
    expect((await undoMigrations(database.client, directory, { toVersion: '0' })).undone).toHaveLength(269)
  })

  it('concourse: files with their own transactions, some empty on purpose', { timeout: 300_000 }, async () => {
    // Its own tool takes two files of one second, golang-migrate would refuse them: the later name gets the next second.
    const seen = new Map<string, string>()
    const files: Record<string, string> = {}
    for (const name of readdirSync(folderOf('concourse/migrations')).sort()) {
      const [, version = '', rest = ''] = /^(\d+)(_.*)$/.exec(name) ?? []
      const stem = rest.replace(/\.(up|down)\.sql$/, '')
      const taken = (seen.get(version) ?? stem) !== stem
      if (!taken) seen.set(version, stem)
      const text = readFileSync(join(folderOf('concourse/migrations'), name), 'utf8')
      files[`${taken ? Number(version) + 1 : version}${rest}`] = text
    }
    expect(readDirectory(folderOf('concourse/migrations'), { format: 'golang-migrate' }).fault).toMatchObject({
      code: 'SP4015',
    })
    const directory = readDirectory({ files }, { format: 'golang-migrate' })
    const database = await createDatabase()
    expect((await applyMigrations(database.client, directory)).applied).toHaveLength(149)
    expect(await readStatus(database.client, directory)).toMatchObject({ status: 'OK' })
  })

  it('datum: for Atlas and for goose, both end in the same catalog', { timeout: 300_000 }, async () => {
    const [atlas, goose] = [await createDatabase(), await createDatabase()]
    const forAtlas = readDirectory(folderOf('datum/migrations'))
    const forGoose = readDirectory(folderOf('datum/migrations-goose-postgres'), { format: 'goose' })
    expect([findSumMismatch(forAtlas), findSumMismatch(forGoose)]).toEqual([undefined, undefined])
    expect((await applyMigrations(atlas.client, forAtlas)).applied).toHaveLength(9)
    expect((await applyMigrations(goose.client, forGoose)).applied).toHaveLength(9)
    expect(await catalogOf(goose)).toEqual(await catalogOf(atlas))
    await undoMigrations(goose.client, forGoose, { toVersion: '0' })
    expect(await catalogOf(goose)).toEqual([])
  })

  it.each(['atlas', 'golang-migrate', 'dbmate', 'flyway'] as const)(
    'datum: imported as files of %s, up to the same catalog and down again',
    { timeout: 300_000 },
    async (format) => {
      const source = readDirectory(folderOf('datum/migrations-goose-postgres'), { format: 'goose' })
      const folder = join(createFolder({}), 'imported')
      importDirectory(source, folder, { format })
      const [original, imported] = [await createDatabase(), await createDatabase()]
      await applyMigrations(original.client, source)
      const directory = readDirectory(folder, { format })
      expect((await applyMigrations(imported.client, directory)).applied).toHaveLength(9)
      expect(await catalogOf(imported)).toEqual(await catalogOf(original))
      if (format === 'atlas') return
      await undoMigrations(imported.client, directory, { toVersion: '0' })
      expect(await catalogOf(imported)).toEqual([])
    },
  )

  it('hatchet: stops at the file whose table Go code would have made, and says so', { timeout: 300_000 }, async () => {
    const directory = readDirectory(folderOf('hatchet/migrations'), { format: 'goose' })
    expect(directory.files).toHaveLength(224)
    const database = await createDatabase()
    await expect(applyMigrations(database.client, directory)).rejects.toMatchObject({
      code: 'SP4017',
      file: '20260424205453_v1_0_100.sql',
      message: expect.stringContaining('relation "v1_dags_olap_new" does not exist') as string,
    })
    const status = await readStatus(database.client, directory)
    expect(status.pending[0]?.name).toBe('20260424205453_v1_0_100.sql')
    expect(status.applied.length + status.pending.length).toBe(224)
  })

  it(
    'crates_io: diesel folders, rearranged as golang-migrate pairs and imported as goose files',
    { timeout: 300_000 },
    async () => {
      const root = folderOf('crates_io/migrations')
      const version = (name: string): string => (name.split('_')[0] ?? '').replaceAll('-', '')
      const folders = readdirSync(root)
        .filter((name) => existsSync(join(root, name, 'up.sql')))
        .sort((a, b) => (version(a) < version(b) ? -1 : version(a) > version(b) ? 1 : a < b ? -1 : 1))
      expect(folders).toHaveLength(285)
      const pairs = createFolder(
        Object.fromEntries(
          folders.map((name, index) => [
            `${String(index + 1).padStart(4, '0')}_m.up.sql`,
            readFileSync(join(root, name, 'up.sql'), 'utf8'),
          ]),
        ),
      )
      const target = join(createFolder({}), 'goose')
      importDirectory(readDirectory(pairs, { format: 'golang-migrate' }), target, { format: 'goose' })
      const database = await createDatabase()
      expect((await applyMigrations(database.client, readDirectory(target, { format: 'goose' }))).applied).toHaveLength(
        285,
      )
    },
  )
})
