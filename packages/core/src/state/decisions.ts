import {
  plan as makePlan,
  renameCandidates,
  type Catalog,
  type Destruction,
  type ObjectId,
  type Plan,
  type PlanOptions,
  type Rename,
  type RenameCandidate,
} from '@savepoint/catalog'
import { DiagnosticError } from '../diagnostics/index.js'
import { decisionId, describeRows, gerund, retainWhole } from '../engine/run/decide.js'

/** A question that only a person can answer: plain data, printed by `--json` as it is. */
export interface MissingDecision {
  /** Stable between runs: what an answer names. */
  key: string
  /** `rename or drop` where something new looks the same, `drop` where nothing does. */
  kind: 'rename or drop' | 'drop'
  /** What would be destroyed. */
  from: ObjectId
  /** What it could have been renamed to; a label of an enum as its text. */
  to: readonly string[]
  /** Every possible answer: `rename to <to>`, `drop`, `keep`. */
  choices: readonly string[]
  /** One sentence for a person. */
  message: string
  /** The statement that would destroy. */
  sql: string
  /** Rows that would lose a value; null where there is no database to count in. */
  rows: number | null
}

export interface DecideStatesOptions {
  from: Catalog
  to: Catalog
  /** Those that annotations say. */
  renames: readonly Rename[]
  strategy: PlanOptions['strategy']
  /** Choices by key. */
  answers: ReadonlyMap<string, string>
  /** Asks a person; undefined when nobody knows. Absent: there is nobody to ask. */
  ask?: ((decision: MissingDecision) => Promise<string | undefined>) | undefined
  /** Rows that would lose a value, -1 when they cannot be counted; absent without a database. */
  count?: ((destruction: Destruction) => Promise<number>) | undefined
}

export interface DecidedPlan {
  plan: Plan
  /** The end, with what is kept as the beginning has it. */
  to: Catalog
  renames: Rename[]
  missing: MissingDecision[]
}

/**
 * Plans with the answers that are given. Whatever nobody has answered is planned as a drop and named in `missing`.
 *
 * @throws DiagnosticError SP3006 for an answer that is none of the choices
 */
export async function decideStates(options: DecideStatesOptions): Promise<DecidedPlan> {
  const { from, strategy, answers, ask } = options
  const renames = [...options.renames]
  const kept = new Set<ObjectId>()
  const settled = new Map<string, string | undefined>()
  const counted = new Map<ObjectId, number | null>()
  // Each round settles at least one question, or is the last.
  for (;;) {
    const to = kept.size === 0 ? options.to : retainWhole(options.to, from, [...kept])
    const plan = makePlan(from, to, { renames, ...(strategy ? { strategy } : {}) })
    const questions = await collectQuestions(plan, to, { ...options, renames, counted })
    const missing: MissingDecision[] = []
    let changed = false
    for (const question of questions) {
      const { decision } = question
      if (!settled.has(decision.key)) {
        const answer = answers.get(decision.key) ?? (await ask?.(decision))
        if (answer !== undefined && !decision.choices.includes(answer)) throw wrongAnswer(decision, answer)
        settled.set(decision.key, answer)
        if (answer === 'keep') kept.add(decision.from)
        const rename = question.renames.find(({ choice }) => choice === answer)?.rename
        if (rename) renames.push(rename)
        changed ||= answer === 'keep' || rename !== undefined
      }
      if (settled.get(decision.key) === undefined) missing.push(decision)
    }
    if (!changed) return { plan, to, renames, missing }
  }
}

interface Question {
  decision: MissingDecision
  renames: readonly { choice: string; rename: Rename }[]
}

async function collectQuestions(
  plan: Plan,
  to: Catalog,
  {
    from,
    renames,
    count,
    counted,
  }: Pick<DecideStatesOptions, 'from' | 'renames' | 'count'> & { counted: Map<ObjectId, number | null> },
): Promise<Question[]> {
  const destroying = plan.steps.flatMap(({ sql, destroys }) => (destroys ? [{ sql, destroys }] : []))
  if (destroying.length === 0) return []
  const candidates = renameCandidates(from, to)
  const questions = new Map<string, Question>()
  for (const { sql, destroys } of destroying) {
    const key = decisionId(destroys)
    if (questions.has(key) || isWithinDropped(destroys, plan, from)) continue
    let rows = counted.get(destroys.id)
    if (rows === undefined) {
      rows = count ? await count(destroys) : null
      counted.set(destroys.id, rows)
    }
    // What is empty is not destroyed.
    if (rows === 0) continue
    const possible = candidates.filter((candidate) => isAbout(candidate, destroys) && !isTaken(candidate, renames))
    questions.set(key, createQuestion({ key, sql, destroys, rows }, possible))
  }
  return [...questions.values()]
}

