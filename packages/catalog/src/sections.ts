/** Consecutive steps that are run together: in one transaction, or one by one outside any. */
export interface Section<S> {
  transactional: boolean
  steps: readonly S[]
}

/**
 * Cuts the steps of a plan where it must leave a transaction (CREATE INDEX CONCURRENTLY, for one). The order is kept;
 * a plan without such steps is one section, and an empty plan none. Every step outside a transaction is a section of its own,
 * so that a failure can be resumed at exactly that step.
 */
export function cutSections<S extends { transactional: boolean }>(steps: readonly S[]): Section<S>[] {
  const sections: { transactional: boolean; steps: S[] }[] = []
  for (const step of steps) {
    const last = sections.at(-1)
    if (step.transactional && last?.transactional) last.steps.push(step)
    else sections.push({ transactional: step.transactional, steps: [step] })
  }
  return sections
}
