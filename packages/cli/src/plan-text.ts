import { blockedBy, cutSections } from '@savepoint/catalog'
import type { Diagnostic, PlanFinding, StatePlan } from '@savepoint/core'
import type { Io } from './io.js'
import { count } from './terminal/report.js'
import type { Talk } from './terminal/talk.js'

const outside = '-- outside a transaction'
const inside = '-- in one transaction'

/** The plan as a script: each statement with its semicolon, nothing when there is nothing to do; cut where it must leave a transaction. */
export function renderSql({ plan, preamble }: StatePlan): string {
  const sections = cutSections(plan.steps)
  const isCut = sections.some(({ transactional }) => !transactional)
  return [
    ...preamble.map((sql) => `${sql};\n`),
    ...sections.flatMap(({ transactional, steps }) => [
      ...(isCut ? [`${transactional ? inside : outside}\n`] : []),
      ...steps.map(({ sql }) => `${sql};\n`),
    ]),
  ].join('')
}

/** The plan as scripts read it. */
export function renderJson({ plan, preamble, findings, missing, unproved, down, lost }: StatePlan): string {
  let first = 0
  const sections = cutSections(plan.steps).map(({ transactional, steps }) => {
    const section = { transactional, first, count: steps.length }
    first += steps.length
    return section
  })
  const value = {
    preamble,
    steps: plan.steps,
    sections,
    findings,
    proved: !unproved,
    missing_decisions: missing,
    ...(down && { down, lost }),
  }
  return `${JSON.stringify(value, null, 2)}\n`
}

/**
 * The plan as a person reads it before a yes: statements, those that destroy marked, hazards below each.
 *
 * @param losses rows that would be lost, by object; -1 where they could not be counted
 */
export function renderPlan(
  { plan, findings }: StatePlan,
  losses: ReadonlyMap<string, number>,
  { style }: Pick<Talk, 'style'>,
): string {
  const sections = cutSections(plan.steps)
  const isCut = sections.some(({ transactional }) => !transactional)
  let index = 0
  return sections
    .flatMap(({ transactional, steps }) => [
      ...(isCut ? [style.dim(transactional ? inside : outside)] : []),
      ...steps.flatMap((step) => {
        const rows = step.destroys ? losses.get(step.destroys.id) : undefined
        const mark = step.destroys ? style.error('-') : style.success('+')
        const loss =
          rows === undefined ? [] : [`    ${style.error('!')} loses ${rows < 0 ? 'data' : count(rows, 'row')}`]
        const said = findings.filter((finding) => finding.step === index)
        index++
        const hazards = said.map((finding) => `    ${style.warning('!')} ${describeFinding(finding)}`)
        const blocked = step.lock && blockedBy(step.lock)
        if (blocked === 'reads and writes' || blocked === 'writes')
          hazards.push(`    ${style.dim(`${step.lock} lock: blocks ${blocked}`)}`)
        return [`${mark} ${step.sql.replaceAll('\n', '\n  ')};`, ...loss, ...hazards]
      }),
    ])
    .join('\n')
}

/** What a person who only sees the SQL should know: how it was made, and which statements are dangerous. */
export async function sayWarnings(
  findings: readonly PlanFinding[],
  warnings: readonly Diagnostic[],
  { io, talk }: { io: Io; talk: Talk },
): Promise<void> {
  const { renderDiagnostics } = await import('@savepoint/core')
  if (warnings.length > 0) talk.say(renderDiagnostics(warnings, { root: io.cwd, style: talk.style }))
  for (const finding of findings) {
    const line = describeFinding(finding)
    if (finding.severity === 'error') talk.fail(line)
    else if (finding.severity === 'warning') talk.warn(line)
    else talk.say(talk.style.dim(line))
  }
}

function describeFinding({ code, object, message, fix }: PlanFinding): string {
  return `${code} ${object ?? ''}: ${message}${fix ? ` (${fix})` : ''}`
}
