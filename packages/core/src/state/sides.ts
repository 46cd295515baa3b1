import { parseConnectionString } from '@savepoint/migrate'
import { connect, type DatabaseSession } from '../database/connect.js'
import { withScripts, type RepeatableScripts } from '../repeatable/scripts.js'
import { readExtensionNames } from '../sources/extensions.js'
import { readPhases, readTablespaces, type SchemaFiles } from './files.js'
import { readMigrations, type MigrationScript } from './migrations.js'
import type { StateSpec } from './spec.js'
import type { StateOptions } from './states.js'

/** A state that was looked at as far as is possible without elaborating it. */
export type Side =
  | { kind: 'files'; files: SchemaFiles }
  | { kind: 'migrations'; script: MigrationScript; scripts: RepeatableScripts }
  | DatabaseSide

export interface DatabaseSide {
  kind: 'database'
  url: string
  session: DatabaseSession
  /** Major version. */
  major: number
  extensions: readonly string[]
  roles: readonly string[]
  tablespaces: readonly string[]
  /** The one schema that the URL speaks of. */
  scope?: string
}

/**
 * Looks at a spec as far as is possible without elaborating it.
 *
 * @param specs all that are compared: what lies between migrations and files leaves the post scripts out
 * @param scripts that run before and after migrations
 * @throws DiagnosticError SP2002 for a database, SP1007 and SP1008 for files, SP4002 for a migrations directory
 */
export async function openSide(
  spec: StateSpec,
  specs: readonly StateSpec[],
  scripts: RepeatableScripts,
  { config, log }: StateOptions,
): Promise<Side> {
  // Where a way from or to migrations is looked for, and not from a database, nothing of the post scripts counts: it is in no
  // migration, and it may need tables that a later one makes.
  const isBetween =
    specs.length > 1 &&
    specs.some(({ kind }) => kind === 'migrations') &&
    specs.every(({ kind }) => kind !== 'database')
  const leftOut = new Set(isBetween ? scripts.post.map(({ path }) => path) : [])
  switch (spec.kind) {
    case 'files': {
      // Files that are named stand for themselves: the config's plugins are about the config's schema.
      const alone = { ...config, schema: { pre: [], schema: spec.patterns, post: [] }, plugins: [] }
      return { kind: 'files', files: await readPhases(alone, { log, leftOut }) }
    }
    case 'phases':
      return { kind: 'files', files: await readPhases({ ...config, schema: spec.schema }, { log, leftOut }) }
    case 'migrations': {
      const around = isBetween ? { pre: scripts.pre, post: [] } : scripts
      return { kind: 'migrations', script: await withScripts(readMigrations(spec), around), scripts: around }
    }
    case 'database':
      return openDatabaseSide(spec.url)
  }
}

const factsText = `
SELECT current_setting('server_version_num')::integer / 10000 AS major,
  (SELECT coalesce(json_agg(extname), '[]') FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql') AS extensions,
  (SELECT coalesce(json_agg(spcname), '[]') FROM pg_catalog.pg_tablespace WHERE spcname !~ '^pg_') AS tablespaces,
  (SELECT coalesce(json_agg(rolname), '[]') FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_') AS roles`

async function openDatabaseSide(url: string): Promise<DatabaseSide> {
  const session = await connect(url)
  try {
    const { rows } =
      await session.query<Pick<DatabaseSide, 'major' | 'extensions' | 'roles' | 'tablespaces'>>(factsText)
    const [facts] = rows
    if (!facts) throw new Error('the server answered without a row')
    const { searchPath } = parseConnectionString(url)
    return { kind: 'database', url, session, ...facts, ...(searchPath === undefined ? {} : { scope: searchPath }) }
  } catch (error) {
    await session.close()
    throw error
  }
}

/** Ends what the sides hold open. */
export async function closeSides(sides: readonly Side[]): Promise<void> {
  for (const side of sides) {
    if (side.kind === 'database') await side.session.close()
    else if (side.kind === 'files') await side.files.input.plugins.close()
  }
}

/** Extensions that what the side names may create or has. */
export function extensionsOf(side: Side): readonly string[] {
  switch (side.kind) {
    case 'files':
      return side.files.extensions
    case 'migrations':
      return readExtensionNames(side.script.statements)
    case 'database':
      return side.extensions
  }
}

export function tablespacesOf(side: Side): readonly string[] {
  switch (side.kind) {
    case 'files':
      return readTablespaces(side.files.texts.values())
    case 'migrations':
      return readTablespaces(side.script.statements.map(({ sql }) => sql))
    case 'database':
      return side.tablespaces
  }
}
