import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { extract } from '@savepoint/catalog'
import type { Plugin, PluginContext, PluginDiagnostic } from '@savepoint/core/plugin'
import { loadParser, readStatements, type Statement } from '@savepoint/core'
import type { TestDatabase } from '../../../../test/support/database.js'

/** What a convention made of a schema. */
export interface ConventionRun {
  diagnostics: readonly PluginDiagnostic[]
  /** SQL that `fix` adds. */
  sql: readonly string[]
  /** The file after `write`. */
  file: string
}

/** Runs one convention over a schema file, on a database that has elaborated it. */
export async function runConvention(plugin: Plugin, schema: string, database: TestDatabase): Promise<ConventionRun> {
  await loadParser()
  await database.query('DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;')
  await database.query(schema)
  const catalog = await extract(database)
  const folder = mkdtempSync(join(tmpdir(), 'savepoint-convention-'))
  const path = join(folder, 'schema.sql')
  writeFileSync(path, schema)
  const { statements } = readStatements({ path, phase: 'schema', text: schema, hash: '' })
  const definition = (id: string): Statement | undefined => statementOf(statements, id)
  const context: PluginContext = {
    root: folder,
    stateDirectory: join(folder, '.savepoint'),
    catalog,
    signal: new AbortController().signal,
    watch() {},
    edit(file, change) {
      writeFileSync(file, change(readFileSync(file, 'utf8')))
      return Promise.resolve(true)
    },
    log() {},
    locate(id) {
      const found = definition(id)
      return found && { file: path, line: found.line, column: found.column }
    },
    annotations: (id) => definition(id)?.leading ?? '',
    api: () => undefined,
  }
  try {
    const check = typeof plugin.catalog === 'function' ? plugin.catalog : undefined
    const post = typeof plugin.post === 'function' ? plugin.post : undefined
    const diagnostics = (await check?.(catalog, context)) ?? []
    const sql = (await post?.(catalog, context)) ?? []
    return { diagnostics, sql: typeof sql === 'string' ? [sql] : sql, file: readFileSync(path, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The CREATE TABLE of a table, or of the table that a column or constraint belongs to. */
function statementOf(statements: readonly Statement[], id: string): Statement | undefined {
  const [kind = '', ...rest] = id.split(' ')
  const name = rest.join(' ').replace(/^public\./, '')
  const table = kind === 'table' ? name : name.replace(/\.[^.]+$/, '')
  return statements.find(({ sql }) => {
    const [head = ''] = /^CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?/.exec(sql) ?? []
    return head !== '' && sql.startsWith(`${table} `, head.length)
  })
}
