import { quoteIdentifier, type ObjectId } from '@savepoint/catalog'
import type { Plugin } from '@savepoint/core/plugin'
import { createConvention, qualifiedName, type ConventionOptions, type Finding } from '../convention.js'
import type { Selection } from '../selection.js'

/** Every foreign key has an index on its own columns, so that deleting or changing the row pointed to scans nothing. */
export function foreignKeyIndexes(options: ConventionOptions = {}): Plugin {
  return createConvention('foreign-key-indexes', options, (_catalog, selection) => {
    const findings: Finding[] = []
    for (const table of selection.tables) {
      const covered = new Set<string>()
      for (const { id, name, facts } of selection.of('constraint', table.id)) {
        const key = facts.columns.join(',')
        if (facts.type !== 'foreign key' || covered.has(key) || hasIndex(selection, table.id, facts.columns)) continue
        covered.add(key)
        const index = [table.name, ...facts.columns, 'idx'].join('_')
        const columns = facts.columns.map(quoteIdentifier).join(', ')
        const statement = `CREATE INDEX ${quoteIdentifier(shorten(index))} ON ${qualifiedName(table)} (${columns})`
        findings.push({
          object: id,
          message: `the foreign key ${name} of ${qualifiedName(table)} has no index on ${columns}`,
          fix: `add ${statement}`,
          sql: [statement],
        })
      }
    }
    return findings
  })
}

/** An index serves when the key's columns, in any order, are its first ones, and it leaves no rows out. */
function hasIndex(selection: Selection, table: ObjectId, columns: readonly string[]): boolean {
  const starts = (indexed: readonly (string | null)[]) => {
    const first = indexed.slice(0, columns.length)
    return columns.every((column) => first.includes(column))
  }
  return (
    selection
      .of('index', table)
      .some(({ facts }) => facts.predicate === undefined && facts.method === 'btree' && starts(facts.columns)) ||
    selection
      .of('constraint', table)
      .some(({ facts }) => (facts.type === 'primary key' || facts.type === 'unique') && starts(facts.columns))
  )
}

/** Postgres cuts names at 63 bytes, and then finds no difference between two that begin alike. */
function shorten(name: string): string {
  return Buffer.byteLength(name) <= 63
    ? name
    : `${Buffer.from(name)
        .subarray(0, 59)
        .toString('utf8')
        .replace(/\uFFFD+$/, '')}_idx`
}
