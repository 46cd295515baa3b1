/** A client that breaks the protocol; its connection cannot go on. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation'
}

// Postgres itself refuses start-up packets above 10,000 bytes, and ordinary messages above 1 GB.
const maxStartupLength = 10_000
const maxMessageLength = 0x3fffffff
const typesRE = /^[BCDEFHPQSXcdfp]$/

/**
 * Cuts the byte stream of one client into messages. A message that arrived in one piece is a view of what arrived;
 * only one that was cut up is copied, once.
 */
export class FrontendReader {
  #chunks: Buffer[] = []
  #length = 0
  #wanted = 0

  add(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
  }

  /** The next packet without type byte (start-up, SSL and cancel requests), or undefined when it is not complete. */
  nextStartup(): Buffer | undefined {
    const header = this.#peek(4)
    if (!header) return undefined
    const length = header.readInt32BE(0)
    if (length < 8 || length > maxStartupLength) throw new ProtocolViolation('invalid length of startup packet')
    return this.#take(length)
  }

  /** The next message, type byte and length included, or undefined when it is not complete. */
  nextMessage(): Buffer | undefined {
    if (this.#length < this.#wanted) return undefined
    const header = this.#peek(5)
    if (!header) return undefined
    if (!typesRE.test(String.fromCharCode(header[0] ?? 0)))
      throw new ProtocolViolation(`invalid frontend message type ${header[0]}`)
    const length = header.readInt32BE(1)
    if (length < 4 || length > maxMessageLength) throw new ProtocolViolation('invalid message length')
    this.#wanted = length + 1
    const message = this.#take(length + 1)
    if (message) this.#wanted = 0
    return message
  }

  #peek(length: number): Buffer | undefined {
    if (this.#length < length) return undefined
    const first = this.#chunks[0]
    if (first && first.length >= length) return first
    this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0]
  }

  #take(length: number): Buffer | undefined {
    if (this.#length < length) return undefined
    let first = this.#chunks[0]
    if (!first || first.length < length) {
      first = Buffer.concat(this.#chunks)
      this.#chunks = [first]
    }
    this.#length -= length
    if (first.length === length) this.#chunks.shift()
    else this.#chunks[0] = first.subarray(length)
    return first.subarray(0, length)
  }
}
