import { lintCodes } from '@savepoint/catalog'
import type { Change } from '../change.js'
import type { LintFile, LintRule, LintStatement, RuleFinding } from '../rule.js'

/** What cannot be in one transaction, transactions inside others, and time limits. */
export const transactions: LintRule = {
  codes: lintCodes.filter(({ code }) => /^(?:TX|PG103|SH30[89])/.test(code)),
  check: (statement) => (statement.origin === 'plan' ? [] : checkStatement(statement)),
  finish: (file) => (file.origin === 'plan' ? [] : checkEnd(file)),
}

function checkStatement(statement: LintStatement): RuleFinding[] {
  return statement.changes.flatMap((change) => [...findings(change, statement), ...timeoutFindings(change, statement)])
}

function findings(change: Change, { transactional, managed }: LintStatement): RuleFinding[] {
  if (!transactional) return []
  if (isConcurrent(change))
    return [
      {
        code: 'PG103',
        message: 'CONCURRENTLY cannot run in a transaction, and the file has one.',
        fix: 'Put it into a file of its own that runs without one: `-- atlas:txmode none` and an empty line at its top, `-- +goose NO TRANSACTION`, `-- migrate:up transaction:false`.',
      },
    ]
  if (change.kind === 'outside transaction')
    return [
      {
        code: 'TX101',
        message: 'This statement cannot run in a transaction, and the file has one.',
        fix: 'Put it into a file of its own that runs without one.',
      },
    ]
  if (change.kind === 'transaction' && managed)
    return [
      {
        code: 'TX201',
        message:
          change.what === 'begin'
            ? 'The file has a transaction open here already.'
            : 'This ends the transaction of the file: what comes after it runs without one.',
        fix: 'Leave it out, or say that the file runs without a transaction.',
      },
    ]
  return []
}

function isConcurrent(change: Change): boolean {
  switch (change.kind) {
    case 'create index':
    case 'drop':
    case 'reindex':
    case 'detach partition':
      return change.concurrently
    default:
      return false
  }
}

/** Kinds of changes that wait for a lock on a table that others may use. */
const locking = new Set<Change['kind']>([
  'add column',
  'drop column',
  'alter column type',
  'set not null',
  'drop not null',
  'add constraint',
  'drop constraint',
  'create index',
  'create trigger',
  'attach partition',
  'detach partition',
  'rename',
])

function timeoutFindings(change: Change, { schema, transactional }: LintStatement): RuleFinding[] {
  if (!locking.has(change.kind) || !transactional) return []
  if (!('table' in change) || !change.table || schema.isNew(change.table)) return []
  const found: RuleFinding[] = []
  if (!schema.isSet('lock_timeout'))
    found.push({
      code: 'SH308',
      message: `Without a lock_timeout everybody queues up behind this statement as long as it waits for ${schema.nameOf(change.table)}.`,
      fix: "SET lock_timeout = '3s' at the top of the file.",
    })
  if (!schema.isSet('statement_timeout'))
    found.push({
      code: 'SH309',
      message: 'Without a statement_timeout nothing ends a statement that takes too long.',
      fix: "SET statement_timeout = '30s' at the top of the file.",
    })
  return found
}

function checkEnd({ statements, transactional }: LintFile): RuleFinding[] {
  if (transactional) return []
  let open = false
  for (const { changes } of statements)
    for (const change of changes) if (change.kind === 'transaction') open = change.what === 'begin'
  return open
    ? [
        {
          code: 'TX202',
          message: 'The transaction that the file begins is never committed, so nothing of it stays.',
          fix: 'End it by COMMIT.',
        },
      ]
    : []
}
