import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import type { Backend } from '../backend.js'
import type { EngineState } from '../engine.js'
import type { SaveReport } from '../report.js'
import { prepareStateDirectory } from '../state-directory.js'
import { createAddress } from './address.js'
import { createChannel, type Channel } from './channel.js'

/** Grows with every change that an older process would misunderstand. */
export const protocolVersion = 1

/** What an attached process is told when it connects. */
export interface Welcome {
  protocol: number
  pid: number
  state: EngineState
  watchedFiles: readonly string[]
}

/** The owner's end: listens, answers with what the backend answers, and passes events on to everyone who is attached. */
export interface AttachServer {
  readonly address: string
  /** Requests wait until the backend is there. */
  serve(backend: Backend): void
  state(state: EngineState): void
  saved(report: SaveReport): void
  watchedFiles(paths: readonly string[]): void
  log(level: string, message: string): void
  close(): Promise<void>
}

/** Listens at a new address; only the same user can connect to it. */
export async function listen(stateDirectory: string): Promise<AttachServer> {
  await prepareStateDirectory(stateDirectory)
  const address = createAddress(stateDirectory)
  const channels = new Set<Channel>()
  let current: EngineState = { status: 'starting', diagnostics: [], pending: [] }
  let files: readonly string[] = []
  let provide = (_backend: Backend): void => undefined
  const ready = new Promise<Backend>((resolve) => {
    provide = resolve
  })

  const server = createServer((socket: Socket) => {
    const channel = createChannel(socket, { request: answer })
    channels.add(channel)
    void channel.ended.then(() => channels.delete(channel))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, resolve)
  })
  if (process.platform !== 'win32') chmodSync(address, 0o600)
  const removeAddress = (): void => {
    if (process.platform !== 'win32') rmSync(address, { force: true })
  }
  // A socket file that stays behind harms nobody, but it is litter in the user's project.
  process.once('exit', removeAddress)

  async function answer(method: string, parameters: unknown): Promise<unknown> {
    if (method === 'hello') {
      return { protocol: protocolVersion, pid: process.pid, state: current, watchedFiles: files } satisfies Welcome
    }
    const backend = await ready
    switch (method) {
      case 'start':
        return backend.start()
      case 'run':
        return backend.run()
      case 'settled':
        return backend.settled()
      case 'accept':
        return backend.accept(readIds(parameters))
      default:
        throw new Error(`there is no method ${method}`)
    }
  }
  const tellAll = (event: string, data: unknown): void => {
    for (const channel of channels) channel.notify(event, data)
  }

  return {
    address,
    serve: (backend) => provide(backend),
    state(state) {
      current = state
      tellAll('state', state)
    },
    saved: (report) => tellAll('saved', report),
    watchedFiles(paths) {
      files = paths
      tellAll('watchedFiles', paths)
    },
    log: (level, message) => tellAll('log', { level, message }),
    async close() {
      process.off('exit', removeAddress)
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const channel of channels) channel.close()
      await closed
      removeAddress()
    },
  }
}

function readIds(parameters: unknown): readonly string[] | 'all' {
  if (parameters === 'all') return 'all'
  if (Array.isArray(parameters) && parameters.every((id) => typeof id === 'string')) return parameters
  throw new TypeError('accept takes a list of ids, or "all"')
}
