import { relative } from 'node:path'
import { differences, type Catalog, type Difference } from '@savepoint/catalog'
import { findSumMismatch, renderMismatch } from '@savepoint/migrate'
import type { ResolvedConfig } from '../config/config.js'
import { loadConfig } from '../config/load.js'
import type { Diagnostic } from '../diagnostics/index.js'
import { compareFiles } from '../emit/emit.js'
import { toDiagnostics } from '../engine/diagnose.js'
import type { EngineOptions } from '../engine/engine.js'
import { openProject, type Project } from '../engine/project.js'
import { readDesired } from '../engine/run/desired.js'
import { generateClient } from '../engine/run/types.js'
import { hashInputs, isStamped, writeStamp } from './stamp.js'

export interface CheckResult {
  /** Errors in here mean that the build must fail. */
  diagnostics: readonly Diagnostic[]
  /** Nothing had changed since the last good check, so nothing was looked at. */
  unchanged: boolean
}

/**
 * What a build and CI ask: do the schema files elaborate (SP1xxx), do the migrations lead to them (SP4001, SP4003, SP4004),
 * are the generated files theirs (SP6001)? Never looks at the development database. Throws nothing.
 */
export async function checkProject(options: EngineOptions): Promise<CheckResult> {
  try {
    const config = await loadConfig({
      cwd: options.root,
      configFile: options.configFile,
      environment: options.environment,
    })
    return await checkConfig(config)
  } catch (error) {
    return { diagnostics: toDiagnostics(error), unchanged: false }
  }
}

/** `checkProject` of a config that is loaded already. */
export async function checkConfig(config: ResolvedConfig): Promise<CheckResult> {
  const project = openForChecking(config)
  try {
    const hash = await hashInputs(config, project.plugins.cacheKey)
    if (hash !== undefined && (await isStamped(config, hash))) return { diagnostics: [], unchanged: true }
    const diagnostics = await check(project)
    if (hash !== undefined && diagnostics.length === 0) await writeStamp(config, hash)
    return { diagnostics, unchanged: false }
  } catch (error) {
    return { diagnostics: toDiagnostics(error), unchanged: false }
  } finally {
    await project.close()
  }
}

/**
 * A project whose scratch database is the embedded one unless the config names another: CI has no development database.
 */
export function openForChecking(config: ResolvedConfig): Project {
  return openProject(
    { ...config, scratch: config.scratch ?? { kind: 'pglite' } },
    { log: () => undefined, onDatabase: () => undefined },
  )
}

async function check(project: Project): Promise<readonly Diagnostic[]> {
  const { diagnostics, elaboration } = await readDesired(project, undefined)
  if (!elaboration) return diagnostics
  return [
    ...diagnostics,
    ...(await checkMigrations(project, elaboration.catalog)),
    ...(project.config.client ? await checkFiles(project.config, elaboration.catalog) : []),
  ]
}

async function checkMigrations(project: Project, desired: Catalog): Promise<Diagnostic[]> {
  const { migrations, elaborator, config } = project
  if (!migrations || !config.migrations) return []
  const { directory, catalog, diagnostics } = await migrations.replay(elaborator)
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
  const different = differences(catalog, desired)
  if (different.length === 0) return found
  const shownDifferences = different.slice(0, 8).map(describeDifference)
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

async function checkFiles(config: ResolvedConfig, catalog: Catalog): Promise<Diagnostic[]> {
  const directory = config.client?.directory ?? ''
  const { missing, different, superfluous } = await compareFiles(generateClient(catalog, config), {
    directory,
    root: config.root,
  })
  const stale = [
    ...missing.map((path) => `${path} is missing`),
    ...different.map((path) => `${path} is not what the schema says`),
    ...superfluous.map((path) => `${path} belongs to nothing any more`),
  ]
  if (stale.length === 0) return []
  return [
    {
      code: 'SP6001',
      severity: 'error',
      message: `generated files in ${relative(config.root, directory)} are stale: ${stale[0]}${stale.length > 1 ? ` and ${stale.length - 1} more` : ''}`,
      why: stale.join('\n'),
      fix: 'Run `savepoint generate`, and commit what it writes.',
    },
  ]
}
