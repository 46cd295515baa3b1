import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { differences, type Catalog } from '@savepoint/catalog'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { serverUrl } from '../../../../test/support/database.js'
import { isMissing, sharedFolder } from '../../../../test/support/requirement.js'
import { resolveConfig } from '../config/resolve.js'
import { splitCatalog } from './split.js'
import { readState } from './states.js'

const root = mkdtempSync(join(tmpdir(), 'savepoint-split-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const folder = join(root, 'schema')
beforeEach(() => rmSync(folder, { recursive: true, force: true }))

function write(path: string, text: string): string {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

const config = resolveConfig({ scratch: serverUrl('18') ?? 'pglite:' }, { root })
const read = async (pattern: string): Promise<Catalog> =>
  (await readState({ kind: 'files', patterns: [pattern] }, { config, log: () => undefined })).catalog

/** Splits what a file makes, and reads the parts. */
async function splitAndRead(file: string): Promise<{ paths: string[]; left: unknown[] }> {
  const catalog = await read(file)
  const files = splitCatalog(catalog)
  rmSync(folder, { recursive: true, force: true })
  for (const { path, text } of files) write(path, text)
  return { paths: files.map(({ path }) => path), left: differences(await read(join(folder, '**/*.sql')), catalog) }
}

describe('a schema in files', () => {
  it('has a folder for each Postgres schema and a file for each sort of object', async () => {
    const file = write(
      'all.sql',
      `CREATE EXTENSION citext;
CREATE SCHEMA app;
COMMENT ON SCHEMA app IS 'ours';
CREATE TYPE app.mood AS ENUM ('sad');
CREATE FUNCTION app.count() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM app.users';
CREATE TABLE app.users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mood app.mood, boss bigint REFERENCES app.users);
CREATE INDEX ON app.users (mood);
CREATE VIEW app.bosses AS SELECT boss FROM app.users;
CREATE SEQUENCE numbers;
CREATE POLICY own ON app.users USING (id = 1);
CREATE PUBLICATION p FOR TABLE app.users;`,
    )
    expect(await splitAndRead(file)).toEqual({
      left: [],
      paths: [
        'app/functions.sql',
        'app/schema.sql',
        'app/tables.sql',
        'app/types.sql',
        'app/views.sql',
        'extensions.sql',
        'public/sequences.sql',
        'publications.sql',
      ],
    })
  })

  it('finds folders for schemas of any name, also on disks that know no capitals', async () => {
    const file = write(
      'all.sql',
      ['app', 'App', '../up', 'a/b', 'con', 'ü b', '.', 'extensions.sql']
        .map((name) => `CREATE SCHEMA "${name}"; CREATE TABLE "${name}".t ();`)
        .join('\n'),
    )
    const { paths, left } = await splitAndRead(file)
    expect(left).toEqual([])
    expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(16)
    for (const path of paths) expect(path).toMatch(/^[\w%-]+\/(?:schema|tables)\.sql$/)
  })
})

// pagila needs pgvector.
const names = ['chinook', 'crates_io', 'e621ng', 'hatchet', 'kitchen_sink', 'openmeter', 'panoptes']

describe.skipIf(isMissing('shared') || isMissing('native'))('real schemas in files [needs shared, native]', () => {
  it.each(names)('%s comes out equal', { timeout: 180_000 }, async (name) => {
    const text = readFileSync(join(sharedFolder, `corpus/schemas/${name}.sql`), 'utf8')
    // It uses citext and says that somebody else makes it.
    const { paths, left } = await splitAndRead(
      write('all.sql', name === 'kitchen_sink' ? `CREATE EXTENSION citext;\n${text}` : text),
    )
    expect(left).toEqual([])
    expect(paths.length).toBeGreaterThan(0)
  })
})
