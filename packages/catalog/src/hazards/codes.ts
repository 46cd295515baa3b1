/** What becomes of a finding: `error` fails a lint, `info` is printed without a mark of alarm, `off` is not looked for. */
export type LintSeverity = 'error' | 'warning' | 'info' | 'off'

/** One thing that a plan or a migration can be told about. */
export interface LintCode {
  /** Permanent. Atlas's where it has one for the matter; ours begin with SH, ST or TX2, or stand beside Atlas's in its families. */
  code: string
  title: string
  /** Unless the config says otherwise. Matters of taste are off. */
  severity: LintSeverity
  /** Names that other linters give it: in silencing comments and in the config they mean the same. */
  names: readonly string[]
}

const table: Record<string, readonly [title: string, severity: LintSeverity, ...names: string[]]> = {
  DS101: ['a schema is dropped', 'error', 'ban-drop-schema'],
  DS102: ['a table is dropped', 'error', 'ban-drop-table'],
  DS103: ['a column is dropped', 'error', 'ban-drop-column'],
  MF101: ['a unique index or constraint over rows that may be equal', 'warning'],
  MF102: ['an index becomes unique', 'warning'],
  MF103: ['a NOT NULL column without a default', 'warning', 'adding-required-field'],
  MF104: ['a column becomes NOT NULL', 'warning', 'adding-not-nullable-field'],
  BC101: ['a table or view is renamed', 'warning', 'renaming-table'],
  BC102: ['a column is renamed', 'warning', 'renaming-column'],
  BC103: ['a value of an enum is renamed', 'warning'],
  BC104: ['something else is renamed', 'info', 'renaming-object'],
  BC105: ['a column may be null from now on', 'warning', 'ban-drop-not-null'],
  BC106: ['an object moves to another schema', 'warning', 'ban-set-schema'],
  BC107: [
    'a view, function, type or the like is dropped',
    'warning',
    'ban-drop-view',
    'ban-drop-type',
    'ban-drop-domain',
    'ban-drop-function',
    'ban-drop-trigger',
    'ban-drop-extension',
  ],
  BC108: ['the type of a column changes', 'info', 'changing-column-type'],
  BC109: ['a default goes', 'info', 'ban-drop-default'],
  CD101: ['a foreign key is dropped', 'warning', 'ban-drop-constraint'],
  CD102: ['a check is dropped', 'warning', 'ban-drop-constraint'],
  CD103: ['a primary key is dropped', 'warning', 'ban-drop-constraint'],
  CD104: ['a unique or exclusion constraint is dropped', 'warning', 'ban-drop-constraint'],
  PG101: ['an index is built while nobody can write', 'warning', 'require-concurrent-index-creation'],
  PG102: ['an index is dropped while nobody can read', 'warning', 'require-concurrent-index-deletion'],
  PG103: ['a CONCURRENTLY statement in a transaction', 'error', 'ban-concurrent-index-creation-in-transaction'],
  PG104: ['a primary key builds its index under lock', 'warning', 'adding-serial-primary-key-field'],
  PG105: ['a unique constraint builds its index under lock', 'warning', 'disallowed-unique-constraint'],
  PG108: ['an index of a partitioned table is built on every partition at once', 'warning'],
  PG109: ['an exclusion constraint builds its index under lock', 'warning'],
  PG110: ['the order of the columns wastes space', 'off'],
  PG301: ['a type change writes the table anew', 'warning', 'changing-column-type'],
  PG302: ['a default that differs from row to row writes the table anew', 'warning', 'adding-field-with-default'],
  PG303: ['SET NOT NULL reads the table under lock', 'warning', 'adding-not-nullable-field'],
  PG304: ['a primary key over columns that may be null', 'warning'],
  PG305: ['a check reads the table under lock', 'warning', 'constraint-missing-not-valid'],
  PG306: [
    'a foreign key reads the table under lock',
    'warning',
    'adding-foreign-key-constraint',
    'constraint-missing-not-valid',
  ],
  PG307: ['SET LOGGED or UNLOGGED writes the table anew', 'warning'],
  PG308: ['a trigger on a table that is in use', 'warning'],
  PG309: ['a stored generated column writes the table anew', 'warning'],
  PG310: ['an identity column writes the table anew', 'warning'],
  PG311: ['SET ACCESS METHOD writes the table anew', 'warning'],
  PG312: ['a primary key is made anew', 'warning'],
  PG314: ['a replica identity of FULL or NOTHING', 'warning', 'ban-replica-identity'],
  PG320: ['autovacuum is turned off for a table', 'warning'],
  NM101: ['the name of a schema breaks the rule', 'warning'],
  NM102: ['the name of a table breaks the rule', 'warning'],
  NM103: ['the name of a column breaks the rule', 'warning'],
  NM104: ['the name of an index breaks the rule', 'warning'],
  NM105: ['the name of a foreign key breaks the rule', 'warning'],
  NM106: ['the name of a check breaks the rule', 'warning'],
  NM107: ['a name is longer than 63 bytes and is cut', 'warning', 'identifier-too-long'],
  TX101: ['statements that cannot share a transaction share a file', 'warning'],
  TX201: ['a transaction inside a transaction', 'warning', 'transaction-nesting'],
  TX202: ['a transaction that nothing ends', 'error', 'ban-uncommitted-transaction'],
  SA101: ['SQL that is put together from texts', 'warning'],
  SH101: ['a sequence is dropped with its position', 'error', 'ban-drop-sequence'],
  SH102: ['an enum loses values', 'error'],
  SH103: ['values may not fit the new type', 'warning'],
  SH104: ['rows are deleted', 'error', 'ban-truncate'],
  SH105: ['TRUNCATE … CASCADE empties other tables too', 'error', 'ban-truncate-cascade'],
  SH106: ['a database is dropped', 'error', 'ban-drop-database'],
  SH107: ['a drop takes along whatever depends on it', 'warning'],
  SH201: [
    'who may read or write what changes',
    'warning',
    'ban-revoke',
    'ban-create-policy',
    'ban-alter-policy-condition',
  ],
  SH301: ['a lock that others wait for', 'warning'],
  SH302: ['the table is written anew', 'warning', 'prefer-repack'],
  SH303: ['a partition is detached while nobody can read', 'warning', 'require-concurrent-partition-detach'],
  SH304: ['an index is rebuilt while nobody can write', 'warning', 'require-concurrent-reindex'],
  SH305: ['a materialized view is refreshed while nobody can read', 'warning'],
  SH306: [
    'a domain with a constraint',
    'info',
    'ban-create-domain-with-constraint',
    'ban-alter-domain-with-add-constraint',
  ],
  SH307: ['validated in the transaction that added it', 'warning'],
  SH308: ['no lock_timeout', 'off', 'require-lock-timeout', 'require-timeout-settings'],
  SH309: ['no statement_timeout', 'off', 'require-statement-timeout', 'require-timeout-settings'],
  SH401: ['Postgres does not know what a body uses', 'info'],
  SH501: ['an extension changes its version', 'warning', 'ban-alter-extension'],
  SH701: ['a secret has to be written in by hand', 'warning'],
  SH702: ['a connection string has to be written in by hand', 'warning'],
  SH703: ['a replication slot stays behind or is needed', 'warning'],
  SH801: ['a migration that comes before one that is there already', 'warning'],
  SH901: ['a silencing comment that silences nothing', 'info', 'unused-ignore'],
  ST101: ['integer instead of bigint', 'off', 'prefer-bigint-over-int'],
  ST102: ['smallint instead of bigint', 'off', 'prefer-bigint-over-smallint'],
  ST103: ['serial instead of an identity column', 'off', 'prefer-identity'],
  ST104: ['varchar(n) instead of text', 'off', 'prefer-text-field'],
  ST105: ['timestamp without a time zone', 'off', 'prefer-timestamptz', 'prefer-timestamp-tz'],
  ST106: ['char(n)', 'off', 'ban-char-field'],
  ST107: ['a statement that fails when it runs twice', 'off', 'prefer-robust-stmts'],
  ST108: ['a table without its schema', 'off', 'require-table-schema'],
  ST109: ['an enum value without BEFORE or AFTER', 'off', 'require-enum-value-ordering'],
}

