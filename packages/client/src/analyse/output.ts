import { COMMAND, type Level } from './level.js'
import { flagField, nodesField, numberField, type TreeNode } from './node-tree.js'

/** Columns of a query's result, without helpers for sorting and grouping. */
export function outputEntries(query: TreeNode): TreeNode[] {
  const list = numberField(query, 'commandType') === COMMAND.select ? 'targetList' : 'returningList'
  return nodesField(query, list).filter((entry) => !flagField(entry, 'resjunk'))
}

/** Reads output expressions: RETURNING sees the row as it is written, of which WHERE has proven nothing. */
export function inOutput<T>(level: Level, read: () => T): T {
  const before = level.returning
  level.returning = numberField(level.query, 'commandType') !== COMMAND.select
  try {
    return read()
  } finally {
    level.returning = before
  }
}
