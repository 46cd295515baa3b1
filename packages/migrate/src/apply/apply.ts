import { MigrateError, type MigrateWarning } from '../error.js'
import type { Connection } from '../connection.js'
import type { MigrationDirectory } from '../directory/directory.js'
import type { MigrationFile } from '../formats/format.js'
import { refuseDirty } from './dirty.js'
import { captureFile, flywayChecksum, type CapturedFile } from './capture.js'
import { requireClean } from './clean.js'
import { createTable, withBaseline, writeBaseline } from './baseline.js'
import { describeHistory } from './edited.js'
import { withTimeouts, type TimeoutOptions } from './timeouts.js'
import type { MigrateEvent, OnProgress, TransactionMode } from './events.js'
import { createEndFailure } from './failure.js'
import { executeBatch, executeInTransaction, executeStepwise, rollBack, type ExecuteContext } from './execute.js'
import { Ledger } from './ledger.js'
import { withPatience, type PatienceOptions } from './patience.js'
import { pendingRepeatables, reconcile, type Reconciliation } from './pending.js'
import { runScripts } from './script.js'
import { hashScripts, type Script } from './script-hash.js'
import { findVersion, selectFiles, type SelectOptions } from './select.js'
import {
  checkDirectory,
  readTargetHistory,
  resolveTarget,
  withLock,
  type Target,
  type TargetOptions,
} from './session.js'

export interface RunOptions extends TargetOptions, TimeoutOptions {
  /** Says what would run; nothing is executed. */
  dryRun?: boolean | undefined
  onProgress?: OnProgress | undefined
  /** Of the interrupted file, how many statements are known to be applied. */
  resumeAfter?: number | undefined
  /** Written where the tool's table names who ran it. */
  operator?: string | undefined
}

export interface ApplyOptions extends RunOptions, SelectOptions, PatienceOptions {
  /** Version at which a database without history already stands. */
  baseline?: string | undefined
  /** Runs on a database without history that is not empty (atlas). */
  allowDirty?: boolean | undefined
  /** One transaction per file, for the whole run, or none. A file may say `none` itself. @default 'file' */
  txMode?: TransactionMode | undefined
  /** Run before the pending migrations, whenever some are pending or a script changed. */
  pre?: readonly Script[] | undefined
  post?: readonly Script[] | undefined
}

export interface ApplyResult {
  /** Files that ran, in order; with `dryRun` those that would. */
  applied: MigrationFile[]
  /** How many statements ran. */
  statements: number
  /** The newest version before. */
  before?: string
  /** The newest version now. */
  current?: string
  warnings: MigrateWarning[]
}

const defaultOperator = 'Savepoint'

/**
 * Applies pending migrations under the tool's own lock, file after file. After a failure or a kill the next call goes on
 * where this one stopped: nothing runs twice, nothing is left out.
 *
 * Throws SP4010 … SP4026; what is applied stands in the error's `why`, what to run next in its `fix`.
 */
export async function applyMigrations(
  connection: Connection,
  directory: MigrationDirectory,
  options: ApplyOptions = {},
): Promise<ApplyResult> {
  if (options.baseline !== undefined && options.allowDirty)
    throw new MigrateError('SP4018', 'baseline and allow-dirty are mutually exclusive', { fix: 'Give one of the two.' })
  checkTransactionMode(options.txMode)
  const checked = checkDirectory(directory)
  const target = await resolveTarget(connection, directory, options)
  const run = async (): Promise<ApplyResult> => applyLocked(target, directory, checked, options)
  return options.dryRun ? run() : withLock(target, options, run)
}

function checkTransactionMode(mode: string | undefined): void {
  if (mode !== undefined && !['file', 'all', 'none'].includes(mode))
    throw new MigrateError('SP4018', `unknown tx-mode "${mode}"`, { fix: 'Use file, all or none.' })
}

async function applyLocked(
  target: Target,
  directory: MigrationDirectory,
  { sum, contents }: ReturnType<typeof checkDirectory>,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const { connection, store, table } = target
  const onProgress = options.onProgress ?? (() => {})
  const warnings: MigrateWarning[] = []
  const warn = (warning: MigrateWarning): void => {
    warnings.push(warning)
    onProgress({ type: 'warning', warning })
  }
  const history = await readTargetHistory(target)
  refuseDirty(directory, history)
  let state = reconcile(directory, history)
  if (state.partial?.direction === 'down') throw createHalfUndone(state.partial)
  if (options.resumeAfter !== undefined && !state.partial)
    throw new MigrateError('SP4018', 'no migration was interrupted, there is nothing to resume', {
      fix: 'Leave `--resume-after` out.',
    })
  for (const warning of describeHistory(directory, history, state, sum, contents)) warn(warning)
  const isFresh = state.versions.size === 0
  const baselined = isFresh && options.baseline !== undefined ? findVersion(directory, options.baseline) : undefined
  const createLedger = (): Ledger =>
    new Ledger({
      connection,
      directory,
      store,
      table,
      history,
      sum,
      operator: options.operator ?? defaultOperator,
      applied: new Set(state.applied.map(({ version }) => version)),
    })
  if (baselined) {
    if (!options.dryRun) await writeBaseline(target, directory, createLedger(), baselined)
    state = withBaseline(directory, state, baselined)
  } else if (isFresh && directory.format.name === 'atlas' && !options.allowDirty && state.pending.length > 0)
    await requireClean(target, options.boundSchema)
  const { files, warnings: orderWarnings } = selectFiles(directory, state, options)
  orderWarnings.forEach(warn)
  if (directory.format.name === 'flyway' && options.amount === undefined)
    files.push(...pendingRepeatables(directory, history, (file) => flywayChecksum(directory.source, file.name)))
  const scripts = hashScripts(options.pre ?? [], options.post ?? [])
  const hasScripts = (options.pre?.length ?? 0) + (options.post?.length ?? 0) > 0
  const runsScripts = hasScripts && (files.length > 0 || history.notes.scripts !== scripts)
  const last = files.at(-1)
  const plan: MigrateEvent = {
    type: 'plan',
    direction: 'up',
    files,
    ...(state.current === undefined ? {} : { current: state.current }),
    ...(last ? { target: last.version } : {}),
  }
  onProgress(plan)
  const result: ApplyResult = {
    applied: [],
    statements: 0,
    warnings,
    ...(state.current === undefined ? {} : { before: state.current, current: state.current }),
  }
  if (files.length === 0 && !runsScripts) return result
  const ledger = createLedger()
  const context: ExecuteContext = { connection, ledger, onProgress, finished: [] }
  if (!options.dryRun && !history.exists) await createTable(target)
  await withTimeouts(connection, options, async () => {
    const around = async (phase: 'pre' | 'post'): Promise<void> => {
      if (!runsScripts) return
      const chosen = options[phase] ?? []
      if (options.dryRun) for (const { name } of chosen) onProgress({ type: 'script', name, phase })
      else await runScripts(connection, chosen, phase, context.finished, onProgress)
    }
    await around('pre')
    await applyFiles(context, directory, files, state, contents, options, result)
    await around('post')
    if (runsScripts) ledger.noteScripts(scripts)
  }).catch((error: unknown) => {
    if (error instanceof MigrateError) onProgress({ type: 'failed', error })
    throw error
  })
  const lost = options.dryRun ? undefined : await ledger.flush()
  if (lost) warn(lost)
  return result
}

