import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createMessage, frontend, int16, int32 } from '../session/messages.js'

/** A client that speaks the protocol message by message, to see what drivers hide. */
export class RawClient {
  readonly #socket: Socket
  #received = Buffer.alloc(0)
  #wake: (() => void) | undefined
  closed = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk])
      this.#wake?.()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.closed = true
      this.#wake?.()
    })
  }

  /** Connects and, unless `startup` is false, begins a session. */
  static async open(url: string, startup: Record<string, string> | false = {}): Promise<RawClient> {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    const client = new RawClient(socket)
    if (!startup) return client
    const parameters = { user: 'postgres', database: 'postgres', ...startup }
    const body = Buffer.from(`${Object.entries(parameters).flat().join('\0')}\0\0`)
    client.send(Buffer.concat([int32(body.length + 8), int32(196_608), body]))
    await client.readUntil('Z')
    return client
  }

  send(...messages: Uint8Array[]): void {
    this.#socket.write(Buffer.concat(messages))
  }

  /** Types of the messages up to one of type `last`, with the text of those that have one: `['1', '2', 'D', 'C SELECT 1', 'Z I']`. */
  async readUntil(last: string): Promise<string[]> {
    const messages: string[] = []
    for (;;) {
      while (this.#received.length < 5 || this.#received.length < this.#received.readInt32BE(1) + 1) {
        if (this.closed) return [...messages, 'closed']
        await new Promise<void>((resolve) => (this.#wake = resolve))
      }
      const length = this.#received.readInt32BE(1) + 1
      const message = this.#received.subarray(0, length)
      this.#received = this.#received.subarray(length)
      messages.push(describe(message))
      if (messages.at(-1)?.startsWith(last)) return messages
    }
  }

  /** Cuts the connection as a crash of the client would. */
  destroy(): void {
    this.#socket.destroy()
  }
}

function describe(message: Buffer): string {
  const type = message.toString('latin1', 0, 1)
  const body = message.subarray(5)
  if (type === 'C' || type === 'Z') return `${type} ${body.toString().replace('\0', '')}`
  if (type === 'E') return `E ${/\0C(\w+)\0/.exec(body.toString())?.[1]} ${/\0M([^\0]*)/.exec(body.toString())?.[1]}`
  if (type === 'D') return `D ${body.subarray(6).toString()}`
  if (type === 'A') return `A ${body.subarray(4).toString().split('\0').slice(0, 2).join(' ')}`
  return type
}

export const parse = (name: string, sql: string): Buffer => createMessage(frontend.parse, name, sql, int16(0))

export const bind = (statement: string, ...values: string[]): Buffer =>
  createMessage(
    frontend.bind,
    '',
    statement,
    int16(0),
    int16(values.length),
    ...values.flatMap((value) => [int32(Buffer.byteLength(value)), Buffer.from(value)]),
    int16(0),
  )

export const execute = createMessage(frontend.execute, '', int32(0))
export const flush = createMessage(frontend.flush)
export const sync = createMessage(frontend.sync)
export const query = (sql: string): Buffer => createMessage(frontend.query, sql)
export const copyData = (text: string): Buffer => createMessage(frontend.copyData, Buffer.from(text))
export const copyDone = createMessage(frontend.copyDone)
