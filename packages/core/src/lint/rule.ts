import type { LintSeverity, ObjectId } from '@savepoint/catalog'
import type { Node } from '../sources/parse.js'
import type { Change } from './change.js'
import type { SchemaView } from './schema-view.js'

/** A code that a rule reports, with what it is without any setting. */
export interface LintRuleCode {
  /** Permanent, such as `ACME101`; what silencing comments and the config name. The letters before the number are its family. */
  code: string
  title: string
  /** @default 'warning' */
  severity?: LintSeverity
}

/** Judges statements of migrations and of plans. Plugins give theirs in the same form as the built-in ones. */
export interface LintRule {
  /** Everything that `check` may report. */
  codes: readonly LintRuleCode[]
  /**
   * Looks at one statement; called for each in the order in which they run, and not at all when every code of the rule is off.
   * Must not keep anything between calls: what earlier statements did is in `statement.schema`.
   */
  check(statement: LintStatement): readonly RuleFinding[]
  /** Called once after the last statement of a file, for what is missing. */
  finish?(file: LintFile): readonly RuleFinding[]
}

/** One statement, with what is known about the database at that moment. */
export interface LintStatement {
  /** Without the final semicolon. */
  readonly sql: string
  /** As Postgres' own parser reads it. */
  readonly node: Node
  /** The same in plain words: one entry for each command of an ALTER TABLE. */
  readonly changes: readonly Change[]
  /** The database before this statement. */
  readonly schema: SchemaView
  /** It runs inside a transaction, together with the other statements of its file. */
  readonly transactional: boolean
  /** The tool opens that transaction by itself. */
  readonly managed: boolean
  /** Written by hand, or made by the planner. */
  readonly origin: 'migration' | 'plan'
}

export interface LintFile {
  readonly statements: readonly LintStatement[]
  readonly schema: SchemaView
  readonly transactional: boolean
  readonly origin: 'migration' | 'plan'
}

export interface RuleFinding {
  /** One of the rule's codes. */
  code: string
  /** What happens, in one sentence. */
  message: string
  /** What to write instead. */
  fix?: string
  /** What it is about, as catalogs name it. */
  object?: ObjectId
  /** UTF-16 offset in the statement, where the finding is about a part of it. */
  offset?: number
}

/** A finding with its place and its weight. */
export interface LintFinding {
  code: string
  severity: Exclude<LintSeverity, 'off'>
  message: string
  fix?: string
  object?: ObjectId
  location?: { file: string; line: number; column: number }
}
