import { createHash } from 'node:crypto'
import { BackendCrash } from './backend.js'
import type { Verdict } from './backend-scanner.js'
import { FrontendReader, ProtocolViolation } from './frontend-reader.js'
import {
  backend as types,
  authenticationOk,
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
import type { SessionServer } from './session-server.js'
import type { Turn } from './scheduler.js'
import { noSettings, SettingRefused, type Settings } from './settings.js'
import type { StartupParameters } from './startup-packet.js'
import { analyseStatement, tagReplacements, type Effect, type StatementAnalysis } from './statement-effects.js'

/** A client's connection as the session sees it. */
export interface ClientStream {
  write(bytes: Uint8Array): void
  /** Closes after what was written has gone out. */
  end(): void
}

type Unit =
  | { kind: 'query'; message: Buffer }
  | {
      kind: 'extended'
      messages: Buffer[]
      /** Ends with Sync (or is a function call, which has its own). */ sync: boolean
    }

const maxStatementNameBytes = 63
// Written at once below this, so that an answer is one packet; above it, as it comes.
const writeThreshold = 65_536

/** One client as its own Postgres session, on a backend that it shares with others. */
export class Session implements Turn {
  readonly id: number
  readonly secret: number
  status: TransactionStatus = 'I'
  settings: Settings = noSettings
  applicationName = ''
  readonly #server: SessionServer
  readonly #stream: ClientStream
  readonly #reader: FrontendReader
  readonly #startup: StartupParameters
  readonly #units: Unit[] = []
  #pending: Buffer[] = []
  #openBatch = false
  #closed = false
  #prepared = false
  /** What RESET goes back to. */
  #defaults: Settings = noSettings
  readonly #statements = new Map<string, StatementAnalysis>()
  readonly #portals = new Map<string, StatementAnalysis>()
  /** Names of this session's prepared statements on the backend; SQL-level ones excepted. */
  readonly #statementNames = new Set<string>()
  #unnamedParse: Buffer | undefined
  readonly channels = new Set<string>()
  #pendingListens: { channel: string; listen: boolean }[] = []
  #effects: Effect[] = []
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
    this.applicationName = startup.settings.get('application_name') ?? ''
  }

  get hasWork(): boolean {
    return this.#units.length > 0
  }

  get holdsBackend(): boolean {
    return !this.#closed && (this.status !== 'I' || this.#openBatch)
  }

  get defaults(): Settings {
    return this.#defaults
  }

  /** Answers the start-up packet. Settings are tried now if the backend is free, else at the first request. */
  start(): void {
    const parameters = new Map(this.#server.parameters)
    for (const [name, value] of this.#startup.settings)
      for (const reported of parameters.keys())
        if (reported.toLowerCase() === name.toLowerCase()) parameters.set(reported, value)
    parameters.set('session_authorization', this.#startup.user)
    if (this.#startup.database !== 'postgres') {
      this.fail({
        severity: 'FATAL',
        code: '3D000',
        message: `database "${this.#startup.database}" does not exist`,
        hint: 'The embedded Postgres serves one database, named "postgres".',
      })
      return
    }
    if (this.#server.scheduler.isFree) {
      const entered = this.#enter((type, message) => {
        if (type !== types.parameterStatus) return
        const [name = '', value = ''] = readStrings(message, 5, 2).strings
        parameters.set(name, value)
      })
      if (!entered) return
    }
    const reports = [...parameters].map(([name, value]) => createParameterStatus(name, value))
    this.#stream.write(
      Buffer.concat([
        authenticationOk,
        ...reports,
        createBackendKeyData(this.id, this.secret),
        createReadyForQuery('I'),
      ]),
    )
  }

  /** Takes what the reader holds; to be called when bytes were added to it. */
  receive(): void {
    try {
      let message = this.#reader.nextMessage()
      while (message && !this.#closed) {
        this.#take(message)
        message = this.#reader.nextMessage()
      }
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
        this.#pending.push(message)
        this.#closePending(true)
        return
      case frontend.functionCall:
        this.#closePending(false)
        this.#units.push({ kind: 'extended', messages: [message], sync: true })
        return
      case frontend.flush:
        this.#pending.push(message)
        this.#closePending(false)
        return
      case frontend.terminate:
        this.#stream.end()
        this.close()
        return
      case frontend.copyData:
      case frontend.copyDone:
      case frontend.copyFail:
        // Left over from a COPY that failed: ignored, as the protocol says.
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
    const unit = this.#units.shift()
    if (!unit) return
    try {
      if (!this.#enter()) return
      if (unit.kind === 'query') this.#runQuery(unit.message)
      else this.#runExtended(unit.messages, unit.sync)
    } catch (error) {
      if (!(error instanceof BackendCrash)) throw error
      this.#server.crash(error)
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

  #runQuery(message: Buffer): void {
    const sql = message.toString('utf8', 5, message.length - 1)
    const analysis = analyseStatement(sql, (name) => this.#rename(name))
    this.#unnamedParse = undefined
    this.#server.unnamedOwner = undefined
    if (analysis) this.#effects.push(...analysis.effects)
    this.#execute(analysis ? createQuery(analysis.sql) : message, true)
  }

  #runExtended(messages: Buffer[], sync: boolean): void {
    const rewritten = messages.map((message) => this.#rewrite(message))
    this.#openBatch = !sync
    this.#execute(rewritten.length === 1 && rewritten[0] ? rewritten[0] : Buffer.concat(rewritten), sync)
  }

  /** Puts the backend's names into a message of the extended protocol, and notes what it will do. */
  #rewrite(message: Buffer): Buffer {
    switch (message[0]) {
      case frontend.parse: {
        const { strings, offset } = readStrings(message, 5, 2)
        const [name = '', sql = ''] = strings
        const analysis = analyseStatement(sql, (statement) => this.#rename(statement))
        if (analysis) {
          this.#statements.set(name, analysis)
          this.#server.noteSettings(analysis.effects)
        } else this.#statements.delete(name)
        if (name === '') {
          this.#server.unnamedOwner = this
          const parse = analysis ? createMessage(frontend.parse, '', analysis.sql, message.subarray(offset)) : message
          this.#unnamedParse = parse
          return parse
        }
        const renamed = this.#rename(name)
        this.#statementNames.add(renamed)
        return createMessage(frontend.parse, renamed, analysis?.sql ?? sql, message.subarray(offset))
      }
      case frontend.bind: {
        const { strings, offset } = readStrings(message, 5, 2)
        const [portal = '', statement = ''] = strings
        const analysis = this.#statements.get(statement)
        if (analysis) this.#portals.set(portal, analysis)
        else this.#portals.delete(portal)
        if (statement === '') return this.#withUnnamed(message)
        return createMessage(frontend.bind, portal, this.#rename(statement), message.subarray(offset))
      }
      case frontend.describe:
      case frontend.close: {
        if (message[5] !== 0x53 /* S */) return message
        const [name = ''] = readStrings(message, 6, 1).strings
        if (name === '') return message[0] === frontend.describe ? this.#withUnnamed(message) : message
        const renamed = this.#rename(name)
        if (message[0] === frontend.close) {
          this.#statementNames.delete(renamed)
          this.#statements.delete(name)
        }
        return createMessage(message[0], Buffer.from('S'), renamed)
      }
      case frontend.execute: {
        const [portal = ''] = readStrings(message, 5, 1).strings
        const analysis = this.#portals.get(portal)
        if (analysis) this.#effects.push(...analysis.effects)
        return message
      }
      default:
        return message
    }
  }

  // The unnamed statement is one for the whole backend: when another session has used it since, ours is parsed anew.
  #withUnnamed(message: Buffer): Buffer {
    if (this.#server.unnamedOwner !== this && this.#unnamedParse) {
      this.#server.unnamedOwner = this
      this.#swallowParseComplete++
      return Buffer.concat([this.#unnamedParse, message])
    }
    return message
  }
  #swallowParseComplete = 0

  #rename(name: string): string {
    const renamed = `${this.id}.${name}`
    if (Buffer.byteLength(renamed) <= maxStatementNameBytes) return renamed
    return `${this.id}.${createHash('sha256').update(name).digest('hex').slice(0, 40)}`
  }

  #execute(messages: Buffer, sync: boolean): void {
    let failed = false
    let lastTag = ''
    this.#server.backend.execute(
      messages,
      {
        pass: (bytes) => this.#write(bytes),
        inspect: (type, message) => {
          switch (type) {
            case types.readyForQuery:
              this.status = this.#server.backend.status
              return 'pass'
            case types.parameterStatus:
              this.#server.settings.markChanged()
              return 'pass'
            case types.parseComplete:
              if (this.#swallowParseComplete === 0) return 'pass'
              this.#swallowParseComplete--
              return 'drop'
            case types.notification:
              return this.#server.notify(message, this)
            case types.error:
              failed = true
              return this.#restoreNames(message)
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
    this.#swallowParseComplete = 0
    if (sync) {
      this.#portals.clear()
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

  #restoreNames(message: Buffer): Verdict {
    const fields = readReport(message)
    if (!fields.M?.includes(`"${this.id}.`)) return 'pass'
    const restored = Object.entries(fields).map(([code, text]) => code + text.replaceAll(`"${this.id}.`, '"'))
    return createMessage(types.error, ...restored, '')
  }

  #applyEffects(failed: boolean, lastTag: string): void {
    const effects = this.#effects
    this.#effects = []
    this.#server.noteSettings(effects)
    if (!failed) {
      for (const effect of effects) {
        if (effect.kind === 'listen') this.#pendingListens.push({ channel: effect.channel, listen: true })
        else if (effect.kind === 'unlisten') this.#pendingListens.push({ channel: effect.channel, listen: false })
        else if (effect.kind === 'deallocate all') this.#deallocateAll()
        else if (effect.kind === 'discard all') this.#discardAll()
      }
    }
    if (this.status !== 'I') return
    if (!failed && lastTag !== 'ROLLBACK') {
      for (const { channel, listen } of this.#pendingListens) {
        if (listen) this.channels.add(channel)
        else if (channel === '*') this.channels.clear()
        else this.channels.delete(channel)
      }
    }
    this.#pendingListens = []
    if (this.#defaults !== noSettings && effects.some((effect) => effect.kind === 'settings'))
      this.#server.restoreDefaults(this)
  }

  #deallocateAll(): void {
    if (this.#server.backend.status === 'E') return
    this.#server.deallocate(`${this.id}.`)
    this.#statementNames.clear()
    this.#statements.clear()
    this.#unnamedParse = undefined
  }

  #discardAll(): void {
    this.#deallocateAll()
    this.channels.clear()
    this.#server.settings.change(this.#defaults, (type, message) => {
      if (type === types.parameterStatus) this.#write(Buffer.from(message))
    })
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

  /** CancelRequest: what waits is answered at once. What runs cannot be reached, see `docs/databases.md`. */
  cancel(): void {
    if (this.#units.length === 0) return
    this.#units.length = 0
    this.#pending = []
    this.#stream.write(
      Buffer.concat([
        createReport({ severity: 'ERROR', code: '57014', message: 'canceling statement due to user request' }),
        createReadyForQuery(this.status === 'T' ? 'E' : this.status),
      ]),
    )
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
    try {
      if (held && !this.#server.backend.crash) {
        if (this.#openBatch) this.#server.backend.execute(syncMessage, {})
        if (this.#server.backend.status !== 'I') this.#server.backend.query('ROLLBACK')
      }
      if (this.#server.unnamedOwner === this) this.#server.unnamedOwner = undefined
      this.#server.leave(this, this.#statementNames.size > 0)
    } catch (error) {
      if (!(error instanceof BackendCrash)) throw error
      this.#server.crash(error)
    }
  }
}
