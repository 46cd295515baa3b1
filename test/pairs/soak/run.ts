import type { PairServer } from '../databases.js'
import { runCases, type Report } from '../run.js'
import type { Case, Failure } from '../run-pair.js'
import { soakRoles } from './cross-cutting.js'
import { generatePair } from './generate.js'

/** The pair of one seed, named after it: `soak 7`. */
export function soakCase(seed: number): Case {
  const { from, to } = generatePair(seed)
  return { name: `soak ${seed}`, from, to, roles: soakRoles, lenient: true, printed: true }
}

/** Random pairs of the seeds `first`, `first + 1`, …, both ways, and each schema printed and loaded again. */
export function runSoak(
  server: PairServer,
  first: number,
  count: number,
  onCase?: (test: Case, failures: readonly Failure[]) => void,
): Promise<Report> {
  const cases = Array.from({ length: count }, (_, index) => soakCase(first + index))
  return runCases(server, cases, onCase ? { onCase } : {})
}
