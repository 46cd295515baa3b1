import { MigrateError, type MigrateWarning } from '../error.js'
import type { Connection } from '../connection.js'
import type { MigrationDirectory } from '../directory/directory.js'
import type { MigrationFile } from '../formats/format.js'
import type { History } from '../revisions/store.js'
import { decodeText, splitLines, type Statement } from '../scanner/text.js'
import { runsStepwise, type RunOptions } from './apply.js'
import { withTimeouts } from './timeouts.js'
import { refuseDirty } from './dirty.js'
import { captureFile, type CapturedFile } from './capture.js'
import { executeInTransaction, executeStepwise, rollBack, type ExecuteContext } from './execute.js'
import { createEndFailure } from './failure.js'
import { Ledger } from './ledger.js'
import { reconcile, type Reconciliation } from './pending.js'
import { findVersion } from './select.js'
import { checkDirectory, readTargetHistory, resolveTarget, withLock, type Target } from './session.js'

export interface DownOptions extends RunOptions {
  /** How many migrations to undo. @default 1 */
  amount?: number | undefined
  /** The version to arrive at; it stays applied. `0` undoes all. */
  toVersion?: string | undefined
  /**
   * Statements that undo a migration whose files give no way down, such as one of the atlas format: computed by the
   * caller from a replay.
   */
  createDown?: ((file: MigrationFile) => Promise<readonly string[]> | readonly string[]) | undefined
}

export interface DownResult {
  /** Files that were undone, in order; with `dryRun` those that would be. */
  undone: MigrationFile[]
  statements: number
  before?: string
  /** The newest version now; absent when none is left. */
  current?: string
  warnings: MigrateWarning[]
}

/**
 * Undoes applied migrations, the last applied first, by the way down that their files give, each in a transaction with
 * its row. A down that fails half-way outside a transaction goes on there at the next call.
 *
 * Throws SP4014 for a migration without a way down, before anything runs, and what `applyMigrations` throws.
 */
export async function undoMigrations(
  connection: Connection,
  directory: MigrationDirectory,
  options: DownOptions = {},
): Promise<DownResult> {
  const { amount } = options
  if (amount !== undefined && (!Number.isInteger(amount) || amount < 1))
    throw new MigrateError('SP4018', `cannot undo '${amount}' migrations`, { fix: 'Give a number of at least 1.' })
  const { sum } = checkDirectory(directory)
  const target = await resolveTarget(connection, directory, options)
  const run = (): Promise<DownResult> => undoLocked(target, directory, sum, options)
  return options.dryRun ? run() : withLock(target, options, run)
}

async function undoLocked(
  target: Target,
  directory: MigrationDirectory,
  sum: ReturnType<typeof checkDirectory>['sum'],
  options: DownOptions,
): Promise<DownResult> {
  const { connection, store, table } = target
  const onProgress = options.onProgress ?? (() => {})
  const history = await readTargetHistory(target)
  refuseDirty(directory, history)
  const state = reconcile(directory, history)
  if (state.partial?.direction === 'up')
    throw new MigrateError('SP4012', `${state.partial.file.name} is applied in part: finish it before going down`, {
      file: state.partial.file.name,
      fix: 'Run `savepoint migrate apply`, or mend the database by hand and `savepoint migrate set VERSION`.',
    })
  const files = selectDown(directory, history, state, options)
  const captured: CapturedFile[] = []
  for (const file of files) captured.push(await captureDown(directory, file, options))
  const before = state.current
  const warnings = captured
    .filter(({ total }) => total === 0)
    .map(({ file }): MigrateWarning => ({
      code: 'SP4014',
      message: `the way down of ${file.down ?? file.name} is empty: only its row goes`,
      file: file.down ?? file.name,
    }))
  for (const warning of warnings) onProgress({ type: 'warning', warning })
  onProgress({ type: 'plan', direction: 'down', files, ...(before === undefined ? {} : { current: before }) })
  const applied = new Set(state.applied.map(({ version }) => version))
  const operator = options.operator ?? 'Savepoint'
  const ledger = new Ledger({ connection, directory, store, table, history, sum, operator, applied })
  const context: ExecuteContext = { connection, ledger, onProgress, finished: [] }
  const result: DownResult = { undone: [], statements: 0, warnings, ...(before === undefined ? {} : { before }) }
  await withTimeouts(connection, options, async () => {
    for (const one of captured) {
      await undoOne(context, directory, one, state, options)
      context.finished.push(one.file.name)
      result.undone.push(one.file)
      result.statements += one.total
      if (options.dryRun) applied.delete(one.file.version)
    }
  }).catch((error: unknown) => {
    if (error instanceof MigrateError) onProgress({ type: 'failed', error })
    throw error
  })
  const current = [...applied].sort(directory.format.compare).at(-1)
  if (current !== undefined) result.current = current
  const lost = options.dryRun ? undefined : await ledger.flush()
  if (lost) warnings.push(lost)
  return result
}

