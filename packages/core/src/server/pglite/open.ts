import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { DiagnosticError } from '../../diagnostics/index.js'
import type { DatabaseServer, ScratchDatabase } from '../server.js'
import { lockDirectory, type DirectoryLock } from '../directory-lock.js'
import { readPort, writePort } from '../remembered-port.js'
import { imageDirectory } from './image-directory.js'
import { resolveExtensions, workerFile } from './resolve-extensions.js'
import type { WorkerInput, WorkerMessage, WorkerRequest } from './worker-messages.js'

export interface PgliteOptions {
  /** Absolute path of the data directory; undefined for memory. */
  directory?: string | undefined
  /** The project, from where extension packages are resolved. */
  root: string
  /** `.savepoint/`: the port of a database in memory is kept under it. */
  stateDirectory: string
  /** A scratch database: starts faster, and cannot `CREATE DATABASE`. */
  disposable?: boolean | undefined
  /** Names of the extensions to load, as in `CREATE EXTENSION`. */
  extensions?: Iterable<string> | undefined
  /** A transaction that does nothing for so long while others wait is warned of, in milliseconds. @default 5000 */
  idleTransactionWarning?: number | undefined
  /** Those who wait for such a transaction get an error after so long, in milliseconds. @default 30000 */
  idleTransactionLimit?: number | undefined
  /** The worker crashed and runs again, under the same URL when its port was free. Memory is empty again. */
  onRestart?: (() => void) | undefined
  /** Told about long work, such as the first start on this machine. */
  onProgress?: ((message: string) => void) | undefined
  log?: ((level: 'info' | 'warn' | 'error' | 'debug', message: string) => void) | undefined
}

interface RunningWorker {
  port: number
  version: number
  /** Resolves when the thread is gone, however it ended. */
  exited: Promise<void>
  close(): Promise<void>
}

/** The embedded Postgres of one data directory (or of memory), in a worker thread behind a socket of ours. */
export class PgliteServer implements DatabaseServer {
  readonly kind = 'pglite'
  readonly #options: PgliteOptions
  readonly #extensions: Set<string>
  readonly #scratches = new Set<ScratchDatabase>()
  readonly #crashes: number[] = []
  #worker: RunningWorker
  #restarting: Promise<void> | undefined
  #closed = false

  readonly #lock: DirectoryLock | undefined

  private constructor(options: PgliteOptions, extensions: Set<string>, worker: RunningWorker, lock?: DirectoryLock) {
    this.#options = options
    this.#extensions = extensions
    this.#worker = worker
    this.#lock = lock
    this.#watch(worker)
  }

  /**
   * @throws SP1011 for an extension that PGlite cannot load, SP2002 when the worker does not start, SP2005 when the data
   *   directory is in use, SP5002 when it holds something else
   */
  static async open(options: PgliteOptions): Promise<PgliteServer> {
    const extensions = new Set(options.extensions)
    resolveExtensions(extensions, options.root)
    const { directory } = options
    if (directory !== undefined) await refuseForeignDirectory(directory)
    const lock = directory === undefined ? undefined : await lockDirectory(directory)
    try {
      if (options.disposable) return new PgliteServer(options, extensions, await startWorker(options, extensions, 0))
      const portKey = directory ?? join(options.stateDirectory, 'memory')
      const worker = await startWorker(options, extensions, await readPort(portKey))
      await writePort(portKey, worker.port)
      return new PgliteServer(options, extensions, worker, lock)
    } catch (error) {
      await lock?.release()
      throw error
    }
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.#worker.port}/postgres`
  }

  get version(): number {
    return this.#worker.version
  }

  async createScratch(): Promise<ScratchDatabase> {
    const { onRestart: _, ...options } = this.#options
    const scratch = await PgliteServer.open({
      ...options,
      directory: undefined,
      disposable: true,
      extensions: this.#extensions,
    })
    this.#scratches.add(scratch)
    return {
      url: scratch.url,
      version: scratch.version,
      close: async () => {
        this.#scratches.delete(scratch)
        await scratch.close()
      },
    }
  }

