import type { Destruction, Step } from '@savepoint/catalog'

/** What a way back cannot bring back, because the way there threw it away. */
export interface Lost {
  /** What comes back empty. */
  id: string
  /** `the values of column public.users.email` */
  what: string
}

/** @param steps of the way there */
export function listLost(steps: readonly Step[]): Lost[] {
  const lost = new Map<string, Lost>()
  for (const { destroys } of steps) {
    const what = destroys && describe(destroys)
    if (destroys && what !== undefined) lost.set(`${destroys.id} ${what}`, { id: destroys.id, what })
  }
  return [...lost.values()]
}

function describe({ id, kind, values, column, table }: Destruction): string | undefined {
  switch (kind) {
    case 'table':
      return `the rows of ${id}`
    case 'column':
      return `the values of ${id}`
    case 'schema':
      return `the rows in ${id}`
    case 'sequence':
      return `the position of ${id}`
    case 'composite-attribute':
      return `the values of ${id}`
    case 'type-change':
      return `what the values of ${id} were before their type changed`
    case 'enum-value':
      return `which rows of ${table}.${column} held ${values?.join(', ')}`
    // It is computed again.
    case 'materialized-view':
      return undefined
  }
}
