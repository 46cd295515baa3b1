import type { MagicString } from 'magic-string'
import type { Diagnostic, Severity, SourceLocation } from '../diagnostics/index.js'
import type { Phase } from '../sources/source.js'

/** Schema text that a plugin provides. */
export interface SchemaText {
  /** Distinguishes several texts of one plugin; part of the path in diagnostics, `plugin:<name>/<id>`. */
  id: string
  sql: string
  /** @default 'schema' */
  phase?: Phase
  /**
   * Where a position of `sql` (UTF-16 offset) comes from in a file that the user can edit.
   * Without it an error shows the generated text and names the plugin.
   */
  originalLocation?(offset: number): SourceLocation | undefined
}

/** A statement as `transform` sees it. */
export interface TransformStatement {
  readonly sql: string
  /** The parser's name of the node, such as `CreateStmt`. */
  readonly kind: string
  /** The syntax tree of libpg-query, without its wrapper. Positions in it are byte offsets into `sql`. */
  readonly tree: unknown
  /** What it defines, as written: `auth.user` or `note`; undefined when it defines nothing with a name. */
  readonly name: string | undefined
  readonly file: string
  readonly phase: Phase
  /** Comments that stand directly before the statement, for annotations. */
  readonly leading: string
  /** Edits of this statement's text; positions are kept. */
  readonly edit: MagicString
}

/** A plugin says what is wrong and how to mend it; code, plugin name and frame are added. */
export interface PluginDiagnostic {
  severity: Severity
  message: string
  /** Where: a place in a file, or the id of a catalog object, whose definition is then looked up. */
  location?: SourceLocation
  object?: string
  why?: string
  fix?: string
  /** A rule's own name, for `-- savepoint:nolint NAME`. */
  rule?: string
}

export interface GeneratedFile {
  /** Absolute, or relative to the root. */
  path: string
  content: string
}

export type { Diagnostic }