  /**
   * Sees to it that `CREATE EXTENSION` of these will work. Nothing is restarted: their files are put in when they are asked for.
   *
   * @throws SP1011 for every one that PGlite cannot load
   */
  async ensureExtensions(names: Iterable<string>): Promise<void> {
    const wanted = [...names]
    resolveExtensions(wanted, this.#options.root)
    for (const name of wanted) this.#extensions.add(name)
  }

  // A worker that dies takes every connection along, but not the data directory: the next one recovers it, under the same URL.
  #watch(worker: RunningWorker): void {
    void worker.exited.then(() => {
      if (this.#closed || this.#worker !== worker) return
      const now = Date.now()
      this.#crashes.push(now)
      const recent = this.#crashes.filter((time) => now - time < crashWindow)
      if (recent.length > maxCrashes) {
        this.#options.log?.('error', 'the embedded Postgres crashed too often and stays down')
        return
      }
      const lost = this.#options.directory === undefined ? '; what was in memory is lost' : ''
      this.#options.log?.('error', `the embedded Postgres crashed and is started again${lost}`)
      this.#restarting = startWorker(this.#options, this.#extensions, worker.port).then(
        async (next) => {
          this.#worker = next
          this.#watch(next)
          this.#options.onRestart?.()
        },
        (error: unknown) => this.#options.log?.('error', `the embedded Postgres did not start again: ${String(error)}`),
      )
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#restarting
    await Promise.all([...this.#scratches].map((scratch) => scratch.close()))
    await this.#worker.close()
    await this.#lock?.release()
  }
}

/** A directory of other files is not taken for a data directory, whatever the setting says. */
async function refuseForeignDirectory(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: unknown): string[] => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw wrongDirectory(directory, 'it is not a directory that can be read', error)
  })
  if (names.length > 0 && !names.includes('PG_VERSION'))
    throw wrongDirectory(directory, `it holds ${names.slice(0, 3).join(', ')} and no PG_VERSION`, undefined)
}

function wrongDirectory(directory: string, why: string, cause: unknown): DiagnosticError {
  return new DiagnosticError(
    [
      {
        code: 'SP5002',
        severity: 'error',
        message: `${directory} is not a data directory of Postgres`,
        why,
        fix: 'Name a directory that does not exist yet, or is empty.',
      },
    ],
    { cause },
  )
}

// More crashes than this within so many milliseconds, and something is wrong that a restart does not mend.
const maxCrashes = 3
const crashWindow = 60_000

/** How long a running statement may hold up closing, in milliseconds. */
const patience = 3000
/** How long writing everything down may take, in milliseconds. */
const closePatience = 30_000

// Postgres counts the depth of its own stack; V8's must be the larger one, or deep recursion ends the thread instead of the query.
const stackMegabytes = 64

async function startWorker(
  options: PgliteOptions,
  extensions: Iterable<string>,
  wantedPort: number,
): Promise<RunningWorker> {
  const workerData: WorkerInput = {
    directory: options.directory,
    imageDirectory: imageDirectory(),
    disposable: options.disposable ?? false,
    root: options.root,
    extensions: [...extensions],
    port: wantedPort,
    idleTransactionWarning: options.idleTransactionWarning ?? 5000,
    idleTransactionLimit: options.idleTransactionLimit ?? 30_000,
  }
  const worker = new Worker(workerFile, { workerData, execArgv: [], resourceLimits: { stackSizeMb: stackMegabytes } })
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const { port, version } = await new Promise<{ port: number; version: number }>((resolve, reject) => {
    const fail = (why: string, cause?: unknown): void =>
      reject(
        new DiagnosticError(
          [
            {
              code: 'SP2002',
              severity: 'error',
              message: 'the embedded Postgres did not start',
              why,
              fix:
                options.directory === undefined
                  ? 'Try again; if it stays so, use another `database`.'
                  : `If its data can be spared, delete ${options.directory}; a directory of another PGlite version is opened by that version only.`,
            },
          ],
          { cause },
        ),
      )
    worker.on('message', (message: WorkerMessage) => {
      switch (message.kind) {
        case 'ready':
          resolve(message)
          return
        case 'failed':
          fail(message.text)
          return
        case 'progress':
          options.onProgress?.(message.text)
          return
        case 'warning':
          options.log?.('warn', message.text)
          return
        case 'crashed':
          options.log?.('error', message.text)
          return
        case 'closing':
      }
    })
    worker.on('error', (error) => fail(String(error), error))
    worker.once('exit', (code) => fail(`its thread ended with code ${code}`))
  })
  // A running database must not keep the process of the bundler alive.
  worker.unref()
  return {
    port,
    version,
    exited,
    async close() {
      worker.ref()
      const acknowledged = new Promise<true>((resolve) =>
        worker.on('message', (message: WorkerMessage) => message.kind === 'closing' && resolve(true)),
      )
      const request: WorkerRequest = { kind: 'close' }
      worker.postMessage(request)
      // A statement that does not end keeps the thread from hearing. What was committed is recovered by the next start.
      const answer = await Promise.race([acknowledged, exited, delay(patience, 'none', { ref: false })])
      const end =
        answer === 'none' ? 'none' : await Promise.race([exited, delay(closePatience, 'none', { ref: false })])
      if (end === 'none') await worker.terminate()
      await exited
    },
  }
}
