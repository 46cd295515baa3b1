import { extract } from '@savepoint/catalog'
import type { ResolvedConfig } from '../../config/config.js'
import { connect, type DatabaseSession } from '../../database/connect.js'
import type { ScratchDatabase } from '../../server/server.js'
import type { Statement } from '../../sources/source.js'
import { createWarmScratch, type WarmScratch } from '../../scratch/warm-scratch.js'
import { isConnectionLost, isServerFailure } from '../development/failure.js'
import type { Elaboration, Elaborator, ReplayedMigration } from './elaborator.js'
import { findRenames } from './renames.js'

export interface ElaboratorOptions {
  log(level: 'info' | 'warn' | 'error' | 'debug', message: string): void
  /** A new empty database; called when one is needed, and again after it was lost. */
  openScratch(): Promise<ScratchDatabase>
}

interface OpenScratch {
  database: ScratchDatabase
  session: DatabaseSession
  warm: WarmScratch
}

/** The elaborator over one warm scratch database. */
export function openElaborator(config: ResolvedConfig, { log, openScratch }: ElaboratorOptions): Elaborator {
  const options = { ...(config.include ? { include: config.include } : {}), exclude: config.exclude }
  let opening: Promise<OpenScratch> | undefined

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
    return { database, session, warm: createWarmScratch(session, options) }
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
    reset,
    close: reset,
    async elaborate({ statements, files }) {
      const texts = new Map(files.map(({ path, text }) => [path, text]))
      const result = await ask((warm) => warm.elaborate(statements, texts))
      if (result.status === 'failed') return { ...nothing, diagnostics: result.diagnostics }
      const { desired, provenance, warnings } = result
      return {
        catalog: desired,
        diagnostics: warnings,
        locate: (id) => provenance.locationOf(id),
        annotations: (id) => describeComments(provenance.statementOf(id)),
        renames: (from) => findRenames(statements, from, desired),
      }
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
    async replay(migrations) {
      const database = await openScratch()
      const session = await connect(database.url)
      try {
        for (const migration of migrations) {
          const failure = await replayOne(session, migration)
          if (failure) return { diagnostics: [failure] }
        }
        return { catalog: await extract(session, options), diagnostics: [] }
      } finally {
        await session.close()
        await database.close()
      }
    },
  }
}

const nothing: Elaboration = {
  diagnostics: [],
  locate: () => undefined,
  annotations: () => '',
  renames: () => ({ renames: [], diagnostics: [] }),
}

function describeComments(statement: Statement | undefined): string {
  return statement ? [statement.leading, statement.trailing ?? ''].join('\n') : ''
}

/** SP4003 for the first statement that fails. */
async function replayOne(session: DatabaseSession, { file, statements }: ReplayedMigration) {
  for (const { sql, line } of statements) {
    try {
      await session.query(sql)
    } catch (error) {
      if (!isServerFailure(error)) throw error
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
