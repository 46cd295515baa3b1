import {
  differences,
  executableSql,
  extract,
  print,
  type Catalog,
  type Connection,
  type ObjectId,
  type Plan,
} from '@savepoint/catalog'
import { describeTarget } from '../database/failure.js'
import { DiagnosticError, type Diagnostic, type SourceLocation } from '../diagnostics/index.js'
import { elaborateSources } from '../engine/run/desired.js'
import { describeElaboration } from '../engine/run/open-elaborator.js'
import { withoutRevisionTables } from '../engine/development/revision-tables.js'
import {
  currentObjects,
  desiredObjects,
  isEmpty,
  planObjects,
  type PluginObjects,
  type PluginSteps,
} from '../engine/run/plugin-objects.js'
import { proveObjects, unproved } from '../engine/run/prove-objects.js'
import type { PluginContainer } from '../plugin/container.js'
import { assumeRole, type ScratchOptions } from '../scratch/session.js'
import { createWarmScratch, type WarmScratch } from '../scratch/warm-scratch.js'
import type { Statement } from '../sources/source.js'
import { proveIdempotence } from '../repeatable/prove.js'
import { readRepeatableScripts } from '../repeatable/scripts.js'
import { errorsOf, warningsOf, type SchemaFiles } from './files.js'
import { runMigrations } from './migrations.js'
import { proveInSections, type SectionProof } from './prove-sections.js'
import { openScratch, type ScratchDatabaseSession } from './scratch.js'
import { runScript } from './script.js'
import { closeSides, openSide, type DatabaseSide, type Side } from './sides.js'
import type { StateSpec } from './spec.js'
import type { StateOptions } from './states.js'
import { openScratchFor } from './workspace-scratch.js'

/** A side as Postgres has it. */
export interface Reading {
  catalog: Catalog
  /** Of the kinds that the plugins of the files have. */
  objects: PluginObjects
  warnings: readonly Diagnostic[]
  /** For rename annotations. */
  statements: readonly Statement[]
  locate(id: ObjectId): SourceLocation | undefined
}

/** What is open while states are read and compared: sessions of databases, and one scratch database for everything else. */
export interface Workspace {
  readonly sides: readonly Side[]
  /** Roles that the files define. */
  readonly roles: readonly string[]
  /** Lets Postgres say what a side is. The catalogs of all sides come from servers of one major version. */
  read(side: Side): Promise<Reading>
  /** Runs the plan on scratch; one that leaves its transaction on a database of its own, in the same sections, there and back. */
  prove(plan: Plan, from: Reading, to: Reading, options?: { withBack?: boolean }): Promise<SectionProof>
  /** The statements for objects of plugins' kinds, run on scratch where it stands at the files. */
  planObjects(from: Reading, to: Reading): Promise<PluginSteps & { doubts: readonly Diagnostic[] }>
  close(): Promise<void>
}

/**
 * Looks at the specs and opens what they need.
 *
 * @throws DiagnosticError SP2002 for a database, SP1007 and SP1008 for files, SP4002 for a migrations directory
 */
export async function openWorkspace(specs: readonly StateSpec[], options: StateOptions): Promise<Workspace> {
  // What a scratch database must be like depends on databases only; without any it can start while files are read.
  const { config, log } = options
  const early = specs.every(({ kind }) => kind !== 'database')
    ? openScratch({ config, extensions: [], databases: [], log })
    : undefined
  early?.catch(() => undefined)
  const sides: Side[] = []
  try {
    const scripts = await readRepeatableScripts(config)
    for (const spec of specs) sides.push(await openSide(spec, specs, scripts, options))
  } catch (error) {
    await closeSides(sides)
    await early?.then((scratch) => scratch.close())
    throw error
  }
  return new OpenWorkspace(sides, options, early && openScratchFor(sides, options, early))
}

class OpenWorkspace implements Workspace {
  readonly sides: readonly Side[]
  readonly roles: readonly string[]
  readonly #options: StateOptions
  /** Of the files; where no side is files there is nobody to say what should be there. */
  readonly #plugins: Pick<PluginContainer, 'kinds'>
  readonly #extractOptions: Omit<ScratchOptions, 'assumedRoles'>
  /** Roles that scratch must have, whoever defines them. */
  readonly #assumedRoles: Set<string>
  #scratch: Promise<ScratchDatabaseSession> | undefined
  /** Scratch standing at the files that were read last, and what they say. */
  #standing: { warm: WarmScratch; catalog: Catalog } | undefined

