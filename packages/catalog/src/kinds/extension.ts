import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier, quoteLiteral } from '../identifier.js'
import type { KindDefinition, Statement } from './kind.js'

interface Row {
  oid: number
  name: string
  schema: string
  version: string
  relocatable: boolean
  default_version: string | null
}

export const extensionReader = defineReader<Row>({
  name: 'extensions',
  classes: [classes.pg_extension],
  // Every template database has plpgsql.
  sql: (
    context,
  ) => `SELECT e.oid, e.extname AS name, n.nspname AS schema, e.extversion AS version, e.extrelocatable AS relocatable,
      (SELECT default_version FROM pg_catalog.pg_available_extensions a WHERE a.name = e.extname) AS default_version
    FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname <> 'plpgsql' AND ${context.inScope([classes.pg_extension, 'e.oid'])}
    AND (${context.inSchemas('n.oid')} OR n.nspname = 'pg_catalog')`,
  read(row, sink) {
    sink.add({
      kind: 'extension',
      identity: quoteIdentifier(row.name),
      schema: row.schema,
      name: row.name,
      facts: {
        version: row.version,
        relocatable: row.relocatable,
        pinned: row.default_version !== null && row.default_version !== row.version,
      },
      compared: ({ version }) => ({ version, schema: row.schema }),
      classid: classes.pg_extension,
      objid: row.oid,
    })
  },
})

export const extensionKind: KindDefinition<'extension'> = {
  kind: 'extension',
  weight: 1,
  target: (object) => `EXTENSION ${quoteIdentifier(object.name)}`,
  create(object) {
    const { schema, facts } = object
    const where = schema === undefined || schema === 'pg_catalog' ? '' : ` SCHEMA ${quoteIdentifier(schema)}`
    const version = facts.pinned ? ` VERSION ${quoteLiteral(facts.version)}` : ''
    return [`CREATE EXTENSION ${quoteIdentifier(object.name)}${where || version ? ' WITH' : ''}${where}${version}`]
  },
  alter(from, to, context) {
    // Extensions have scripts to go forward and next to none to go back. Columns of its types would go with the old one.
    if (isOlder(to.facts.version, from.facts.version) && !context.isStored(from.id)) return 'recreate'
    const statements: Statement[] = []
    if (from.schema !== to.schema && to.schema !== undefined) {
      if (!from.facts.relocatable) return 'recreate'
      statements.push(`ALTER EXTENSION ${quoteIdentifier(to.name)} SET SCHEMA ${quoteIdentifier(to.schema)}`)
    }
    if (from.facts.version !== to.facts.version)
      statements.push({
        sql: `ALTER EXTENSION ${quoteIdentifier(to.name)} UPDATE TO ${quoteLiteral(to.facts.version)}`,
        hazards: [
          {
            code: 'SH501',
            kind: 'untracked',
            message: `The extension ${to.name} goes from version ${from.facts.version} to ${to.facts.version}; its script decides what that changes.`,
          },
        ],
      })
    return { statements }
  },
}

/** Whether the first version comes before the second: `1.9` before `1.10`. */
function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0
}
