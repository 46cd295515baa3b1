import { createCopyInResponse, isBinaryCopy, type PendingCopy } from './copy.js'
import { frontend } from './messages.js'

/** What runs in one piece. */
export type Unit =
  | { kind: 'query'; message: Buffer }
  /** `sync`: ends with Sync (or is a function call, which has its own); otherwise with Flush, and the batch stays open. */
  | { kind: 'extended'; messages: Buffer[]; sync: boolean }
  | { kind: 'copy'; message: Buffer }

/** Gathers a client's messages into units, and the data of its COPY. */
export class UnitQueue {
  readonly #units: Unit[] = []
  #pending: Buffer[] = []
  #copy: PendingCopy | undefined

  get first(): Unit | undefined {
    return this.#units[0]
  }

  get isEmpty(): boolean {
    return this.#units.length === 0
  }

  shift(): Unit | undefined {
    return this.#units.shift()
  }

  clear(): void {
    this.#units.length = 0
    this.#pending = []
    this.#copy = undefined
  }

  /** Takes any message but Terminate. */
  add(message: Buffer): void {
    switch (message[0]) {
      case frontend.query:
        this.#closePending(false)
        this.#units.push({ kind: 'query', message })
        return
      case frontend.functionCall:
        this.#closePending(false)
        this.#units.push({ kind: 'extended', messages: [message], sync: true })
        return
      case frontend.sync:
      case frontend.flush:
        // Within COPY data they mean nothing.
        if (this.#copy && this.isEmpty) return
        this.#pending.push(message)
        this.#closePending(message[0] === frontend.sync)
        return
      case frontend.copyData:
        if (this.#copy && this.isEmpty) this.#copy.data.push(message)
        else if (!this.isEmpty) this.#units.push({ kind: 'copy', message })
        return
      case frontend.copyDone:
      case frontend.copyFail:
        // Without a COPY they are left over from one that failed, and ignored, as the protocol says.
        if (this.#copy || !this.isEmpty) this.#units.push({ kind: 'copy', message })
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

  /**
   * From now on COPY data is kept. Returns the answer that asks the client for it, without its columns.
   *
   * @param head the Query or Execute message that will run when all data is there
   */
  beginCopy(head: Buffer, sql: string, extended: boolean): Buffer {
    this.#copy = { head, data: [], extended }
    return createCopyInResponse(isBinaryCopy(sql))
  }

  /** Takes a unit of a COPY. Returns the COPY when it is the last one. */
  continueCopy(message: Buffer): PendingCopy | undefined {
    const copy = this.#copy
    if (copy && message[0] === frontend.copyData) copy.data.push(message)
    else {
      this.#copy = undefined
      return copy
    }
    return undefined
  }

  /** Messages of a batch that a COPY interrupted, to be run with what comes after its data. */
  unshiftPending(messages: readonly Buffer[]): void {
    this.#pending.unshift(...messages)
  }
}
