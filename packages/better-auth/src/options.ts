/** How Better Auth's tables become schema text. */
export interface BetterAuthOptions {
  /**
   * The file that calls `betterAuth()`, relative to the root.
   * @default the first of Better Auth's own usual places: `auth.ts`, `lib/auth.ts`, `src/lib/auth.ts`, `server/auth.ts`, …
   */
  config?: string
  /**
   * Postgres schema of the tables.
   * @default the one that the config's own database setting names, else `auth`
   */
  schema?: string
  /**
   * Also keep the SQL as this file, relative to the root, for those who want to see it in review. It may lie below the
   * schema globs or not: the tables come from the auth config. A file without our header is never replaced.
   */
  emit?: string
  /** Defaults that Better Auth fills in itself when it writes, and that other writers would want from the database. */
  defaults?: {
    /** `defaultValue` of fields that is a plain value, such as `false` of `emailVerified`. @default false */
    values?: boolean
    /** `CURRENT_TIMESTAMP` on every required timestamp whose name says created or updated. @default false */
    timestamps?: boolean
    /** `gen_random_uuid()` on text primary keys. @default false */
    ids?: boolean
  }
  /**
   * Whether Better Auth's own command (`auth` or `@better-auth/cli`, where the project has it installed) is asked when the
   * config throws in the thread that reads it. It gets an empty database in `DATABASE_URL`. @default true
   */
  command?: boolean
  /** How long the config may take to load, in milliseconds. @default 10000 */
  timeout?: number
}
