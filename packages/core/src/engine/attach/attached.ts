import { connect, type Socket } from 'node:net'
import { DiagnosticError } from '../../diagnostics/index.js'
import type { Backend, BackendListener } from '../backend.js'
import type { EngineState } from '../engine.js'
import type { SaveReport } from '../report.js'
import { createChannel } from './channel.js'
import type { LockContent } from './lock.js'
import { protocolVersion, type Welcome } from './serve.js'

/** A backend whose work is done by another process. */
export interface AttachedBackend extends Backend {
  readonly pid: number
  /** Resolves when the owner has gone, cleanly or not. */
  readonly ended: Promise<void>
}

/**
 * Connects to the owner of a project's engine.
 *
 * @returns undefined when the owner went away meanwhile
 * @throws DiagnosticError SP2005 when the owner speaks another version of the protocol
 */
export async function attach(owner: LockContent, listener: BackendListener): Promise<AttachedBackend | undefined> {
  const socket = await openSocket(owner.address)
  if (!socket) return undefined
  const channel = createChannel(socket, {
    // Both ends are of one version, see the check below: the types are those of `serve`.
    notify(event, data) {
      if (event === 'state') listener.state(data as EngineState)
      else if (event === 'saved') listener.saved(data as SaveReport)
      else if (event === 'watchedFiles') listener.watchedFiles(data as string[])
      else if (event === 'log') {
        const { level, message } = data as { level: 'info'; message: string }
        listener.log(level, message)
      }
    },
  })
  const welcome = (await channel.request('hello').catch(() => undefined)) as Welcome | undefined
  if (!welcome) return undefined
  if (welcome.protocol !== protocolVersion) {
    channel.close()
    throw new DiagnosticError([otherVersion(owner.pid)])
  }
  listener.watchedFiles(welcome.watchedFiles)
  listener.state(welcome.state)
  const ask = async (method: string, parameters?: unknown): Promise<EngineState> =>
    (await channel.request(method, parameters)) as EngineState
  return {
    pid: welcome.pid,
    ended: channel.ended,
    async start() {
      await channel.request('start')
    },
    run: () => ask('run'),
    settled: () => ask('settled'),
    accept: (ids) => ask('accept', ids),
    async close() {
      channel.close()
      await channel.ended
    },
  }
}

function openSocket(address: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(address)
    socket.once('connect', () => resolve(socket))
    socket.once('error', () => resolve(undefined))
  })
}

function otherVersion(pid: number) {
  return {
    code: 'SP2005',
    severity: 'error',
    message: `process ${pid} runs this project with another version of Savepoint`,
    why: 'two versions cannot share one development database at the same time',
    fix: `End process ${pid} (an older dev server, most likely) and start again.`,
  } as const
}
