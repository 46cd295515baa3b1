import { admit } from './admission.js'
import { BackendCrash } from './backend.js'
import { FrontendReader, ProtocolViolation } from './frontend-reader.js'
import {
  authenticationOk,
  backend as types,
  createBackendKeyData,
  createParameterStatus,
  createReadyForQuery,
  createReport,
  frontend,
  readStrings,
  syncMessage,
  type ServerReport,
  type TransactionStatus,
} from './messages.js'
import { OutputBuffer, type ClientStream } from './output-buffer.js'
import type { Turn } from './scheduler.js'
import type { SessionServer } from './session-server.js'
import { noSettings, readLockTimeout, SettingRefused, type Settings } from './settings.js'
import type { StartupParameters } from './startup-packet.js'
import { SessionStatements } from './statements.js'
import { UnitQueue, type Unit } from './unit-queue.js'
import { UnitRunner } from './unit-runner.js'

/** One client as its own Postgres session, on a backend that it shares with others. */
export class Session implements Turn {
  readonly id: number
  readonly secret: number
  readonly channels = new Set<string>()
  readonly statements: SessionStatements
  settings: Settings = noSettings
  status: TransactionStatus = 'I'
  usesTemporaryTables = false
  readonly #server: SessionServer
  readonly #reader: FrontendReader
  readonly #startup: StartupParameters
  readonly #units = new UnitQueue()
  readonly #output: OutputBuffer
  readonly #runner: UnitRunner
  #closed = false
  /** Waits for an advisory lock or an extension. */
  #parked = false
  #waitLimit: NodeJS.Timeout | undefined
  #prepared = false
  #defaults: Settings = noSettings

  constructor(
    server: SessionServer,
    stream: ClientStream,
    reader: FrontendReader,
    identity: { id: number; secret: number },
    startup: StartupParameters,
  ) {
    this.#server = server
    this.#output = new OutputBuffer(stream)
    this.#runner = new UnitRunner(this, server, this.#output, this.#units)
    this.#reader = reader
    this.id = identity.id
    this.secret = identity.secret
    this.#startup = startup
    this.statements = new SessionStatements(`${identity.id}.`, startup.user, server.unnamedStatement)
  }

  get hasWork(): boolean {
    return !this.#units.isEmpty && !this.#parked
  }

  get holdsBackend(): boolean {
    return !this.#closed && (this.status !== 'I' || this.#runner.openBatch)
  }

  /** What RESET goes back to. */
  get defaults(): Settings {
    return this.#defaults
  }

  /** For messages about it. */
  get name(): string {
    const application = this.#startup.settings.get('application_name')
    return application ? `connection ${this.id} (${application})` : `connection ${this.id}`
  }

  /** The beginning of what it ran last, for messages about it. */
  get lastSql(): string {
    return this.#runner.lastSql
  }

  /** Answers the start-up packet. Settings are tried now if the backend is free, else at the first request. */
  start(): void {
    if (this.#startup.database !== 'postgres') {
      this.fail({
        severity: 'FATAL',
        code: '3D000',
        message: `database "${this.#startup.database}" does not exist`,
        hint: 'The embedded Postgres serves one database, named "postgres".',
      })
      return
    }
    const parameters = new Map(this.#server.parameters)
    for (const [name, value] of this.#startup.settings)
      for (const reported of parameters.keys())
        if (reported.toLowerCase() === name.toLowerCase()) parameters.set(reported, value)
    parameters.set('session_authorization', this.#startup.user)
    // Somebody's transaction must not keep others from connecting: they may be what it waits for.
    if (this.#server.scheduler.isFree) {
      const entered = this.#guard(() =>
        this.#enter((type, message) => {
          if (type !== types.parameterStatus) return
          const [name = '', value = ''] = readStrings(message, 5, 2).strings
          parameters.set(name, value)
        }),
      )
      if (!entered) return
    }
    this.#output.write(authenticationOk)
    for (const [name, value] of parameters) this.#output.write(createParameterStatus(name, value))
    this.#output.write(createBackendKeyData(this.id, this.secret))
    this.#output.write(createReadyForQuery('I'))
    this.#output.flush()
  }

  /** Takes what the reader holds; to be called when bytes were added to it. */
  receive(): void {
    try {
      for (let message = this.#reader.nextMessage(); message && !this.#closed; message = this.#reader.nextMessage()) {
        if (message[0] === frontend.terminate) {
          this.#output.end()
          this.close()
        } else this.#units.add(message)
      }
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error
      this.fail({ severity: 'FATAL', code: '08P01', message: error.message })
      return
    }
    if (this.hasWork) this.#server.scheduler.submit(this)
  }

