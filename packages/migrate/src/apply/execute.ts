import { MigrateError } from '../error.js'
import { isConnectionLoss, type Connection, type ServerError } from '../connection.js'
import type { Statement } from '../scanner/text.js'
import { TextHash, type CapturedFile } from './capture.js'
import type { OnProgress } from './events.js'
import { createFailure } from './failure.js'
import type { Ledger } from './ledger.js'
import type { PartialFile } from './pending.js'
import { inspectOutcome } from './resume.js'
import { classifyStatement, isRollback } from './statement-kind.js'

export interface ExecuteContext {
  connection: Connection
  ledger: Ledger
  onProgress: OnProgress
  /** Names of the files that are done, for the words of a failure. */
  finished: string[]
}

async function run(
  context: ExecuteContext,
  captured: CapturedFile,
  statement: Statement,
  index: number,
  state: { applied: number; transaction: boolean },
  prefix = '',
): Promise<void> {
  const { file, direction, total } = captured
  context.onProgress({ type: 'statement', file, statement, index, total })
  const start = performance.now()
  try {
    await context.connection.query(prefix + statement.text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw createFailure(error, file, direction, statement, {
      ...state,
      total,
      finished: context.finished,
      offset: prefix.length,
    })
  }
  const milliseconds = performance.now() - start
  context.onProgress({ type: 'statement-end', file, statement, index, milliseconds })
}

/** Rolls back without hiding the failure that led here: after a lost connection there is nothing to roll back. */
export async function rollBack(connection: Connection): Promise<void> {
  try {
    await connection.query('ROLLBACK')
  } catch {
    // The first failure is the one that is reported.
  }
}

/**
 * Runs a file in a transaction and writes its row there: both stay or neither does.
 *
 * @param transaction `own` begins and commits, each in the round trip of what stands beside it; `open` leaves both to the caller
 */
export async function executeInTransaction(
  context: ExecuteContext,
  captured: CapturedFile,
  transaction: 'own' | 'open',
): Promise<void> {
  const { file, direction, total } = captured
  const start = performance.now()
  context.onProgress({ type: 'file', file, direction, statements: total, transaction: true })
  let begin = transaction === 'own' ? 'BEGIN;\n' : ''
  let index = 0
  for (const statement of captured.statements()) {
    await run(context, captured, statement, ++index, { applied: 0, transaction: true }, begin)
    begin = ''
  }
  if (begin) await context.connection.query('BEGIN')
  captured.verifyUnchanged()
  const milliseconds = performance.now() - start
  await context.ledger.finish(captured, milliseconds, transaction === 'own' ? 'COMMIT' : undefined)
  context.onProgress({ type: 'file-end', file, direction, milliseconds })
}

const batchLimit = 1 << 16

/**
 * Runs a small file, its row and the transaction around them in one round trip, for callers that watch no statements. Says nothing of which statement failed: after `false`, when all is rolled back, run the file
 * by `executeInTransaction`, which does.
 *
 * @param meanwhile work of this process while the server works
 * @returns whether the file is applied
 */
export async function executeBatch(
  context: ExecuteContext,
  captured: CapturedFile,
  meanwhile: () => void,
): Promise<boolean> {
  const { connection, ledger } = context
  const texts: string[] = []
  let length = 0
  for (const { text } of captured.statements()) {
    length += text.length
    if (length > batchLimit) return false
    texts.push(text.replace(/^\uFEFF/, ''))
  }
  const finish = await ledger.collectFinish(captured)
  try {
    // A text may end in a comment, so that the next one has to begin on a line of its own.
    const answer = connection.query(['BEGIN', ...texts, ...finish, 'COMMIT'].join('\n;\n'))
    meanwhile()
    await answer
    return true
  } catch (error) {
    if (isConnectionLoss(error)) throw error
    await rollBack(connection)
    return false
  }
}

// Progress is written with every statement, but for a file of very many statements no more often than this.
const progressSteps = (total: number): number => (total > 5000 ? 50 : 500)

/**
 * Runs a file statement by statement outside a transaction of the file. What can run in a transaction is committed
 * together with the count of statements, so that a kill at any moment leaves neither a statement without its count nor
 * the reverse. What cannot is announced before and counted after.
 *
 * @param partial what an interrupted run left of this file
 * @param resumeAfter statements that the caller knows to be applied
 */
export async function executeStepwise(
  context: ExecuteContext,
  captured: CapturedFile,
  partial: PartialFile | undefined,
  resumeAfter: number | undefined,
): Promise<void> {
  const { connection, ledger } = context
  const { file, direction, total } = captured
  const start = performance.now()
  context.onProgress({ type: 'file', file, direction, statements: total, transaction: false })
  const done = resumeAfter ?? partial?.applied ?? 0
  if (!partial) await ledger.begin(captured)
  const hash = new TextHash()
  const progress = { applied: done, error: '', errorStatement: '' }
  const batch = Math.max(1, Math.floor(total / progressSteps(total)))
  // `ours`: a transaction for a batch; `theirs`: one that the file itself opened.
  let open: 'none' | 'ours' | 'theirs' = 'none'
  let inBatch = 0
  const commit = async (): Promise<void> => {
    if (open !== 'ours') return
    await ledger.progress(captured, progress, hash)
    await connection.query('COMMIT')
    open = 'none'
    inBatch = 0
  }
  let index = 0
  let committed = done
  try {
    for (const statement of captured.statements()) {
      index++
      if (index <= done) {
        hash.add(statement.text)
        ledger.remember(hash)
        if (partial && resumeAfter === undefined) verifyPrefix(captured, partial, index, hash)
        continue
      }
      const kind = classifyStatement(statement.text)
      const isFirst = index === done + 1 && partial?.running === true && resumeAfter === undefined
      const state = { applied: committed, transaction: false }
      if (open === 'none' && kind === 'plain') {
        await connection.query('BEGIN')
        open = 'ours'
      } else if (open === 'ours' && kind !== 'plain') await commit()
      if (open === 'none' && kind === 'procedural') {
        const announce = (): Promise<void> => ledger.announce(captured, progress, hash, true)
        await runProcedural(context, captured, statement, index, state, isFirst, announce, () => record(statement))
      } else {
        if (open === 'none' && kind === 'outside') {
          const outcome = isFirst ? await inspectOutcome(connection, statement.text) : 'not-applied'
          if (outcome === 'unknown') throw createUnknown(captured, statement, index)
          if (outcome === 'applied') {
            context.onProgress({ type: 'statement-skipped', file, statement, index })
            await record(statement)
            committed = index
            continue
          }
          await ledger.announce(captured, progress, hash)
        }
        if (open === 'theirs') {
          // Written inside the file's own transaction, at its end: the count stands exactly when the commit does.
          hash.add(statement.text)
          ledger.remember(hash)
          progress.applied = index
          if (kind === 'commit') await ledger.progress(captured, progress, hash)
          await run(context, captured, statement, index, state)
          if (kind !== 'commit') continue
          open = 'none'
          committed = index
          if (isRollback(statement.text)) await ledger.progress(captured, progress, hash)
          continue
        }
        await run(context, captured, statement, index, state)
        if (kind === 'begin') {
          open = 'theirs'
          hash.add(statement.text)
          ledger.remember(hash)
          continue
        }
        if (open === 'ours') {
          progress.applied = index
          hash.add(statement.text)
          ledger.remember(hash)
          if (++inBatch >= batch) {
            await commit()
            committed = index
          }
          continue
        }
        await record(statement)
      }
      if (open === 'none') committed = index
    }
    captured.verifyUnchanged()
    if (open === 'none') await connection.query('BEGIN')
    const milliseconds = performance.now() - start
    await ledger.finish(captured, milliseconds, 'COMMIT')
    context.onProgress({ type: 'file-end', file, direction, milliseconds })
  } catch (error) {
    await rollBack(connection)
    if (error instanceof MigrateError && error.code === 'SP4017')
      await ledger.fail(captured, { applied: committed, error: error.message, errorStatement: error.statement ?? '' })
    throw error
  }

  async function record(statement: Statement): Promise<void> {
    hash.add(statement.text)
    ledger.remember(hash)
    progress.applied = index
    await ledger.progress(captured, progress, hash)
  }
}

/** DO and CALL run in a transaction with their count unless they end transactions themselves. */
async function runProcedural(
  context: ExecuteContext,
  captured: CapturedFile,
  statement: Statement,
  index: number,
  state: { applied: number; transaction: boolean },
  isFirst: boolean,
  announce: () => Promise<void>,
  record: () => Promise<void>,
): Promise<void> {
  const { connection } = context
  if (isFirst && context.ledger.wasAnnounced) throw createUnknown(captured, statement, index)
  await connection.query('BEGIN')
  try {
    await run(context, captured, statement, index, state)
    await record()
    await connection.query('COMMIT')
  } catch (error) {
    await rollBack(connection)
    const cause = error instanceof MigrateError ? (error.cause as ServerError | undefined) : undefined
    // invalid_transaction_termination: the body commits, so nothing of it happened inside ours.
    if (cause?.code !== '2D000') throw error
    await announce()
    await run(context, captured, statement, index, state)
    await record()
  }
}

function verifyPrefix(captured: CapturedFile, partial: PartialFile, index: number, hash: TextHash): void {
  const perStatement = partial.hashes.length === partial.applied
  const expected = perStatement ? partial.hashes[index - 1] : index === partial.applied ? partial.hashes[0] : undefined
  if (expected === undefined || expected === hash.digest()) return
  const { file, direction, total } = captured
  const name = direction === 'up' ? file.name : (file.down ?? file.name)
  throw new MigrateError('SP4012', `history changed: statement ${index} from file "${name}" changed`, {
    file: name,
    why: `${partial.applied} of ${total} statements were applied by an interrupted run, and they are not the ones that stand there now.`,
    fix: 'Put the applied statements back as they were and correct only what follows them.',
  })
}

function createUnknown({ file, direction }: CapturedFile, statement: Statement, index: number): MigrateError {
  const name = direction === 'up' ? file.name : (file.down ?? file.name)
  return new MigrateError(
    'SP4026',
    `${name}:${statement.line}: it is not known whether statement ${index} was applied`,
    {
      file: name,
      line: statement.line,
      statement: statement.text,
      why: 'It cannot run in a transaction, and the last run ended while it ran.',
      fix: `Look whether it took effect; then \`savepoint migrate ${direction === 'up' ? 'apply' : 'down'} --resume-after ${index}\` if it did, \`--resume-after ${index - 1}\` if not.`,
    },
  )
}
