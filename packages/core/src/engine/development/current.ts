import { extract, type Catalog, type Connection, type ExtractOptions } from '@savepoint/catalog'
import type { RememberedState } from './remembered.js'
import { withoutRevisionTables } from './revision-tables.js'
import { confirmUnchanged, readDriftToken, type DriftToken } from './drift.js'

/**
 * The catalog of the development database, read only when someone else changed it: after our own applies it is known.
 */
export interface CurrentCatalog {
  /**
   * The catalog as it is now.
   *
   * @param likely what it most likely is: taken without reading everything where that can be told
   */
  read(connection: Connection, likely?: Catalog): Promise<Catalog>
  /** Inside the transaction of an apply: whether it is still the one that `read` gave last. `snapshot` as in `snapshotText`. */
  isUnchanged(connection: Connection, snapshot?: string): Promise<boolean>
  /** After an apply: what the database has become, and the snapshot that says so. */
  applied(catalog: Catalog, snapshot: string): void
  /** Away from the hot path: makes that the next `read` can tell the app's rows from someone's definitions. */
  refreshToken(connection: Connection): Promise<void>
  /** Away from the hot path: lets the next start know where the database stands. */
  remember(connection: Connection): Promise<void>
  /** The next `read` looks at the database, whatever is known. */
  forget(): void
}

// Someone who changes definitions all the time must not keep us reading forever.
const consistentReads = 5

export function createCurrentCatalog(options: ExtractOptions, remembered: RememberedState): CurrentCatalog {
  let known: { catalog: Catalog; drift: DriftToken } | undefined

  async function isUnchanged(connection: Connection, snapshot?: string): Promise<boolean> {
    if (!known) return false
    const drift = await confirmUnchanged(connection, known.drift, snapshot)
    if (drift) known.drift = drift
    return drift !== undefined
  }

  return {
    isUnchanged,
    async read(connection, likely) {
      if (known && (await isUnchanged(connection))) return known.catalog
      const recalled = known || !likely ? undefined : await remembered.recall(connection, likely)
      if (likely && recalled) {
        known = { catalog: likely, drift: recalled }
        return likely
      }
      for (let attempt = 1; ; attempt++) {
        const drift = await readDriftToken(connection)
        const catalog = withoutRevisionTables(await extract(connection, options))
        known = { catalog, drift }
        // Extraction is several queries: a definition that changed between them must not be seen by half.
        if (attempt === consistentReads || (await isUnchanged(connection))) return catalog
      }
    },
    applied(catalog, snapshot) {
      known = { catalog, drift: { snapshot } }
    },
    async refreshToken(connection) {
      if (!known || known.drift.token !== undefined) return
      const before = known
      const now = await readDriftToken(connection)
      // Another snapshot: someone has written since, and whether it was a definition cannot be told any more.
      if (before === known && now.snapshot === known.drift.snapshot) known.drift = now
    },
    async remember(connection) {
      if (known?.drift.token !== undefined) await remembered.remember(connection, known.catalog, known.drift.token)
    },
    forget() {
      known = undefined
    },
  }
}
