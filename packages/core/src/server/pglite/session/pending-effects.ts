import type { LockChange } from './admission.js'
import { backend as types } from './messages.js'
import type { OutputBuffer } from './output-buffer.js'
import type { Session } from './session.js'
import type { SessionServer } from './session-server.js'
import { noSettings } from './settings.js'
import type { Effect, StatementAnalysis } from './statement-effects.js'

/** What the running batch does to its session, carried out when it has succeeded. */
export class PendingEffects {
  readonly #session: Session
  readonly #server: SessionServer
  readonly #output: OutputBuffer
  #effects: Effect[] = []
  #lockChanges: LockChange[] = []
  /** They take effect when the transaction commits. */
  #listens: { channel: string; listen: boolean }[] = []

  constructor(session: Session, server: SessionServer, output: OutputBuffer) {
    this.#session = session
    this.#server = server
    this.#output = output
  }

  add(analysis: StatementAnalysis): void {
    this.#effects.push(...analysis.effects)
    if (analysis.effects.some(({ kind }) => kind === 'temporary table')) this.#session.usesTemporaryTables = true
  }

  addLockChanges(changes: readonly LockChange[]): void {
    this.#lockChanges.push(...changes)
  }

  has(kind: string): boolean {
    return this.#effects.some((effect) => effect.kind === kind)
  }

  /** Names in the batch's `CREATE EXTENSION`s. */
  get extensions(): string[] {
    return this.#effects.flatMap((effect) => (effect.kind === 'create extension' ? [effect.name] : []))
  }

  /** The batch failed. */
  discard(): void {
    this.#effects = []
    this.#lockChanges = []
  }

  /**
   * The batch has ended; the session's status is known.
   *
   * @param lastTag of its last statement: ROLLBACK also when COMMIT found a failed transaction
   */
  apply(failed: boolean, lastTag: string): void {
    const effects = this.#effects
    const lockChanges = this.#lockChanges
    this.discard()
    if (effects.length > 0) this.#server.noteSettings(effects)
    if (!failed) {
      this.#server.changeLocks(this.#session, lockChanges)
      for (const effect of effects) this.#apply(effect)
    }
    if (this.#session.status !== 'I') return
    if (this.#listens.length > 0) this.#applyListens(!failed && lastTag !== 'ROLLBACK')
    if (this.#session.defaults !== noSettings && effects.some((effect) => effect.kind === 'settings'))
      this.#server.restoreDefaults(this.#session)
  }

  #apply(effect: Effect): void {
    switch (effect.kind) {
      case 'listen':
        this.#listens.push({ channel: effect.channel, listen: true })
        return
      case 'unlisten':
        this.#listens.push({ channel: effect.channel, listen: false })
        return
      case 'deallocate all':
        this.#deallocateAll()
        return
      case 'unlock all':
        this.#server.releaseLocks(this.#session)
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
    const { channels } = this.#session
    for (const { channel, listen } of committed ? this.#listens : []) {
      if (listen) channels.add(channel)
      else if (channel === '*') channels.clear()
      else channels.delete(channel)
    }
    this.#listens = []
  }

  #deallocateAll(): void {
    const { statements } = this.#session
    if (this.#server.backend.status !== 'E') this.#server.deallocate(statements.prefix)
    statements.forgetAll()
  }

  #discardAll(): void {
    this.#deallocateAll()
    this.#session.channels.clear()
    this.#server.releaseLocks(this.#session)
    this.#server.settings.change(this.#session.defaults, (type, message) => {
      if (type === types.parameterStatus) this.#output.write(Buffer.from(message))
    })
    this.#server.discardTemporaryTables(this.#session)
  }
}
