import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { FrontendReader, ProtocolViolation } from './frontend-reader.js'
import { createReport, startup as codes } from './messages.js'
import type { ClientStream } from './output-buffer.js'
import type { Session } from './session.js'
import type { SessionServer } from './session-server.js'
import { readStartupPacket } from './startup-packet.js'

/** Accepts clients on a loopback address and hands them to the session server. */
export class Listener {
  readonly #server: Server
  readonly #sessions: SessionServer
  readonly #sockets = new Set<Socket>()
  #closing = false

  constructor(sessions: SessionServer) {
    this.#sessions = sessions
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket))
  }

  /** Listens on the wanted port, or on any other when that one is taken. Returns the port. */
  async listen(wantedPort: number): Promise<number> {
    try {
      await this.#listen(wantedPort)
    } catch (error) {
      if (wantedPort === 0 || !(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
      await this.#listen(0)
    }
    return (this.#server.address() as AddressInfo).port
  }

  #listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, '127.0.0.1', 511, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
  }

  /** Stops accepting and cuts what is still connected. */
  async close(): Promise<void> {
    this.#closing = true
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets) socket.destroySoon()
    await closed
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    const reader = new FrontendReader()
    let session: Session | undefined
    const stream: ClientStream = {
      write: (bytes: Uint8Array) => {
        if (!socket.writable) return
        // A client that does not read its answers gets no further ones until it has.
        if (!socket.write(bytes)) socket.pause()
      },
      end: () => socket.end(),
    }
    socket.on('drain', () => socket.resume())
    socket.on('data', (chunk) => {
      if (this.#closing) return
      reader.add(chunk)
      session ??= this.#open(socket, stream, reader)
      session?.receive()
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      this.#sockets.delete(socket)
      session?.close()
    })
  }

  /** The session, once the start-up packet is complete. */
  #open(socket: Socket, stream: ClientStream, reader: FrontendReader): Session | undefined {
    try {
      for (let packet = reader.nextStartup(); packet; packet = reader.nextStartup()) {
        const code = packet.readInt32BE(4)
        if (code === codes.ssl || code === codes.gssapi) socket.write('N')
        else if (code === codes.cancel) {
          this.#sessions.find(packet.readInt32BE(8), packet.readInt32BE(12))?.cancel()
          socket.end()
          return undefined
        } else if (code >> 16 === codes.protocol3 >> 16) {
          return this.#sessions.open(stream, reader, readStartupPacket(packet))
        } else throw new ProtocolViolation(`unsupported frontend protocol ${code >> 16}.${code & 0xffff}`)
      }
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error
      socket.end(createReport({ severity: 'FATAL', code: '08P01', message: error.message }))
    }
    return undefined
  }
}
