import { differences, type ObjectId } from '@savepoint/catalog'
import type { ResolvedConfig } from '../config/config.js'
import { connect } from '../database/connect.js'
import { describeTarget } from '../database/failure.js'
import { DiagnosticError, type Diagnostic } from '../diagnostics/index.js'
import { applyPlan, type ApplyOptions } from '../engine/development/apply.js'
import { createCurrentCatalog, type CurrentCatalog } from '../engine/development/current.js'
import { countRows } from '../engine/development/rows.js'
import type { StatePlan } from './states.js'

/**
 * Rows that a plan would throw away, by the object that they are in; what is empty is left out.
 *
 * @param url of the database that the plan is for
 */
export async function countLosses(url: string, { plan, from }: StatePlan): Promise<ReadonlyMap<ObjectId, number>> {
  const losses = new Map<ObjectId, number>()
  const destructions = plan.steps.flatMap(({ destroys }) => destroys ?? [])
  if (destructions.length === 0) return losses
  const session = await connect(url)
  try {
    for (const destruction of destructions) {
      const rows = await countRows(session, destruction, from)
      if (rows !== 0) losses.set(destruction.id, rows)
    }
    return losses
  } finally {
    await session.close()
  }
}

/**
 * Runs a plan on the database that it was made for: in one transaction, and what cannot run in one between transactions.
 * Whoever calls this has been asked about the steps that destroy data. What gets no lock within `lockTimeout` is tried again
 * `lockRetries` times.
 *
 * @param url of that database
 * @throws DiagnosticError SP2002, SP2003 lock timeout, SP2004, SP2007, SP2009 when it is not the database that was planned
 *   for any more; nothing of the open transaction is there then
 */
export async function applyStatePlan(
  url: string,
  planned: StatePlan,
  config: ResolvedConfig,
  onRetry?: ApplyOptions['onRetry'],
): Promise<void> {
  const session = await connect(url)
  try {
    const current = createCurrent(planned.roles, config)
    const from = await current.read(session)
    // A plan between versions was made from what scratch reads, which differs in its wording.
    const isComparable = Math.floor(from.version / 10_000) === Math.floor(planned.from.version / 10_000)
    if (isComparable && differences(from, planned.from).length > 0) throw new DiagnosticError([changed(url)])
    const outcome = await applyPlan(session, planned.plan, from, current, {
      to: planned.to,
      lockTimeout: config.lockTimeout,
      lockRetries: config.lockRetries,
      ...(onRetry && { onRetry }),
      ...(planned.strategy === 'online' && { guardLock: 'SHARE UPDATE EXCLUSIVE' as const }),
      accepted: new Set(planned.plan.steps.flatMap(({ destroys }) => destroys?.id ?? [])),
      // The plan was proved before anybody was asked.
      confirm: () => Promise.resolve(),
      openMonitor: () => connect(url),
      locate: planned.locate,
    })
    if (outcome.kind === 'changed') throw new DiagnosticError([changed(url)])
  } finally {
    await session.close()
  }
}

function createCurrent(roles: readonly string[], { include, exclude }: ResolvedConfig): CurrentCatalog {
  return createCurrentCatalog(
    { ...(include ? { include } : {}), exclude, ...(roles.length > 0 ? { roles } : {}) },
    // One command looks once; there is nothing to remember for the next.
    { recall: () => Promise.resolve(undefined), remember: () => Promise.resolve() },
  )
}

/**
 * Whether a database stands where a plan leads to.
 *
 * @param url of a database of the version that the plan was made for
 */
export async function isAtState(url: string, { to, roles }: StatePlan, config: ResolvedConfig): Promise<boolean> {
  const session = await connect(url)
  try {
    const catalog = await createCurrent(roles, config).read(session)
    return (
      Math.floor(catalog.version / 10_000) === Math.floor(to.version / 10_000) && differences(catalog, to).length === 0
    )
  } finally {
    await session.close()
  }
}

function changed(url: string): Diagnostic {
  return {
    code: 'SP2009',
    severity: 'error',
    message: `${describeTarget(url)} changed since the plan was made`,
    why: 'A plan is right only for the state that it was made from. Nothing was changed.',
    fix: 'Run the command again: it plans from the new state.',
  }
}
