import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { afterEach } from 'vitest'
import { serverUrl } from '../../../../test/support/database.js'
import { readDirectory, type MigrationDirectory } from '../directory/directory.js'
import { hashDirectory } from '../directory/write.js'
import type { FormatName } from '../formats/format.js'

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (let cleanup = cleanups.pop(); cleanup; cleanup = cleanups.pop()) await cleanup()
})

/** A folder on disk with these files, removed after the test. */
export function createFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'savepoint-migrate-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  writeFiles(folder, files)
  return folder
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

export function readFiles(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  )
}

/** A migrations directory on disk with a right atlas.sum. */
export function createDirectory(
  files: Readonly<Record<string, string>>,
  format: FormatName = 'atlas',
): MigrationDirectory {
  const folder = createFolder(files)
  hashDirectory(readDirectory(folder, { format }))
  return readDirectory(folder, { format })
}

export interface Database {
  url: string
  /** One session, open for the whole test. */
  client: pg.Client
  /** A further session. */
  connect(): Promise<pg.Client>
  /** First column of each row. */
  column(sql: string): Promise<unknown[]>
  rows(sql: string): Promise<Record<string, unknown>[]>
}

/** An empty database on a native server, dropped after the test. */
export async function createDatabase(version = '18'): Promise<Database> {
  const base = serverUrl(version)
  if (base === undefined) throw new Error(`no Postgres ${version} on this machine`)
  const name = `migrate_${randomBytes(6).toString('hex')}`
  const onServer = async (sql: string): Promise<void> => {
    const admin = new pg.Client({ connectionString: base })
    await admin.connect()
    await admin.query(sql)
    await admin.end()
  }
  await onServer(`CREATE DATABASE ${name}`)
  cleanups.push(() => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
  const url = base.replace(/\/postgres$/, `/${name}`)
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url })
    // Sessions that a test cuts must not end the test run.
    client.on('error', () => {})
    await client.connect()
    cleanups.push(() => client.end().catch(() => {}))
    return client
  }
  const client = await connect()
  const rows = async (sql: string): Promise<Record<string, unknown>[]> =>
    (await client.query<Record<string, unknown>>(sql)).rows
  return { url, client, connect, rows, column: async (sql) => (await rows(sql)).map((row) => Object.values(row)[0]) }
}

/** Servers that are there, for `describe.each`. */
export const nativeVersions = ['18', '15'].filter((version) => serverUrl(version) !== undefined)
