import type { Severity } from '../diagnostics/index.js'
import { quoteName } from './quote.js'
import { nodeKind, readString } from './tree.js'
import type { Node } from './parse.js'

/** What a statement of a schema file is for. */
export type StatementRole =
  /** Runs on scratch. */
  | { kind: 'define' }
  /** Holds for the following statements of the same file. Without `value` the setting goes back to its default. */
  | { kind: 'setting'; name: string; value?: string }
  /** Says nothing about the desired state: transaction brackets, client settings, `DROP … IF EXISTS` before a create. */
  | { kind: 'nothing' }
  | { kind: 'drop-if-exists' }
  /** Has no place in a schema file. A warning is skipped, an error fails the file. */
  | { kind: 'misplaced'; severity: Severity; what: string; why: string; fix: string }

/** Settings that change what a statement defines; every other setting is about the client or the session only. */
const definingSettings = new Set([
  'search_path',
  'default_tablespace',
  'default_table_access_method',
  'role',
  'check_function_bodies',
])

const bracketKinds = new Set(['TRANS_STMT_BEGIN', 'TRANS_STMT_START', 'TRANS_STMT_COMMIT'])

const rowStatements: Record<string, string> = {
  InsertStmt: 'INSERT',
  UpdateStmt: 'UPDATE',
  DeleteStmt: 'DELETE',
  MergeStmt: 'MERGE',
  TruncateStmt: 'TRUNCATE',
  CopyStmt: 'COPY',
}

const harmlessStatements = new Set([
  'VariableShowStmt',
  'RefreshMatViewStmt',
  'VacuumStmt',
  'ReindexStmt',
  'ClusterStmt',
  'CheckPointStmt',
  'DiscardStmt',
  'LockStmt',
  'ConstraintsSetStmt',
  'ExplainStmt',
  'LoadStmt',
  'NotifyStmt',
  'ListenStmt',
  'UnlistenStmt',
])

const serverStatements: Record<string, string> = {
  CreatedbStmt: 'CREATE DATABASE',
  DropdbStmt: 'DROP DATABASE',
  AlterDatabaseStmt: 'ALTER DATABASE',
  AlterDatabaseSetStmt: 'ALTER DATABASE',
  AlterDatabaseRefreshCollStmt: 'ALTER DATABASE',
  CreateTableSpaceStmt: 'CREATE TABLESPACE',
  DropTableSpaceStmt: 'DROP TABLESPACE',
  AlterTableSpaceOptionsStmt: 'ALTER TABLESPACE',
  AlterSystemStmt: 'ALTER SYSTEM',
}

const dropStatements = new Set([
  'DropStmt',
  'DropRoleStmt',
  'DropOwnedStmt',
  'DropUserMappingStmt',
  'DropSubscriptionStmt',
])

const sessionStatements: Record<string, string> = {
  PrepareStmt: 'PREPARE',
  ExecuteStmt: 'EXECUTE',
  DeallocateStmt: 'DEALLOCATE',
  DeclareCursorStmt: 'DECLARE',
  FetchStmt: 'FETCH',
  ClosePortalStmt: 'CLOSE',
}

/** Decides what a parsed statement is for. Pure. */
export function classify(node: Node): StatementRole {
  if ('VariableSetStmt' in node) return classifySetting(node)
  if ('TransactionStmt' in node) {
    if (bracketKinds.has(node.TransactionStmt.kind ?? '')) return { kind: 'nothing' }
    return misplaced(
      'error',
      'a transaction command',
      'A schema file says what should exist; there is nothing to roll back to.',
      'Remove it. BEGIN and COMMIT around the file are understood and have no effect.',
    )
  }
  if ('SelectStmt' in node) return classifySelect(node)
  const kind = nodeKind(node)
  if (dropStatements.has(kind)) return classifyDrop(node)
  const rows = rowStatements[kind]
  if (rows) {
    return misplaced(
      'warning',
      rows,
      'Schema files describe structure; rows are data. The statement was skipped.',
      'Move it to a seed script or into a migration.',
    )
  }
  const server = serverStatements[kind]
  if (server) {
    return misplaced(
      'error',
      server,
      'It concerns the whole server, cannot run in a transaction, and would outlive the scratch database.',
      'Take it out of the schema files and run it once on each server.',
    )
  }
  const session = sessionStatements[kind]
  if (session) {
    return misplaced(
      'error',
      session,
      'It is over when the session ends and defines nothing.',
      'Take it out of the schema files.',
    )
  }
  return { kind: harmlessStatements.has(kind) ? 'nothing' : 'define' }
}

function misplaced(severity: Severity, what: string, why: string, fix: string): StatementRole {
  return { kind: 'misplaced', severity, what, why, fix }
}

function classifySetting(node: Extract<Node, { VariableSetStmt: unknown }>): StatementRole {
  const { kind, name, args } = node.VariableSetStmt
  const setting = name === 'session_authorization' ? 'role' : (name ?? '')
  if (kind === 'VAR_RESET_ALL') return { kind: 'setting', name: '*' }
  if (!definingSettings.has(setting)) return { kind: 'nothing' }
  if (kind !== 'VAR_SET_VALUE') return { kind: 'setting', name: setting }
  const values = (args ?? []).map(readConstant)
  const value = setting === 'search_path' ? values.map(quoteName).join(', ') : (values[0] ?? '')
  return { kind: 'setting', name: setting, value }
}

function readConstant(node: Node): string {
  if (!('A_Const' in node)) return readString(node) ?? ''
  const constant = node.A_Const
  return constant.sval?.sval ?? constant.fval?.fval ?? String(constant.ival?.ival ?? '')
}

/** `SELECT pg_catalog.set_config('search_path', '', false)` of pg_dump is a SET; other calls run, a mere query does nothing. */
function classifySelect(node: Extract<Node, { SelectStmt: unknown }>): StatementRole {
  const targets = node.SelectStmt.targetList ?? []
  const calls = targets.flatMap((target) => {
    const value = 'ResTarget' in target ? target.ResTarget.val : undefined
    return value && 'FuncCall' in value ? [value.FuncCall] : []
  })
  const [call] = calls
  if (!call) {
    return misplaced(
      'warning',
      'SELECT',
      'A query changes nothing in the schema. The statement was skipped.',
      'Remove it, or make it a view.',
    )
  }
  const name = readString(call.funcname?.at(-1))
  if (name === 'setval' || name === 'nextval') return { kind: 'nothing' }
  if (name === 'set_config') {
    const [setting, value] = (call.args ?? []).map(readConstant)
    if (setting === undefined || !definingSettings.has(setting)) return { kind: 'nothing' }
    return { kind: 'setting', name: setting, value: value ?? '' }
  }
  return { kind: 'define' }
}

function classifyDrop(node: Node): StatementRole {
  const toleratesAbsence = Object.values(node).some(
    (statement: unknown) => typeof statement === 'object' && statement !== null && 'missing_ok' in statement,
  )
  if (toleratesAbsence) return { kind: 'drop-if-exists' }
  return misplaced(
    'error',
    'DROP',
    'What no schema file defines is dropped by the plan; a schema file says only what should exist.',
    'Remove the DROP, and the statement that creates the object.',
  )
}
