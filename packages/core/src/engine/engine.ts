import type { ResolvedConfig } from '../config/config.js'
import type { Diagnostic } from '../diagnostics/index.js'
import type { Host } from '../host.js'
import type { RenderedPanel } from '../plugin/panel.js'
import type { PendingDecision, SaveReport } from './report.js'

/**
 * `starting`: before the end of the first run. `working`: a run is going on. `ready`: the development database and the
 * generated files stand at the schema files (steps that wait for a decision excepted). `error`: the last run failed;
 * database and files stand where they were before it. `closed`: nothing will happen any more.
 */
export type EngineStatus = 'starting' | 'working' | 'ready' | 'error' | 'closed'

/** Where the loop stands. Plain data: it crosses processes as JSON. */
export interface EngineState {
  readonly status: EngineStatus
  /** Of the last run; errors only when `status` is `error`, or stays so while a new run is working. */
  readonly diagnostics: readonly Diagnostic[]
  /** Steps that would destroy data, offered again at each run until they are accepted or no longer needed. */
  readonly pending: readonly PendingDecision[]
  /** Of the last run that succeeded. */
  readonly report?: SaveReport
  /** What plugins show on the dev page, as of the last run that succeeded; absent where none has a panel. */
  readonly panels?: readonly RenderedPanel[]
  /** Connection string of the development database, once it answers. May hold a password: never print it as it is. */
  readonly databaseUrl?: string
}

export interface EngineEvents {
  /** The state changed. */
  state: (state: EngineState) => void
  /** A run succeeded and changed the database or a generated file, or found something new that waits for a decision. */
  saved: (report: SaveReport) => void
}

/**
 * The save loop of one project: watches its schema files, and keeps the development database, the draft migration and
 * the generated files at what they say. One engine per project and machine does the work; in other processes an engine
 * is attached to that one and looks the same.
 */
export interface Engine {
  /**
   * Starts the development database and the loop, or attaches to the engine of another process. Resolves when the first
   * run has ended; never rejects for what is wrong in the user's files, config or database: then `state.status` is `error`
   * and a later save can recover. Calling it again gives the same promise.
   */
  start(): Promise<void>
  /** Resolves together with the first `start()`. */
  readonly ready: Promise<void>
  readonly state: EngineState
  /** `state.databaseUrl`. */
  readonly databaseUrl: string | undefined
  /** As loaded in this process; undefined while the config file cannot be loaded. */
  readonly config: ResolvedConfig | undefined
  /** The process that does the work: `this`, or the pid of another. */
  readonly owner: 'this' | number
  /** Absolute paths of the config file, its imports and every schema file, as of the last run. */
  watchedFiles(): readonly string[]
  /** Asks for a run; resolves with the state after a run that began after this call. */
  run(): Promise<EngineState>
  /** Resolves when no run is going on and none is waiting. */
  settled(): Promise<EngineState>
  /**
   * Says yes to pending decisions by their ids, or to all of them, and runs. Recorded in `.savepoint/decisions.json`;
   * each is used once.
   *
   * @returns the state after the run
   * @throws DiagnosticError SP3001 when an id is not pending
   */
  accept(ids: readonly string[] | 'all'): Promise<EngineState>
  /** Returns a function that ends the listening. */
  on<Name extends keyof EngineEvents>(event: Name, listener: EngineEvents[Name]): () => void
  /** Hosts are told what happens until they are removed. */
  addHost(host: Host): () => void
  /** Ends the loop, closes what was started, releases the lock. Safe to call twice. */
  close(): Promise<void>
}

/** Which project, and who is told. */
export interface EngineOptions {
  /** Folder where the search for the config file begins. */
  root: string
  /** The config file itself, absolute or relative to `root`. */
  configFile?: string
  /** Name in the config's `environments`. */
  environment?: string
}