async function applyFiles(
  context: ExecuteContext,
  directory: MigrationDirectory,
  files: readonly MigrationFile[],
  state: Reconciliation,
  contents: ReadonlyMap<string, string>,
  options: ApplyOptions,
  result: ApplyResult,
): Promise<void> {
  const { connection, onProgress } = context
  const all = options.txMode === 'all' && !options.dryRun
  const done = (captured: CapturedFile): void => {
    const { file, total } = captured
    result.applied.push(file)
    result.statements += total
    if (
      file.kind !== 'repeatable' &&
      (result.current === undefined || directory.format.compare(file.version, result.current) > 0)
    )
      result.current = file.version
  }
  const capture = (file: MigrationFile): CapturedFile => captureFile(directory, file, 'up', contents.get(file.name))
  let ahead: (() => CapturedFile) | undefined
  if (all) await connection.query('BEGIN')
  try {
    for (const [index, file] of files.entries()) {
      const captured = ahead ? ahead() : capture(file)
      ahead = undefined
      const next = files[index + 1]
      const partial = state.partial?.file === file ? state.partial : undefined
      const stepwise = partial !== undefined || runsStepwise(directory, captured, options.txMode)
      if (options.dryRun) announce(captured, !stepwise, onProgress)
      else if (stepwise && all)
        throw new MigrateError(
          'SP4018',
          `cannot set txmode directive to "none" in "${file.name}" when txmode "all" is set globally`,
          {
            file: file.name,
            fix: 'Use `--tx-mode file`.',
          },
        )
      else if (stepwise) await executeStepwise(context, captured, partial, partial && options.resumeAfter)
      else if (all) await executeInTransaction(context, captured, 'open')
      else {
        const look = (): void => void (ahead ??= next && attempt(() => capture(next)))
        const run = async (): Promise<void> => {
          if (options.onProgress || !(await executeBatch(context, captured, look)))
            await executeInTransaction(context, captured, 'own')
        }
        await withPatience(options, run, async (pause) => {
          await rollBack(connection)
          onProgress({ type: 'retry', file, pause })
        })
      }
      done(captured)
      // In one transaction nothing is finished before the end.
      if (!all) context.finished.push(file.name)
    }
    if (all) await connection.query('COMMIT')
  } catch (error) {
    await rollBack(connection)
    const at = files[result.applied.length] ?? files.at(-1)
    throw error instanceof MigrateError || !at ? error : createEndFailure(error, at, 'up', context.finished)
  }
}

/** Does something now, and fails later, when its result is wanted. */
function attempt<Value>(work: () => Value): () => Value {
  try {
    const value = work()
    return () => value
  } catch (error) {
    return () => {
      throw error
    }
  }
}

/** Whether a file runs statement by statement instead of in one transaction. */
export function runsStepwise(
  directory: MigrationDirectory,
  captured: CapturedFile,
  mode: TransactionMode | undefined,
): boolean {
  const { options, controlsTransactions, hasOutside, total } = captured
  if (options.transaction !== undefined) return options.transaction === 'none'
  if (mode === 'none' || controlsTransactions) return true
  // golang-migrate sends a file as one query: a lone statement has no block around it. Flyway looks at the statements.
  return (
    hasOutside && (directory.format.name === 'flyway' || (directory.format.name === 'golang-migrate' && total === 1))
  )
}

function announce(captured: CapturedFile, transaction: boolean, onProgress: OnProgress): void {
  const { file, direction, total } = captured
  onProgress({ type: 'file', file, direction, statements: total, transaction })
  let index = 0
  for (const statement of captured.statements())
    onProgress({ type: 'statement', file, statement, index: ++index, total })
  onProgress({ type: 'file-end', file, direction, milliseconds: 0 })
}

function createHalfUndone({ file, applied, total }: NonNullable<Reconciliation['partial']>): MigrateError {
  return new MigrateError(
    'SP4012',
    `${file.name} is half undone: ${applied} of ${total} statements of its way down ran`,
    {
      file: file.down ?? file.name,
      fix: 'Run `savepoint migrate down` to finish it.',
    },
  )
}
