import type { Catalog, Plan } from '@savepoint/catalog'
import type { Config } from '../config/config.js'
import type { SaveReport } from '../engine/report.js'
import type { LintRule } from '../lint/rule.js'
import type { PluginCommand } from './command.js'
import type { PluginContext } from './context.js'
import type { ObjectKind } from './object-kind.js'
import type { Panel } from './panel.js'
import type { GeneratedFile, GeneratedReport, PluginDiagnostic, SchemaText, TransformStatement } from './values.js'

type Awaitable<Value> = Value | Promise<Value>

/**
 * Every hook's signature, once. What a hook is given is frozen; what it returns is how it says something.
 * A hook that throws or takes longer than its time limit becomes a diagnostic that names the plugin (SP5004);
 * the last good database, types and migrations stay.
 */
export interface HookMap {
  /** Changes the config before it is resolved: returns a part to merge in, or nothing. Called once for each load of the config file. */
  config(config: Readonly<Config>, context: Pick<PluginContext, 'root'>): Awaitable<Partial<Config> | void>
  /** Gives schema text that stands in no file of the user's: an importer, a generator. Called at start and when a file changes that it watches. */
  sources(context: PluginContext): Awaitable<SchemaText | readonly SchemaText[] | void>
  /** Edits one statement of the schema. Edits stay inside that statement, so errors after it point at the right line. */
  transform(statement: TransformStatement, context: PluginContext): Awaitable<void>
  /** Judges the desired state: returns what is wrong with it. */
  catalog(catalog: Catalog, context: PluginContext): Awaitable<readonly PluginDiagnostic[] | void>
  /** SQL that runs before the schema files, such as extensions and functions that defaults use. */
  pre(context: PluginContext): Awaitable<string | readonly string[] | void>
  /** SQL that runs after the schema files, given what they define: columns, indexes, triggers, policies. It must not repeat what is there. */
  post(catalog: Catalog, context: PluginContext): Awaitable<string | readonly string[] | void>
  /** Looks at the plan before it is proved; a diagnostic of severity error stops it. */
  plan(plan: Plan, context: PluginContext): Awaitable<readonly PluginDiagnostic[] | void>
  /** Files to write beside our own. Written only when their content changed; a file that a person wrote is never replaced. */
  generate(catalog: Catalog, context: PluginContext): Awaitable<GeneratedFile | readonly GeneratedFile[] | void>
  /** Every generated file is written, in the loop and by `savepoint generate`: for programs that read them. Has two minutes. */
  generated(files: GeneratedReport, context: PluginContext): Awaitable<void>
  /** The development database has changed and every file is written. */
  applied(report: SaveReport, context: PluginContext): Awaitable<void>
}

/** A hook is its function, or an object that says first what it wants to see. */
export type Hook<Name extends keyof HookMap> = Name extends 'transform'
  ? HookMap[Name] | { filter: TransformFilter; handler: HookMap[Name] }
  : HookMap[Name] | { handler: HookMap[Name] }

/** Everything that is given must fit. A statement that does not fit costs nothing. */
export interface TransformFilter {
  /** Kinds of statement, by the parser's name of the node: `CreateStmt` is CREATE TABLE. */
  kind?: string | readonly string[]
  /** Name of what the statement defines, `schema.name` or `name` as written in the file. */
  name?: RegExp
  /** Absolute path of the file. */
  file?: RegExp
  /** Text of the statement. */
  sql?: RegExp
}

/** A plugin of the engine. */
export type Plugin = {
  /** `tool:part`, shown in every diagnostic that the plugin raises. */
  name: string
  /** Before or after the plugins that say nothing; within a group in the order of the config. */
  enforce?: 'pre' | 'post'
  /**
   * Changes with everything that the plugin's output depends on (options, versions, another plugin's `api`) besides the
   * schema, the config's own code and the files that it watches. With an equal key a start at which nothing else changed
   * takes what `sources`, `pre` and `post` gave last time instead of calling them, and a check calls nothing at all.
   */
  cacheKey?: string
  /** For other plugins: `context.api('tool:part')`. */
  api?: unknown
  /** Rules about statements of migrations and plans, beside the built-in ones: `migrate lint` and every plan that is shown. */
  lint?: readonly LintRule[]
  /** Objects that Postgres' own catalogs do not hold, which are to follow the schema too. */
  kinds?: readonly ObjectKind[]
  /** Commands of the command line. */
  commands?: readonly PluginCommand[]
  /** Parts of the dev page. */
  panels?: readonly Panel[]
  /** The plugin is no longer used: the config was loaded anew, or the engine ends. */
  close?(): void | Promise<void>
} & { [Name in keyof HookMap]?: Hook<Name> }

/** Types a plugin for editors; returns what it was given. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin
}
