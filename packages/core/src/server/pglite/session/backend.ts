import { createQuery, readReport, readStrings, backend as types, type TransactionStatus } from './messages.js'
import { BackendScanner, type Verdict } from './backend-scanner.js'

/** The part of a PGlite instance that is used here: messages in, answers out, before the promise is returned. */
export interface ProtocolExecutor {
  execProtocolRawStream(
    message: Uint8Array,
    options: { syncToFs: false; onRawData: (bytes: Uint8Array) => void },
  ): Promise<void>
  execProtocolRawSync(message: Uint8Array): Uint8Array
}

/** The one backend died or lost its place in the protocol; it cannot be used again. */
export class BackendCrash extends Error {
  override readonly name = 'BackendCrash'
}

/** What is done with the messages of one execution. */
export interface OutputSink {
  /** Sees every message but rows; `drop` keeps it from the client. */
  inspect?(type: number, message: Buffer): Verdict
  pass?(bytes: Buffer): void
}

/** Rows of a query of our own, or the error's fields. */
export interface InternalResult {
  rows: (string | null)[][]
  error?: Record<string, string>
}

/** PGlite as one Postgres backend: runs protocol messages one batch after the other. */
export class Backend {
  readonly #executor: ProtocolExecutor
  #dead: BackendCrash | undefined
  /** Of the last ReadyForQuery. */
  status: TransactionStatus = 'I'

  constructor(executor: ProtocolExecutor) {
    this.#executor = executor
  }

  get crash(): BackendCrash | undefined {
    return this.#dead
  }

  /**
   * Runs whole messages and hands what the backend answers to `sink` while it does.
   *
   * @param endsWithReady the messages end a batch (Sync or Query), so that ReadyForQuery must follow
   * @throws BackendCrash when the backend did not survive
   */
  execute(messages: Uint8Array, sink: OutputSink, endsWithReady = true): void {
    if (this.#dead) throw this.#dead
    let ready = false
    const scanner = new BackendScanner(
      (type, message) => {
        if (type === types.readyForQuery) {
          ready = true
          this.status = toStatus(message[5])
        }
        return sink.inspect?.(type, message) ?? 'pass'
      },
      (bytes) => sink.pass?.(bytes),
    )
    let failure: unknown
    this.#executor
      .execProtocolRawStream(createWatchedInput(messages), {
        syncToFs: false,
        onRawData: (bytes) => scanner.add(bytes),
      })
      .catch((error: unknown) => {
        failure = error
        this.#dead ??= new BackendCrash('the embedded Postgres stopped', { cause: error })
      })
    if (endsWithReady && !ready) {
      this.#dead = new BackendCrash('the embedded Postgres broke off in the middle of a request', { cause: failure })
      throw this.#dead
    }
  }

  /** Runs SQL of our own as a simple query; nothing of it reaches a client. */
  query(sql: string, sink: OutputSink = {}): InternalResult {
    const result: InternalResult = { rows: [] }
    const parts: Buffer[] = []
    this.execute(createQuery(sql), {
      inspect: (type, message) => {
        if (type === types.error) result.error ??= readReport(message)
        sink.inspect?.(type, message)
        return 'drop'
      },
      pass: (bytes) => parts.push(bytes),
    })
    result.rows = readRows(Buffer.concat(parts))
    return result
  }

  /** Opens the session: from here on changed settings are reported. Returns what the server reports about itself. */
  open(startupPacket: Uint8Array): Map<string, string> {
    const answer = Buffer.from(this.#executor.execProtocolRawSync(startupPacket))
    const parameters = new Map<string, string>()
    new BackendScanner(
      (type, message) => {
        if (type === types.parameterStatus) {
          const [name = '', value = ''] = readStrings(message, 5, 2).strings
          parameters.set(name, value)
        }
        return 'drop'
      },
      () => {},
    ).add(answer)
    return parameters
  }
}

function toStatus(byte: number | undefined): TransactionStatus {
  if (byte === 0x54) return 'T'
  return byte === 0x45 ? 'E' : 'I'
}

// Only rows and their descriptions are left here: everything else was dropped by the scanner.
function readRows(bytes: Buffer): (string | null)[][] {
  const rows: (string | null)[][] = []
  let offset = 0
  while (offset < bytes.length) {
    const end = offset + 1 + bytes.readInt32BE(offset + 1)
    if (bytes[offset] === types.dataRow) {
      const row: (string | null)[] = []
      let at = offset + 7
      for (let column = bytes.readInt16BE(offset + 5); column > 0; column--) {
        const length = bytes.readInt32BE(at)
        at += 4
        row.push(length < 0 ? null : bytes.toString('utf8', at, at + length))
        if (length > 0) at += length
      }
      rows.push(row)
    }
    offset = end
  }
  return rows
}

/**
 * The bytes as they are, except that reading their length over and over fails. PGlite runs its main loop until all is read and
 * swallows what is thrown in it: a backend that has exited would keep this thread in that loop for ever.
 */
function createWatchedInput(messages: Uint8Array): Uint8Array {
  let looks = 0
  return new Proxy(messages, {
    get(target, property) {
      if (property === 'length') {
        if (++looks > maxLooks) throw new Error('the backend has exited')
        return target.length
      }
      if (property === 'subarray')
        return (start: number, end: number) => {
          looks = 0
          return target.subarray(start, end)
        }
      return Reflect.get(target, property, target)
    },
  })
}

// The backend reads 8 kB at a time, in which there are at most 1,638 messages, each of which is one look.
const maxLooks = 20_000
