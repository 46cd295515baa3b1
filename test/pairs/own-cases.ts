import { columns } from './cases/columns.js'
import { coreKinds, since18 } from './cases/core-kinds.js'
import { dependents } from './cases/dependents.js'
import { extensions } from './cases/extensions.js'
import { inPlace } from './cases/in-place.js'
import { lateKinds } from './cases/late-kinds.js'
import { partitions, partitionsSince18 } from './cases/partitions.js'
import type { Case } from './run-pair.js'

const all: readonly Case[] = [
  ...coreKinds,
  ...lateKinds,
  ...partitions,
  ...columns,
  ...inPlace,
  ...dependents,
  ...extensions,
  ...[...since18, ...partitionsSince18].map((test) => ({ since: 18, ...test })),
]

/** The project's own cases that a server of that name (`18`, `pglite` …) can load. */
export function ownCases(server: string): Case[] {
  const version = server === 'pglite' ? 18 : Number(server)
  return all.filter(({ since, nativeOnly }) => (since ?? 0) <= version && !(nativeOnly && server === 'pglite'))
}
