import type { Catalog, Connection, ObjectId, Plan, Rename } from '@savepoint/catalog'
import type { Diagnostic, SourceLocation } from '../../diagnostics/index.js'
import type { SourceSet } from '../../sources/reader.js'

/** What schema files mean, as Postgres has elaborated them. */
export interface Elaboration {
  /** Absent when there are errors. */
  catalog?: Catalog
  diagnostics: readonly Diagnostic[]
  /** Where the files define an object. */
  locate(id: ObjectId): SourceLocation | undefined
  /** Comments that belong to an object's definition. */
  annotations(id: ObjectId): string
  /** What the annotations in the files say was renamed, of what `from` still has. */
  renames(from: Catalog): FoundRenames
}

export interface FoundRenames {
  renames: readonly Rename[]
  /** The new name is there beside the old one, so nothing can be renamed as it is. */
  blocked: readonly Rename[]
  diagnostics: readonly Diagnostic[]
}

/** A migration as it is replayed. */
export interface ReplayedMigration {
  /** Absolute path, for errors. */
  file: string
  /** `line` is where the statement begins, from 1. */
  statements: readonly { sql: string; line: number }[]
}

/** Whether a plan arrives where it should. */
export type Proof =
  | { kind: 'proved' }
  /** The plan is wrong: SP3002 or what the server refused. */
  | { kind: 'failed'; diagnostics: readonly Diagnostic[] }
  /** Scratch cannot tell: SP3003. */
  | { kind: 'unproved'; diagnostics: readonly Diagnostic[] }

/** Everything that the loop asks the scratch database. It boots one when it must, and not before. */
export interface Elaborator {
  elaborate(sources: SourceSet): Promise<Elaboration>
  /** Away from the hot path: boots scratch when the last elaboration came from the disk, so that the first save finds it warm. */
  warm(): Promise<void>
  /** Away from the hot path: keeps the last elaboration on disk. */
  store(): Promise<void>
  prove(from: Catalog, to: Catalog, plan: Plan): Promise<Proof>
  /** Lets `work` read a database that stands at the last elaboration, `desired`; undefined when there is none. */
  use<Result>(desired: Catalog, work: (connection: Connection) => Promise<Result>): Promise<Result | undefined>
  /**
   * What the migrations lead to, from an empty database.
   *
   * @param inspect looks at more of that database; with it the migrations are always run
   */
  replay<Seen = undefined>(
    migrations: readonly ReplayedMigration[],
    inspect?: (connection: Connection) => Promise<Seen>,
  ): Promise<{ catalog?: Catalog; seen?: Seen; diagnostics: readonly Diagnostic[] }>
  close(): Promise<void>
}
