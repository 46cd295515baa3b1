import type { GeneratedFile } from '../generated-file.js'
import type { Schema } from '../schema/schema.js'
import { typescriptType, type ValueOptions } from '../values/typescript.js'
import { interfaceDeclaration, moduleText, type Property } from './module.js'
import { compare, type TypeNames } from './names.js'
import type { TypesOptions } from './options.js'
import { acceptsNull, columnShape, isWritable, propertyName } from './relation.js'
import { pascalCase } from '../naming/identifiers.js'

/**
 * The `DB` interface for `new Kysely<DB>()`. Tables of schema public by their bare name, others as `schema.table`, as Kysely
 * writes them. Types only: nothing of it exists at run time.
 */
export function kyselyFile(schema: Schema, names: TypeNames, options: TypesOptions): GeneratedFile {
  const driver = (typeof options.kysely === 'object' ? options.kysely.driver : undefined) ?? 'pg'
  const values: ValueOptions = { ...options, values: driver }
  const columnNames = options.columnNames ?? 'database'
  const declarations: string[] = []
  const tables: Property[] = []
  const imports = new Set<string>()
  const relations = schema.relations.toSorted((a, b) => compare(a.schema, b.schema) || compare(a.name, b.name))
  for (const relation of relations) {
    const name = `${pascalCase(relation.schema)}${names.relation(relation.schema, relation.name)}Table`
    const properties = relation.columns.map((column): Property => {
      const shape = columnShape(relation, column, options.viewColumnsNotNull ?? new Set())
      const type = typescriptType(column.type, values)
      const select = shape.notNull ? type.output : `${type.output} | null`
      const written = acceptsNull(column) ? `${type.input} | null` : type.input
      const comment = column.comment === undefined ? {} : { comment: column.comment }
      if (!isWritable(relation))
        return { name: propertyName(column.name, columnNames), type: `ColumnType<${select}, never, never>`, ...comment }
      if (shape.insert === 'required' && select === written)
        return { name: propertyName(column.name, columnNames), type: select, ...comment }
      const insert =
        shape.insert === 'never' ? 'never' : shape.insert === 'optional' ? `${written} | undefined` : written
      const update = shape.update === 'never' ? 'never' : written
      return {
        name: propertyName(column.name, columnNames),
        type: `ColumnType<${select}, ${insert}, ${update}>`,
        ...comment,
      }
    })
    if (properties.some((property) => property.type.startsWith('ColumnType<'))) imports.add('ColumnType')
    declarations.push(interfaceDeclaration(name, properties, relation.comment))
    const key = columnNames === 'camelCase' ? propertyName(relation.name, columnNames) : relation.name
    tables.push({ name: relation.schema === 'public' ? key : `${relation.schema}.${key}`, type: name })
  }
  declarations.push(interfaceDeclaration('DB', tables))
  return {
    path: 'kysely.ts',
    content: moduleText(imports.size > 0 ? new Map([['kysely', imports]]) : new Map(), declarations),
  }
}
