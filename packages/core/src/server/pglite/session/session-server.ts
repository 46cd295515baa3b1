import { randomInt } from 'node:crypto'
import { AdvisoryLocks } from './advisory-locks.js'
import { BackendCrash, type Backend } from './backend.js'
import type { Verdict } from './backend-scanner.js'
import type { FrontendReader } from './frontend-reader.js'
import { createMessage, int32, readStrings, backend as types } from './messages.js'
import { Scheduler, type Turn } from './scheduler.js'
import type { ClientStream } from './output-buffer.js'
import { Session } from './session.js'
import { SettingRefused, SettingsKeeper, noSettings, owner, type Settings } from './settings.js'
import type { StartupParameters } from './startup-packet.js'
import type { Effect } from './statement-effects.js'
import type { UnnamedStatement } from './statements.js'

/** Where the backend's extensions come from. */
export interface ExtensionSource {
  has(name: string): boolean
  /** Makes `CREATE EXTENSION name` possible; where it cannot, `problemOf` says why. */
  provide(name: string): Promise<void>
  problemOf(name: string): { message: string; fix?: string } | undefined
  allBundled(): string[]
}

export interface SessionServerOptions {
  extensions: ExtensionSource
  /** What the server reported about itself when its session was opened. */
  parameters: ReadonlyMap<string, string>
  onWarning(message: string): void
  /** After how many milliseconds a transaction that does nothing while others wait is warned of. */
  idleTransactionWarning: number
  /** After how many milliseconds those who wait for it get an error. */
  idleTransactionLimit: number
  /** The backend is gone; every client was sent away. */
  onCrash(error: BackendCrash): void
}

/** Many sessions over one backend: what is shared between them, and who runs when. */
export class SessionServer {
  readonly backend: Backend
  readonly scheduler: Scheduler
  readonly settings: SettingsKeeper
  readonly parameters: ReadonlyMap<string, string>
  readonly unnamedStatement: UnnamedStatement = { owner: undefined }
  readonly locks = new AdvisoryLocks<Session>()
  readonly #parked = new Set<Session>()
  readonly extensions: ExtensionSource
  readonly #options: SessionServerOptions
  readonly #sessions = new Map<number, Session>()
  #current: Session | undefined
  #nextId = 1

  constructor(backend: Backend, options: SessionServerOptions) {
    this.backend = backend
    this.settings = new SettingsKeeper(backend)
    this.parameters = options.parameters
    this.extensions = options.extensions
    this.#options = options
    this.scheduler = new Scheduler({
      patience: options.idleTransactionWarning,
      limit: options.idleTransactionLimit,
      onStuck: (turn, owner) => {
        if (!(turn instanceof Session) || !(owner instanceof Session)) return
        turn.refuse({
          severity: 'ERROR',
          code: '55P03',
          message: `${owner.name} has had a transaction open for too long`,
          detail: `The embedded Postgres runs one transaction at a time. Its last statement: ${owner.lastSql}`,
          hint: 'Does code inside that transaction wait for a query on another connection? Run it on the same one.',
        })
      },
      onBlocked: (owner, waiting) => {
        if (owner instanceof Session)
          options.onWarning(
            `${owner.name} has a transaction open and does nothing, while ${waiting} other${waiting === 1 ? '' : 's'} ` +
              `wait${waiting === 1 ? 's' : ''} for it (the embedded Postgres runs one transaction at a time); its last statement: ${owner.lastSql}`,
          )
      },
    })
  }

  get size(): number {
    return this.#sessions.size
  }

  /** Begins a session for a client whose start-up packet has been read; `reader` may hold more already. */
  open(stream: ClientStream, reader: FrontendReader, startup: StartupParameters): Session {
    const id = this.#nextId++
    const session = new Session(this, stream, reader, { id, secret: randomInt(0x7fffffff) }, startup)
    this.#sessions.set(id, session)
    session.start()
    return session
  }

  /** Settings that a new session begins with: those of database and role, then the client's own. */
  sessionDefaults(startup: StartupParameters): Settings {
    const user = `'${startup.user.replaceAll("'", "''")}'`
    const { rows } = this.backend.query(
      `SELECT r.rolcanlogin, s.setting
       FROM pg_catalog.pg_roles r LEFT JOIN LATERAL (
         SELECT pg_catalog.unnest(d.setconfig) AS setting, d.setrole <> 0 AS of_role, d.setdatabase <> 0 AS of_database
         FROM pg_catalog.pg_db_role_setting d
         WHERE d.setrole IN (0, r.oid)
           AND d.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
       ) s ON true
       WHERE r.rolname = ${user}
       ORDER BY s.of_role, s.of_database`,
    )
    const [role] = rows
    if (!role) throw new SettingRefused({ C: '28000', M: `role "${startup.user}" does not exist` })
    if (role[0] !== 't')
      throw new SettingRefused({ C: '28000', M: `role "${startup.user}" is not permitted to log in` })
    const settings = new Map<string, string>()
    for (const [, setting] of rows) {
      const equals = setting?.indexOf('=') ?? -1
      if (setting && equals > 0) settings.set(setting.slice(0, equals), setting.slice(equals + 1))
    }
    for (const [name, value] of startup.settings) settings.set(name, value)
    // Drivers send what holds anyway; a session without settings of its own is the cheapest to switch to.
    for (const [name, value] of settings) if (this.#serverDefault(name) === value) settings.delete(name)
    if (startup.user !== owner) settings.set('session_authorization', startup.user)
    this.settings.addCustomNames([...settings.keys()].filter((name) => name.includes('.')))
    return settings.size === 0 ? noSettings : settings
  }

  #serverDefault(name: string): string | undefined {
    for (const [reported, value] of this.parameters) if (reported.toLowerCase() === name.toLowerCase()) return value
    return undefined
  }

