import { admit, type AdmittedUnit, type LockChange } from './admission.js'
import { BackendCrash } from './backend.js'
import type { Verdict } from './backend-scanner.js'
import { FrontendReader, ProtocolViolation } from './frontend-reader.js'
import {
  authenticationOk,
  backend as types,
  copyFailMessage,
  createBackendKeyData,
  createCommandComplete,
  createMessage,
  createParameterStatus,
  createQuery,
  createReadyForQuery,
  createReport,
  frontend,
  int32,
  readReport,
  readStrings,
  syncMessage,
  type ServerReport,
  type TransactionStatus,
} from './messages.js'
import { OutputBuffer, type ClientStream } from './output-buffer.js'
import type { Turn } from './scheduler.js'
import type { SessionServer } from './session-server.js'
import { noSettings, SettingRefused, type Settings } from './settings.js'
import type { StartupParameters } from './startup-packet.js'
import { tagReplacements, type Effect, type StatementAnalysis } from './statement-effects.js'
import { SessionStatements } from './statements.js'
import { UnitQueue, type Unit } from './unit-queue.js'

const brokenExecute = createMessage(frontend.execute, 'an error, on purpose', int32(0))

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
  #openBatch = false
  #closed = false
  /** Waits for an advisory lock or an extension. */
  #parked = false
  /** After an error of ours: nothing runs until the batch ends. */
  #skipping = false
  #prepared = false
  #defaults: Settings = noSettings
  #pendingListens: { channel: string; listen: boolean }[] = []
  #effects: Effect[] = []
  #lockChanges: LockChange[] = []
  #lastStatement: Buffer | undefined

  constructor(
    server: SessionServer,
    stream: ClientStream,
    reader: FrontendReader,
    identity: { id: number; secret: number },
    startup: StartupParameters,
  ) {
    this.#server = server
    this.#output = new OutputBuffer(stream)
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
    return !this.#closed && (this.status !== 'I' || this.#openBatch)
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
    const message = this.#lastStatement
    if (!message) return ''
    const offset = message[0] === frontend.query ? 5 : readStrings(message, 5, 1).offset
    return message.toString('utf8', offset, Math.min(message.indexOf(0, offset), offset + 200))
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
        if (message[0] === frontend.terminate) this.#output.end()
        if (message[0] === frontend.terminate) this.close()
        else this.#units.add(message)
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
      if (unit && this.#skipping) this.#skip(this.#units.shift())
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
        this.#lockChanges.push(...admission.unit.lockChanges)
        if (unit.kind === 'query') this.#runQuery(unit.message, admission.unit)
        else if (unit.kind === 'extended') this.#runExtended(unit, admission.unit)
        else this.#runCopy(unit.message)
        return
      case 'wait for lock':
        this.#parked = true
        this.#server.park(this)
        return
      case 'wait for extensions':
        this.#parked = true
        void Promise.allSettled(admission.names.map((name) => extensions.provide(name))).then(() => this.unpark())
        return
      case 'fail':
        this.#failUnit(admission.report)
    }
  }

  #runQuery(message: Buffer, { analyses, refused }: AdmittedUnit): void {
    this.#lastStatement = message
    this.statements.forgetUnnamed()
    const analysis = analyses.get(message)
    if (!analysis) {
      this.#execute(message, true)
      return
    }
    this.#noteEffects(analysis)
    const query = createQuery(refused.get(message) ?? analysis.sql)
    if (analysis.effects.some(({ kind }) => kind === 'copy from client')) this.#beginCopy(query, analysis)
    // What was not recognised as COPY must not wait for data either: to the backend that is the end of its client.
    else this.#execute(analysis.mayCopy ? Buffer.concat([query, copyFailMessage]) : query, true)
  }

  #runExtended({ messages, sync }: { messages: Buffer[]; sync: boolean }, admitted: AdmittedUnit): void {
    const rewritten: Buffer[] = []
    for (const [index, message] of messages.entries()) {
      const copy = message[0] === frontend.execute ? this.#copyOf(message) : undefined
      if (copy && this.#executeBefore(rewritten)) {
        this.#output.write(this.#units.beginCopy(message, copy.sql, true))
        this.#output.flush()
        // A Sync that follows is within COPY data.
        const rest = messages.slice(index + 1)
        this.#units.unshiftPending(rest.filter(({ 0: type }) => type !== frontend.sync && type !== frontend.flush))
        return
      }
      rewritten.push(this.#rewrite(message, admitted))
    }
    this.#openBatch = true
    this.#execute(rewritten.length === 1 && rewritten[0] ? rewritten[0] : Buffer.concat(rewritten), sync)
  }

  #copyOf(execute: Buffer): StatementAnalysis | undefined {
    const [portal = ''] = readStrings(execute, 5, 1).strings
    const analysis = this.statements.analysisOfPortal(portal)
    return analysis?.effects.some(({ kind }) => kind === 'copy from client') ? analysis : undefined
  }

  /** Runs what stands before a COPY's Execute. False when it failed, so that no data will come. */
  #executeBefore(messages: Buffer[]): boolean {
    this.#openBatch = true
    let failed = false
    if (messages.length > 0)
      this.#execute(Buffer.concat(messages), false, (type) => {
        if (type === types.error) failed = true
        return 'pass'
      })
    messages.length = 0
    return !failed
  }

  /** Puts the backend's names into a message of the extended protocol, and notes what it will do. */
  #rewrite(message: Buffer, { analyses, refused }: AdmittedUnit): Buffer {
    switch (message[0]) {
      case frontend.parse:
        this.#lastStatement = message
        return this.statements.rewriteParse(message, analyses.get(message))
      case frontend.bind: {
        const sql = refused.get(message)
        return sql === undefined ? this.statements.rewriteBind(message) : this.statements.rewriteBindTo(message, sql)
      }
      case frontend.describe:
        return this.statements.rewriteDescribe(message)
      case frontend.close:
        return this.statements.rewriteClose(message)
      case frontend.execute: {
        const [portal = ''] = readStrings(message, 5, 1).strings
        const analysis = this.statements.analysisOfPortal(portal)
        if (analysis) this.#noteEffects(analysis)
        return message
      }
      default:
        return message
    }
  }

  #noteEffects(analysis: StatementAnalysis): void {
    this.#effects.push(...analysis.effects)
    if (analysis.effects.some(({ kind }) => kind === 'temporary table')) this.usesTemporaryTables = true
  }

  /** Asks the client for the data of a COPY, if the server accepts the statement. */
  #beginCopy(query: Buffer, analysis: StatementAnalysis): void {
    const { backend } = this.#server
    if (analysis.statements > 1 || this.status === 'E') {
      // Several statements cannot be tried: each has its effect.
      this.#output.write(this.#units.beginCopy(query, analysis.sql, false))
      this.#output.flush()
      return
    }
    const answer: Buffer[] = []
    let response: Buffer | undefined
    const inTransaction = this.status === 'T'
    if (inTransaction) backend.query('SAVEPOINT savepoint_copy')
    backend.execute(Buffer.concat([query, copyFailMessage]), {
      inspect: (type, message) => {
        if (type === types.copyInResponse) response = Buffer.from(message)
        answer.push(Buffer.from(message))
        return 'drop'
      },
    })
    if (response) {
      if (inTransaction) backend.query('ROLLBACK TO SAVEPOINT savepoint_copy; RELEASE SAVEPOINT savepoint_copy')
      this.#units.beginCopy(query, analysis.sql, false)
      this.#output.write(response)
    } else {
      this.status = backend.status
      this.#effects = []
      for (const message of answer) this.#output.write(message)
    }
    this.#output.flush()
  }

  #runCopy(message: Buffer): void {
    const copy = this.#units.continueCopy(message)
    if (!copy) return
    if (copy.extended) {
      const analysis = this.#copyOf(copy.head)
      if (analysis) this.#noteEffects(analysis)
    }
    const data = message[0] === frontend.copyDone ? copy.data : []
    let asked = false
    this.#execute(Buffer.concat([copy.head, ...data, message, copyFailMessage]), !copy.extended, (type) => {
      if (type !== types.copyInResponse || asked) return 'pass'
      asked = true
      return 'drop'
    })
  }

  #execute(messages: Buffer, sync: boolean, inspect?: (type: number) => Verdict): void {
    let failed = false
    let lastTag = ''
    let urgent = false
    this.#server.backend.execute(
      messages,
      {
        pass: (bytes) => {
          this.#output.write(bytes)
          if (urgent) this.#output.flush()
          urgent = false
        },
        inspect: (type, message) => {
          const verdict = inspect?.(type) ?? 'pass'
          if (verdict !== 'pass') return verdict
          switch (type) {
            case types.readyForQuery:
              this.status = this.#server.backend.status
              return 'pass'
            case types.parameterStatus:
              this.#server.settings.markChanged()
              return 'pass'
            case types.notice:
              // What a long statement tells on its way is for now.
              urgent = true
              return 'pass'
            case types.parseComplete:
              return this.statements.noteParseComplete()
            case types.notification:
              return this.#server.notify(message, this)
            case types.error:
              failed = true
              return this.#improveError(message)
            case types.commandComplete:
              lastTag = message.toString('latin1', 5, message.length - 1)
              return this.#noteTag(lastTag)
            default:
              return 'pass'
          }
        },
      },
      sync,
    )
    if (sync) {
      this.#openBatch = false
      this.statements.forgetPortals()
      this.#applyEffects(failed, lastTag)
    } else if (failed) {
      // The backend now ignores everything up to Sync, simple queries too.
      this.#skipping = true
      this.#effects = []
      this.#lockChanges = []
    }
    this.#output.flush()
  }

  #noteTag(tag: string): Verdict {
    if (tag === 'SET' || tag === 'RESET') this.#server.settings.markChanged()
    const replacement = tagReplacements[tag]
    if (replacement && this.#effects.some((effect) => effect.kind === replacement.toLowerCase()))
      return createCommandComplete(replacement)
    return 'pass'
  }

  #improveError(message: Buffer): Verdict {
    for (const effect of this.#effects) {
      const problem = effect.kind === 'create extension' && this.#server.extensions.problemOf(effect.name)
      if (!problem) continue
      const fields = { ...readReport(message), D: problem.message, H: problem.fix ?? '' }
      return createMessage(types.error, ...Object.entries(fields).map(([code, text]) => code + text), '')
    }
    return this.statements.restoreNames(message)
  }

  #applyEffects(failed: boolean, lastTag: string): void {
    const effects = this.#effects
    const lockChanges = this.#lockChanges
    this.#effects = []
    this.#lockChanges = []
    if (effects.length > 0) this.#server.noteSettings(effects)
    if (!failed) {
      this.#server.changeLocks(this, lockChanges)
      for (const effect of effects) this.#applyEffect(effect)
    }
    if (this.status !== 'I') return
    if (this.#pendingListens.length > 0) this.#applyListens(!failed && lastTag !== 'ROLLBACK')
    if (this.#defaults !== noSettings && effects.some((effect) => effect.kind === 'settings'))
      this.#server.restoreDefaults(this)
  }

  #applyEffect(effect: Effect): void {
    switch (effect.kind) {
      case 'listen':
        this.#pendingListens.push({ channel: effect.channel, listen: true })
        return
      case 'unlisten':
        this.#pendingListens.push({ channel: effect.channel, listen: false })
        return
      case 'deallocate all':
        this.#deallocateAll()
        return
      case 'unlock all':
        this.#server.releaseLocks(this)
        return
      case 'discard all':
        this.#discardAll()
        return
      case 'settings':
      case 'temporary table':
      case 'create extension':
      case 'list extensions':
      case 'copy from client':
    }
  }

  #applyListens(committed: boolean): void {
    for (const { channel, listen } of committed ? this.#pendingListens : []) {
      if (listen) this.channels.add(channel)
      else if (channel === '*') this.channels.clear()
      else this.channels.delete(channel)
    }
    this.#pendingListens = []
  }

  #deallocateAll(): void {
    if (this.#server.backend.status !== 'E') this.#server.deallocate(this.statements.prefix)
    this.statements.forgetAll()
  }

  #discardAll(): void {
    this.#deallocateAll()
    this.channels.clear()
    this.#server.releaseLocks(this)
    this.#server.settings.change(this.#defaults, (type, message) => {
      if (type === types.parameterStatus) this.#output.write(Buffer.from(message))
    })
    this.#server.discardTemporaryTables(this)
  }

  /** What it waited for is there, perhaps: look again. */
  unpark(): void {
    this.#parked = false
    if (this.hasWork) this.#server.scheduler.submit(this)
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
      const { backend } = this.#server
      // Nothing but an error of its own makes the backend's transaction a failed one.
      if (this.#openBatch) backend.execute(brokenExecute, { inspect: () => 'drop' }, false)
      else if (this.status === 'T') {
        backend.query('an error, on purpose')
        this.status = backend.status
      }
      if (unit.kind === 'query') this.#output.write(createReadyForQuery(this.status))
      else {
        this.#skipping = true
        this.#skip(unit)
      }
    })
    this.#output.flush()
    if (this.hasWork) this.#server.scheduler.submit(this)
  }

  /** Passes over a unit after an error; the Sync at the end of one ends that. */
  #skip(unit: Unit | undefined): void {
    if (unit?.kind !== 'extended' || !unit.sync) return
    this.#skipping = false
    if (this.#openBatch) this.#execute(syncMessage, true)
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
    this.#units.clear()
    this.#guard(() => {
      const { backend } = this.#server
      if (held && !backend.crash) {
        if (this.#openBatch) backend.execute(syncMessage, {})
        if (backend.status !== 'I') backend.query('ROLLBACK')
      }
      this.#server.leave(this)
    })
  }
}
