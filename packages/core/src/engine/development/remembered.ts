import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Catalog, Connection } from '@savepoint/catalog'
import { replaceFile } from '../../emit/emit.js'
import { nodeFileSystem } from '../../emit/file-system.js'
import { readDriftToken, type DriftToken } from './drift.js'

/**
 * Where the development database stood when we last looked, so that the next start need not read all of it: as long as
 * nobody changed a definition since, it still is that catalog.
 */
export interface RememberedState {
  /** The token of now, when the database is still what `catalog` says. */
  recall(connection: Connection, catalog: Catalog): Promise<Required<DriftToken> | undefined>
  /** @param token of a moment at which the database was `catalog` */
  remember(connection: Connection, catalog: Catalog, token: string): Promise<void>
}

// Two databases can have the same token, such as two fresh ones.
const identityText = `SELECT d.oid || ' ' || d.datname AS identity FROM pg_catalog.pg_database AS d
WHERE d.datname = pg_catalog.current_database()`

/** What tells one database from another of the same address. */
export async function readDatabaseIdentity(connection: Connection): Promise<string | undefined> {
  const { rows } = await connection.query<{ identity: string }>(identityText)
  return rows[0]?.identity
}

/** @param setting names the database in the config */
export function createRememberedState(stateDirectory: string, setting: unknown): RememberedState {
  const path = join(stateDirectory, 'cache', 'development.json')

  async function describe(connection: Connection, catalog: Catalog, token: string): Promise<string> {
    const hash = createHash('sha1').update(JSON.stringify([setting, await readDatabaseIdentity(connection)]))
    for (const id of [...catalog.objects.keys()].sort()) hash.update(`${id}\0${catalog.objects.get(id)?.hash}\0`)
    return JSON.stringify({ token: createHash('sha1').update(token).digest('hex'), state: hash.digest('hex') })
  }

  return {
    async recall(connection, catalog) {
      const remembered = await nodeFileSystem.read(path).catch(() => undefined)
      if (remembered === undefined) return undefined
      const drift = await readDriftToken(connection)
      return remembered === (await describe(connection, catalog, drift.token)) ? drift : undefined
    },
    async remember(connection, catalog, token) {
      const text = await describe(connection, catalog, token)
      if ((await nodeFileSystem.read(path).catch(() => undefined)) === text) return
      // A disk that cannot be written costs the next start some time.
      await replaceFile(path, text).catch(() => undefined)
    },
  }
}