  /**
   * Gives the backend to a session.
   *
   * @throws SettingRefused when one of its settings cannot be set
   */
  enter(session: Session, onReport?: (type: number, message: Buffer) => void): void {
    if (this.#current === session) return
    if (this.#current) this.#current.settings = this.settings.read()
    this.#current = undefined
    this.settings.change(session.settings, onReport)
    this.#current = session
    // Our own queries were simple ones, which end the unnamed statement.
    this.unnamedStatement.owner = undefined
  }

  isCurrent(session: Session): boolean {
    return this.#current === session
  }

  noteSettings(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind !== 'settings') continue
      this.settings.markChanged()
      this.settings.addCustomNames(effect.names)
    }
  }

  /** After RESET: what a session was started with comes back, as it would in a session of its own. */
  restoreDefaults(session: Session): void {
    const settings = this.settings.read()
    const missing = [...session.defaults].filter(([name]) => !settings.has(name))
    if (missing.length > 0) this.settings.change(new Map([...settings, ...missing]))
  }

  deallocate(prefix: string): void {
    const pattern = prefix.replaceAll(/[\\_%]/g, String.raw`\$&`)
    const { rows } = this.backend.query(
      `SELECT name FROM pg_catalog.pg_prepared_statements WHERE name LIKE '${pattern}%'`,
    )
    const statements = rows.map(([name]) => `DEALLOCATE "${(name ?? '').replaceAll('"', '""')}"`)
    if (statements.length > 0) this.backend.query(statements.join('; '))
    this.unnamedStatement.owner = undefined
  }

  /** Enters in the books what a session's unit did to its session-level advisory locks. */
  changeLocks(session: Session, changes: readonly { key: string; shared: boolean; release: boolean }[]): void {
    for (const { key, shared, release } of changes) {
      if (release) this.locks.release(key, session, shared)
      else this.locks.acquire(key, session, shared)
    }
    if (changes.some(({ release }) => release)) this.#wakeParked()
  }

  /** The backend must not be in a failed transaction. */
  releaseLocks(session: Session): void {
    const calls = this.locks.releaseAll(session)
    if (calls.length === 0) return
    this.backend.query(`SELECT ${calls.join(', ')}`)
    this.#wakeParked()
  }

  /** `session` waits until an advisory lock is given back. */
  park(session: Session): void {
    this.#parked.add(session)
  }

  unpark(session: Session): void {
    this.#parked.delete(session)
  }

  // All of them look again, in their order; those that still cannot have it wait on.
  #wakeParked(): void {
    const parked = [...this.#parked]
    this.#parked.clear()
    for (const session of parked) session.unpark()
  }

  /** Temporary tables are the backend's: they go when nobody else has any. */
  discardTemporaryTables(session: Session): void {
    if (!session.usesTemporaryTables) return
    session.usesTemporaryTables = false
    for (const other of this.#sessions.values()) if (other.usesTemporaryTables) return
    this.backend.query('DISCARD TEMP')
  }

  /** Sends a notification to every session that listens. Returns what becomes of it in the answer to `sender`. */
  notify(message: Buffer, sender: Session): Verdict {
    const { strings } = readStrings(message, 9, 2)
    const [channel = '', payload = ''] = strings
    const notification = createMessage(types.notification, int32(sender.id), channel, payload)
    for (const session of this.#sessions.values())
      if (session !== sender && session.channels.has(channel)) session.push(notification)
    return sender.channels.has(channel) ? notification : 'drop'
  }

  /** CancelRequest: returns whether there was such a session. */
  find(id: number, secret: number): Session | undefined {
    const session = this.#sessions.get(id)
    return session?.secret === secret ? session : undefined
  }

  /** Takes leave of a session whose client is gone. */
  leave(session: Session): void {
    this.#sessions.delete(session.id)
    this.#parked.delete(session)
    if (this.#current === session && !this.backend.crash) {
      this.settings.read()
      this.#current = undefined
    }
    this.scheduler.remove(session)
    if (!this.backend.crash) this.scheduler.submit(this.#createCleanup(session))
  }

  // Later, because somebody else may be in a transaction, which is no place for it.
  #createCleanup(session: Session): Turn {
    let done = !session.statements.hasNames && !session.usesTemporaryTables && !this.locks.holdsAny(session)
    return {
      get hasWork() {
        return !done
      },
      holdsBackend: false,
      isPatient: true,
      runOne: () => {
        done = true
        try {
          if (session.statements.hasNames) this.deallocate(session.statements.prefix)
          this.releaseLocks(session)
          this.discardTemporaryTables(session)
        } catch (error) {
          if (!(error instanceof BackendCrash)) throw error
          this.crash(error)
        }
      },
    }
  }

  crash(error: BackendCrash): void {
    this.scheduler.stop()
    this.shutDown({ code: '57P02', message: error.message })
    this.#options.onCrash(error)
  }

  /** Sends every client away. */
  shutDown(reason: { code: string; message: string }): void {
    for (const session of this.#sessions.values()) session.fail({ severity: 'FATAL', ...reason })
  }
}
