import { camelCaseKey } from '../runtime/camel-case.js'
import type { Column, Relation } from '../schema/schema.js'
import type { TypePair } from '../values/typescript.js'
import { interfaceDeclaration, type Property } from './module.js'

/** How a column is read and written: what Postgres accepts decides which of the three types has it and where it may be left out. */
export interface ColumnShape {
  notNull: boolean
  /** `never`: Postgres makes the value. */
  insert: 'required' | 'optional' | 'never'
  update: 'optional' | 'never'
}

export function columnShape(relation: Relation, column: Column, viewColumnsNotNull: ReadonlySet<string>): ColumnShape {
  if (relation.kind === 'view' || relation.kind === 'materialized view') {
    const known = viewColumnsNotNull.has(columnKey(relation.schema, relation.name, column.name))
    return { notNull: known, insert: 'never', update: 'never' }
  }
  // Postgres does not enforce NOT NULL on what another server stores.
  const notNull = column.notNull && relation.kind === 'table'
  if (column.generated || column.identity === 'always') return { notNull, insert: 'never', update: 'never' }
  const omittable = column.hasDefault || column.identity !== undefined || acceptsNull(column)
  return { notNull, insert: omittable ? 'optional' : 'required', update: 'optional' }
}

/** Identity of a column in `viewColumnsNotNull`. */
export function columnKey(schema: string, relation: string, column: string): string {
  return JSON.stringify([schema, relation, column])
}

export function propertyName(column: string, columnNames: 'database' | 'camelCase'): string {
  return columnNames === 'camelCase' ? camelCaseKey(column) : column
}

/** Whether NULL may be written. */
export function acceptsNull(column: Column): boolean {
  return !column.notNull && column.refusesNull !== true
}

export function isWritable(relation: Relation): boolean {
  return relation.kind === 'table' || relation.kind === 'foreign table'
}

/**
 * The declarations of one relation: `User`, and for tables `NewUser` and `UserPatch`.
 * @param typeOf the TypeScript type of a column's value
 */
export function relationDeclarations(
  relation: Relation,
  name: string,
  options: { columnNames: 'database' | 'camelCase'; viewColumnsNotNull: ReadonlySet<string> },
  typeOf: (column: Column) => TypePair,
): string[] {
  const row: Property[] = []
  const created: Property[] = []
  const patch: Property[] = []
  for (const column of relation.columns) {
    const shape = columnShape(relation, column, options.viewColumnsNotNull)
    const { output, input } = typeOf(column)
    const common = {
      name: propertyName(column.name, options.columnNames),
      ...(column.comment && { comment: column.comment }),
    }
    row.push({ ...common, type: shape.notNull ? output : `${output} | null` })
    const written = acceptsNull(column) ? `${input} | null` : input
    if (shape.insert !== 'never') created.push({ ...common, type: written, optional: shape.insert === 'optional' })
    if (shape.update !== 'never') patch.push({ ...common, type: written, optional: true })
  }
  const declarations = [interfaceDeclaration(name, row, relation.comment)]
  if (isWritable(relation)) {
    declarations.push(
      interfaceDeclaration(
        `New${name}`,
        created,
        `A row of ${relation.name} to insert: what Postgres makes itself is left out.`,
      ),
      interfaceDeclaration(`${name}Patch`, patch, `Columns of ${relation.name} to update.`),
    )
  }
  return declarations
}