/** Every code, in families. */
export const lintCodes: readonly LintCode[] = Object.entries(table).map(([code, [title, severity, ...names]]) => ({
  code,
  title,
  severity,
  names,
}))

/** Atlas's names of its analyzers, and the codes that each reports: in silencing comments they stand for all of them. */
export const lintAnalyzers: Readonly<Record<string, RegExp>> = {
  destructive: /^(?:DS|SH10[1-6])/,
  data_depend: /^MF/,
  incompatible: /^BC/,
  condrop: /^CD/,
  concurrent_index: /^PG1/,
  naming: /^NM/,
  nestedtx: /^TX201/,
  nested_tx: /^TX201/,
  non_linear: /^SH801/,
}

/** Whether a word of a silencing comment or of the config means a code: the code, its family (`DS`), an analyzer, a rule of squawk. */
export function namesCode(word: string, code: string, names: readonly string[] = namesOf(code)): boolean {
  if (word.toUpperCase() === code.toUpperCase()) return true
  if (/^[A-Z]{2,}$/i.test(word) && code.toUpperCase().replace(/\d+$/, '') === word.toUpperCase()) return true
  return names.includes(word) || (lintAnalyzers[word.toLowerCase()]?.test(code) ?? false)
}

const byCode = new Map(lintCodes.map((entry) => [entry.code, entry]))

function namesOf(code: string): readonly string[] {
  return byCode.get(code)?.names ?? []
}

/** The entry of a code, undefined for one that a plugin made. */
export function lintCode(code: string): LintCode | undefined {
  return byCode.get(code)
}
