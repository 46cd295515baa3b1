import type { Catalog } from '@savepoint/catalog'
import type { SourceLocation } from '../diagnostics/index.js'

/** What a hook may ask for and do. */
export interface PluginContext {
  /** Folder of the config file. */
  readonly root: string
  /** Our own state, for caches: absolute path of `.savepoint/`. */
  readonly stateDirectory: string
  /** The last good desired state; undefined before the first. */
  readonly catalog: Catalog | undefined
  /** Aborted when the hook's time is up or the engine closes. */
  readonly signal: AbortSignal
  /** The file (absolute, or relative to the root) counts as a schema file from now on: its change starts a run, and this plugin's `sources` is asked again. */
  watch(file: string): void
  /**
   * Replaces the text of one of the user's schema files, as a whole or not at all, and the run begins anew with it.
   * `change` is given the text that this run has read (without a byte order mark) and returns the new one.
   *
   * @param file absolute path, such as `locate` gives, or one relative to the root
   * @returns false where nothing of the user's may be changed, as in `savepoint check`, or when that is no schema file:
   *   say what is wrong by a diagnostic then
   */
  edit(file: string, change: (text: string) => string): Promise<boolean>
  /** One line for a person; `debug` only with `--debug`. */
  log(level: 'info' | 'warn' | 'debug', message: string): void
  /** Where the user's files define a catalog object; undefined for what no file defines. */
  locate(object: string): SourceLocation | undefined
  /** The text of the comment block before the statement that defines an object, for annotations such as `-- @noTimestamps`. */
  annotations(object: string): string
  /** `api` of another plugin; undefined when the config has none of that name. */
  api(plugin: string): unknown
}
