import type { Plan, Step } from '@savepoint/catalog'
import type { Diagnostic, StatePlan } from '@savepoint/core'
import type { Io } from './io.js'
import { count } from './terminal/report.js'
import type { Talk } from './terminal/talk.js'

/** The plan as a script: each statement with its semicolon, nothing when there is nothing to do. */
export function renderSql({ plan, preamble }: StatePlan): string {
  return [...preamble, ...plan.steps.map(({ sql }) => sql)].map((sql) => `${sql};\n`).join('')
}

/**
 * The plan as a person reads it before a yes: statements, those that destroy marked, hazards below each.
 *
 * @param losses rows that would be lost, by object; -1 where they could not be counted
 */
export function renderPlan(plan: Plan, losses: ReadonlyMap<string, number>, { style }: Talk): string {
  return plan.steps
    .flatMap((step) => {
      const rows = step.destroys ? losses.get(step.destroys.id) : undefined
      const mark = step.destroys ? style.error('-') : style.success('+')
      const loss = rows === undefined ? [] : [`    ${style.error('!')} loses ${rows < 0 ? 'data' : count(rows, 'row')}`]
      const hazards = describeHazards(step).map((line) => `    ${style.warning('!')} ${line}`)
      return [`${mark} ${step.sql.replaceAll('\n', '\n  ')};`, ...loss, ...hazards]
    })
    .join('\n')
}

/** What a person who only sees the SQL should know: how it was made, and which statements are dangerous. */
export async function sayWarnings(
  plan: Plan,
  warnings: readonly Diagnostic[],
  { io, talk }: { io: Io; talk: Talk },
): Promise<void> {
  const { renderDiagnostics } = await import('@savepoint/core')
  if (warnings.length > 0) talk.say(renderDiagnostics(warnings, { root: io.cwd, style: talk.style }))
  for (const step of plan.steps) for (const line of describeHazards(step)) talk.warn(line)
}

function describeHazards({ object, hazards }: Step): string[] {
  return hazards.map(({ code, message, fix }) => `${code} ${object}: ${message}${fix ? ` (${fix})` : ''}`)
}
