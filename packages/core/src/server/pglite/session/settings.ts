import type { Backend } from './backend.js'

/** Session settings that differ from the server's defaults, by name. Never changed in place, so that equal means identical. */
export type Settings = ReadonlyMap<string, string>

export const noSettings: Settings = new Map()

/** The role that PGlite runs as. */
export const owner = 'postgres'

// Set in this order, and after everything that only a superuser may set.
const identity = ['session_authorization', 'role']

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`
const quoteName = (name: string): string =>
  name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')

/** A setting that could not be given to the backend, in the server's own words. */
export class SettingRefused extends Error {
  override readonly name = 'SettingRefused'
  constructor(readonly fields: Record<string, string>) {
    super(fields.M ?? 'a setting was refused')
  }
}

/**
 * Keeps the settings of many sessions apart on one backend: knows what the backend stands at, and changes only what differs
 * when another session takes its turn.
 *
 * Settings that a session changes are noticed by the server's own reports (ParameterStatus, and the command tags SET and RESET),
 * so a session that sets nothing costs nothing. Custom ones (`app.user`) are invisible in `pg_settings`; their names are collected
 * from the statements' text.
 */
export class SettingsKeeper {
  readonly #backend: Backend
  /** What the backend stands at, except when `#changed`. */
  #current: Settings = noSettings
  #changed = false
  #customNames = new Set<string>()

  constructor(backend: Backend) {
    this.#backend = backend
  }

  /** The running session changed something; what, is read when it matters. */
  markChanged(): void {
    this.#changed = true
  }

  /** Names that look like custom settings, in a statement that may set one. */
  addCustomNames(names: Iterable<string>): void {
    for (const name of names) this.#customNames.add(name.toLowerCase())
  }

  /** What the running session stands at now. The backend must not be in a failed transaction. */
  read(): Settings {
    if (!this.#changed) return this.#current
    const { rows, error } = this.#backend.query(readSettings([...this.#customNames]))
    if (error) throw new SettingRefused(error)
    const settings = new Map<string, string>()
    for (const [name, value] of rows) if (name != null && value != null) settings.set(name, value)
    this.#current = settings.size === 0 ? noSettings : settings
    this.#changed = false
    return this.#current
  }

  /**
   * Brings the backend from where it stands to `wanted`. The backend must be outside of a transaction, or in one of the session
   * whose settings these are.
   *
   * @param onReport sees every message that the server sends meanwhile
   * @throws SettingRefused when the server refuses one; the backend then stands at its defaults
   */
  change(wanted: Settings, onReport?: (type: number, message: Buffer) => void): void {
    const current = this.read()
    if (current === wanted) return
    const sql = createChange(current, wanted)
    if (sql !== '') {
      const { error } = this.#backend.query(sql, {
        inspect: (type, message) => {
          onReport?.(type, message)
          return 'drop'
        },
      })
      if (error) {
        this.#changed = true
        throw new SettingRefused(error)
      }
    }
    this.#current = wanted
  }
}

function readSettings(customNames: readonly string[]): string {
  const names = ['role', ...customNames].map(quote).join(', ')
  return `SELECT name, setting FROM pg_catalog.pg_settings
    WHERE source = 'session' AND name NOT LIKE 'transaction\\_%'
    UNION ALL
    SELECT 'session_authorization', session_user WHERE session_user <> '${owner}'
    UNION ALL
    SELECT name, pg_catalog.current_setting(name, true) FROM pg_catalog.unnest(ARRAY[${names}]::text[]) name
    WHERE pg_catalog.current_setting(name, true) NOT IN ('', 'none')`
}

function createChange(current: Settings, wanted: Settings): string {
  const identityDiffers = identity.some((name) => current.get(name) !== wanted.get(name))
  const changes: string[] = []
  for (const name of current.keys())
    if (!identity.includes(name) && !wanted.has(name)) changes.push(`RESET ${quoteName(name)}`)
  const sets = [...wanted].filter(([name, value]) => !identity.includes(name) && current.get(name) !== value)
  if (sets.length > 0) changes.push(`SELECT ${sets.map(createCall).join(', ')}`)
  if (!identityDiffers && changes.length === 0) return ''
  // Some settings are a superuser's to change, so identity steps aside even where it stays the same.
  const before = [
    ...(current.has('role') ? ['RESET ROLE'] : []),
    // Not RESET: there is nothing that a backend without a client would go back to, and it stays as it is.
    ...(current.has('session_authorization') ? [`SELECT ${createCall(['session_authorization', owner])}`] : []),
  ]
  const after = identity.flatMap((name) => {
    const value = wanted.get(name)
    return value === undefined ? [] : [`SELECT ${createCall([name, value])}`]
  })
  return [...before, ...changes, ...after].join('; ')
}

const createCall = ([name, value]: [string, string]): string =>
  `pg_catalog.set_config(${quote(name)}, ${quote(value)}, false)`

const milliseconds: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** How long a session lets itself wait for a lock, in milliseconds; undefined for ever. */
export function readLockTimeout(settings: Settings): number | undefined {
  const limits = ['lock_timeout', 'statement_timeout'].flatMap((name) => {
    const [, amount = '0', unit = 'ms'] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/.exec(settings.get(name) ?? '') ?? []
    const limit = Number(amount) * (milliseconds[unit || 'ms'] ?? 1)
    return limit > 0 ? [limit] : []
  })
  return limits.length > 0 ? Math.min(...limits) : undefined
}
