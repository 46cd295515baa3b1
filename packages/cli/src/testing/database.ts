import { afterEach, beforeEach } from 'vitest'
import { createTestDatabase, serverUrl, type TestDatabase } from '../../../../test/support/database.js'
import type { TestFolder } from './folder.js'

/** An empty database, another one in each test. */
export interface FolderDatabase {
  query: TestDatabase['query']
  /** Connection string. */
  readonly url: string
  /** As in the folder: `…` stands for the database's URL, and scratch is on its server, which is quick. */
  typeHere(line: string, options?: Parameters<TestFolder['typeHere']>[1]): ReturnType<TestFolder['typeHere']>
}

/** Gives each test of the suite that this is called in a database on the newest native server, and drops it afterwards. */
export function useDatabase(folder: TestFolder): FolderDatabase {
  const version = '18'
  let database: TestDatabase
  beforeEach(async () => {
    database = await createTestDatabase(version)
  })
  afterEach(() => database.close())
  return {
    query: (text, values) => database.query(text, values),
    get url() {
      return database.url ?? ''
    },
    typeHere: (line, options) =>
      folder.typeHere(line.replaceAll('…', database.url ?? '').concat(` --dev-url ${serverUrl(version)}`), options),
  }
}
