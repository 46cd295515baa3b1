import { createHash } from 'node:crypto'
import { join, relative } from 'node:path'
import { differences, type Catalog, type Difference } from '@savepoint/catalog'
import { findSumMismatch, renderMismatch } from '@savepoint/migrate'
import type { ResolvedConfig } from '../config/config.js'
import { loadConfig } from '../config/load.js'
import type { Diagnostic } from '../diagnostics/index.js'
import { compareFiles } from '../emit/emit.js'
import { toDiagnostics } from '../engine/diagnose.js'
import type { EngineOptions } from '../engine/engine.js'
import { openProject, type Project } from '../engine/project.js'
import { hasErrors, readDesired, type ElaboratedSchema } from '../engine/run/desired.js'
import { describeObjects, desiredObjects } from '../engine/run/plugin-objects.js'
import { createTargets } from '../engine/watcher.js'
import { prepareFiles, type KnownFiles } from '../engine/run/files.js'
import type { RepeatableScripts } from '../repeatable/scripts.js'
import type { SourceSet } from '../sources/reader.js'
import { createStamp, stampPath, writeStamp } from './stamp.js'

/** Loads the config for a check; what is wrong with it is a result of the check. */
export async function loadForCheck(
  options: EngineOptions,
): Promise<{ config: ResolvedConfig; described: string | undefined } | { diagnostics: readonly Diagnostic[] }> {
  try {
    const { root: cwd, configFile, environment } = options
    const config = await loadConfig({ cwd, configFile, environment })
    return { config, described: describeConfig(config) }
  } catch (error) {
    return { diagnostics: toDiagnostics(error) }
  }
}

/**
 * Everything of a config that a check depends on, as text.
 *
 * @returns undefined when a plugin cannot say what its output depends on
 */
export function describeConfig(config: ResolvedConfig): string | undefined {
  if (config.plugins.some(({ cacheKey }) => cacheKey === undefined)) return undefined
  const plugins = config.plugins.map(({ name, cacheKey }) => [name, cacheKey])
  return createHash('sha1')
    .update(JSON.stringify({ ...config, plugins }))
    .digest('base64url')
}

/** The check itself; remembers when there was nothing to say. */
export async function checkFully(config: ResolvedConfig): Promise<readonly Diagnostic[]> {
  const project = openForChecking(config)
  try {
    const diagnostics = await check(project)
    const described = describeConfig(config)
    if (described !== undefined && diagnostics.length === 0) {
      const path = stampPath(config.stateDirectory, config.configFile, config.environment)
      const targets = createTargets(config, project.input.pluginFiles)
      const folders = [...targets.directories, ...(config.client ? [config.client.directory] : [])]
      writeStamp(path, createStamp(targets.files, folders, config.configDependencies, described))
    }
    return diagnostics
  } catch (error) {
    return toDiagnostics(error)
  } finally {
    await project.close()
  }
}

/**
 * A project whose scratch database is the embedded one unless the config names another: CI has no development database.
 *
 * @param mayEdit whether plugins may edit schema files
 */
export function openForChecking(config: ResolvedConfig, { mayEdit = false } = {}): Project {
  return openProject(
    { ...config, scratch: config.scratch ?? { kind: 'pglite' } },
    { log: () => undefined, onDatabase: () => undefined, onBlocked: () => undefined, mayEdit },
  )
}

async function check(project: Project): Promise<readonly Diagnostic[]> {
  const desired = await readDesired(project, undefined)
  const { diagnostics, elaboration, emitted } = desired
  if (!elaboration) return diagnostics
  const { catalog } = elaboration
  const scripts = await project.repeatable.read()
  const changing = await project.repeatable.prove(project.elaborator, catalog, scripts)
  if (changing.length > 0) return [...diagnostics, ...changing.map(desired.frame)]
  const queries = await project.queries.generate(catalog, project.elaborator.use)
  return [
    ...diagnostics,
    ...queries.diagnostics,
    ...(await checkMigrations(project, { schema: elaboration, sources: desired.sources, scripts })),
    ...(hasErrors(queries.diagnostics) ? [] : await checkFiles(project, catalog, { ...queries, emitted })),
  ]
}

async function checkMigrations(
  project: Project,
  { schema, sources, scripts }: { schema: ElaboratedSchema; sources: SourceSet; scripts: RepeatableScripts },
): Promise<Diagnostic[]> {
  const { migrations, elaborator, config } = project
  if (!migrations || !config.migrations) return []
  const { directory, catalog, objects, diagnostics } = await migrations.replay(elaborator, scripts.pre, project.plugins)
  const shown = relative(config.root, config.migrations.directory)
  const found: Diagnostic[] = [...diagnostics]
  const mismatch = directory.sumText === undefined ? undefined : findSumMismatch(directory)
  if (mismatch) {
    found.push({
      code: 'SP4004',
      severity: 'error',
      message: `the checksum of ${shown} does not match its files`,
      why: renderMismatch(mismatch),
      fix: 'Put the changed migration back as it was. If the change is meant, run `savepoint migrate hash`.',
    })
  }
  if (!catalog) return found
  const wanted = await project.repeatable.migrated(schema, sources, scripts)
  const different = [
    ...differences(catalog, wanted.catalog).map(describeDifference),
    ...describeObjects(project.plugins, objects, await desiredObjects(project.plugins, wanted.catalog)),
  ]
  if (different.length === 0) return found
  const shownDifferences = different.slice(0, 8)
  const more = different.length - shownDifferences.length
  return [
    ...found,
    {
      code: 'SP4001',
      severity: 'error',
      message: `the migrations in ${shown} do not lead to the schema files: ${shownDifferences[0]}${different.length > 1 ? ` and ${different.length - 1} more` : ''}`,
      why: [...shownDifferences, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
      fix: 'Run `savepoint migrate diff <name>`, which writes the migration that is missing. If the schema files are behind, correct those.',
    },
  ]
}

/** Seen from the migrations. */
function describeDifference({ id, change, facts }: Difference): string {
  if (change === 'missing') return `${id} is missing`
  if (change === 'extra') return `${id} is not in the schema files`
  return `${id} differs${facts && facts.length > 0 ? ` (${facts.join(', ')})` : ''}`
}

async function checkFiles(project: Project, catalog: Catalog, known: KnownFiles): Promise<Diagnostic[]> {
  const { root, client } = project.config
  const prepared = await prepareFiles(project, catalog, known)
  const compared = [
    ...(client
      ? [
          {
            directory: client.directory,
            ...(await compareFiles(prepared.client, { directory: client.directory, root })),
          },
        ]
      : []),
    { directory: root, ...(await compareFiles(prepared.others, { directory: root, root, keepStale: true })) },
  ]
  const stale = compared.flatMap(({ directory, missing, different, superfluous }) => {
    const show = (path: string): string => relative(root, join(directory, path))
    return [
      ...missing.map((path) => `${show(path)} is missing`),
      ...different.map((path) => `${show(path)} is not what the schema says`),
      ...superfluous.map((path) => `${show(path)} belongs to nothing any more`),
    ]
  })
  if (stale.length === 0) return []
  return [
    {
      code: 'SP6001',
      severity: 'error',
      message: `generated files are stale: ${stale[0]}${stale.length > 1 ? ` and ${stale.length - 1} more` : ''}`,
      why: stale.join('\n'),
      fix: 'Run `savepoint generate`, and commit what it writes.',
    },
  ]
}
