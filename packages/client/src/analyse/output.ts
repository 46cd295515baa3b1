import { COMMAND } from './level.js'
import { flagField, nodesField, numberField, type TreeNode } from './node-tree.js'

/** Columns of a query's result, without helpers for sorting and grouping. */
export function outputEntries(query: TreeNode): TreeNode[] {
  const list = numberField(query, 'commandType') === COMMAND.select ? 'targetList' : 'returningList'
  return nodesField(query, list).filter((entry) => !flagField(entry, 'resjunk'))
}
