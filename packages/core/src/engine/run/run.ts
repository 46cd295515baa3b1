import { relative } from 'node:path'
import type { Catalog } from '@savepoint/catalog'
import { DiagnosticError, type Diagnostic } from '../../diagnostics/index.js'
import { applyPlan } from '../development/apply.js'
import { connectionLost, isConnectionLost } from '../development/failure.js'
import { makeWay } from '../development/make-way.js'
import { countRows } from '../development/rows.js'
import type { Project } from '../project.js'
import type { PendingDecision, SaveReport } from '../report.js'
import { isRemote } from '../servers.js'
import { decide, type Decision } from './decide.js'
import { writeDraftMigration } from './draft.js'
import { hasErrors, readDesired, type ElaboratedSchema } from './desired.js'
import { prepareFiles, writeFiles, type PreparedFiles } from './files.js'
import { describeRules } from './plugin-rules.js'
import { createStopwatch } from './stopwatch.js'
import { synchroniseObjects } from './synchronise-objects.js'

/** What a run came to. With errors, the database and the files stand where they were (files: as far as they could be written). */
export interface RunOutcome {
  /** SP… of severity error: the state is red. */
  errors: readonly Diagnostic[]
  /** undefined when the run did not get far enough to know; then what was pending stays pending. */
  pending?: readonly PendingDecision[]
  report?: SaveReport
  /** Absolute paths of the schema files. */
  files: readonly string[]
}

export interface RunOptions {
  /** Absolute paths that may have changed; undefined for a run that looks at everything. */
  changed?: readonly string[] | undefined
  /** `performance.now()` of the first notice. */
  started: number
  /** Whether another run waits already, which will do again what this one has not done yet. */
  isSuperseded(): boolean
}

// How often somebody else may change the database between our plan and our lock before we give up until the next save.
const mostAttempts = 3

