import type { ValueOptions } from '../values/typescript.js'

export interface TypesOptions extends ValueOptions {
  /** Name rows after one thing: `users` gives `User`, `NewUser`, `UserPatch`. @default true */
  singular?: boolean
  /**
   * How columns are named in the types. With `camelCase`, rows must pass the run time's `camelCaseKeys` (generated queries do it themselves).
   * @default 'database'
   */
  columnNames?: 'database' | 'camelCase'
  /** Give each primary key a type of its own (`UserId`), which its foreign keys share. @default false */
  brandedIds?: boolean
  /** Also write the labels of each enum as an array that exists at run time: `userRoles`. @default false */
  enumValues?: boolean
  /** Also write `kysely.ts`, with the `DB` interface that Kysely wants, typed for the driver below Kysely. @default false */
  kysely?: boolean | { driver?: 'pg' | 'postgres.js' | 'pglite' }
  /** Also write `validators.ts`: a schema per row and per new row. @default false */
  validators?: 'zod' | 'valibot' | 'standard' | false
  /**
   * Columns of views that are known never to be NULL, as `analyseViews` gives them. Postgres itself keeps no such thing.
   * @default none: every column of a view may be null
   */
  viewColumnsNotNull?: ReadonlySet<string>
}