  constructor(sides: readonly Side[], options: StateOptions, scratch: Promise<ScratchDatabaseSession> | undefined) {
    this.sides = sides
    this.#scratch = scratch
    this.#options = options
    this.#plugins = sides.flatMap((side) => (side.kind === 'files' ? [side.files.input.plugins] : []))[0] ?? {
      kinds: [],
    }
    this.#assumedRoles = new Set(sides.flatMap((side) => (side.kind === 'database' ? side.roles : [])))
    // Roles belong to the whole server; only those that the files themselves define are compared.
    this.roles = [...new Set(sides.flatMap((side) => (side.kind === 'files' ? side.files.roles : [])))]
    const { exclude } = options.config
    // `?search_path=app` in a URL narrows the comparison to that schema, as Atlas has it.
    const scopes = sides.flatMap((side) => (side.kind === 'database' && side.scope !== undefined ? [side.scope] : []))
    const include = options.config.include ?? (scopes.length > 0 ? scopes : undefined)
    this.#extractOptions = {
      ...(include ? { include } : {}),
      exclude,
      ...(this.roles.length > 0 ? { roles: this.roles } : {}),
    }
  }

  read(side: Side): Promise<Reading> {
    switch (side.kind) {
      case 'files':
        return this.#readFiles(side.files)
      case 'migrations':
        return this.#readMigrations(side)
      case 'database':
        return this.#readDatabase(side)
    }
  }

  async prove(
    plan: Plan,
    from: Reading,
    to: Reading,
    { withBack = false }: { withBack?: boolean } = {},
  ): Promise<SectionProof> {
    if (plan.steps.some(({ transactional }) => !transactional)) {
      const proof = await this.#proveInSections(plan, from.catalog, to.catalog, withBack)
      if (proof) return proof
    }
    // Wherever scratch stands, it goes to the plan's beginning by itself, by the shortest way.
    const warm = this.#standing?.warm ?? (await this.#startWarm())
    return warm.prove(plan, from.catalog, to.catalog)
  }

  async #proveInSections(plan: Plan, from: Catalog, to: Catalog, withBack: boolean): Promise<SectionProof | undefined> {
    const scratch = await openScratchFor(this.sides, this.#options)
    try {
      // The warm scratch says it when versions differ.
      if (scratch.major !== Math.floor(from.version / 10_000) || scratch.major !== Math.floor(to.version / 10_000))
        return undefined
      return await proveInSections(scratch, plan, from, to, {
        extract: this.#extractOptions,
        roles: this.#assumedRoles,
        isDisposable: scratch.isEmbedded,
        withBack,
      })
    } finally {
      await scratch.close()
    }
  }

  async planObjects(from: Reading, to: Reading): Promise<PluginSteps & { doubts: readonly Diagnostic[] }> {
    const steps = await planObjects(this.#plugins, from.objects, to.objects)
    if (isEmpty(steps)) return { ...steps, doubts: [] }
    // Whatever was read after the files has led scratch away from them.
    const files = this.sides.find((side) => side.kind === 'files')
    if (!this.#standing && files) await this.read(files)
    const standing = this.#standing
    const proof = await standing?.warm.use(standing.catalog, (connection) =>
      proveObjects(this.#plugins, connection, {
        from: from.objects,
        to: to.objects,
        steps,
        isAtEnd: differences(standing.catalog, to.catalog).length === 0,
      }),
    )
    if (proof?.kind === 'proved') return { ...steps, doubts: [] }
    const { kind, diagnostics } = proof ?? unproved('it does not stand at the schema.')
    if (kind === 'failed') throw new DiagnosticError(diagnostics)
    return { ...steps, doubts: diagnostics }
  }

  async close(): Promise<void> {
    const scratch = await this.#scratch?.catch(() => undefined)
    await closeSides(this.sides)
    await scratch?.close()
  }

  #openScratch(): Promise<ScratchDatabaseSession> {
    this.#scratch ??= openScratchFor(this.sides, this.#options)
    return this.#scratch
  }

  async #leaveStanding(): Promise<ScratchDatabaseSession> {
    await this.#standing?.warm.close()
    this.#standing = undefined
    return this.#openScratch()
  }

  async #startWarm(): Promise<WarmScratch> {
    const scratch = await this.#leaveStanding()
    return createWarmScratch(scratch, { ...this.#extractOptions, assumedRoles: this.#assumedRoles })
  }

  async #readFiles(files: SchemaFiles): Promise<Reading> {
    const { input, sources, texts } = files
    const warnings = warningsOf(sources.diagnostics)
    let problems = errorsOf(sources.diagnostics)
    if (problems.length === 0) {
      const warm = await this.#startWarm()
      const {
        elaboration,
        diagnostics,
        sources: all,
      } = await elaborateSources(input, files, async (some) => {
        const result = await warm.elaborate(some.statements, new Map(some.files.map(({ path, text }) => [path, text])))
        if (result.status === 'elaborated') for (const role of result.assumedRoles) this.#assumedRoles.add(role)
        return describeElaboration(result, some)
      })
      if (elaboration) {
        const { catalog, locate } = elaboration
        this.#standing = { warm, catalog }
        const objects = await desiredObjects(this.#plugins, catalog)
        return { catalog, objects, warnings: warningsOf(diagnostics), statements: all.statements, locate }
      }
      await warm.close()
      problems = errorsOf(diagnostics)
    }
    // What a plugin finds wrong is wrong however the files are run.
    if (problems.some(({ plugin }) => plugin !== undefined)) throw new DiagnosticError(problems)
    // Files that are no declarations (an object twice, a DROP in between) can still be a script that runs.
    const catalog = await this.#inTransaction(async (connection) =>
      (await runScript(connection, [...texts.values()])) ? undefined : extract(connection, this.#extractOptions),
    )
    const [first] = problems
    if (!catalog || !first) throw new DiagnosticError(problems)
    return {
      catalog,
      objects: [],
      warnings: [...warnings, describeScript(first)],
      statements: sources.statements,
      locate: nowhere,
    }
  }

  async #readMigrations({ script, scripts }: Extract<Side, { kind: 'migrations' }>): Promise<Reading> {
    const reading = await this.#inTransaction(async (connection) => {
      await runMigrations(connection, script)
      const replayed = await extract(connection, this.#extractOptions)
      const changing = await proveIdempotence(connection, scripts, this.#extractOptions)
      if (changing.length > 0) throw new DiagnosticError(changing)
      return { catalog: replayed, objects: await currentObjects(this.#plugins, connection, { isInTransaction: true }) }
    })
    return { ...reading, warnings: [], statements: [], locate: nowhere }
  }

  async #readDatabase(side: DatabaseSide): Promise<Reading> {
    const objects = await currentObjects(this.#plugins, side.session)
    const reading = { objects, warnings: [], statements: [], locate: nowhere }
    const catalog = withoutRevisionTables(await extract(side.session, this.#extractOptions))
    const others = this.sides.filter((other) => other !== side)
    if (others.every((other) => other.kind === 'database' && other.major === side.major)) return { ...reading, catalog }
    // Another version writes the same definitions otherwise.
    const { major } = await this.#openScratch()
    if (major === side.major) return { ...reading, catalog }
    const again = await this.#inTransaction(async (connection) => {
      const refused = await runScript(connection, [
        print(catalog)
          .map((statement) => `${executableSql(statement)};\n`)
          .join(''),
      ])
      if (refused) throw new DiagnosticError([describeOtherVersion(side, major)], { cause: refused })
      return extract(connection, this.#extractOptions)
    })
    return { ...reading, catalog: again }
  }

  /** Runs `work` on the empty scratch database and takes everything back. */
  async #inTransaction<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const scratch = await this.#leaveStanding()
    await scratch.query('BEGIN')
    try {
      for (const role of this.#assumedRoles) await assumeRole(scratch, role)
      return await work(scratch)
    } finally {
      await scratch.query('ROLLBACK')
    }
  }
}

const nowhere = (): undefined => undefined

function describeScript(first: Diagnostic): Diagnostic {
  return {
    ...first,
    severity: 'warning',
    why: [
      first.why,
      'As declarations the files contradict themselves, so they were run as a script, from top to bottom.',
    ]
      .filter(Boolean)
      .join('\n'),
  }
}

function describeOtherVersion({ url, major }: DatabaseSide, scratchMajor: number): Diagnostic {
  return {
    code: 'SP3003',
    severity: 'error',
    message: `${describeTarget(url)} runs Postgres ${major}, and its schema does not load on the scratch database's ${scratchMajor}`,
    why: 'Two versions write the same definition in two ways; they can be compared only when one server reads both.',
    fix: `Give --dev-url, or \`scratch\` in the config, with a server of version ${major}: docker://postgres/${major}/dev.`,
  }
}
