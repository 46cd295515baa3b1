import { quoteIdentifier, type Catalog } from '@savepoint/catalog'
import type { Plugin } from '@savepoint/core/plugin'
import { createConvention, qualifiedName, type ConventionOptions, type Finding } from '../convention.js'

export interface PrimaryKeysOptions extends ConventionOptions {
  /** What a missing key becomes. `uuidv7` needs Postgres 18. @default 'uuid' */
  type?: 'uuid' | 'uuidv7' | 'identity'
  /** Its column. @default 'id' */
  column?: string
}

/** Every table has a primary key. */
export function primaryKeys(options: PrimaryKeysOptions = {}): Plugin {
  const { type = 'uuid', column = 'id' } = options
  return createConvention('primary-keys', options, (catalog, selection) => {
    const findings: Finding[] = []
    for (const table of selection.tables) {
      if (selection.of('constraint', table.id).some(({ facts }) => facts.type === 'primary key')) continue
      const name = quoteIdentifier(column)
      const message = `${qualifiedName(table)} has no primary key`
      if (table.facts.partitionKey !== undefined) {
        // The key of a partitioned table must hold its partition columns: which others belong to it is not for a rule to say.
        findings.push({
          object: table.id,
          message,
          fix: `add a primary key that includes the columns of ${table.facts.partitionKey}`,
        })
      } else if (selection.column(table.id, column)) {
        findings.push({
          object: table.id,
          message,
          fix: `make ${column} the primary key`,
          sql: [`ALTER TABLE ${qualifiedName(table)} ADD PRIMARY KEY (${name})`],
        })
      } else if (type === 'identity' && selection.hasChildren(table)) {
        // ALTER TABLE refuses it, and the children would have no values.
        findings.push({
          object: table.id,
          message,
          fix: 'add a key by hand: Postgres adds no identity column to a table with children',
        })
      } else {
        const definition = keyDefinition(type, catalog)
        findings.push(
          definition === undefined
            ? { object: table.id, message, fix: 'uuidv7() needs Postgres 18: choose another type for this convention' }
            : { object: table.id, message, fix: `add ${name} ${definition}`, columns: [`${name} ${definition}`] },
        )
      }
    }
    return findings
  })
}

function keyDefinition(type: NonNullable<PrimaryKeysOptions['type']>, catalog: Catalog): string | undefined {
  switch (type) {
    case 'uuid':
      return 'uuid PRIMARY KEY DEFAULT gen_random_uuid()'
    case 'uuidv7':
      return catalog.version >= 180_000 ? 'uuid PRIMARY KEY DEFAULT uuidv7()' : undefined
    case 'identity':
      return 'bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY'
  }
}
