import type { PairServer } from './databases.js'
import type { Exception } from './exceptions.js'
import { runCase, type Case, type Direction, type Failure } from './run-pair.js'

export interface Report {
  /** Directions of cases; two for each. */
  passed: number
  failures: Failure[]
  /** Failures that the list of exceptions expects. */
  expected: Failure[]
  /** Cases that this version of Postgres does not load, where that is allowed. */
  unloadable: string[]
  /** Exceptions whose direction passed. */
  stale: { exception: Exception; direction: Direction }[]
}

const directions: readonly Direction[] = ['forward', 'backward']

/** Runs cases on a server, as many beside each other as it has lanes, those that touch the whole server alone at the end. */
export async function runCases(
  server: PairServer,
  cases: readonly Case[],
  options: {
    exceptions?: readonly Exception[]
    /** What the server refuses to load is counted apart: files for a newer Postgres. */
    skipUnloadable?: boolean
    onCase?: (test: Case, failures: readonly Failure[]) => void
  } = {},
): Promise<Report> {
  const report: Report = { passed: 0, failures: [], expected: [], unloadable: [], stale: [] }
  const run = async (test: Case): Promise<void> => {
    const failures = await runCase(server, test)
    if (options.skipUnloadable && failures.some(({ stage }) => stage === 'load')) {
      report.unloadable.push(test.name)
      return
    }
    for (const direction of directions) {
      const found = failures.filter((failure) => failure.direction === direction)
      const exception = options.exceptions?.find(
        (entry) =>
          entry.name === test.name &&
          (entry.direction ?? direction) === direction &&
          (entry.server ?? server.name) === server.name,
      )
      if (found.length === 0) report.passed++
      if (exception && found.length === 0) report.stale.push({ exception, direction })
      ;(exception ? report.expected : report.failures).push(...found)
    }
    options.onCase?.(test, failures)
  }
  const queue = cases.filter((test) => !test.clusterWide)
  const lane = async (): Promise<void> => {
    for (let test = queue.shift(); test; test = queue.shift()) await run(test)
  }
  await Promise.all(Array.from({ length: server.lanes }, lane))
  for (const test of cases) if (test.clusterWide) await run(test)
  return report
}

/** One failure as text: what, where, and the statements that led there. */
export function formatFailure(failure: Failure): string {
  const statements = failure.plan.map((sql, index) => `    ${index + 1}. ${sql.replaceAll('\n', '\n       ')}`)
  return [
    `✗ ${failure.name} ${failure.direction}: ${failure.stage}`,
    `    ${failure.message.replaceAll('\n', '\n    ')}`,
    ...(statements.length > 0 ? ['    plan:', ...statements] : []),
  ].join('\n')
}
