import type { Facts, FunctionFacts } from './facts.js'
import { oidField, type TreeNode } from './node-tree.js'

/** The function that an expression node calls: of a call, an operator, an aggregate or a window function. */
export function functionOf(node: TreeNode, facts: Facts): FunctionFacts | undefined {
  for (const field of ['funcid', 'opfuncid', 'aggfnoid', 'winfnoid']) {
    const oid = oidField(node, field)
    if (oid !== '0') return facts.functions.get(oid)
  }
  const operator = facts.operatorFunctions.get(oidField(node, 'opno'))
  return operator === undefined ? undefined : facts.functions.get(operator)
}
