/** A client's connection as the session sees it. */
export interface ClientStream {
  write(bytes: Uint8Array): void
  /** Closes after what was written has gone out. */
  end(): void
}

// Written at once below this, so that an answer is one packet; above it, as it comes.
const writeThreshold = 65_536

/** Collects the parts of an answer. */
export class OutputBuffer {
  readonly #stream: ClientStream
  #parts: Buffer[] = []
  #length = 0

  constructor(stream: ClientStream) {
    this.#stream = stream
  }

  write(bytes: Buffer): void {
    this.#parts.push(bytes)
    this.#length += bytes.length
    if (this.#length > writeThreshold) this.flush()
  }

  flush(): void {
    if (this.#length === 0) return
    const [first] = this.#parts
    this.#stream.write(this.#parts.length === 1 && first ? first : Buffer.concat(this.#parts))
    this.#parts = []
    this.#length = 0
  }

  end(): void {
    this.flush()
    this.#stream.end()
  }
}