  runOne(): void {
    this.#guard(() => {
      const unit = this.#units.first
      if (unit && this.#runner.skipping) this.#skip(this.#units.shift())
      else if (unit && this.#enter()) this.#tryUnit(unit)
    })
  }

  // A dead backend is everybody's end, and reported once.
  #guard<Result>(work: () => Result): Result | undefined {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof BackendCrash)) throw error
      this.#server.crash(error)
      return undefined
    }
  }

  /** Makes the backend this session's. False when the client had to be sent away. */
  #enter(onReport?: (type: number, message: Buffer) => void): boolean {
    try {
      if (!this.#prepared) {
        this.#defaults = this.#server.sessionDefaults(this.#startup)
        this.settings = this.#defaults
        this.#prepared = true
      }
      this.#server.enter(this, onReport)
      return true
    } catch (error) {
      if (!(error instanceof SettingRefused)) throw error
      this.fail({ severity: 'FATAL', code: error.fields.C ?? '22023', message: error.message })
      return false
    }
  }

  #tryUnit(unit: Unit): void {
    const { backend, locks, extensions } = this.#server
    const { status, statements, holdsBackend } = this
    const admission = admit<Session>(unit, {
      session: this,
      status,
      holdsBackend,
      statements,
      backend,
      locks,
      extensions,
    })
    switch (admission.kind) {
      case 'run':
        this.#units.shift()
        clearTimeout(this.#waitLimit)
        this.#waitLimit = undefined
        this.#runner.run(unit, admission.unit)
        return
      case 'wait for lock':
        this.#parked = true
        this.#server.park(this)
        this.#limitWait()
        return
      case 'wait for extensions':
        this.#parked = true
        void Promise.allSettled(admission.names.map((name) => extensions.provide(name))).then(() => this.unpark())
        return
      case 'fail':
        this.#failUnit(admission.report)
    }
  }

  #limitWait(): void {
    const limit = readLockTimeout(this.#server.settings.read())
    if (limit === undefined || this.#waitLimit) return
    this.#waitLimit = setTimeout(() => {
      this.#waitLimit = undefined
      if (this.#parked)
        this.#failUnit({ severity: 'ERROR', code: '55P03', message: 'canceling statement due to lock timeout' })
    }, limit)
  }

  /** What it waited for is there, perhaps: look again. */
  unpark(): void {
    this.#parked = false
    if (this.hasWork) this.#server.scheduler.submit(this)
  }

  /** Answers what it waits with by an error. */
  refuse(report: ServerReport): void {
    this.#failUnit(report)
  }

  /** CancelRequest: what waits is answered at once. What runs cannot be reached, see `docs/databases.md`. */
  cancel(): void {
    this.#failUnit({ severity: 'ERROR', code: '57014', message: 'canceling statement due to user request' })
  }

  /** Answers the first unit with an error of ours, without running it. */
  #failUnit(report: ServerReport): void {
    const unit = this.#units.shift()
    if (!unit) return
    this.#parked = false
    this.#server.unpark(this)
    this.#output.write(createReport(report))
    this.#guard(() => {
      this.#runner.breakTransaction()
      if (unit.kind === 'query') this.#output.write(createReadyForQuery(this.status))
      else {
        this.#runner.skipping = true
        this.#skip(unit)
      }
    })
    this.#output.flush()
    if (this.hasWork) this.#server.scheduler.submit(this)
  }

  /** Passes over a unit after an error; the Sync at the end of one ends that. */
  #skip(unit: Unit | undefined): void {
    if (unit?.kind !== 'extended' || !unit.sync) return
    this.#runner.skipping = false
    if (this.#runner.openBatch) this.#runner.sync()
    else {
      this.#output.write(createReadyForQuery(this.status))
      this.#output.flush()
    }
  }

  /** Hands an asynchronous message (a notification) to the client. Between requests only, so never within an answer. */
  push(message: Buffer): void {
    if (this.#closed) return
    this.#output.write(message)
    this.#output.flush()
  }

  /** Sends the client away. */
  fail(report: ServerReport): void {
    if (this.#closed) return
    this.#output.write(createReport(report))
    this.#output.flush()
    this.#output.end()
    this.close()
  }

  /** The client is gone: nothing of its session stays on the backend. Safe to call twice. */
  close(): void {
    if (this.#closed) return
    const held = this.holdsBackend
    this.#closed = true
    clearTimeout(this.#waitLimit)
    this.#units.clear()
    this.#guard(() => {
      const { backend } = this.#server
      if (held && !backend.crash) {
        if (this.#runner.openBatch) backend.execute(syncMessage, {})
        if (backend.status !== 'I') backend.query('ROLLBACK')
      }
      this.#server.leave(this)
    })
  }
}
