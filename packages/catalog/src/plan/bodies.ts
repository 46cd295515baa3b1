import type { AnyObject, Catalog, ObjectId } from '../model/object.js'
import type { Step } from '../model/plan.js'
import type { PlanState } from './context.js'
import type { Hint } from './units.js'

// Comments are left out before, so that prose in them gives no hints.
const tokenRE = /(\.\s*)?("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)/gu
const commentRE = /--[^\n]*|\/\*[\s\S]*?\*\//g

const mentionable = new Set([
  'table',
  'foreign table',
  'view',
  'materialized view',
  'sequence',
  'enum',
  'domain',
  'composite',
  'range',
  'type',
  'function',
  'procedure',
  'aggregate',
])

/** Functions whose body is text to Postgres: what they use is not in `pg_depend`. */
export function hasTextBody(object: AnyObject | undefined): boolean {
  return (
    (object?.kind === 'function' || object?.kind === 'procedure') &&
    !object.facts.atomic &&
    (object.facts.language === 'sql' || object.facts.language === 'plpgsql')
  )
}

interface Mention {
  name: string
  qualified: boolean
}

function mentionsIn(body: string): Mention[] {
  const mentions: Mention[] = []
  for (const [, dot, token = ''] of body.replace(commentRE, ' ').matchAll(tokenRE)) {
    const name = token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token.toLowerCase()
    mentions.push({ name, qualified: dot !== undefined })
  }
  return mentions
}

function byName(catalog: Catalog, wanted: (object: AnyObject) => boolean): Map<string, ObjectId[]> {
  const names = new Map<string, ObjectId[]>()
  for (const object of catalog.objects.values()) {
    if (!wanted(object)) continue
    const ids = names.get(object.name)
    if (ids) ids.push(object.id)
    else names.set(object.name, [object.id])
  }
  return names
}

const bodyOf = (object: AnyObject | undefined): string =>
  object?.kind === 'function' || object?.kind === 'procedure' ? object.facts.body : ''

/**
 * What the bodies of the plan's functions mention among what the plan makes. Only hints: a name in a body may mean something else,
 * so they order but never break anything.
 */
export function bodyHints(state: PlanState): Hint[] {
  const functions = [...state.changes.keys()].filter((id) => hasTextBody(state.to.objects.get(id)))
  if (functions.length === 0) return []
  const made = byName(
    state.to,
    (object) => state.changes.has(object.id) && (mentionable.has(object.kind) || object.kind === 'column'),
  )
  const hints: Hint[] = []
  for (const from of functions) {
    const targets = new Set(mentionsIn(bodyOf(state.to.objects.get(from))).flatMap(({ name }) => made.get(name) ?? []))
    for (const to of targets) if (to !== from) hints.push({ from, to })
  }
  return hints
}

export const relaxedBodies = 'SET LOCAL check_function_bodies = off'

/**
 * Puts `SET LOCAL check_function_bodies = off` before the first function of each transaction that Postgres could not check where
 * the plan makes it: its body looks ahead, or names things without their schema, which only the session it is written for finds.
 */
export function relaxBodyChecks(steps: readonly Step[], state: PlanState, broken: readonly Hint[]): Step[] {
  const lookingAhead = new Set(broken.map(({ from }) => from))
  let known: Map<string, ObjectId[]> | undefined
  const needsIt = (step: Step): boolean => {
    const object = state.to.objects.get(step.object)
    if (!hasTextBody(object) || !step.sql.startsWith('CREATE ')) return false
    if (lookingAhead.has(step.object)) return true
    known ??= byName(state.to, ({ kind }) => mentionable.has(kind))
    return mentionsIn(bodyOf(object)).some(({ name, qualified }) => !qualified && known?.has(name))
  }
  const result: Step[] = []
  let relaxed = false
  for (const step of steps) {
    if (!step.transactional) relaxed = false
    else if (!relaxed && needsIt(step)) {
      relaxed = true
      result.push({
        sql: relaxedBodies,
        object: step.object,
        action: 'set',
        hazards: [],
        transactional: true,
      })
    }
    result.push(step)
  }
  return result
}
