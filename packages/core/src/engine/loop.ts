import { setTimeout as delay } from 'node:timers/promises'
import type { ResolvedConfig } from '../config/config.js'
import { loadConfig } from '../config/load.js'
import { DiagnosticError, type Diagnostic } from '../diagnostics/index.js'
import type { Backend, BackendListener } from './backend.js'
import { blocked } from './development/blockers.js'
import { toDiagnostics } from './diagnose.js'
import type { EngineState } from './engine.js'
import { findInheritance, openProject, type Project } from './project.js'
import { createRunQueue } from './queue.js'
import type { PendingDecision } from './report.js'
import { runOnce, type RunOutcome } from './run/run.js'
import { createSettling, waitForRewrite } from './settle.js'
import { createTargets, createWatcher, type Watcher } from './watcher.js'

export interface LoopOptions {
  load: Parameters<typeof loadConfig>[0]
  /** Where the config file is or may come to be, to see it also when it cannot be loaded or does not exist. Absolute. */
  configFiles: readonly string[]
  listener: BackendListener
}

// What may come right by itself is tried again without a save: after a lock timeout once, after a lost connection until
// the database answers, less and less often.
const lockRetry = 5000
// Long enough for a save that follows at once to come first.
const idleDelay = 100
const keepDelay = 3000
const longestFarewell = 2000
const connectionRetries = [500, 1000, 2000, 5000, 10_000]

