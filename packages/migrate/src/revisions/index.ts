import type { Connection, ServerError } from '../connection.js'
import type { FormatName } from '../formats/format.js'
import { atlasRevisions } from './atlas.js'
import { dbmateRevisions } from './dbmate.js'
import { flywayRevisions } from './flyway.js'
import { golangMigrateRevisions } from './golang-migrate.js'
import { gooseRevisions } from './goose.js'
import { parseNotes } from './notes.js'
import type { History, RevisionStore } from './store.js'

const stores: Readonly<Record<FormatName, RevisionStore>> = {
  atlas: atlasRevisions,
  goose: gooseRevisions,
  'golang-migrate': golangMigrateRevisions,
  dbmate: dbmateRevisions,
  flyway: flywayRevisions,
}

/** The store that belongs to a format: a team's history stays in its own tool's table. */
export const storeOf = (format: FormatName): RevisionStore => stores[format]

/** Reads the history in one round trip; a missing table is an empty history. */
export async function readHistory(connection: Connection, store: RevisionStore, table: string): Promise<History> {
  try {
    const { comment, ...stored } = await store.read(connection, table)
    const { notes, foreign } = parseNotes(comment)
    return { exists: true, ...stored, notes, foreignComment: foreign }
  } catch (error) {
    // undefined_table, and invalid_schema_name where the table's schema is missing.
    if (!['42P01', '3F000'].includes((error as ServerError).code ?? '')) throw error
    return { exists: false, revisions: [], notes: {}, foreignComment: '' }
  }
}
