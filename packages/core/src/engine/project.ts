import type { ResolvedConfig } from '../config/config.js'
import type { PluginContainer } from '../plugin/container.js'
import { createProjectQueries, type ProjectQueries } from '../queries/queries.js'
import { createDecisions, type Decisions } from './decisions.js'
import { createCurrentCatalog, type CurrentCatalog } from './development/current.js'
import { createDevelopmentDatabase, type DevelopmentDatabase, type DevelopmentOptions } from './development/database.js'
import { createPulledMigrations, type PulledMigrations } from './development/pulled.js'
import { createRememberedState } from './development/remembered.js'
import { createMigrations, type Migrations } from './run/draft.js'
import type { Elaborator } from './run/elaborator.js'
import { openElaborator } from './run/open-elaborator.js'
import { createRepeatablePhases, type RepeatablePhases } from './run/repeatable.js'
import { createSchemaInput, type SchemaInput } from './run/schema-input.js'
import { describeScratch, openScratchDatabase } from './servers.js'

/** Everything of one loaded config that lives from run to run. */
export interface Project {
  readonly config: ResolvedConfig
  /** Schema files and plugins. */
  readonly input: SchemaInput
  /** Of `input`. */
  readonly plugins: PluginContainer
  readonly elaborator: Elaborator
  readonly repeatable: RepeatablePhases
  readonly current: CurrentCatalog
  readonly decisions: Decisions
  readonly migrations: Migrations | undefined
  readonly pulled: PulledMigrations
  readonly queries: ProjectQueries
  readonly development: DevelopmentDatabase
  /** @param kept what lives on in another project */
  close(kept?: Inherited): Promise<void>
}

/** What a project can take over from the one before it, so that a save of the config need not start databases anew. */
export interface Inherited {
  development?: DevelopmentDatabase
  elaborator?: Elaborator
}

export interface ProjectOptions extends DevelopmentOptions {
  /** Plugins may edit schema files. @default true */
  mayEdit?: boolean
}

/** Opens a project. Nothing is started or read before it is asked for. */
export function openProject(config: ResolvedConfig, options: ProjectOptions, inherited: Inherited = {}): Project {
  const { log } = options
  const development = inherited.development ?? createDevelopmentDatabase(config, options)
  const input = createSchemaInput(config, { log, mayEdit: options.mayEdit ?? true })
  const catalogOptions = {
    ...(config.include ? { include: config.include } : {}),
    exclude: config.exclude,
  }
  const elaboratorOptions = {
    log,
    openScratch: () => openScratchDatabase(config, log, development.server),
    scratchIdentity: () => describeScratch(config, development.server),
  }
  const project: Project = {
    config,
    input,
    plugins: input.plugins,
    elaborator: inherited.elaborator ?? openElaborator(config, elaboratorOptions),
    repeatable: createRepeatablePhases(config, () => openElaborator(config, elaboratorOptions)),
    current: createCurrentCatalog(catalogOptions, createRememberedState(config.stateDirectory, config.database)),
    decisions: createDecisions(config.stateDirectory),
    migrations: config.migrations && createMigrations(config.migrations),
    pulled: createPulledMigrations(config),
    queries: createProjectQueries(config),
    development,
    async close(kept = {}) {
      await input.plugins.close()
      await project.repeatable.close()
      if (!kept.elaborator) await project.elaborator.close()
      if (!kept.development) await development.close()
    },
  }
  return project
}

/** What of `before` still is what `config` says. */
export function findInheritance(before: Project, config: ResolvedConfig): Inherited {
  const same = (describe: (one: ResolvedConfig) => unknown): boolean =>
    JSON.stringify(describe(before.config)) === JSON.stringify(describe(config))
  if (!same(({ database, allowRemote }) => [database, allowRemote])) return {}
  const { development, elaborator } = before
  return same(({ scratch, include, exclude }) => [scratch, include, exclude])
    ? { development, elaborator }
    : { development }
}