async function undoOne(
  context: ExecuteContext,
  directory: MigrationDirectory,
  captured: CapturedFile,
  state: Reconciliation,
  options: DownOptions,
): Promise<void> {
  const { connection, onProgress } = context
  const { file, total } = captured
  const partial = state.partial?.file === file ? state.partial : undefined
  if (options.dryRun) {
    onProgress({ type: 'file', file, direction: 'down', statements: total, transaction: true })
    let index = 0
    for (const statement of captured.statements())
      onProgress({ type: 'statement', file, statement, index: ++index, total })
    return
  }
  if (partial || runsStepwise(directory, captured, 'file'))
    return executeStepwise(context, captured, partial, partial && options.resumeAfter)
  try {
    await executeInTransaction(context, captured, 'own')
  } catch (error) {
    await rollBack(connection)
    throw error instanceof MigrateError ? error : createEndFailure(error, file, 'down', context.finished)
  }
}

/** Applied files in the order in which they are undone: the last applied first, where the history keeps that order. */
function selectDown(
  directory: MigrationDirectory,
  history: History,
  state: Reconciliation,
  options: DownOptions,
): MigrationFile[] {
  const { format } = directory
  const place = new Map(history.revisions.map(({ version }, index) => [format.normaliseVersion(version), index]))
  const keepsOrder = format.name === 'goose' || format.name === 'flyway'
  const ordered = [...state.applied].reverse()
  if (keepsOrder) ordered.sort((a, b) => (place.get(b.version) ?? 0) - (place.get(a.version) ?? 0))
  const half = state.partial?.file
  const files = half ? [half, ...ordered.filter((file) => file !== half)] : ordered
  if (options.toVersion === undefined) return files.slice(0, options.amount ?? 1)
  if (/^-?[01]$|^0+$/.test(options.toVersion) && !files.some(({ version }) => version === options.toVersion))
    return files
  const stop = findVersion(directory, options.toVersion)
  return files.filter((file) => format.compare(file.version, stop.version) > 0)
}

async function captureDown(
  directory: MigrationDirectory,
  file: MigrationFile,
  options: DownOptions,
): Promise<CapturedFile> {
  if (file.down !== undefined) {
    const captured = captureFile(directory, file, 'down')
    if (captured.total > 0 || (!options.createDown && saysDown(directory, file))) return captured
  }
  if (!options.createDown) throw createNoDown(file)
  const statements = (await options.createDown(file)).map((text): Statement => ({
    text,
    comments: [],
    line: 1,
    column: 1,
  }))
  const up = captureFile(directory, file, 'up')
  return {
    ...up,
    direction: 'down',
    total: statements.length,
    statements: () => statements,
    hasOutside: false,
    controlsTransactions: false,
  }
}

const downMarkerRE = /^--\s*(?:\+goose\s+down|migrate:down)/i

/** Whether an empty way down is meant: a file of its own, or the marker of the section. */
function saysDown(directory: MigrationDirectory, file: MigrationFile): boolean {
  if (file.down !== file.name) return true
  for (const { line } of splitLines(decodeText(directory.source.open(file.name), file.name)))
    if (downMarkerRE.test(line)) return true
  return false
}

function createNoDown(file: MigrationFile): MigrateError {
  return new MigrateError('SP4014', `${file.name} has no way down`, {
    file: file.down ?? file.name,
    why: 'Nothing was undone.',
    fix: 'Write the way down, or undo the change with a new migration.',
  })
}
