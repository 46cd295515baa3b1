import { createKeyQuery, readParameters, type AdvisoryCall, type AdvisoryLocks } from './advisory-locks.js'
import type { Backend } from './backend.js'
import { frontend, readStrings, type ServerReport, type TransactionStatus } from './messages.js'
import type { StatementAnalysis } from './statement-effects.js'
import type { SessionStatements } from './statements.js'
import type { Unit } from './unit-queue.js'

/** A session-level lock that a unit takes or gives back, if it succeeds. */
export interface LockChange {
  key: string
  shared: boolean
  release: boolean
}

/** A unit that can run, and what was found out about its messages. */
export interface AdmittedUnit {
  analyses: ReadonlyMap<Buffer, StatementAnalysis>
  /** SQL to run instead, for messages whose lock is not to be had (it says so) or not to be given back. */
  refused: ReadonlyMap<Buffer, string>
  lockChanges: LockChange[]
}

export type Admission =
  | { kind: 'run'; unit: AdmittedUnit }
  | { kind: 'wait for lock' }
  | { kind: 'wait for extensions'; names: string[] }
  | { kind: 'fail'; report: ServerReport }

export interface AdmissionContext<Holder> {
  session: Holder
  status: TransactionStatus
  /** It is in a transaction or an open batch, where nobody whom it waits for could run. */
  holdsBackend: boolean
  statements: SessionStatements
  backend: Backend
  locks: AdvisoryLocks<Holder>
  extensions: { has(name: string): boolean; allBundled(): string[] }
}

/** Decides whether a unit can run now. The backend must be the session's. */
export function admit<Holder>(unit: Unit, context: AdmissionContext<Holder>): Admission {
  const analyses = analyseUnit(unit, context.statements)
  const refused = new Map<Buffer, string>()
  const lockChanges: LockChange[] = []
  const admitted: Admission = { kind: 'run', unit: { analyses, refused, lockChanges } }
  if (context.status === 'E') return admitted
  for (const [message, { effects, advisory }] of analyses) {
    const names = effects.flatMap((effect) => {
      if (effect.kind === 'create extension') return [effect.name]
      return effect.kind === 'list extensions' ? context.extensions.allBundled() : []
    })
    const missing = names.filter((name) => !context.extensions.has(name))
    if (missing.length > 0) return { kind: 'wait for extensions', names: missing }
    if (!advisory || message[0] === frontend.parse) continue
    const decision = decide(advisory, message, context)
    if (decision === 'refuse') refused.set(message, advisory.refused)
    else if (decision === 'wait') return waitForLock(context)
    else if (decision) lockChanges.push(...decision)
  }
  return admitted
}

/** Analyses of the messages that run or prepare SQL; ordinary ones have none. */
function analyseUnit(unit: Unit, statements: SessionStatements): Map<Buffer, StatementAnalysis> {
  const analyses = new Map<Buffer, StatementAnalysis>()
  const parsed = new Map<string, StatementAnalysis | undefined>()
  const messages = unit.kind === 'extended' ? unit.messages : unit.kind === 'query' ? [unit.message] : []
  for (const message of messages) {
    let analysis: StatementAnalysis | undefined
    if (message[0] === frontend.query) analysis = statements.analyse(message, 5)
    else if (message[0] === frontend.parse) {
      const { strings, offset } = readStrings(message, 5, 1)
      analysis = statements.analyse(message, offset)
      parsed.set(strings[0] ?? '', analysis)
    } else if (message[0] === frontend.bind) {
      const [, name = ''] = readStrings(message, 5, 2).strings
      analysis = parsed.has(name) ? parsed.get(name) : statements.analysisOf(name)
    }
    if (analysis) analyses.set(message, analysis)
  }
  return analyses
}

function decide<Holder>(
  call: AdvisoryCall,
  message: Buffer,
  context: AdmissionContext<Holder>,
): 'refuse' | 'wait' | LockChange[] | undefined {
  const { locks, session } = context
  if (call.action === 'unlock all') return 'refuse'
  const key = keyOf(call, message[0] === frontend.bind ? readParameters(message) : [], context)
  if (key === undefined) return undefined
  const { shared } = call
  if (call.action === 'unlock') return locks.isHeld(key, session, shared) ? [{ key, shared, release: true }] : 'refuse'
  if (locks.conflicts(key, session, shared)) return call.action === 'try' ? 'refuse' : 'wait'
  return call.transaction ? [] : [{ key, shared, release: false }]
}

function keyOf<Holder>(
  call: AdvisoryCall,
  parameters: (string | null)[],
  { backend, status }: AdmissionContext<Holder>,
): string | undefined {
  if (call.keys.every((key) => /^\s*-?\d+\s*$/.test(key))) return call.keys.map((key) => key.trim()).join(', ')
  if (status === 'T') backend.query('SAVEPOINT savepoint_key')
  const { rows, error } = backend.query(createKeyQuery(call.keys, parameters))
  if (status === 'T') backend.query('ROLLBACK TO SAVEPOINT savepoint_key; RELEASE SAVEPOINT savepoint_key')
  const [row] = rows
  return error || !row || row.includes(null) ? undefined : row.join(', ')
}

function waitForLock({ holdsBackend }: { holdsBackend: boolean }): Admission {
  if (!holdsBackend) return { kind: 'wait for lock' }
  return {
    kind: 'fail',
    report: {
      severity: 'ERROR',
      code: '55P03',
      message: 'another connection holds the advisory lock',
      detail: 'On the embedded Postgres a transaction cannot wait for a lock of another connection.',
      hint: 'Take the lock before BEGIN.',
    },
  }
}
