import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { extract, isServerError, type Catalog, type Connection } from '@savepoint/catalog'
import type { ResolvedConfig } from '../../config/config.js'
import { connect, type DatabaseSession } from '../../database/connect.js'
import type { ScratchDatabase } from '../../server/server.js'
import { loadParser } from '../../sources/parse.js'
import { readRenames } from '../../sources/annotations.js'
import type { Statement } from '../../sources/source.js'
import { ourVersion } from '../version.js'
import type { Diagnostic } from '../../diagnostics/index.js'
import { createCatalogCache, type CacheInputs } from '../../scratch/cache.js'
import { resolveRenames } from '../../scratch/renames.js'
import { createWarmScratch, type WarmScratch } from '../../scratch/warm-scratch.js'
import { isConnectionLost } from '../development/failure.js'
import type { SourceSet } from '../../sources/reader.js'
import type { Elaboration, Elaborator, FoundRenames, ReplayedMigration } from './elaborator.js'
import { createPlaces } from './places.js'

export interface ElaboratorOptions {
  log(level: 'info' | 'warn' | 'error' | 'debug', message: string): void
  /** A new empty database; called when one is needed, and again after it was lost. */
  openScratch(): Promise<ScratchDatabase>
  /** What the scratch database is, without opening it: catalogs of two kinds cannot be compared. */
  scratchIdentity(): Promise<string>
}

interface OpenScratch {
  database: ScratchDatabase
  session: DatabaseSession
  warm: WarmScratch
}

/** The elaborator over one warm scratch database. */
export function openElaborator(
  config: ResolvedConfig,
  { log, openScratch, scratchIdentity }: ElaboratorOptions,
): Elaborator {
  const options = { ...(config.include ? { include: config.include } : {}), exclude: config.exclude }
  const cache = createCatalogCache(join(config.stateDirectory, 'cache', 'catalogs'), ourVersion())
  let opening: Promise<OpenScratch> | undefined
  let last: { sources: SourceSet; elaboration: Elaboration; isCached: boolean } | undefined

  function open(): Promise<OpenScratch> {
    opening ??= openOnce().catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }

  async function openOnce(): Promise<OpenScratch> {
    const database = await openScratch()
    const session = await connect(database.url)
    await keepEmptyCatalog(session)
    return {
      database,
      session,
      warm: createWarmScratch(session, { ...options, reportDirectory: join(config.stateDirectory, 'reports') }),
    }
  }

  /**
   * What a project without migrations starts from. Read while scratch is fresh, because a database of its own for it would
   * cost seconds.
   */
  async function keepEmptyCatalog(session: DatabaseSession): Promise<void> {
    const inputs = await describeInputs([])
    if (!(await cache.load(inputs))) await cache.save(inputs, await extract(session, options))
  }

  /** Everything on scratch can be made again, so after a crash the question is asked once more of a new one. */
  async function ask<Answer>(question: (warm: WarmScratch) => Promise<Answer>): Promise<Answer> {
    try {
      return await question((await open()).warm)
    } catch (error) {
      if (!isConnectionLost(error)) throw error
      log('debug', `the scratch database was lost, opening another one: ${String(error)}`)
      await reset()
      return question((await open()).warm)
    }
  }

  async function reset(): Promise<void> {
    const open = await opening?.catch(() => undefined)
    opening = undefined
    await open?.session.close().catch(() => undefined)
    await open?.database.close()
  }

  return {
    close: reset,
    async elaborate(sources) {
      const elaboration = await elaborateCached(sources)
      last = { sources, ...elaboration }
      return elaboration.elaboration
    },
    async warm() {
      if (!last?.isCached) return
      const { sources } = last
      last.isCached = false
      Object.assign(last.elaboration, await elaborateOnScratch(sources))
    },
    async store() {
      if (!last?.elaboration.catalog || last.isCached) return
      await cache.save(await describeInputs(last.sources.statements), last.elaboration.catalog)
    },
    async use(desired, work) {
      // An elaboration that came from the disk has no database yet.
      if (last?.isCached) {
        last.isCached = false
        Object.assign(last.elaboration, await elaborateOnScratch(last.sources))
      }
      return ask((warm) => warm.use(desired, work))
    },
    async prove(from, to, plan) {
      const proof = await ask((warm) => warm.prove(plan, from, to))
      switch (proof.status) {
        case 'proved':
          return { kind: 'proved' }
        case 'failed':
          return { kind: 'failed', diagnostics: [proof.diagnostic] }
        case 'unproved':
          return { kind: 'unproved', diagnostics: [proof.diagnostic] }
      }
    },
    async replay(migrations, inspect) {
      const inputs = await describeInputs(asStatements(migrations))
      const cached = inspect ? undefined : await cache.load(inputs)
      if (cached) return { catalog: cached, diagnostics: [] }
      const replayed = await replayOnScratch(migrations, inspect)
      if (replayed.catalog) await cache.save(inputs, replayed.catalog)
      return replayed
    },
  }

  async function elaborateCached(sources: SourceSet): Promise<{ elaboration: Elaboration; isCached: boolean }> {
    // A warm scratch answers sooner than the disk.
    const catalog = opening ? undefined : await cache.load(await describeInputs(sources.statements))
    if (!catalog) return { elaboration: await elaborateOnScratch(sources), isCached: false }
    await loadParser()
    const places = createPlaces(sources.statements, catalog)
    return {
      elaboration: { diagnostics: [], catalog, ...places, renames: createRenames(sources, catalog) },
      isCached: true,
    }
  }

  async function elaborateOnScratch(sources: SourceSet): Promise<Elaboration> {
    const { statements, files } = sources
    const texts = new Map(files.map(({ path, text }) => [path, text]))
    return describeElaboration(await ask((warm) => warm.elaborate(statements, texts)), sources)
  }

  async function replayOnScratch<Seen>(
    migrations: readonly ReplayedMigration[],
    inspect?: (connection: Connection) => Promise<Seen>,
  ): Promise<{ catalog?: Catalog; seen?: Seen; diagnostics: readonly Diagnostic[] }> {
    const database = await openScratch()
    const session = await connect(database.url)
    try {
      for (const migration of migrations) {
        const failure = await replayOne(session, migration)
        if (failure) return { diagnostics: [failure] }
      }
      const catalog = await extract(session, options)
      return { catalog, ...(inspect ? { seen: await inspect(session) } : {}), diagnostics: [] }
    } finally {
      await session.close()
      await database.close()
    }
  }

  async function describeInputs(statements: readonly Statement[]): Promise<CacheInputs> {
    // The version is part of what `scratchIdentity` says: of an embedded Postgres it is known only once it runs.
    return { statements, version: 0, server: await scratchIdentity(), ...options }
  }
}

