import { createHash } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { differences, plan, type Catalog, type Connection } from '@savepoint/catalog'
import {
  listScriptStatements,
  listStatements,
  MigrateError,
  readDirectory,
  removeDraft,
  writeDraft,
  type MigrationDirectory,
} from '@savepoint/migrate'
import type { ResolvedConfig } from '../../config/config.js'
import type { Diagnostic } from '../../diagnostics/index.js'
import { unwritable } from '../../emit/emit.js'
import type { PluginContainer } from '../../plugin/container.js'
import type { ScriptFile } from '../../repeatable/scripts.js'
import type { Project } from '../project.js'
import type { Elaboration, Elaborator, ReplayedMigration } from './elaborator.js'
import { around, currentObjects, desiredObjects, isEmpty, planObjects, type PluginObjects } from './plugin-objects.js'

/** What the migrations directory leads to. */
export interface ReplayedDirectory {
  directory: MigrationDirectory
  /** Absent when a migration cannot be replayed. */
  catalog?: Catalog
  /** Of plugins' kinds. */
  objects: PluginObjects
  diagnostics: readonly Diagnostic[]
}

/** The migrations directory of a project, replayed only when its content changed. */
export interface Migrations {
  /** @param pre scripts that run before the first migration */
  replay(elaborator: Elaborator, pre: readonly ScriptFile[], plugins: PluginContainer): Promise<ReplayedDirectory>
}

export function createMigrations({ directory: path, format }: NonNullable<ResolvedConfig['migrations']>): Migrations {
  let known: { hash: string; replayed: ReplayedDirectory } | undefined
  return {
    async replay(elaborator, pre, plugins) {
      const directory = readMigrations(path, format)
      const scripts = pre.map(async (script): Promise<ReplayedMigration> => {
        const statements = await listScriptStatements(script)
        return { file: script.path, statements: statements.map(({ text, line }) => ({ sql: text, line })) }
      })
      const files = directory.files.map((file): ReplayedMigration => {
        const statements = [...listStatements(directory, file, 'up')]
        return { file: join(path, file.name), statements: statements.map(({ text, line }) => ({ sql: text, line })) }
      })
      const migrations = [...(await Promise.all(scripts)), ...files]
      const hash = hashMigrations(migrations)
      if (known?.hash === hash) return { ...known.replayed, directory }
      const inspect = (connection: Connection): Promise<PluginObjects> => currentObjects(plugins, connection)
      const { seen = [], ...rest } = await elaborator.replay(migrations, plugins.kinds.length > 0 ? inspect : undefined)
      const replayed = { directory, ...rest, objects: seen }
      known = { hash, replayed }
      return replayed
    },
  }
}

/** A directory that does not exist yet is an empty one. */
function readMigrations(path: string, format: string): MigrationDirectory {
  return existsSync(path) ? readDirectory(path, { format }) : readDirectory({ files: {}, format })
}

function hashMigrations(migrations: readonly ReplayedMigration[]): string {
  const hash = createHash('sha1')
  for (const { file, statements } of migrations)
    hash.update(`${file}\0${statements.map(({ sql }) => sql).join('\0')}\0\0`)
  return hash.digest('base64url')
}

/** The migration that would be written now, under `.draft/` of the migrations directory. */
export async function writeDraftMigration(
  replayed: ReplayedDirectory,
  elaboration: Elaboration & { catalog: Catalog },
  { config, plugins }: Pick<Project, 'config' | 'plugins'>,
): Promise<{ draft?: string; diagnostics: readonly Diagnostic[] }> {
  const path = config.migrations?.directory ?? ''
  const from = replayed.catalog
  if (!from) return { diagnostics: replayed.diagnostics.map((diagnostic) => ({ ...diagnostic, severity: 'warning' })) }
  const to = elaboration.catalog
  try {
    const wanted = await desiredObjects(plugins, to)
    const objects = await planObjects(plugins, replayed.objects, wanted)
    if (differences(from, to).length === 0 && isEmpty(objects)) {
      if (existsSync(path)) removeDraft(replayed.directory)
      return { diagnostics: [] }
    }
    const { renames } = elaboration.renames(from)
    const up = around(plan(from, to, { renames }).steps, objects)
    const reversed = renames.map((rename) => ({ ...rename, from: rename.to, to: rename.from }))
    const back = await planObjects(plugins, wanted, replayed.objects)
    const down = around(plan(to, from, { renames: reversed }).steps, back)
    // The directory of a project that has no migrations yet is made for its first draft.
    mkdirSync(path, { recursive: true })
    const directory = readDirectory(path, { format: config.migrations?.format })
    const [first] = writeDraft(directory, {
      up: up.map(({ sql, transactional }) => ({ sql, transactional })),
      down: down.map(({ sql, transactional }) => ({ sql, transactional })),
    })
    return first === undefined
      ? { diagnostics: [] }
      : { draft: relative(config.root, join(path, first)), diagnostics: [] }
  } catch (error) {
    if (error instanceof MigrateError) return { diagnostics: [unwritable(join(path, '.draft'), config.root, error)] }
    throw error
  }
}
