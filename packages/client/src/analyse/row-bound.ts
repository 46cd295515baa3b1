import type { Facts } from './facts.js'
import { functionOf } from './functions.js'
import { countSetReturning, RANGE_TABLE } from './level.js'
import type { RelationFacts } from './facts.js'
import {
  flagField,
  isNode,
  listField,
  nodeField,
  nodesField,
  numberField,
  oidField,
  textField,
  walk,
  type TreeNode,
  type TreeValue,
} from './node-tree.js'

/**
 * Whether a query gives one row at most, whatever the data. Only what is certain: LIMIT 1, an aggregate without GROUP BY, no FROM,
 * one row of VALUES inserted, or a single table whose unique key is compared with values of outside.
 */
export function givesAtMostOneRow(query: TreeNode, facts: Facts): boolean {
  if (isLimitOfOne(query.fields['limitCount'])) return true
  if (nodeField(query, 'setOperations') || countSetReturning(query.fields['targetList']) > 0) return false
  const command = numberField(query, 'commandType')
  const from = nodeField(query, 'jointree')
  const items = from ? nodesField(from, 'fromlist') : []
  const rangeTable = nodesField(query, 'rtable')
  if (command === 3) return items.length === 0
  if (command === 1) {
    const grouped = listField(query, 'groupClause').length > 0 || listField(query, 'groupingSets').length > 0
    if (flagField(query, 'hasAggs') && !grouped) return true
    if (items.length === 0) return true
  }
  if (command === 5) return false
  const fixed = equalities(from?.fields['quals'], facts)
  return items.every((item) => {
    if (item.tag !== 'RANGETBLREF') return false
    const index = numberField(item, 'rtindex')
    const entry = rangeTable[index - 1]
    return entry !== undefined && isFixed(entry, index, fixed, facts)
  })
}

function isLimitOfOne(value: TreeValue | undefined): boolean {
  if (!isNode(value)) return false
  if (value.tag === 'FUNCEXPR') return isLimitOfOne(listField(value, 'args')[0])
  if (value.tag !== 'CONST' || flagField(value, 'constisnull')) return false
  const [first, ...rest] = listField(value, 'constvalue').slice(2, -1)
  return (first === '1' || first === '0') && rest.every((byte) => byte === '0')
}

function isFixed(entry: TreeNode, index: number, fixed: ReadonlySet<string>, facts: Facts): boolean {
  if (numberField(entry, 'rtekind') === RANGE_TABLE.subquery) {
    const subquery = nodeField(entry, 'subquery')
    return subquery !== undefined && givesAtMostOneRow(subquery, facts)
  }
  if (numberField(entry, 'rtekind') !== RANGE_TABLE.relation) return false
  const relation: RelationFacts | undefined = facts.relations.get(oidField(entry, 'relid'))
  // Children of an inheritance parent have indexes of their own, so a key is unique in each of them only.
  if (!relation || (relation.kind === 'r' && relation.descendants.length > 0)) return false
  return relation.uniqueKeys.some((key) => key.every((attno) => fixed.has(`${index}.${attno}`)))
}

/** Columns that a condition compares, by `=`, with something that is the same for every row. */
function equalities(condition: TreeValue | undefined, facts: Facts, found = new Set<string>()): Set<string> {
  if (!isNode(condition)) return found
  if (condition.tag === 'BOOLEXPR' && textField(condition, 'boolop') === 'and')
    for (const arg of listField(condition, 'args')) equalities(arg, facts, found)
  if (condition.tag === 'OPEXPR' && isEquality(functionOf(condition, facts)?.name ?? '')) {
    const [left, right] = listField(condition, 'args')
    for (const [column, other] of [
      [left, right],
      [right, left],
    ]) {
      const variable = withoutRelabel(column)
      if (variable?.tag === 'VAR' && numberField(variable, 'varlevelsup') === 0 && isOutside(other))
        found.add(`${numberField(variable, 'varno')}.${numberField(variable, 'varattno')}`)
    }
  }
  return found
}

const isEquality = (name: string): boolean => /(?:^|_)eq$|eq$/.test(name) && !/ne$|like|regex/.test(name)

function withoutRelabel(value: TreeValue | undefined): TreeNode | undefined {
  if (!isNode(value)) return undefined
  return value.tag === 'RELABELTYPE' ? withoutRelabel(value.fields['arg']) : value
}

function isOutside(value: TreeValue | undefined): boolean {
  for (const node of walk(value))
    if (node.tag === 'VAR' || node.tag === 'SUBLINK' || node.tag === 'AGGREF') return false
  return true
}