/** One run: from the schema files to the development database and the files that follow it. Throws DiagnosticError. */
export async function runOnce(project: Project, { changed, started, isSuperseded }: RunOptions): Promise<RunOutcome> {
  const { config, elaborator, plugins } = project
  const stopwatch = createStopwatch(started)
  const warnings: Diagnostic[] = []

  // Both may have to start a database first, and neither needs the other.
  const session = project.development.session()
  session.catch(() => undefined)
  const { files, diagnostics, elaboration, emitted, sources, frame } = await readDesired(project, changed, stopwatch)
  if (!elaboration) return { errors: diagnostics, files }
  warnings.push(...diagnostics)

  const scripts = await project.repeatable.read()
  const changing = await project.repeatable.prove(elaborator, elaboration.catalog, scripts)
  if (changing.length > 0) return { errors: changing.map(frame), files }

  // Before anything is applied: a schema that breaks a query waits until one of the two is mended.
  stopwatch.stage('queries')
  const queries = await project.queries.generate(elaboration.catalog, elaborator.use)
  if (hasErrors(queries.diagnostics)) return { errors: onlyErrors([...diagnostics, ...queries.diagnostics]), files }
  warnings.push(...queries.diagnostics)

  let preparing: Promise<PreparedFiles> | undefined
  const prepare = (): Promise<PreparedFiles> =>
    (preparing ??= prepareFiles(project, elaboration.catalog, { ...queries, emitted }))
  const applied = await applyAround(elaboration).catch((error: unknown) => {
    if (!(error instanceof DiagnosticError)) throw error
    throw new DiagnosticError(error.diagnostics.map(frame), { cause: error })
  })
  warnings.push(...applied.warnings)
  await project.decisions.settle(applied.used)
  if (applied.pending.length > 0) warnings.push(...applied.decisionWarnings.map(frame))

  stopwatch.stage('types')
  const written = await writeFiles(project, await prepare(), 'save')
  const milliseconds = stopwatch.elapsed()
  stopwatch.stage('draft')
  const draft =
    project.migrations && !isSuperseded()
      ? await writeDraftMigration(
          await project.migrations.replay(elaborator, scripts.pre, plugins),
          await project.repeatable.migrated(elaboration, sources, scripts),
          project,
        )
      : { diagnostics: [] }
  const stages = stopwatch.stop()

  const all = [...warnings, ...written.diagnostics, ...draft.diagnostics]
  const report: SaveReport = {
    changed: (changed ?? []).map((path) => relative(config.root, path)),
    applied: applied.statements,
    pending: applied.pending,
    ...('draft' in draft && draft.draft !== undefined ? { draft: draft.draft } : {}),
    written: written.paths.map((path) => relative(config.root, path)),
    warnings: all.filter(({ severity }) => severity === 'warning'),
    proved: applied.proved,
    milliseconds,
    stages,
  }
  const failures = await plugins.applied(report)
  return {
    errors: [...all, ...failures].filter(({ severity }) => severity === 'error'),
    pending: applied.pending,
    report,
    files,
  }

  /** The pre scripts, what leads to the desired state, the post scripts. */
  async function applyAround(schema: ElaboratedSchema): Promise<Synchronised> {
    const connection = await session.catch(rethrowLost)
    const running = await project.repeatable.begin(connection, scripts).catch(rethrowLost)
    // Migrations are what a team has agreed on; on a database that is not ours alone somebody applies them.
    const pulled = isRemote(config) ? undefined : await project.pulled.apply(connection).catch(rethrowLost)
    if (running.ran || (pulled && pulled.applied.length > 0)) project.current.forget()
    warnings.push(...(pulled?.warnings ?? []).map(frame))
    const result = await synchronise(schema)
    const objects = await synchroniseObjects(project, schema, connection).catch(rethrowLost)
    await running.end(result.statements.length + objects.statements.length > 0).catch(rethrowLost)
    return {
      ...result,
      statements: [...result.statements, ...objects.statements],
      warnings: [...result.warnings, ...objects.warnings],
      proved: result.proved && objects.proved,
    }
  }

  /** Brings the development database to the desired state. Plans anew when somebody else changed it meanwhile. */
  async function synchronise(schema: ElaboratedSchema): Promise<Synchronised> {
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      stopwatch.stage('current')
      const connection = await session.catch(rethrowLost)
      const from = await project.current.read(connection, schema.catalog).catch(rethrowLost)
      stopwatch.stage('plan')
      const renamed = schema.renames(from)
      if (renamed.blocked.length > 0 && !isRemote(config) && (await makeWay(connection, renamed.blocked, from))) {
        project.current.forget()
        continue
      }
      const accepted = await project.decisions.accepted()
      const decision = await decide({
        from,
        desired: schema.catalog,
        renames: renamed.renames,
        accepted,
        count: (destruction) => countRows(connection, destruction, from).catch(() => -1),
        locate: schema.locate,
        neverDestroy: isRemote(config),
      })
      const { steps } = decision.plan
      const result = {
        pending: decision.pending,
        decisionWarnings: decision.warnings,
        statements: steps.map(({ sql }) => sql),
        used: decision.used,
      }
      if (steps.length === 0) return { ...result, warnings: renamed.diagnostics, proved: true }

      const vetoes = plugins.has('plan') ? describeRules(await plugins.plan(decision.plan), schema) : []
      if (hasErrors(vetoes)) throw new DiagnosticError(vetoes)

      // The proof and the transaction run at the same time, each on its own database; only a proved plan is committed.
      stopwatch.stage('apply')
      const begun = performance.now()
      const proving = prove(project, from, decision).finally(() => stopwatch.record('prove', performance.now() - begun))
      proving.catch(() => undefined)
      const applying = applyPlan(connection, decision.plan, from, project.current, {
        to: decision.target,
        lockTimeout: config.lockTimeout,
        accepted: decision.allowed,
        locate: schema.locate,
        openMonitor: project.development.openSession,
        confirm: async () => {
          await proving
        },
      }).catch(async (error: unknown) => {
        // A plan that does not even work on scratch is the better news than what the server said to it here.
        await proving
        throw error
      })
      // Both wait for their databases now, which leaves this thread free.
      applying.catch(() => undefined)
      await prepare().catch(() => undefined)
      const outcome = await applying
      const unproved = await proving
      if (outcome.kind === 'changed') {
        project.current.forget()
        continue
      }
      // Unproved means that nobody has seen where it led to.
      if (outcome.snapshot === undefined || unproved.length > 0) project.current.forget()
      else {
        project.current.applied(decision.target, outcome.snapshot)
        // Before the app has written again, while this thread writes files.
        project.current.refreshToken(connection).catch(() => undefined)
      }
      return { ...result, warnings: [...renamed.diagnostics, ...vetoes, ...unproved], proved: unproved.length === 0 }
    }
    throw new DiagnosticError([changedMeanwhile()])
  }
}

function onlyErrors(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.filter(({ severity }) => severity === 'error')
}

/**
 * Runs the plan on scratch.
 *
 * @returns SP3003 when scratch cannot tell; nothing when it is proved
 * @throws DiagnosticError when it does not arrive, or cannot be proved in strict mode
 */
async function prove(project: Project, from: Catalog, decision: Decision): Promise<readonly Diagnostic[]> {
  const proof = await project.elaborator.prove(from, decision.target, decision.plan)
  switch (proof.kind) {
    case 'proved':
      return []
    case 'failed':
      throw new DiagnosticError(proof.diagnostics)
    case 'unproved':
      if (!project.config.strict) return proof.diagnostics
      throw new DiagnosticError(proof.diagnostics.map((one) => ({ ...one, severity: 'error' })))
  }
}

interface Synchronised {
  pending: readonly PendingDecision[]
  decisionWarnings: readonly Diagnostic[]
  warnings: readonly Diagnostic[]
  statements: readonly string[]
  /** Decisions that were made use of. */
  used: readonly string[]
  proved: boolean
}

function rethrowLost(error: unknown): never {
  if (isConnectionLost(error)) throw new DiagnosticError([connectionLost(error, 'while reading it')], { cause: error })
  throw error
}

function changedMeanwhile(): Diagnostic {
  return {
    code: 'SP2009',
    severity: 'error',
    message: 'the development database changed while a plan was made for it',
    why: `somebody else changed its definitions ${mostAttempts} times in a row between the plan and the lock`,
    fix: 'End what changes it (a migration that runs, another tool that pushes a schema), and save again.',
  }
}