/** Part of a table that is asked about as a whole. */
function isWithinDropped({ id }: Destruction, { steps }: Plan, from: Catalog): boolean {
  const parent = from.objects.get(id)?.parent
  return parent !== undefined && steps.some(({ destroys }) => destroys?.id === parent)
}

function isAbout({ from, label }: RenameCandidate, { id, values }: Destruction): boolean {
  return from === id && (label === undefined || (values?.includes(label.from) ?? false))
}

function isTaken(candidate: RenameCandidate, renames: readonly Rename[]): boolean {
  return renames.some(({ to, label }) => to === candidate.to && label?.to === candidate.label?.to)
}

function createQuestion(
  { key, sql, destroys, rows }: { key: string; sql: string; destroys: Destruction; rows: number | null },
  candidates: readonly RenameCandidate[],
): Question {
  // Two labels cannot be renamed by one answer; annotations in the file can.
  const usable = candidates.filter(({ label }) => label === undefined || destroys.values?.length === 1)
  const renames = usable.map(({ from, to, label }) => ({
    choice: `rename to ${label?.to ?? to}`,
    rename: { from, to, ...(label && { label }) },
  }))
  const loss = rows === null ? 'destroys what it holds' : `loses ${describeRows(destroys, rows)}`
  const could = candidates.map(({ to, label }) => label?.to ?? to)
  return {
    renames,
    decision: {
      key,
      kind: renames.length > 0 ? 'rename or drop' : 'drop',
      from: destroys.id,
      to: could,
      choices: [...renames.map(({ choice }) => choice), 'drop', ...(isKeepable(destroys) ? ['keep'] : [])],
      message: `${gerund(destroys)} ${loss}${could.length > 0 ? `; it could be a rename to ${could.join(' or ')}` : ''}`,
      sql,
      rows,
    },
  }
}

function isKeepable({ kind }: Destruction): boolean {
  return (
    kind === 'table' || kind === 'column' || kind === 'schema' || kind === 'sequence' || kind === 'materialized-view'
  )
}

function wrongAnswer({ key, choices }: MissingDecision, answer: string): DiagnosticError {
  return new DiagnosticError([
    {
      code: 'SP3006',
      severity: 'error',
      message: `"${answer}" is no answer to the decision "${key}"`,
      fix: `Possible are: ${choices.map((choice) => `"${choice}"`).join(', ')}.`,
    },
  ])
}

/**
 * Reads a file of answers: `{ "decisions": { "<key>": "<choice>" } }`, or what `--json` printed under `missing_decisions` with a
 * `choice` in each.
 *
 * @throws DiagnosticError SP3006 for anything else
 */
export function parseDecisions(text: string, file: string): Map<string, string> {
  const answers = new Map<string, string>()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw badFile(file, cause instanceof Error ? cause.message : String(cause), cause)
  }
  const found = isObject(value) ? (value['decisions'] ?? value['missing_decisions']) : value
  if (Array.isArray(found)) {
    for (const entry of found) {
      if (!isObject(entry) || typeof entry['key'] !== 'string') throw badFile(file, 'an entry of the list has no key')
      // Left open on purpose: it is asked about again.
      if (entry['choice'] === undefined || entry['choice'] === null) continue
      if (typeof entry['choice'] !== 'string') throw badFile(file, `the choice of "${entry['key']}" is no text`)
      answers.set(entry['key'], entry['choice'])
    }
  } else if (isObject(found)) {
    for (const [key, choice] of Object.entries(found)) {
      if (typeof choice !== 'string') throw badFile(file, `the choice of "${key}" is no text`)
      answers.set(key, choice)
    }
  } else throw badFile(file, 'there are no "decisions" in it')
  return answers
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function badFile(file: string, why: string, cause?: unknown): DiagnosticError {
  return new DiagnosticError(
    [
      {
        code: 'SP3006',
        severity: 'error',
        message: `${file} is no file of decisions`,
        why,
        fix: 'Write { "decisions": { "drop column public.users.nickname": "drop" } }, or the list that --json prints under "missing_decisions" with a "choice" in each.',
      },
    ],
    { cause },
  )
}
