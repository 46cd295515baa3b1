import { existsSync } from 'node:fs'
import type { ResolvedConfig, StateOptions, StatePlan } from '@savepoint/core'
import type { Io } from './io.js'
import { openMigrationTarget, readLockTimeout } from './migration-target.js'
import type { DirectoryValues } from './migrations.js'
import type { Talk } from './terminal/talk.js'

/** Whether there can be a development database that has followed the schema files; it is not started for the question alone. */
function mayBeThere({ url, database }: ResolvedConfig): boolean {
  if (url !== undefined) return false
  switch (database.kind) {
    case 'postgres':
      return true
    case 'docker':
      return false
    case 'pglite':
    case 'native':
      return database.directory !== undefined && existsSync(database.directory)
  }
}

/**
 * Tells the development database about a migration that was just written. When it stands at the end of it already, because
 * the loop has applied every save, the history says so and nothing runs; otherwise it is applied where that was asked for.
 *
 * @param apply `--apply`: run what is pending, and write the generated types
 */
export async function catchUpDevelopment(
  {
    options,
    config,
    planned,
    states,
    apply,
  }: {
    options: DirectoryValues & { readonly 'lock-timeout': string | undefined }
    config: ResolvedConfig
    planned: StatePlan
    states: StateOptions
    apply: boolean
  },
  { io, talk }: { io: Io; talk: Talk },
): Promise<void> {
  if (!apply && !mayBeThere(config)) return
  const { applyMigrations, setVersion } = await import('@savepoint/migrate')
  const { DiagnosticError, generateProject, readRepeatableScripts, renderDiagnostics } = await import('@savepoint/core')
  const target = await openMigrationTarget(
    { ...options, url: undefined, wait: undefined, 'revisions-schema': undefined },
    { io, talk },
  ).catch((error: unknown) => {
    // Without --apply nobody asked for the database, and it may well not be running.
    if (apply) throw error
    talk.debug(`the development database was not asked: ${String(error)}`)
    return undefined
  })
  if (!target) return
  const settings = { ...target.settings, ...readLockTimeout(options['lock-timeout']) }
  try {
    if (target.isDevelopment && (await standsAtFiles(target.url, planned, states))) {
      const newest = target.directory.files.findLast(({ kind }) => kind === 'versioned')
      const { current } = await setVersion(target.connection, target.directory, newest?.version, settings)
      talk.say(`the development database stands there already: version ${current ?? 'none'}`)
    } else if (apply) {
      const { applied } = await applyMigrations(target.connection, target.directory, {
        ...settings,
        ...(await readRepeatableScripts(config)),
      })
      talk.success(`applied ${applied.map(({ name }) => name).join(', ') || 'nothing'} to ${target.name}`)
    }
  } finally {
    await target.close()
  }
  if (!apply) return
  const { written, diagnostics } = await generateProject(config)
  for (const file of written) talk.success(`wrote ${file}`)
  if (diagnostics.some(({ severity }) => severity === 'error')) throw new DiagnosticError(diagnostics)
  if (diagnostics.length > 0) talk.say(renderDiagnostics(diagnostics, { root: io.cwd, style: talk.style }))
}

/** Whether the database is what the schema files say. */
async function standsAtFiles(url: string, planned: StatePlan, states: StateOptions): Promise<boolean> {
  const { isAtState, planStates } = await import('@savepoint/core')
  const { config } = states
  // The plan of a migration leaves out what repeatable post scripts make, and the database has it.
  if (!config.repeatable.includes('post')) return isAtState(url, planned, config)
  const { plan } = await planStates({ kind: 'database', url }, { kind: 'phases', schema: config.schema }, states)
  return plan.steps.length === 0
}
