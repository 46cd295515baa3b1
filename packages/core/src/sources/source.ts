import type { SourceLocation } from '../diagnostics/index.js'

export type Phase = 'pre' | 'schema' | 'post'

/** A schema file as it was read: text without BOM, line ends as they are in the file. */
export interface SourceFile {
  /** Absolute path, or `plugin:<name>/<id>` for text that a plugin provides. */
  path: string
  phase: Phase
  text: string
  /** Hash of the text. */
  hash: string
}

/** One statement of a schema file, with where it stands. */
export interface Statement {
  file: string
  phase: Phase
  /** The statement without its final semicolon and without the comments before it. */
  sql: string
  /** UTF-16 offset of `sql` in the file's text. */
  offset: number
  /** From 1. */
  line: number
  column: number
  /** Comments that stand directly before the statement, for annotations such as `-- @renamed from=old`. */
  leading: string
  /** A comment after the statement's semicolon, on the same line. */
  trailing?: string
  /** Hash of the statement's tokens: whitespace and comments outside bodies do not change it. */
  hash: string
  /**
   * Where an offset in `sql` stands in the user's file, for text that was changed since it was read (a plugin's transform).
   * Without it `sql` stands in the file as it is, from `line` and `column` on.
   */
  locate?(offset: number): SourceLocation
}
