import { extract, extractionSettings, isServerError, type Catalog, type Connection } from '@savepoint/catalog'
import { Recorder, scratchPrefix } from '../elaborate/recorder.js'
import { quoteLiteral, quoteName } from '../sources/quote.js'

export interface ScratchOptions {
  /** Postgres schemas to read; see `Config.include` and `exclude`. */
  include?: readonly string[]
  exclude?: readonly string[]
  /** Roles to read as well: they belong to the server, so only those that the schema defines count. */
  roles?: readonly string[]
  /** Roles that are made at each restart where they do not exist, because what will run on scratch names them. */
  assumedRoles?: Iterable<string>
  /** Absolute path of the folder that a failed proof is written to; without it nothing is written. */
  reportDirectory?: string
}

// Nothing may end the transaction that everything lives in. Not every version has every setting, so the server is asked.
// A long planner compilation would cost more than any catalog query saves.
// Expressions are evaluated and printed under the settings of extraction from the start, so that no order of runs matters.
const settingsText = `
SELECT set_config(name, CASE name WHEN 'client_min_messages' THEN 'error' WHEN 'jit' THEN 'off' ELSE '0' END, true)
FROM pg_catalog.pg_settings
WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout', 'client_min_messages', 'jit')`

// A plan for any list of oids serves all of them; the server would plan five times before it tries that.
const printingText = Object.entries({ ...extractionSettings, plan_cache_mode: 'force_generic_plan' })
  .filter(([name]) => name !== 'search_path')
  .map(([name, value]) => `SET LOCAL ${name} = ${quoteLiteral(value)}`)
  .join(';')

/**
 * The one transaction on the scratch database, which is never committed: whatever happened in it, `restart` gives an
 * empty database again.
 */
export class ScratchSession {
  readonly connection: Connection
  readonly #options: ScratchOptions
  /** Roles that the statements on scratch define, to be read besides those of the options. */
  definedRoles: readonly string[] = []
  #recorder: Recorder | undefined
  #isOpen = false

  constructor(connection: Connection, options: ScratchOptions) {
    this.connection = connection
    this.#options = options
  }

  /** Absent where the user of the connection may not create event triggers; then nothing is incremental. */
  get recorder(): Recorder | undefined {
    return this.#recorder
  }

  async restart(): Promise<void> {
    if (this.#isOpen) await this.connection.query('ROLLBACK')
    await this.connection.query('BEGIN')
    this.#isOpen = true
    await this.connection.query(`${settingsText};${printingText}`)
    for (const role of this.#options.assumedRoles ?? []) await assumeRole(this.connection, role)
    await this.connection.query('SAVEPOINT savepoint_recorder')
    try {
      this.#recorder = await Recorder.install(this.connection)
    } catch (error) {
      if (!isServerError(error)) throw error
      this.#recorder = undefined
      await this.connection.query('ROLLBACK TO SAVEPOINT savepoint_recorder')
    }
    await this.connection.query('RELEASE SAVEPOINT savepoint_recorder')
  }

  async close(): Promise<void> {
    if (this.#isOpen) await this.connection.query('ROLLBACK')
    this.#isOpen = false
  }

  /** Reads the catalog, or of it only `scope`, without what is ours. */
  async read(
    scope?: readonly { classid: number; objid: number }[],
    hiddenRoles: readonly string[] = [],
  ): Promise<Catalog> {
    const { include, exclude } = this.#options
    const roles = [...(this.#options.roles ?? []), ...this.definedRoles]
    const catalog = await extract(this.connection, {
      warm: true,
      ...(include ? { include } : {}),
      ...(exclude ? { exclude } : {}),
      ...(roles.length > 0 ? { roles } : {}),
      ...(scope ? { scope } : {}),
    })
    return withoutScratchObjects(catalog, new Set(hiddenRoles))
  }
}

/** Makes an empty role inside the open transaction, unless the server has it. */
export async function assumeRole(connection: Connection, role: string): Promise<void> {
  const { rows } = await connection.query('SELECT FROM pg_catalog.pg_roles WHERE rolname = $1', [role])
  if (rows.length === 0) await connection.query(`CREATE ROLE ${quoteName(role)}`)
}

function withoutScratchObjects(catalog: Catalog, hiddenRoles: ReadonlySet<string>): Catalog {
  const objects = new Map(catalog.objects)
  for (const [id, { kind, name }] of catalog.objects) {
    if (kind === 'event trigger' && name.startsWith(scratchPrefix)) objects.delete(id)
    if (kind === 'role' && hiddenRoles.has(name)) objects.delete(id)
  }
  return {
    ...catalog,
    objects,
    unmodelled: catalog.unmodelled.filter(({ name }) => !name.startsWith(scratchPrefix) && !hiddenRoles.has(name)),
  }
}
