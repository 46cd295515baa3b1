import type { Facts } from './facts.js'
import { functionOf } from './functions.js'
import { countSetReturning, JOIN, RANGE_TABLE } from './level.js'
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
 * one row of VALUES inserted, or tables whose unique keys are compared with values of outside or with each other.
 */
export function givesAtMostOneRow(query: TreeNode, facts: Facts): boolean {
  // FETCH FIRST … WITH TIES gives more than it says.
  if (isLimitOfOne(query.fields['limitCount']) && numberField(query, 'limitOption') !== 1) return true
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
  const joins = collectJoins(from, facts)
  return joins !== undefined && areAllFixed(joins, rangeTable, facts)
}

interface Joins {
  /** Range-table indexes of what is joined. */
  entries: number[]
  /** `column` equals `other` (absent: something that is the same for every row), usable to fix an entry of `scope` only. */
  equalities: {
    entry: number
    column: number
    other?: { entry: number; column: number }
    scope?: ReadonlySet<number>
  }[]
}

/** Undefined where a full join or something unknown stands. */
function collectJoins(from: TreeNode | undefined, facts: Facts): Joins | undefined {
  const joins: Joins = { entries: [], equalities: [] }
  const visit = (item: TreeNode): boolean => {
    if (item.tag === 'RANGETBLREF') {
      joins.entries.push(numberField(item, 'rtindex'))
      return true
    }
    if (item.tag === 'FROMEXPR') {
      joins.equalities.push(...equalities(item.fields['quals'], facts))
      return nodesField(item, 'fromlist').every(visit)
    }
    const type = numberField(item, 'jointype')
    const [left, right] = [nodeField(item, 'larg'), nodeField(item, 'rarg')]
    if (item.tag !== 'JOINEXPR' || !left || !right || type === JOIN.full) return false
    const start = joins.entries.length
    if (!visit(left)) return false
    const middle = joins.entries.length
    if (!visit(right)) return false
    // The condition of an outer join says nothing about which rows of the kept side there are.
    const scope =
      type === JOIN.inner
        ? undefined
        : new Set(type === JOIN.left ? joins.entries.slice(middle) : joins.entries.slice(start, middle))
    joins.equalities.push(...equalities(item.fields['quals'], facts).map((each) => (scope ? { ...each, scope } : each)))
    return true
  }
  return from === undefined || visit(from) ? joins : undefined
}

/** An entry whose key is fixed has one row, so all of its columns are, and with them what equals them elsewhere. */
function areAllFixed({ entries, equalities: list }: Joins, rangeTable: readonly TreeNode[], facts: Facts): boolean {
  const fixed = new Set<number>()
  for (let before = -1; before !== fixed.size;) {
    before = fixed.size
    for (const index of entries) {
      const entry = rangeTable[index - 1]
      if (!entry || fixed.has(index)) continue
      const columns = new Set(
        list
          .filter(
            (each) =>
              each.entry === index &&
              (each.scope?.has(index) ?? true) &&
              (each.other === undefined || fixed.has(each.other.entry)),
          )
          .map((each) => each.column),
      )
      if (isFixed(entry, columns, facts)) fixed.add(index)
    }
  }
  return entries.every((index) => fixed.has(index))
}

function isLimitOfOne(value: TreeValue | undefined): boolean {
  if (!isNode(value)) return false
  if (value.tag === 'FUNCEXPR') return isLimitOfOne(listField(value, 'args')[0])
  if (value.tag !== 'CONST' || flagField(value, 'constisnull')) return false
  const [first, ...rest] = listField(value, 'constvalue').slice(2, -1)
  return (first === '1' || first === '0') && rest.every((byte) => byte === '0')
}

function isFixed(entry: TreeNode, fixed: ReadonlySet<number>, facts: Facts): boolean {
  if (numberField(entry, 'rtekind') === RANGE_TABLE.subquery) {
    const subquery = nodeField(entry, 'subquery')
    return subquery !== undefined && givesAtMostOneRow(subquery, facts)
  }
  if (numberField(entry, 'rtekind') !== RANGE_TABLE.relation) return false
  const relation: RelationFacts | undefined = facts.relations.get(oidField(entry, 'relid'))
  // Children of an inheritance parent have indexes of their own, so a key is unique in each of them only.
  if (!relation || (relation.kind === 'r' && relation.descendants.length > 0)) return false
  return relation.uniqueKeys.some((key) => key.every((attno) => fixed.has(attno)))
}

/** Columns that a condition compares, by `=`, with a column or with something that is the same for every row. */
function equalities(condition: TreeValue | undefined, facts: Facts): Joins['equalities'] {
  if (!isNode(condition)) return []
  if (condition.tag === 'BOOLEXPR' && textField(condition, 'boolop') === 'and')
    return listField(condition, 'args').flatMap((arg) => equalities(arg, facts))
  if (condition.tag !== 'OPEXPR' || !isEquality(functionOf(condition, facts)?.name ?? '')) return []
  const [left, right] = listField(condition, 'args')
  return [
    [left, right],
    [right, left],
  ].flatMap(([column, other]): Joins['equalities'] => {
    const own = columnOf(column)
    if (!own) return []
    const target = columnOf(other)
    if (target) return [{ ...own, other: target }]
    return isSameForEveryRow(other, facts) ? [own] : []
  })
}

function columnOf(value: TreeValue | undefined): { entry: number; column: number } | undefined {
  const variable = withoutRelabel(value)
  if (variable?.tag !== 'VAR' || numberField(variable, 'varlevelsup') !== 0) return undefined
  return { entry: numberField(variable, 'varno'), column: numberField(variable, 'varattno') }
}

const isEquality = (name: string): boolean => /(?:^|_)eq$|eq$/.test(name) && !/ne$|like|regex/.test(name)

function withoutRelabel(value: TreeValue | undefined): TreeNode | undefined {
  if (!isNode(value)) return undefined
  return value.tag === 'RELABELTYPE' ? withoutRelabel(value.fields['arg']) : value
}

function isSameForEveryRow(value: TreeValue | undefined, facts: Facts): boolean {
  let isOutside = true
  walk(value, (node) => {
    if (node.tag === 'VAR' || node.tag === 'SUBLINK' || node.tag === 'AGGREF') isOutside = false
    // random() is another one for every row.
    if (functionOf(node, facts)?.volatility === 'v') isOutside = false
  })
  return isOutside
}