/** What warm scratch made of statements, with their places in the files. */
export function describeElaboration(
  result: Awaited<ReturnType<WarmScratch['elaborate']>>,
  sources: SourceSet,
): Elaboration {
  if (result.status === 'failed') return { ...nothing, diagnostics: result.diagnostics }
  const { desired, provenance, warnings } = result
  return {
    catalog: desired,
    diagnostics: warnings,
    ...createPlaces(sources.statements, desired, (id) => provenance.statementOf(id)),
    renames: createRenames(sources, desired),
  }
}

function createRenames(sources: SourceSet, to: Catalog): Elaboration['renames'] {
  const annotations = readRenames(sources.statements)
  return (from) => (annotations.length === 0 ? noRenames : resolveRenames(annotations, from, to))
}

/** Migrations in the form in which the cache tells texts apart. */
function asStatements(migrations: readonly ReplayedMigration[]): Statement[] {
  return migrations.flatMap(({ file, statements }) =>
    statements.map(({ sql, line }) => ({
      file,
      phase: 'schema',
      sql,
      offset: 0,
      line,
      column: 1,
      leading: '',
      hash: createHash('sha1').update(sql).digest('base64url'),
    })),
  )
}

const noRenames: FoundRenames = { renames: [], blocked: [], diagnostics: [] }

const nothing: Elaboration = {
  diagnostics: [],
  locate: () => undefined,
  annotations: () => '',
  renames: () => noRenames,
}

/** SP4003 for the first statement that fails. */
async function replayOne(session: DatabaseSession, { file, statements }: ReplayedMigration) {
  for (const { sql, line } of statements) {
    try {
      await session.query(sql)
    } catch (error) {
      if (!isServerError(error)) throw error
      return {
        code: 'SP4003',
        severity: 'error',
        message: `the migration fails when replayed: ${error.message}`,
        location: { file, line, column: 1 },
        why: `the migrations are run one after the other on an empty database, and there this statement was refused: ${sql}`,
        fix: 'Correct the migration if it was never applied anywhere; otherwise write what it needs into one before it.',
      } as const
    }
  }
  return undefined
}
