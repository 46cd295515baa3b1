import { createKeyQuery, readParameters, type AdvisoryCall } from './advisory-locks.js'
import { BackendCrash } from './backend.js'
import type { Verdict } from './backend-scanner.js'
import { createCopyInResponse, isBinaryCopy, type PendingCopy } from './copy.js'
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
  readReport,
  readStrings,
  syncMessage,
  type ServerReport,
  type TransactionStatus,
} from './messages.js'
import type { Turn } from './scheduler.js'
import type { SessionServer } from './session-server.js'
import { noSettings, SettingRefused, type Settings } from './settings.js'
import type { StartupParameters } from './startup-packet.js'
import { tagReplacements, type Effect, type StatementAnalysis } from './statement-effects.js'
import { SessionStatements } from './statements.js'

/** A client's connection as the session sees it. */
export interface ClientStream {
  write(bytes: Uint8Array): void
  /** Closes after what was written has gone out. */
  end(): void
}

/** What runs in one piece. */
type Unit =
  | { kind: 'query'; message: Buffer }
  /** `sync`: ends with Sync (or is a function call, which has its own); otherwise with Flush, and the batch stays open. */
  | { kind: 'extended'; messages: Buffer[]; sync: boolean }
  | { kind: 'copy'; message: Buffer }

/** A session-level lock that the running unit takes or gives back, if it succeeds. */
interface LockChange {
  key: string
  shared: boolean
  release: boolean
}

// Written at once below this, so that an answer is one packet; above it, as it comes.
const writeThreshold = 65_536

/** One client as its own Postgres session, on a backend that it shares with others. */
export class Session implements Turn {
  readonly id: number
  readonly secret: number
  readonly channels = new Set<string>()
  settings: Settings = noSettings
  status: TransactionStatus = 'I'
  /** The beginning of what it ran last, for messages about it. */
  lastSql = ''
  usesTemporaryTables = false
  readonly statements: SessionStatements
  readonly #server: SessionServer
  readonly #stream: ClientStream
  readonly #reader: FrontendReader
  readonly #startup: StartupParameters
  readonly #units: Unit[] = []
  #pending: Buffer[] = []
  #openBatch = false
  #closed = false
  /** Waits for an advisory lock. */
  #parked = false
  /** After an error of ours: nothing runs until the batch ends. */
  #skipping = false
  #prepared = false
  #defaults: Settings = noSettings
  #copy: PendingCopy | undefined
  #pendingListens: { channel: string; listen: boolean }[] = []
  #effects: Effect[] = []
  #lockChanges: LockChange[] = []
  #writes: Buffer[] = []
  #writeLength = 0

  constructor(
    server: SessionServer,
    stream: ClientStream,
    reader: FrontendReader,
    identity: { id: number; secret: number },
    startup: StartupParameters,
  ) {
    this.#server = server
    this.#stream = stream
    this.#reader = reader
    this.id = identity.id
    this.secret = identity.secret
    this.#startup = startup
    this.statements = new SessionStatements(`${identity.id}.`, startup.user, server.unnamedStatement)
  }

  get hasWork(): boolean {
    return this.#units.length > 0 && !this.#parked
  }

  get holdsBackend(): boolean {
    return !this.#closed && (this.status !== 'I' || this.#openBatch)
  }

  /** What RESET goes back to. */
  get defaults(): Settings {
    return this.#defaults
  }