/** The save loop itself, in the process that owns the project. Nothing that goes wrong in it is thrown: it becomes state. */
export function createLoop({ load, configFiles: possibleConfigs, listener }: LoopOptions): Backend {
  let state: EngineState = { status: 'starting', diagnostics: [], pending: [] }
  let project: Project | undefined
  let watcher: Watcher | undefined
  let watchedAs = ''
  let configFiles: ReadonlySet<string> = new Set(possibleConfigs)
  let retryTimer: NodeJS.Timeout | undefined
  let retries = 0
  let idleTimer: NodeJS.Timeout | undefined
  let idling: Promise<void> | undefined
  let started = 0
  let isFirst = true
  let schemaFiles: ReadonlySet<string> = new Set()
  let closed = false
  let panelRuns = 0

  const settling = createSettling()
  const queue = createRunQueue(run, settling.wait)

  function update(change: Partial<EngineState>): void {
    state = { ...state, ...change }
    listener.state(state)
  }

  function onChange(path: string): void {
    if (started === 0) started = performance.now()
    settling.notice()
    void queue.request([path])
  }

  async function run(changed: ReadonlySet<string>): Promise<void> {
    clearTimeout(retryTimer)
    const begun = started || performance.now()
    started = 0
    if (state.status !== 'starting') update({ status: 'working' })
    try {
      const isReload = !project || [...changed].some((path) => configFiles.has(path))
      const open = isReload ? await reload() : (project as Project)
      const looksAtEverything = isReload || isFirst || changed.size === 0
      if (!looksAtEverything) await waitForRewrite(changed, schemaFiles)
      const outcome = await runOnce(open, {
        changed: looksAtEverything ? undefined : [...changed],
        started: begun,
        isSuperseded: () => queue.hasNext,
      })
      isFirst = false
      schemaFiles = new Set(outcome.files)
      await watch(open, outcome.files)
      finish(open, outcome)
    } catch (error) {
      isFirst = true
      await fail(toDiagnostics(error))
    }
  }

  /** Loads the config and opens what it says; what was open before is closed first, because two servers cannot share a data directory. */
  async function reload(): Promise<Project> {
    let config: ResolvedConfig
    try {
      config = await loadConfig(load)
    } catch (error) {
      // The old project goes on being the one that is open; a mended config is seen by the watcher.
      await watchConfig()
      throw error
    }
    configFiles = new Set([...possibleConfigs, ...config.configDependencies])
    listener.config(config)
    const inherited = project ? findInheritance(project, config) : {}
    await project?.close(inherited)
    project = openProject(
      config,
      { log: listener.log, onDatabase: (databaseUrl) => update({ databaseUrl }), onBlocked },
      inherited,
    )
    await watch(project, [])
    return project
  }

  function finish(open: Project, outcome: RunOutcome): void {
    const pending = outcome.pending ?? state.pending
    sayTimings(open)
    listener.watchedFiles([...open.config.configDependencies, ...open.input.pluginFiles, ...outcome.files])
    if (outcome.errors.length > 0) {
      update({
        status: 'error',
        diagnostics: outcome.errors,
        pending,
        ...(outcome.report ? { report: outcome.report } : {}),
      })
      return
    }
    retries = 0
    const report = outcome.report
    update({
      status: 'ready',
      diagnostics: report?.warnings ?? [],
      pending,
      ...(report ? { report } : {}),
    })
    const hasNews = isNewlyPending(pending)
    if (report && (didSomething(report) || hasNews)) listener.saved(report)
    showPanels(open)
    whenIdle(open)
  }

  function sayTimings(open: Project): void {
    const spent = Object.entries(open.plugins.takeTimings()).map(([name, time]) => `${name} ${time.toFixed(1)} ms`)
    if (spent.length > 0) listener.log('debug', `time in plugins: ${spent.join(', ')}`)
  }

  /** Beside the loop, which waits for no panel. */
  function showPanels(open: Project): void {
    if (!open.plugins.plugins.some(({ panels = [] }) => panels.length > 0)) {
      if (state.panels) update({ panels: [] })
      return
    }
    const shown = ++panelRuns
    void open.plugins.panels().then((panels) => {
      // What a later run shows is not replaced by a panel that took its time.
      if (!closed && open === project && shown === panelRuns) update({ panels })
    })
  }

  async function fail(diagnostics: readonly Diagnostic[]): Promise<void> {
    update({ status: 'error', diagnostics })
    const codes = new Set(diagnostics.map(({ code }) => code))
    if (codes.has('SP2004') || codes.has('SP2002')) {
      project?.current.forget()
      await project?.development.lose()
      retry(connectionRetries[Math.min(retries, connectionRetries.length - 1)] ?? lockRetry)
    } else if (codes.has('SP2003') && retries === 0) retry(lockRetry)
  }

  /** The run goes on as soon as the other session lets go; until then somebody has to be told. */
  function onBlocked(reason: string): void {
    update({ status: 'error', diagnostics: [blocked(reason)] })
  }

  function retry(milliseconds: number): void {
    if (closed) return
    retries++
    retryTimer = setTimeout(() => void queue.request(), milliseconds)
    retryTimer.unref()
  }

  /** What makes the next save and the next start faster, done while nobody waits for us. */
  function whenIdle(open: Project): void {
    clearTimeout(idleTimer)
    const later = (milliseconds: number, work: () => Promise<void>): void => {
      idleTimer = setTimeout(() => {
        if (closed || queue.busy || open !== project) return
        idling = work().catch((error: unknown) => listener.log('debug', `preparing the next save: ${String(error)}`))
      }, milliseconds)
      idleTimer.unref()
    }
    later(idleDelay, async () => {
      await open.elaborator.warm()
      later(keepDelay, () => keep(open))
    })
  }

  /** Writes down where we stand, for the next start. Takes time with a large schema, so not while somebody is typing. */
  async function keep(open: Project): Promise<void> {
    const session = await open.development.session()
    await open.current.refreshToken(session)
    await open.current.remember(session)
    await open.elaborator.store()
    await open.plugins.store()
  }

  let shownPending: ReadonlySet<string> = new Set()
  function isNewlyPending(pending: readonly PendingDecision[]): boolean {
    const now = pending.map(({ id, rows }) => `${id} ${rows}`)
    const isNew = now.some((one) => !shownPending.has(one))
    shownPending = new Set(now)
    return isNew
  }

  async function watch(open: Project, files: readonly string[]): Promise<void> {
    const targets = createTargets(open.config, [...possibleConfigs, ...open.input.pluginFiles])
    await replaceWatcher(JSON.stringify([targets.directories, targets.files]), () =>
      createWatcher(targets, onChange, onWatchError),
    )
    if (files.length === 0) listener.watchedFiles([...open.config.configDependencies])
  }

  /** Until a config has been loaded once, only its own file is worth watching. */
  async function watchConfig(): Promise<void> {
    if (watcher) return
    await replaceWatcher('config', () =>
      createWatcher({ directories: [], files: possibleConfigs, matters: () => false }, onChange, onWatchError),
    )
  }

  async function replaceWatcher(as: string, create: () => Watcher): Promise<void> {
    if (watchedAs === as || closed) return
    const old = watcher
    watchedAs = as
    watcher = create()
    await Promise.all([watcher.ready, old?.close()])
  }

  function onWatchError(error: Error): void {
    listener.log('warn', `watching the schema files: ${error.message}`)
  }

  let starting: Promise<void> | undefined
  const answer = async (request: Promise<void>): Promise<EngineState> => {
    await request
    return state
  }
  return {
    start: () => (starting ??= queue.request()),
    run: () => answer(queue.request()),
    settled: () => answer(queue.settled()),
    async accept(ids) {
      const known = state.pending.map(({ id }) => id)
      const chosen = ids === 'all' ? known : ids
      const unknown = chosen.filter((id) => !known.includes(id))
      if (unknown.length > 0) throw new DiagnosticError(unknown.map((id) => notPending(id, known)))
      if (project && chosen.length > 0) await project.decisions.accept(chosen)
      return answer(queue.request())
    },
    async close() {
      closed = true
      clearTimeout(retryTimer)
      clearTimeout(idleTimer)
      await watcher?.close()
      await queue.close()
      await idling
      // A database that does not answer must not keep anybody from ending; what is not kept costs the next start time.
      if (project && state.status === 'ready')
        await Promise.race([keep(project), delay(longestFarewell, undefined, { ref: false })]).catch((error: unknown) =>
          listener.log('debug', `not kept: ${String(error)}`),
        )
      await project?.close()
    },
  }
}

function didSomething(report: { applied: readonly string[]; written: readonly string[] }): boolean {
  return report.applied.length > 0 || report.written.length > 0
}

function notPending(id: string, known: readonly string[]): Diagnostic {
  return {
    code: 'SP3001',
    severity: 'error',
    message: `nothing is waiting under the name "${id}"`,
    fix: known.length === 0 ? 'Nothing is waiting at all.' : `Waiting are: ${known.join(', ')}.`,
  }
}
