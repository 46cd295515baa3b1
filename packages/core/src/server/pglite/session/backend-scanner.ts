import { backend } from './messages.js'

/** What the scanner does with a message: pass it to the client, leave it out, or put another in its place. */
export type Verdict = 'pass' | 'drop' | Buffer

// These may be long and many, and nobody here needs what is in them.
const uninteresting = new Set<number>([backend.dataRow, backend.rowDescription, 0x64 /* CopyData */])

/**
 * Follows the messages in what the backend writes, wherever it cuts them. Interesting ones (all but rows) are handed whole to
 * `inspect`, which may drop them; everything else is passed on as it came.
 */
export class BackendScanner {
  #pending: Buffer | undefined
  /** Bytes of a row that the next chunk begins with. */
  #skip = 0

  constructor(
    private readonly inspect: (type: number, message: Buffer) => Verdict,
    private readonly pass: (bytes: Buffer) => void,
  ) {}

  /** @param bytes a view that is only valid during this call */
  add(bytes: Uint8Array): void {
    const chunk = this.#pending ? Buffer.concat([this.#pending, bytes]) : Buffer.from(bytes)
    this.#pending = undefined
    let passFrom = 0
    let offset = Math.min(this.#skip, chunk.length)
    this.#skip -= offset
    while (offset < chunk.length) {
      const remaining = chunk.length - offset
      const size = remaining < 5 ? Number.POSITIVE_INFINITY : chunk.readInt32BE(offset + 1) + 1
      const type = chunk[offset] ?? 0
      if (remaining >= 5 && uninteresting.has(type)) {
        this.#skip = Math.max(0, size - remaining)
        offset += Math.min(size, remaining)
        continue
      }
      if (size > remaining) {
        this.#pending = chunk.subarray(offset)
        break
      }
      const verdict = this.inspect(type, chunk.subarray(offset, offset + size))
      if (verdict !== 'pass') {
        if (offset > passFrom) this.pass(chunk.subarray(passFrom, offset))
        if (verdict !== 'drop') this.pass(verdict)
        passFrom = offset + size
      }
      offset += size
    }
    if (offset > passFrom) this.pass(chunk.subarray(passFrom, offset))
  }
}
