import { parentPort, workerData } from 'node:worker_threads'
import type { PGlite } from '@electric-sql/pglite'
import { bootPglite } from './boot.js'
import { ExtensionShelf } from './extension-shelf.js'
import { Backend } from './session/backend.js'
import { Listener } from './session/listener.js'
import { SessionServer } from './session/session-server.js'
import type { WorkerInput, WorkerMessage, WorkerRequest } from './worker-messages.js'

/** The thread that runs PGlite and serves it: see `open.ts` for the other end. */
const port = parentPort
if (!port) throw new Error('this file runs in a worker thread')
const input: WorkerInput = workerData
const send = (message: WorkerMessage): void => port.postMessage(message)

const startupPacket = (() => {
  const parameters = Buffer.from('user\0postgres\0database\0postgres\0\0')
  const head = Buffer.alloc(8)
  head.writeInt32BE(8 + parameters.length)
  head.writeInt32BE(196608, 4)
  return Buffer.concat([head, parameters])
})()

interface Served {
  pglite: PGlite
  listener: Listener
  sessions: SessionServer
}

async function serve(): Promise<Served> {
  const pglite = await bootPglite({
    directory: input.directory,
    imageDirectory: input.imageDirectory,
    disposable: input.disposable,
    onProgress: (text) => send({ kind: 'progress', text }),
    onWarning: (text) => send({ kind: 'warning', text }),
  })
  refuseCommands(pglite)
  const backend = new Backend(pglite)
  const parameters = backend.open(startupPacket)
  const version = Number(backend.query('SHOW server_version_num').rows[0]?.[0])
  const shelf = new ExtensionShelf(pglite.Module.FS, input.root)
  // Functions of extensions that the database has already need their libraries.
  const installed = backend.query('SELECT extname FROM pg_catalog.pg_extension').rows.map(([name]) => name ?? '')
  for (const name of [...installed, ...input.extensions]) {
    await shelf.provide(name)
    const problem = shelf.problemOf(name)
    if (problem) send({ kind: 'warning', text: `${problem.message}; ${problem.fix}` })
  }
  const sessions = new SessionServer(backend, {
    parameters,
    extensions: shelf,
    idleTransactionWarning: input.idleTransactionWarning,
    idleTransactionLimit: input.idleTransactionLimit,
    onWarning: (text) => send({ kind: 'warning', text }),
    onCrash: (error) => {
      send({ kind: 'crashed', text: `${error.message}: ${String(error.cause ?? '')}` })
      // The messages to clients and to the main thread go out first.
      setImmediate(() => process.exit(1))
    },
  })
  const listener = new Listener(sessions)
  const tcpPort = await listener.listen(input.port)
  send({ kind: 'ready', port: tcpPort, version })
  return { pglite, listener, sessions }
}

// `COPY … FROM PROGRAM`: PGlite throws through the backend, which does not survive that. No pipe is an error that it knows.
function refuseCommands(pglite: PGlite): void {
  const handle = pglite.handleExternalCmd.bind(pglite)
  pglite.handleExternalCmd = (command, mode) => (command.startsWith('locale -a') ? handle(command, mode) : 0)
}

const served = serve()
served.catch((error: unknown) => {
  send({ kind: 'failed', text: error instanceof Error ? error.message : String(error) })
  process.exit(1)
})

port.on('message', async (request: WorkerRequest) => {
  if (request.kind !== 'close') return
  send({ kind: 'closing' })
  const { pglite, listener, sessions } = await served
  sessions.shutDown({ code: '57P01', message: 'terminating connection due to administrator command' })
  await listener.close()
  await pglite.close()
  port.close()
})
