import { createHash } from 'node:crypto'
import type { Verdict } from './backend-scanner.js'
import { backend, createMessage, frontend, readReport, readStrings } from './messages.js'
import { analyseStatement, isInteresting, type StatementAnalysis } from './statement-effects.js'

/** What all sessions of one backend share: it has one unnamed prepared statement. */
export interface UnnamedStatement {
  owner: SessionStatements | undefined
}

// NAMEDATALEN - 1: Postgres silently cuts what is longer.
const maxNameBytes = 63

/**
 * The prepared statements and portals of one session, under names of their own on the shared backend.
 * Portals need none: they end with the transaction, and a transaction has the backend to itself.
 */
export class SessionStatements {
  readonly prefix: string
  readonly #unnamed: UnnamedStatement
  readonly #analyses = new Map<string, StatementAnalysis>()
  readonly #portals = new Map<string, StatementAnalysis>()
  #unnamedParse: Buffer | undefined
  /** Something may be left on the backend when the session ends. */
  hasNames = false
  /** ParseComplete answers to statements that we parsed again ourselves. */
  #extraParses = 0

  readonly #user: string

  constructor(prefix: string, user: string, unnamed: UnnamedStatement) {
    this.prefix = prefix
    this.#user = user
    this.#unnamed = unnamed
  }

  /** Name on the backend. */
  rename(name: string): string {
    this.hasNames = true
    const renamed = this.prefix + name
    if (Buffer.byteLength(renamed) <= maxNameBytes) return renamed
    return this.prefix + createHash('sha256').update(name).digest('hex').slice(0, 40)
  }

  /** Analyses the zero-terminated SQL that begins at `offset`. */
  analyse(message: Buffer, offset: number): StatementAnalysis | undefined {
    const end = message.indexOf(0, offset)
    if (!isInteresting(message.toString('latin1', offset, end))) return undefined
    return analyseStatement(message.toString('utf8', offset, end), {
      renameStatement: (name) => this.rename(name),
      user: this.#user,
    })
  }

  analysisOf(statement: string): StatementAnalysis | undefined {
    return this.#analyses.get(statement)
  }

  analysisOfPortal(portal: string): StatementAnalysis | undefined {
    return this.#portals.get(portal)
  }

  /** A simple query ends the unnamed statement, whoever sends it. */
  forgetUnnamed(): void {
    this.#unnamedParse = undefined
    this.#unnamed.owner = undefined
  }

  forgetAll(): void {
    this.forgetUnnamed()
    this.#analyses.clear()
    this.hasNames = false
  }

  forgetPortals(): void {
    this.#portals.clear()
    this.#extraParses = 0
  }

  rewriteParse(message: Buffer, analysis: StatementAnalysis | undefined): Buffer {
    const { strings, offset } = readStrings(message, 5, 1)
    const [name = ''] = strings
    if (analysis) this.#analyses.set(name, analysis)
    else this.#analyses.delete(name)
    const rest = analysis
      ? [analysis.sql, message.subarray(message.indexOf(0, offset) + 1)]
      : [message.subarray(offset)]
    if (name !== '') return createMessage(frontend.parse, this.rename(name), ...rest)
    this.#unnamed.owner = this
    this.#unnamedParse = analysis ? createMessage(frontend.parse, '', ...rest) : message
    return this.#unnamedParse
  }

  rewriteBind(message: Buffer): Buffer {
    const { strings, offset } = readStrings(message, 5, 2)
    const [portal = '', statement = ''] = strings
    const analysis = this.#analyses.get(statement)
    if (analysis) this.#portals.set(portal, analysis)
    else this.#portals.delete(portal)
    if (statement === '') return this.#withUnnamed(message)
    return createMessage(frontend.bind, portal, this.rename(statement), message.subarray(offset))
  }

  /** Binds the portal to other SQL with the same parameters. */
  rewriteBindTo(message: Buffer, sql: string): Buffer {
    const { strings, offset } = readStrings(message, 5, 2)
    const [portal = ''] = strings
    this.#extraParses++
    this.forgetUnnamed()
    return Buffer.concat([
      createMessage(frontend.parse, '', sql, Buffer.alloc(2)),
      createMessage(frontend.bind, portal, '', message.subarray(offset)),
    ])
  }

  rewriteDescribe(message: Buffer): Buffer {
    if (message[5] !== 0x53 /* S */) return message
    const [name = ''] = readStrings(message, 6, 1).strings
    if (name === '') return this.#withUnnamed(message)
    return createMessage(frontend.describe, Buffer.from('S'), this.rename(name))
  }

  rewriteClose(message: Buffer): Buffer {
    if (message[5] !== 0x53 /* S */) return message
    const [name = ''] = readStrings(message, 6, 1).strings
    this.#analyses.delete(name)
    if (name === '') return message
    return createMessage(frontend.close, Buffer.from('S'), this.rename(name))
  }

  // When another session has used the unnamed statement since, ours is parsed anew.
  #withUnnamed(message: Buffer): Buffer {
    if (this.#unnamed.owner === this || !this.#unnamedParse) return message
    this.#unnamed.owner = this
    this.#extraParses++
    return Buffer.concat([this.#unnamedParse, message])
  }

  /** What becomes of a ParseComplete: those that the client did not ask for are left out. */
  noteParseComplete(): Verdict {
    if (this.#extraParses === 0) return 'pass'
    this.#extraParses--
    return 'drop'
  }

  /** An error that names a statement names it as the client does. */
  restoreNames(message: Buffer): Verdict {
    const fields = readReport(message)
    if (!fields.M?.includes(`"${this.prefix}`)) return 'pass'
    const restored = Object.entries(fields).map(([code, text]) => code + text.replaceAll(`"${this.prefix}`, '"'))
    return createMessage(backend.error, ...restored, '')
  }
}
