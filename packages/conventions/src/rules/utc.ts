import { quoteIdentifier } from '@savepoint/catalog'
import type { Plugin } from '@savepoint/core/plugin'
import { createConvention, qualifiedName, type ConventionOptions } from '../convention.js'

/** No `timestamp` without time zone: it means another moment to every reader. Values that exist are taken as UTC. */
export function utc(options: ConventionOptions = {}): Plugin {
  return createConvention('utc', options, (_catalog, selection) =>
    selection.tables.flatMap((table) =>
      selection
        .of('column', table.id)
        .filter(({ facts }) => /^timestamp(?:\(\d\))? without time zone$/.test(facts.type) && !facts.generated)
        .map((column) => ({
          object: column.id,
          message: `${qualifiedName(table)}.${column.name} is a timestamp without time zone`,
          fix: 'make it timestamptz',
          sql: [
            `ALTER TABLE ${qualifiedName(table)} ALTER COLUMN ${quoteIdentifier(column.name)} TYPE ${column.facts.type.replace('without', 'with')} USING ${quoteIdentifier(column.name)} AT TIME ZONE 'UTC'`,
          ],
        })),
    ),
  )
}
