import type { Catalog } from '@savepoint/catalog'
import { describeCatalog, type DescribedSchema, type DescribedTable } from './describe.js'

/**
 * The tables of a catalog as a Mermaid entity-relationship diagram, in the layout of
 * `atlas schema inspect --format "{{ mermaid . }}"`.
 */
export function renderDiagram(catalog: Catalog): string {
  const { schemas } = describeCatalog(catalog)
  const isQualified = schemas.filter(({ tables }) => tables).length > 1
  const identify = (schema: DescribedSchema, table: string): string =>
    isQualified ? `${word(schema.name)}_${word(table)}` : word(table)
  const lines = ['erDiagram']
  for (const schema of schemas) {
    for (const table of schema.tables ?? []) {
      const title = isQualified ? `${identify(schema, table.name)}["${schema.name}.${table.name}"]` : word(table.name)
      lines.push(`    ${title} {`, ...table.columns.map((column) => `      ${renderColumn(table, column)}`), '    }')
      for (const { name, columns, references } of table.foreign_keys ?? []) {
        const target = schemas.find(({ tables }) => tables?.some((other) => other.name === references.table)) ?? schema
        const other = target.tables?.find((candidate) => candidate.name === references.table)
        const left = isUnique(table, columns) ? '|o' : '}o'
        const right = other && isUnique(other, references.columns) ? 'o|' : 'o{'
        lines.push(
          `    ${identify(schema, table.name)} ${left}--${right} ${identify(target, references.table)} : ${word(name)}`,
        )
      }
    }
  }
  return `${lines.join('\n')}\n`
}

function renderColumn(table: DescribedTable, { name, type }: DescribedTable['columns'][number]): string {
  const keys = [
    ...(table.primary_key?.parts.some(({ column }) => column === name) ? ['PK'] : []),
    ...(table.foreign_keys?.some(({ columns }) => columns.includes(name)) ? ['FK'] : []),
  ]
  return [word(type), word(name), keys.join(',')].filter(Boolean).join(' ')
}

function isUnique(table: DescribedTable, columns: readonly string[]): boolean {
  const same = (parts: readonly object[]): boolean =>
    parts.length === columns.length && parts.every((part) => 'column' in part && columns.includes(String(part.column)))
  return (
    (table.primary_key !== undefined && same(table.primary_key.parts)) ||
    (table.indexes ?? []).some(({ unique, where, parts }) => unique && where === undefined && same(parts))
  )
}

// Mermaid knows no quotes around a name.
function word(text: string): string {
  return text.replaceAll(/[^\w[\](),.]/g, '_')
}
