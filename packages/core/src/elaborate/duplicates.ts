import type { Diagnostic } from '../diagnostics/index.js'
import { withFrameOf } from '../sources/file-statements.js'
import { describeTwins, type SourceTexts } from './diagnose.js'
import type { NameSpace } from './names.js'
import type { Unit } from './unit.js'

// Repeated in every file that needs them; saying it twice is not defining it twice.
const repeatable = new Set<NameSpace>(['schema', 'extension', 'role', 'key', 'constraint key', 'revoke', 'other'])

/**
 * Definitions that Postgres would take without a word although another statement defines the same object: the second
 * `CREATE … IF NOT EXISTS` does nothing, the second `CREATE OR REPLACE` wins. Statements with the same text count once.
 *
 * @returns the units without repetitions, and a diagnostic for every pair that contradicts itself
 */
export function findDuplicates(
  units: readonly Unit[],
  texts: SourceTexts,
): { units: Unit[]; diagnostics: Diagnostic[] } {
  const first = new Map<string, Unit>()
  const diagnostics: Diagnostic[] = []
  const kept = units.filter((unit) => {
    const { tolerant, defines, signature } = unit.analysis
    const [name] = defines
    if (!name || repeatable.has(name.space)) return true
    const key = `${name.space} ${name.schema ?? unit.searchPath[0]} ${name.name} ${signature ?? ''}`
    const earlier = first.get(key)
    if (!earlier) {
      first.set(key, unit)
      return true
    }
    // Without either clause the server itself will say so.
    if (tolerant === undefined) return true
    if (earlier.statement.hash === unit.statement.hash) return false
    // pg_dump writes a view that is part of a circle twice into its file: a stand-in, then the real one.
    if (tolerant === 'or replace' && earlier.statement.file === unit.statement.file) return true
    diagnostics.push(withFrameOf(describeTwins(earlier, unit, name), texts))
    return false
  })
  return { units: kept, diagnostics }
}
