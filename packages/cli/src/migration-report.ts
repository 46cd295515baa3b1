import type { ApplyResult, DownResult, MigrateError, MigrateEvent, MigrationFile, OnProgress } from '@savepoint/migrate'
import picocolors from 'picocolors'
import type { Io } from './io.js'
import type { Progress } from './terminal/progress.js'
import type { Talk } from './terminal/talk.js'

/** Listens to a run and keeps what its report needs. */
export interface RunReport {
  readonly onProgress: OnProgress
  /** The closing lines, after the run has ended well. */
  finish(): void
  /** The run failed: what ran is counted, the failure is told by whoever catches it. */
  fail(): void
  /** What ran, as Atlas's `{{ json . }}` has it. */
  toJson(result: ApplyResult | DownResult | undefined, error: unknown): object
}

const { createColors } = picocolors

// What takes longer is worth a word of its own; the file's time follows anyway.
const slowStatement = 1000

interface RanFile {
  file: MigrationFile
  statements: string[]
  start: Date
  end?: Date
  error?: { Stmt: string; Text: string }
}

/**
 * Tells a run in the words of `atlas migrate apply`, version 0.37, on standard output; the statement that is running, with
 * its time, on the terminal.
 *
 * @param silent nothing is printed: the result is going to be JSON
 */
export function createRunReport({ io, talk, silent }: { io: Io; talk: Talk; silent: boolean }): RunReport {
  const paint = createColors(io.resultColours)
  const print = (line: string): void => {
    if (!silent) io.stdout(`${line}\n`)
  }
  const files: RanFile[] = []
  const start = new Date()
  const started = performance.now()
  let plan: Extract<MigrateEvent, { type: 'plan' }> | undefined
  let fileStarted = started
  let statements = 0
  let failed = 0
  let progress: Progress | undefined
  const stopProgress = (): void => {
    progress?.stop()
    progress = undefined
  }

  function end(): void {
    const ok = files.filter(({ error }) => !error).length
    if (files.length === 0) return
    print('  -------------------------')
    print(`  -- ${formatTime(performance.now() - started)}`)
    print(`  -- ${countWithErrors(ok, files.length - ok, 'migration')}`)
    print(`  -- ${countWithErrors(statements, failed, 'sql statement')}`)
  }

  return {
    onProgress(event) {
      switch (event.type) {
        case 'plan':
          plan = event
          if (event.files.length > 0) print(`${describePlan(event)}\n`)
          return
        case 'warning':
          talk.warn(
            `${event.warning.code}: ${event.warning.message}${event.warning.fix ? ` ${event.warning.fix}` : ''}`,
          )
          return
        case 'script':
          talk.say(`running ${event.name}`)
          return
        case 'file':
          fileStarted = performance.now()
          files.push({ file: event.file, statements: [], start: new Date() })
          print(
            `  ${paint.cyan('--')} ${event.direction === 'up' ? 'migrating' : 'reverting'} version ${paint.yellow(event.file.version)}`,
          )
          return
        case 'statement': {
          const text = event.statement.text.trim()
          files.at(-1)?.statements.push(text)
          statements++
          print(`    ${paint.cyan('->')} ${text.replaceAll('\n', '\n       ')}`)
          stopProgress()
          if (io.terminal && !silent)
            progress = talk.progress(describeStatement(event, files.length, plan?.files.length))
          return
        }
        case 'statement-end':
          stopProgress()
          if (io.terminal && !silent && event.milliseconds >= slowStatement)
            talk.say(talk.style.dim(`       took ${formatTime(event.milliseconds)}`))
          return
        case 'retry':
          stopProgress()
          talk.warn(`${event.file.name} got no lock in time; trying again in ${(event.pause / 1000).toFixed(1)} s`)
          files.pop()
          return
        case 'statement-skipped':
          talk.say(`statement ${event.index} of ${event.file.name} was applied before`)
          return
        case 'file-end': {
          stopProgress()
          const current = files.at(-1)
          if (current) current.end = new Date()
          print(`  ${paint.cyan('--')} ${paint.green('ok')} (${formatTime(performance.now() - fileStarted)})\n`)
          return
        }
        case 'failed':
          stopProgress()
          noteFailure(event.error)
      }
    },
    finish() {
      stopProgress()
      if (files.length === 0) print('No migration files to execute')
      else end()
    },
    fail() {
      stopProgress()
      if (files.length > 0) print('')
      end()
    },
    toJson(result, error) {
      const current = result?.current
      const message =
        files.length === 0 && !error ? 'No migration files to execute' : plan && !error ? describeEnd(plan) : undefined
      return {
        Driver: 'postgres',
        ...(plan && plan.files.length > 0 ? { Pending: plan.files.map(describeFile) } : {}),
        ...(files.length > 0
          ? {
              Applied: files.map((ran) => ({
                ...describeFile(ran.file),
                Start: ran.start.toISOString(),
                End: (ran.end ?? new Date()).toISOString(),
                Applied: ran.statements,
                ...(ran.error ? { Error: ran.error } : {}),
              })),
            }
          : {}),
        ...(plan?.current === undefined ? {} : { Current: plan.current }),
        ...(current === undefined ? {} : { Target: current }),
        Start: start.toISOString(),
        End: new Date().toISOString(),
        ...(error ? { Error: error instanceof Error ? error.message : String(error) } : {}),
        ...(message ? { Message: message } : {}),
      }
    },
  }

  function noteFailure(error: MigrateError): void {
    const current = files.at(-1)
    if (!current || current.end) return
    if (error.statement !== undefined) {
      failed++
      statements--
    }
    current.error = { Stmt: error.statement ?? '', Text: error.why ?? error.message }
  }
}

function describePlan({ direction, files, current, target }: Extract<MigrateEvent, { type: 'plan' }>): string {
  if (direction === 'down') return `Migrating down from version ${current} (${files.length} migrations in total):`
  const from = current === undefined ? '' : ` from ${current}`
  return `Migrating to version ${target}${from} (${files.length} migrations in total):`
}

function describeEnd({ files, current, target }: Extract<MigrateEvent, { type: 'plan' }>): string {
  return `Migrated to version ${target}${current === undefined ? '' : ` from ${current}`} (${files.length} migrations in total)`
}

function describeFile({ name, version, description }: MigrationFile): object {
  return { Name: name, Version: version, ...(description ? { Description: description } : {}) }
}

function countWithErrors(ok: number, errors: number, noun: string): string {
  const nouns = (number: number): string => `${number} ${noun}${number === 1 ? '' : 's'}`
  if (errors === 0) return nouns(ok)
  return ok === 0 ? `${nouns(errors)} with errors` : `${nouns(ok)} ok, ${errors} with errors`
}

/** As Go prints a duration: `1.25ms`, `3.4s`. */
export function formatTime(milliseconds: number): string {
  if (milliseconds < 1000) return `${Number(milliseconds.toFixed(2))}ms`
  return `${Number((milliseconds / 1000).toFixed(2))}s`
}

/** `2 of 3: 20260102000000_slow.sql, statement 1 of 2: SELECT …`, its text in one line. */
function describeStatement(
  { file, statement, index, total }: Extract<MigrateEvent, { type: 'statement' }>,
  number: number,
  files = number,
): string {
  const text = statement.text.trim().replace(/\s+/g, ' ')
  const place = files > 1 ? `${number} of ${files}: ` : ''
  return `${place}${file.name}, statement ${index} of ${total}: ${text}`
}
