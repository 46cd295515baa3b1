import { parseAmount } from './arguments.js'
import { text } from './command.js'
import { parseDuration } from './duration.js'
import type { Io } from './io.js'
import { loadProject, projectOptions } from './project.js'
import type { Talk } from './terminal/talk.js'
import { UsageError } from './usage.js'

/** Options of a command that acts on one database. */
export const targetOptions = {
  ...projectOptions,
  url: {
    ...text('url', 'The database (default: `url` of the environment, else the development database)'),
    short: 'u',
  },
}

/** For commands that connect: waits for a server that is still starting. */
export const waitOption = { wait: { ...text('time', 'Wait for the database to answer (default: 30s)'), bare: '30s' } }

export interface TargetValues {
  readonly config: string | undefined
  readonly env: string | undefined
  readonly url: string | undefined
}

/**
 * The connection string that a command acts on, where that is a server that runs already.
 *
 * @returns undefined when the development database is one that Savepoint itself starts
 */
export async function findTargetUrl(options: TargetValues, io: Io): Promise<string | undefined> {
  if (options.url !== undefined) return requireUrl(options.url)
  const { url, database } = await loadProject(options, io)
  if (url !== undefined) return requireUrl(url)
  return database.kind === 'postgres' ? database.url : undefined
}

export function requireUrl(url: string): string {
  if (/^postgres(?:ql)?:\/\//.test(url)) return url
  throw new UsageError('--url takes a connection string such as postgres://user@localhost:5432/app')
}

/** Waits until the database answers; returns the milliseconds that it took. */
export async function waitForTarget(
  url: string,
  timeout: number,
  { io, talk }: { io: Io; talk: Talk },
): Promise<number> {
  const { describeTarget, waitForDatabase } = await import('@savepoint/core')
  const progress = talk.progress(`waiting for ${describeTarget(url)}`)
  let last = ''
  const onRetry = (reason: string): void => {
    // In a log the same line four times a second says nothing.
    if (reason !== last) progress.update(reason)
    last = reason
  }
  try {
    return await waitForDatabase({ url, timeout, signal: io.signal, onRetry })
  } finally {
    progress.stop()
  }
}

/** What `--wait` asks for, nothing when it was not given. */
export async function obeyWaitOption(
  url: string,
  wait: string | undefined,
  context: { io: Io; talk: Talk },
): Promise<void> {
  if (wait !== undefined) await waitForTarget(url, parseDuration(wait, 'wait'), context)
}

/** `--lock-retries`, for what applies. */
export function readLockRetries(value: string | undefined): { lockRetries?: number } {
  const lockRetries = parseAmount(value, 0)
  return lockRetries === undefined ? {} : { lockRetries }
}
