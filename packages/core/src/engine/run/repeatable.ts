import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Catalog, Connection } from '@savepoint/catalog'
import { hashScripts, MigrateError, runScripts } from '@savepoint/migrate'
import type { RepeatablePhase, ResolvedConfig } from '../../config/config.js'
import { DiagnosticError, type Diagnostic } from '../../diagnostics/index.js'
import { replaceFile } from '../../emit/emit.js'
import { nodeFileSystem } from '../../emit/file-system.js'
import { leaveOut } from '../../repeatable/leave-out.js'
import { proveIdempotence } from '../../repeatable/prove.js'
import { readRepeatableScripts, type RepeatableScripts } from '../../repeatable/scripts.js'
import type { SourceSet } from '../../sources/reader.js'
import { describeMigrateError } from '../../state/migrations.js'
import { readDatabaseIdentity } from '../development/remembered.js'
import type { ElaboratedSchema } from './desired.js'
import type { Elaborator } from './elaborator.js'

/** The phases of a project that run around every apply. Where the config has none, everything here does nothing. */
export interface RepeatablePhases {
  read(): Promise<RepeatableScripts>
  /** SP1012 for scripts that are not idempotent; they are run again only when one of them changed. */
  prove(elaborator: Elaborator, desired: Catalog, scripts: RepeatableScripts): Promise<readonly Diagnostic[]>
  /**
   * Runs the pre scripts on the development database, where a script changed or none ever ran there.
   *
   * @throws DiagnosticError SP4017 for a statement that the server refuses
   */
  begin(connection: Connection, scripts: RepeatableScripts): Promise<StartedScripts>
  /**
   * What migrations lead to: the desired state without what the post scripts make.
   *
   * @throws DiagnosticError where the schema does not elaborate without them
   */
  migrated(schema: ElaboratedSchema, sources: SourceSet, scripts: RepeatableScripts): Promise<ElaboratedSchema>
  close(): Promise<void>
}

export interface StartedScripts {
  /** Whether the pre scripts ran: what was known of the database may be wrong. */
  ran: boolean
  /** Runs the post scripts, where the pre scripts ran or something was applied in between. Throws DiagnosticError SP4017. */
  end(applied: boolean): Promise<void>
}

const idle: StartedScripts = { ran: false, end: () => Promise.resolve() }

/** @param openAside another elaborator, which stands at the schema without the post scripts */
export function createRepeatablePhases(config: ResolvedConfig, openAside: () => Elaborator): RepeatablePhases {
  const path = join(config.stateDirectory, 'cache', 'scripts')
  let proved: string | undefined
  let aside: Elaborator | undefined
  const isEmpty = ({ pre, post }: RepeatableScripts): boolean => pre.length + post.length === 0

  return {
    read: () => readRepeatableScripts(config),
    async prove(elaborator, desired, scripts) {
      const hash = hashScripts(scripts.pre, scripts.post)
      if (isEmpty(scripts) || proved === hash) return []
      const options = { ...(config.include ? { include: config.include } : {}), exclude: config.exclude }
      const found = await elaborator.use(desired, (connection) => proveIdempotence(connection, scripts, options))
      if (found?.length === 0) proved = hash
      return found ?? []
    },
    async begin(connection, scripts) {
      if (isEmpty(scripts)) return idle
      const identity = JSON.stringify([config.database, await readDatabaseIdentity(connection)])
      const wanted = createHash('sha1')
        .update(identity)
        .update(hashScripts(scripts.pre, scripts.post))
        .digest('base64url')
      const isDue = (await nodeFileSystem.read(path).catch(() => undefined)) !== wanted
      if (isDue) await run(connection, scripts, 'pre')
      return {
        ran: isDue,
        async end(applied) {
          if (!isDue && !applied) return
          await run(connection, scripts, 'post')
          // A disk that cannot be written costs a run too many, which changes nothing.
          if (isDue) await replaceFile(path, wanted).catch(() => undefined)
        },
      }
    },
    async migrated(schema, sources, scripts) {
      if (scripts.post.length === 0) return schema
      aside ??= openAside()
      const elaboration = await aside.elaborate(leaveOut(sources, new Set(scripts.post.map((script) => script.path))))
      await aside.store()
      const { catalog, diagnostics } = elaboration
      const errors = diagnostics.filter(({ severity }) => severity === 'error')
      if (!catalog || errors.length > 0) throw new DiagnosticError(errors)
      return { ...elaboration, catalog }
    },
    async close() {
      await aside?.close()
    },
  }
}

async function run(connection: Connection, scripts: RepeatableScripts, phase: RepeatablePhase): Promise<void> {
  try {
    await runScripts(connection, scripts[phase], phase)
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error
    const diagnostic = describeMigrateError(error)
    const script = scripts[phase].find(({ name }) => name === error.file)
    const { location } = diagnostic
    throw new DiagnosticError(
      [{ ...diagnostic, ...(location && script ? { location: { ...location, file: script.path } } : {}) }],
      { cause: error },
    )
  }
}
