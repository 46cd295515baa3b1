import { levelAbove, type Level } from './level.js'
import { nodeField, nodesField, numberField, textField, type TreeNode } from './node-tree.js'
import { levelOf } from './open-level.js'

/** The level of the query that a CTE's range-table entry stands for, evaluated where its WITH list is. */
export function cteLevelOf(entry: TreeNode, level: Level): Level | undefined {
  const owner = levelAbove(level, numberField(entry, 'ctelevelsup'))
  const name = textField(entry, 'ctename')
  const cte = owner && nodesField(owner.query, 'cteList').find((each) => textField(each, 'ctename') === name)
  const query = cte && nodeField(cte, 'ctequery')
  return owner && query && levelOf(query, owner)
}
