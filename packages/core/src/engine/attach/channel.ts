import type { Socket } from 'node:net'
import { DiagnosticError, type Diagnostic } from '../../diagnostics/index.js'

/** JSON lines over a socket: requests with answers in one direction, events in the other. */
export interface Channel {
  /** Sends a request; rejects when the other side refuses it or the connection ends. */
  request(method: string, parameters?: unknown): Promise<unknown>
  /** Tells the other side something without an answer. */
  notify(event: string, data: unknown): void
  close(): void
  /** Resolves when the connection has ended, for whatever reason. */
  readonly ended: Promise<void>
}

export interface ChannelHandlers {
  /** Answers a request; what it throws is the answer's error. */
  request?(method: string, parameters: unknown): Promise<unknown>
  notify?(event: string, data: unknown): void
}

type Message =
  | { id: number; method: string; parameters?: unknown }
  | { id: number; result: unknown }
  | { id: number; error: { message: string; diagnostics?: readonly Diagnostic[] } }
  | { event: string; data: unknown }

/** Speaks the protocol over a connected socket. A line that is not a message ends the connection. */
export function createChannel(socket: Socket, handlers: ChannelHandlers): Channel {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  let lastId = 0
  let buffered = ''

  const send = (message: Message): void => {
    if (socket.writable) socket.write(`${JSON.stringify(message)}\n`)
  }
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => {
      for (const { reject } of waiting.values()) reject(new Error('the engine of the other process has gone'))
      waiting.clear()
      resolve()
    })
  })
  // The end of a process shows as ECONNRESET or EPIPE; 'close' follows and is where it is dealt with.
  socket.on('error', () => undefined)
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    buffered += chunk
    const lines = buffered.split('\n')
    buffered = lines.pop() ?? ''
    for (const line of lines) receive(line)
  })

  function receive(line: string): void {
    let message: Message
    try {
      message = JSON.parse(line) as Message
    } catch {
      socket.destroy()
      return
    }
    if ('event' in message) handlers.notify?.(message.event, message.data)
    else if ('method' in message) void answer(message)
    else {
      const request = waiting.get(message.id)
      waiting.delete(message.id)
      if ('error' in message) request?.reject(toError(message.error))
      else request?.resolve(message.result)
    }
  }

  async function answer({
    id,
    method,
    parameters,
  }: {
    id: number
    method: string
    parameters?: unknown
  }): Promise<void> {
    try {
      const result = await handlers.request?.(method, parameters)
      send({ id, result: result ?? null })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      const diagnostics = error instanceof DiagnosticError ? { diagnostics: error.diagnostics } : {}
      send({ id, error: { message, ...diagnostics } })
    }
  }

  return {
    request(method, parameters) {
      if (!socket.writable) return Promise.reject(new Error('the engine of the other process has gone'))
      const id = ++lastId
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        send({ id, method, parameters })
      })
    },
    notify: (event, data) => send({ event, data }),
    close: () => socket.destroy(),
    ended,
  }
}

function toError({ message, diagnostics }: { message: string; diagnostics?: readonly Diagnostic[] }): Error {
  return diagnostics ? new DiagnosticError(diagnostics) : new Error(message)
}
