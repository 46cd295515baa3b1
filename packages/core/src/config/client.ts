import type { TypesOptions } from '@savepoint/client'

/** What is generated for applications. */
export interface ClientConfig {
  /** Where the types of tables and the answers about queries are written. @default 'src/db' */
  directory?: string
  /** Globs of query files, relative to the config file: `.sql` with `-- name: GetUser :one`. @default none */
  queries?: string | string[]
  /**
   * `declaration`: `users.d.sql.ts` beside each query file, for bundlers that import the file itself. `typescript`: `users.sql.ts`, a module
   * for Node, tsx and Jest. @default 'declaration'
   */
  layout?: 'declaration' | 'typescript'
  /** Directory of the declarations, for `rootDirs` of tsconfig.json. @default beside the query files */
  declarations?: string
  /** Prepare statements by name on the drivers. @default false */
  prepare?: boolean
  /** `search_path` of the application. @default '"$user", public' */
  searchPath?: string
  /** How types look; see the page about the client. */
  types?: Omit<TypesOptions, 'viewColumnsNotNull' | 'values'>
}

/** `ClientConfig` with absolute paths. */
export interface ResolvedClient {
  readonly directory: string
  /** Absolute globs; empty for none. */
  readonly queries: readonly string[]
  readonly layout: 'declaration' | 'typescript'
  /** Absolute. */
  readonly declarations?: string
  readonly prepare: boolean
  readonly searchPath: string
  readonly types: Omit<TypesOptions, 'viewColumnsNotNull' | 'values'>
}
