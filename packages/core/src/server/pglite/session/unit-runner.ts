import type { AdmittedUnit } from './admission.js'
import type { Verdict } from './backend-scanner.js'
import {
  backend as types,
  copyFailMessage,
  createCommandComplete,
  createMessage,
  createQuery,
  frontend,
  int32,
  readReport,
  readStrings,
  syncMessage,
} from './messages.js'
import type { OutputBuffer } from './output-buffer.js'
import { PendingEffects } from './pending-effects.js'
import type { Session } from './session.js'
import type { SessionServer } from './session-server.js'
import { tagReplacements, type StatementAnalysis } from './statement-effects.js'
import type { Unit, UnitQueue } from './unit-queue.js'

const brokenExecute = createMessage(frontend.execute, 'an error, on purpose', int32(0))

/** Runs a session's units on the backend, in the backend's names, and hands the client the answers in the client's. */
export class UnitRunner {
  readonly #session: Session
  readonly #server: SessionServer
  readonly #output: OutputBuffer
  readonly #units: UnitQueue
  readonly #effects: PendingEffects
  /** Messages of the extended protocol have run and their Sync has not. */
  openBatch = false
  /** After an error: nothing runs until the batch ends. */
  skipping = false
  #lastStatement: Buffer | undefined

  constructor(session: Session, server: SessionServer, output: OutputBuffer, units: UnitQueue) {
    this.#session = session
    this.#server = server
    this.#output = output
    this.#units = units
    this.#effects = new PendingEffects(session, server, output)
  }

  /** The beginning of what ran last. */
  get lastSql(): string {
    const message = this.#lastStatement
    if (!message) return ''
    const offset = message[0] === frontend.query ? 5 : readStrings(message, 5, 1).offset
    return message.toString('utf8', offset, Math.min(message.indexOf(0, offset), offset + 200))
  }

  run(unit: Unit, admitted: AdmittedUnit): void {
    this.#effects.addLockChanges(admitted.lockChanges)
    if (unit.kind === 'query') this.#runQuery(unit.message, admitted)
    else if (unit.kind === 'extended') this.#runExtended(unit, admitted)
    else this.#runCopy(unit.message)
  }

  /** Ends an open batch without the client's Sync. Its answer goes to the client. */
  sync(): void {
    this.#execute(syncMessage, true)
  }

  /** Makes the backend take the current transaction or batch for a failed one, which only an error of its own does. */
  breakTransaction(): void {
    const { backend } = this.#server
    if (this.openBatch) backend.execute(brokenExecute, { inspect: () => 'drop' }, false)
    else if (this.#session.status === 'T') {
      backend.query('an error, on purpose')
      this.#session.status = backend.status
    }
  }

  #runQuery(message: Buffer, { analyses, refused }: AdmittedUnit): void {
    this.#lastStatement = message
    this.#session.statements.forgetUnnamed()
    const analysis = analyses.get(message)
    if (!analysis) {
      this.#execute(message, true)
      return
    }
    this.#effects.add(analysis)
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
    this.openBatch = true
    this.#execute(rewritten.length === 1 && rewritten[0] ? rewritten[0] : Buffer.concat(rewritten), sync)
  }

  #copyOf(execute: Buffer): StatementAnalysis | undefined {
    const [portal = ''] = readStrings(execute, 5, 1).strings
    const analysis = this.#session.statements.analysisOfPortal(portal)
    return analysis?.effects.some(({ kind }) => kind === 'copy from client') ? analysis : undefined
  }

  /** Runs what stands before a COPY's Execute. False when it failed, so that no data will come. */
  #executeBefore(messages: Buffer[]): boolean {
    this.openBatch = true
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
        return this.#session.statements.rewriteParse(message, analyses.get(message))
      case frontend.bind: {
        const sql = refused.get(message)
        return sql === undefined
          ? this.#session.statements.rewriteBind(message)
          : this.#session.statements.rewriteBindTo(message, sql)
      }
      case frontend.describe:
        return this.#session.statements.rewriteDescribe(message)
      case frontend.close:
        return this.#session.statements.rewriteClose(message)
      case frontend.execute: {
        const [portal = ''] = readStrings(message, 5, 1).strings
        const analysis = this.#session.statements.analysisOfPortal(portal)
        if (analysis) this.#effects.add(analysis)
        return message
      }
      default:
        return message
    }
  }

  /** Asks the client for the data of a COPY, if the server accepts the statement. */
  #beginCopy(query: Buffer, analysis: StatementAnalysis): void {
    const { backend } = this.#server
    if (analysis.statements > 1 || this.#session.status === 'E') {
      // Several statements cannot be tried: each has its effect.
      this.#output.write(this.#units.beginCopy(query, analysis.sql, false))
      this.#output.flush()
      return
    }
    const answer: Buffer[] = []
    let response: Buffer | undefined
    const inTransaction = this.#session.status === 'T'
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
      this.#session.status = backend.status
      this.#effects.discard()
      for (const message of answer) this.#output.write(message)
    }
    this.#output.flush()
  }

  #runCopy(message: Buffer): void {
    const copy = this.#units.continueCopy(message)
    if (!copy) return
    if (copy.extended) {
      const analysis = this.#copyOf(copy.head)
      if (analysis) this.#effects.add(analysis)
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
              this.#session.status = this.#server.backend.status
              return 'pass'
            case types.parameterStatus:
              this.#server.settings.markChanged()
              return 'pass'
            case types.notice:
              // What a long statement tells on its way is for now.
              urgent = true
              return 'pass'
            case types.parseComplete:
              return this.#session.statements.noteParseComplete()
            case types.notification:
              return this.#server.notify(message, this.#session)
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
      this.openBatch = false
      this.#session.statements.forgetPortals()
      this.#effects.apply(failed, lastTag)
    } else if (failed) {
      // The backend now ignores everything up to Sync, simple queries too.
      this.skipping = true
      this.#effects.discard()
    }
    this.#output.flush()
  }

  #noteTag(tag: string): Verdict {
    if (tag === 'SET' || tag === 'RESET') this.#server.settings.markChanged()
    const replacement = tagReplacements[tag]
    if (replacement && this.#effects.has(replacement.toLowerCase())) return createCommandComplete(replacement)
    return 'pass'
  }

  #improveError(message: Buffer): Verdict {
    for (const name of this.#effects.extensions) {
      const problem = this.#server.extensions.problemOf(name)
      if (!problem) continue
      const fields = { ...readReport(message), D: problem.message, H: problem.fix ?? '' }
      return createMessage(types.error, ...Object.entries(fields).map(([code, text]) => code + text), '')
    }
    return this.#session.statements.restoreNames(message)
  }
}
