import type { SumMismatch } from './sum/validate.js'

/** Codes of this package; each has an entry in the catalogue of `@savepoint/core` and a page in `docs/errors/`. */
export type MigrateCode =
  | 'SP4002'
  | 'SP4004'
  | 'SP4010'
  | 'SP4011'
  | 'SP4012'
  | 'SP4013'
  | 'SP4014'
  | 'SP4015'
  | 'SP4016'
  | 'SP4017'
  | 'SP4018'
  | 'SP4019'
  | 'SP4020'
  | 'SP4021'
  | 'SP4022'
  | 'SP4023'
  | 'SP4024'
  | 'SP4025'
  | 'SP4026'

/** What is known about a failure beyond its sentence. */
export interface MigrateDetails {
  /** A migration's name inside its directory; of anything else the path. */
  file?: string | undefined
  /** From 1. */
  line?: number | undefined
  /** From 1, in UTF-16 code units. */
  column?: number | undefined
  /** The statement that failed, whole. */
  statement?: string | undefined
  /** Why it is a problem: the server's own words, or the rule that was broken. */
  why?: string | undefined
  /** What to write or run instead. */
  fix?: string | undefined
  /** Of SP4004: where atlas.sum and the files part, for `renderMismatch`. */
  mismatch?: SumMismatch | undefined
}

/** One thing worth telling that does not stop the work. */
export interface MigrateWarning extends MigrateDetails {
  code: MigrateCode
  message: string
}

/** Every failure of this package. `cause` keeps the error that lies beneath, such as the driver's. */
export class MigrateError extends Error implements MigrateWarning {
  override readonly name = 'MigrateError'
  readonly code: MigrateCode
  readonly file?: string | undefined
  readonly line?: number | undefined
  readonly column?: number | undefined
  readonly statement?: string | undefined
  readonly why?: string | undefined
  readonly fix?: string | undefined
  readonly mismatch?: SumMismatch | undefined

  constructor(code: MigrateCode, message: string, details: MigrateDetails & ErrorOptions = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.file = details.file
    this.line = details.line
    this.column = details.column
    this.statement = details.statement
    this.why = details.why
    this.fix = details.fix
    this.mismatch = details.mismatch
  }
}

/** The words of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