  get name(): string {
    const application = this.#startup.settings.get('application_name')
    return application ? `connection ${this.id} (${application})` : `connection ${this.id}`
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
    this.#stream.write(
      Buffer.concat([
        authenticationOk,
        ...[...parameters].map(([name, value]) => createParameterStatus(name, value)),
        createBackendKeyData(this.id, this.secret),
        createReadyForQuery('I'),
      ]),
    )
  }

  /** Takes what the reader holds; to be called when bytes were added to it. */
  receive(): void {
    try {
      for (let message = this.#reader.nextMessage(); message && !this.#closed; message = this.#reader.nextMessage())
        this.#take(message)
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error
      this.fail({ severity: 'FATAL', code: '08P01', message: error.message })
      return
    }
    if (this.hasWork) this.#server.scheduler.submit(this)
  }

  #take(message: Buffer): void {
    switch (message[0]) {
      case frontend.query:
        this.#closePending(false)
        this.#units.push({ kind: 'query', message })
        return
      case frontend.sync:
        // Within COPY data it means nothing.
        if (this.#copy && this.#units.length === 0) return
        this.#pending.push(message)
        this.#closePending(true)
        return
      case frontend.functionCall:
        this.#closePending(false)
        this.#units.push({ kind: 'extended', messages: [message], sync: true })
        return
      case frontend.flush:
        if (this.#copy && this.#units.length === 0) return
        this.#pending.push(message)
        this.#closePending(false)
        return
      case frontend.terminate:
        this.#stream.end()
        this.close()
        return
      case frontend.copyData:
        if (this.#copy && this.#units.length === 0) this.#copy.data.push(message)
        else if (this.#units.length > 0) this.#units.push({ kind: 'copy', message })
        return
      case frontend.copyDone:
      case frontend.copyFail:
        // Without a COPY they are left over from one that failed, and ignored, as the protocol says.
        if (this.#copy || this.#units.length > 0) this.#units.push({ kind: 'copy', message })
        return
      default:
        this.#pending.push(message)
    }
  }

  #closePending(sync: boolean): void {
    if (this.#pending.length === 0) return
    this.#units.push({ kind: 'extended', messages: this.#pending, sync })
    this.#pending = []
  }

  runOne(): void {
    this.#guard(() => {
      const [unit] = this.#units
      if (unit && this.#skipping) {
        this.#skip(this.#units.shift())
        return
      }
      if (!unit || !this.#enter()) return
      const refused = new Map<Buffer, string>()
      if (!this.#mayRun(unit, refused)) return
      this.#units.shift()
      if (unit.kind === 'query') this.#runQuery(unit.message, refused.get(unit.message))
      else if (unit.kind === 'extended') this.#runExtended(unit.messages, unit.sync, refused)
      else this.#runCopy(unit.message)
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

  #runQuery(message: Buffer, refused: string | undefined): void {
    const sql = message.toString('utf8', 5, message.length - 1)
    this.lastSql = sql.slice(0, 200)
    this.statements.forgetUnnamed()
    const analysis = this.statements.analyse(sql)
    if (!analysis) {
      this.#execute(message, true)
      return
    }
    const query = createQuery(refused ?? analysis.sql)
    this.#noteEffects(analysis)
    if (analysis.effects.some(({ kind }) => kind === 'copy from client')) this.#beginCopy(query, analysis)
    // What was not recognised as COPY must not wait for data either: to the backend that is the end of its client.
    else this.#execute(analysis.mayCopy ? Buffer.concat([query, copyFailMessage]) : query, true)
  }

  #runExtended(messages: Buffer[], sync: boolean, refused: ReadonlyMap<Buffer, string>): void {
    const rewritten: Buffer[] = []
    for (const [index, message] of messages.entries()) {
      const copy = message[0] === frontend.execute ? this.#copyOf(message) : undefined
      if (copy && this.#executeBefore(rewritten)) {
        this.#copy = { head: message, data: [], extended: true }
        this.#write(createCopyInResponse(isBinaryCopy(copy.sql)))
        this.#flush()
        // A Sync that follows is within COPY data.
        const rest = messages
          .slice(index + 1)
          .filter(({ 0: type }) => type !== frontend.sync && type !== frontend.flush)
        this.#pending.unshift(...rest)
        return
      }
      rewritten.push(this.#rewrite(message, refused))
    }
    this.#openBatch = !sync
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
      })
    messages.length = 0
    return !failed
  }

  /** Puts the backend's names into a message of the extended protocol, and notes what it will do. */
  #rewrite(message: Buffer, refused: ReadonlyMap<Buffer, string>): Buffer {
    switch (message[0]) {
      case frontend.parse: {
        const rewritten = this.statements.rewriteParse(message)
        const { strings } = readStrings(message, 5, 2)
        const [name = '', sql = ''] = strings
        this.lastSql = sql.slice(0, 200)
        for (const effect of this.statements.analysisOf(name)?.effects ?? []) this.#prepare(effect)
        return rewritten
      }
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
    for (const effect of analysis.effects) this.#prepare(effect)
  }

  /** What must be there before a statement runs. */
  #prepare(effect: Effect): void {
    if (effect.kind === 'create extension') this.#server.extensions.provide(effect.name)
    else if (effect.kind === 'list extensions') this.#server.extensions.provideAll()
    else if (effect.kind === 'temporary table') this.usesTemporaryTables = true
  }

  /** Asks the client for the data of a COPY, if the server accepts the statement. */
  #beginCopy(query: Buffer, analysis: StatementAnalysis): void {
    if (analysis.statements > 1 || this.status === 'E') {
      // Several statements cannot be tried: each has its effect.
      this.#copy = { head: query, data: [], extended: false }
      this.#write(createCopyInResponse(isBinaryCopy(analysis.sql)))
      this.#flush()
      return
    }
    const answer: Buffer[] = []
    let response: Buffer | undefined
    const inTransaction = this.status === 'T'
    if (inTransaction) this.#server.backend.query('SAVEPOINT savepoint_copy')
    this.#server.backend.execute(Buffer.concat([query, copyFailMessage]), {
      inspect: (type, message) => {
        if (type === types.copyInResponse) response = Buffer.from(message)
        answer.push(Buffer.from(message))
        return 'drop'
      },
    })
    if (response) {
      if (inTransaction)
        this.#server.backend.query('ROLLBACK TO SAVEPOINT savepoint_copy; RELEASE SAVEPOINT savepoint_copy')
      this.#copy = { head: query, data: [], extended: false }
      this.#write(response)
    } else {
      this.status = this.#server.backend.status
      this.#effects = []
      for (const message of answer) this.#write(message)
    }
    this.#flush()
  }

  #runCopy(message: Buffer): void {
    const copy = this.#copy
    if (!copy) return
    if (message[0] === frontend.copyData) {
      copy.data.push(message)
      return
    }
    this.#copy = undefined
    const data = message[0] === frontend.copyDone ? copy.data : []
    const head = copy.extended ? this.#rewrite(copy.head, new Map()) : copy.head
    let asked = false
    this.#execute(Buffer.concat([head, ...data, message, copyFailMessage]), !copy.extended, (type) => {
      if (type !== types.copyInResponse || asked) return 'pass'
      asked = true
      return 'drop'
    })
  }

  #execute(messages: Buffer, sync: boolean, inspect?: (type: number) => Verdict | void): void {
    let failed = false
    let lastTag = ''
    this.#server.backend.execute(
      messages,
      {
        pass: (bytes) => this.#write(bytes),
        inspect: (type, message) => {
          const verdict = inspect?.(type)
          if (verdict && verdict !== 'pass') return verdict
          switch (type) {
            case types.readyForQuery:
              this.status = this.#server.backend.status
              return 'pass'
            case types.parameterStatus:
              this.#server.settings.markChanged()
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
    }
    this.#flush()
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
      if (effect.kind !== 'create extension') continue
      const problem = this.#server.extensions.provide(effect.name)
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
      for (const effect of effects) {
        if (effect.kind === 'listen') this.#pendingListens.push({ channel: effect.channel, listen: true })
        else if (effect.kind === 'unlisten') this.#pendingListens.push({ channel: effect.channel, listen: false })
        else if (effect.kind === 'deallocate all') this.#deallocateAll()
        else if (effect.kind === 'discard all') this.#discardAll()
      }
    }
    if (this.status !== 'I') return
    if (this.#pendingListens.length > 0) this.#applyListens(!failed && lastTag !== 'ROLLBACK')
    if (this.#defaults !== noSettings && effects.some((effect) => effect.kind === 'settings'))
      this.#server.restoreDefaults(this)
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
      if (type === types.parameterStatus) this.#write(Buffer.from(message))
    })
    this.#server.discardTemporaryTables(this)
  }

  /**
   * Whether the unit's advisory locks can be had. When not: it waits, or (in `refused`) gets SQL that says so instead.
   */
  #mayRun(unit: Unit, refused: Map<Buffer, string>): boolean {
    if (this.status === 'E' || unit.kind === 'copy') return true
    const messages = unit.kind === 'query' ? [unit.message] : unit.messages
    const parsed = new Map<string, AdvisoryCall | undefined>()
    for (const message of messages) {
      if (message[0] === frontend.query) {
        if (!message.includes('advisory')) return true
        const { advisory } = this.statements.analyse(message.toString('utf8', 5, message.length - 1)) ?? {}
        if (advisory && !this.#mayCall(advisory, [], message, refused)) return false
      } else if (message[0] === frontend.parse && message.includes('advisory')) {
        const [name = '', sql = ''] = readStrings(message, 5, 2).strings
        parsed.set(name, this.statements.analyse(sql)?.advisory)
      } else if (message[0] === frontend.bind) {
        const [, name = ''] = readStrings(message, 5, 2).strings
        const advisory = parsed.get(name) ?? this.statements.analysisOf(name)?.advisory
        if (advisory && !this.#mayCall(advisory, readParameters(message), message, refused)) return false
      }
    }
    return true
  }

  #mayCall(call: AdvisoryCall, parameters: (string | null)[], message: Buffer, refused: Map<Buffer, string>): boolean {
    if (call.action === 'unlock all') {
      refused.set(message, call.refused)
      this.#server.releaseLocks(this)
      return true
    }
    const key = this.#keyOf(call, parameters)
    if (key === undefined) return true
    const { shared } = call
    if (call.action === 'unlock') {
      if (this.#server.locks.isHeld(key, this, shared)) this.#lockChanges.push({ key, shared, release: true })
      else refused.set(message, call.refused)
      return true
    }
    if (!this.#server.locks.conflicts(key, this, shared)) {
      if (!call.transaction) this.#lockChanges.push({ key, shared, release: false })
      return true
    }
    if (call.action === 'try') {
      refused.set(message, call.refused)
      return true
    }
    this.#lockChanges = []
    if (this.holdsBackend) {
      this.#cancelUnit({
        severity: 'ERROR',
        code: '55P03',
        message: 'another connection holds the advisory lock',
        detail: 'On the embedded Postgres a transaction cannot wait for a lock of another connection.',
        hint: 'Take the lock before BEGIN.',
      })
    } else {
      this.#parked = true
      this.#server.park(this)
    }
    return false
  }

  #keyOf(call: AdvisoryCall, parameters: (string | null)[]): string | undefined {
    if (call.keys.every((key) => /^\s*-?\d+\s*$/.test(key))) return call.keys.map((key) => key.trim()).join(', ')
    const inTransaction = this.status === 'T'
    if (inTransaction) this.#server.backend.query('SAVEPOINT savepoint_key')
    const { rows, error } = this.#server.backend.query(createKeyQuery(call.keys, parameters))
    if (inTransaction)
      this.#server.backend.query('ROLLBACK TO SAVEPOINT savepoint_key; RELEASE SAVEPOINT savepoint_key')
    const [row] = rows
    return error || !row || row.includes(null) ? undefined : row.join(', ')
  }

  /** An advisory lock was given back: look again. */
  unpark(): void {
    this.#parked = false
    if (this.hasWork) this.#server.scheduler.submit(this)
  }

  /** CancelRequest: what waits is answered at once. What runs cannot be reached, see `docs/databases.md`. */
  cancel(): void {
    this.#cancelUnit({ severity: 'ERROR', code: '57014', message: 'canceling statement due to user request' })
  }

  #cancelUnit(report: ServerReport): void {
    const unit = this.#units.shift()
    if (!unit) return
    this.#parked = false
    this.#server.unpark(this)
    this.#guard(() => {
      if (this.#openBatch) this.#server.backend.execute(syncMessage, {})
      // Nothing but an error makes a transaction a failed one.
      else if (this.status === 'T') this.#server.backend.query('an error, on purpose')
      if (this.holdsBackend) this.status = this.#server.backend.status
      this.#openBatch = false
    })
    this.#stream.write(createReport(report))
    // The rest of the batch is skipped, as after any error.
    this.#skipping = true
    this.#skip(unit)
    while (this.#skipping && this.#units[0]) this.#skip(this.#units.shift())
  }

  #skip(unit: Unit | undefined): void {
    if (unit?.kind !== 'query' && !(unit?.kind === 'extended' && unit.sync)) return
    this.#skipping = false
    this.#stream.write(createReadyForQuery(this.status))
  }

  #write(bytes: Buffer): void {
    this.#writes.push(bytes)
    this.#writeLength += bytes.length
    if (this.#writeLength > writeThreshold) this.#flush()
  }

  #flush(): void {
    if (this.#writeLength === 0) return
    const [first] = this.#writes
    this.#stream.write(this.#writes.length === 1 && first ? first : Buffer.concat(this.#writes))
    this.#writes = []
    this.#writeLength = 0
  }

  /** Hands an asynchronous message (a notification) to the client. Between requests only, so never within an answer. */
  push(message: Uint8Array): void {
    if (!this.#closed) this.#stream.write(message)
  }

  /** Sends the client away. */
  fail(report: ServerReport): void {
    if (this.#closed) return
    this.#stream.write(createReport(report))
    this.#stream.end()
    this.close()
  }

  /** The client is gone: nothing of its session stays on the backend. Safe to call twice. */
  close(): void {
    if (this.#closed) return
    const held = this.holdsBackend
    this.#closed = true
    this.#units.length = 0
    this.#guard(() => {
      if (held && !this.#server.backend.crash) {
        if (this.#openBatch) this.#server.backend.execute(syncMessage, {})
        if (this.#server.backend.status !== 'I') this.#server.backend.query('ROLLBACK')
      }
      this.#server.leave(this)
    })
  }
}
