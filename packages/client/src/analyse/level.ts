import type { Facts } from './facts.js'
import {
  flagField,
  isNode,
  listField,
  nodeField,
  nodesField,
  numberField,
  textField,
  type TreeNode,
  type TreeValue,
} from './node-tree.js'

/** One analysis: what holds for all levels of one query. */
export interface Analysis {
  facts: Facts
  /** The rules of `expression.ts`, which the range table needs and which need the range table. */
  isNeverNull(expression: TreeValue | undefined, level: Level): boolean
  /** Of `range-table.ts`, for the same reason. */
  outputIsNotNull(level: Level, index: number): boolean
  /** Whether `$n` may be NULL. */
  parameterNullable(number: number): boolean
  /** Levels by Query node, apart for rows that a materialized view stored. */
  levels: { current: WeakMap<TreeNode, Level>; stored: WeakMap<TreeNode, Level> }
  /** Answers for view columns: `oid.attnum`. */
  viewColumns: Map<string, boolean>
  /** Recursive CTE columns (and views) that are being evaluated. */
  open: Set<string>
  /** Steps left; at 0 everything is nullable, so that a monstrous query costs a loose answer and not the build. */
  budget: number
}

/** One Query node with what is known of its rows. */
export interface Level {
  analysis: Analysis
  query: TreeNode
  parent: Level | undefined
  rangeTable: readonly TreeNode[]
  /** Range-table index → the (join, side)s that can turn its rows into NULLs. */
  nulling: Map<number, Set<string>>
  /** `varno.attno` that are not NULL in every row that survives. */
  proven: Set<string>
  /** (join, side)s that never null-extend a surviving row. */
  dead: Set<string>
  /** Rows were computed at another time: what tables declare today does not count. */
  stored: boolean
  /** The expressions of RETURNING are being read. */
  returning: boolean
  /** Arguments of an aggregate are being read, which see rows before grouping. */
  inAggregate: boolean
  /** Subqueries of the ANY/ALL comparisons being read, innermost last. */
  comparedSubqueries: TreeNode[]
  /** Grouping expressions where grouping sets can null them and the tree has no group entry (before 18). */
  nulledGroups: readonly TreeNode[] | undefined
}

export const joinSide = (join: number, side: 'L' | 'R'): string => `${join}${side}`

export const RANGE_TABLE = {
  relation: 0,
  subquery: 1,
  join: 2,
  function: 3,
  tableFunction: 4,
  values: 5,
  cte: 6,
  group: 9,
} as const
export const JOIN = { inner: 0, left: 1, full: 2, right: 3 } as const
export const COMMAND = { select: 1, update: 2, insert: 3, delete: 4, merge: 5, utility: 6 } as const
export const SUBLINK = {
  exists: 0,
  all: 1,
  any: 2,
  rowCompare: 3,
  expression: 4,
  multiExpression: 5,
  array: 6,
} as const

export function rangeTableEntry(level: Level, index: number): TreeNode | undefined {
  return level.rangeTable[index - 1]
}

export function createLevel(analysis: Analysis, query: TreeNode, parent: Level | undefined, stored: boolean): Level {
  const rangeTable = nodesField(query, 'rtable')
  const nulling = new Map<number, Set<string>>()
  collectNulling(nodeField(query, 'jointree'), new Set(), nulling)
  const hasGroupEntry = rangeTable.some((entry) => numberField(entry, 'rtekind') === RANGE_TABLE.group)
  return {
    analysis,
    query,
    parent,
    rangeTable,
    nulling,
    proven: new Set(),
    dead: new Set(),
    stored,
    returning: false,
    inAggregate: false,
    comparedSubqueries: [],
    nulledGroups:
      listField(query, 'groupingSets').length > 0 && !hasGroupEntry ? groupingExpressions(query) : undefined,
  }
}

function groupingExpressions(query: TreeNode): TreeNode[] {
  const references = new Set(nodesField(query, 'groupClause').map((clause) => textField(clause, 'tleSortGroupRef')))
  return nodesField(query, 'targetList')
    .filter(
      (entry) => textField(entry, 'ressortgroupref') !== '0' && references.has(textField(entry, 'ressortgroupref')),
    )
    .map((entry) => entry.fields['expr'])
    .filter(isNode)
}

function collectNulling(
  item: TreeNode | undefined,
  above: ReadonlySet<string>,
  nulling: Map<number, Set<string>>,
): void {
  switch (item?.tag) {
    case 'RANGETBLREF':
      nulling.set(numberField(item, 'rtindex'), new Set(above))
      return
    case 'FROMEXPR':
      for (const each of nodesField(item, 'fromlist')) collectNulling(each, above, nulling)
      return
    case 'JOINEXPR': {
      const index = numberField(item, 'rtindex')
      const type = numberField(item, 'jointype')
      nulling.set(index, new Set(above))
      const left = type === JOIN.right || type === JOIN.full ? new Set([...above, joinSide(index, 'L')]) : above
      const right = type === JOIN.left || type === JOIN.full ? new Set([...above, joinSide(index, 'R')]) : above
      collectNulling(nodeField(item, 'larg'), left, nulling)
      collectNulling(nodeField(item, 'rarg'), right, nulling)
      return
    }
    default:
  }
}

/** The level that `levelsUp` levels above owns a Var, a CTE or an aggregate. */
export function levelAbove(level: Level, levelsUp: number): Level | undefined {
  let owner: Level | undefined = level
  for (let step = 0; step < levelsUp; step++) owner = owner?.parent
  return owner
}

/** Reads arguments of an aggregate, which see rows before grouping. */
export function inAggregate<T>(level: Level, read: () => T): T {
  const before = level.inAggregate
  level.inAggregate = true
  try {
    return read()
  } finally {
    level.inAggregate = before
  }
}

/** Whether a subquery always gives one row, neither none nor more. */
export function givesExactlyOneRow(query: TreeNode): boolean {
  if (numberField(query, 'commandType') !== COMMAND.select || nodeField(query, 'setOperations')) return false
  if (flagField(query, 'hasTargetSRFs') || targetReturnsSet(query)) return false
  if (query.fields['havingQual'] !== null || query.fields['limitOffset'] !== null) return false
  if (!leavesOneRow(query.fields['limitCount'])) return false
  if (listField(query, 'groupingSets').length > 0 || listField(query, 'groupClause').length > 0) return false
  if (flagField(query, 'hasAggs')) return true
  const from = nodeField(query, 'jointree')
  return !from || (listField(from, 'fromlist').length === 0 && from.fields['quals'] === null)
}

/** No LIMIT, LIMIT ALL, or a constant of 1 and more. */
function leavesOneRow(limit: TreeValue | undefined): boolean {
  if (limit === null || limit === undefined) return true
  if (!isNode(limit)) return false
  // A cast of an integer to what LIMIT takes.
  if (limit.tag === 'FUNCEXPR') return leavesOneRow(listField(limit, 'args')[0])
  if (limit.tag !== 'CONST') return false
  if (flagField(limit, 'constisnull')) return true
  const bytes = listField(limit, 'constvalue').slice(2, -1).map(Number)
  return bytes.some((byte) => byte !== 0) && (bytes.at(-1) ?? -1) >= 0
}

function targetReturnsSet(query: TreeNode): boolean {
  return countSetReturning(query.fields['targetList']) > 0
}

/** Set-returning calls in a list of this level, not in its subqueries. */
export function countSetReturning(value: TreeValue | undefined): number {
  if (value === null || value === undefined || typeof value === 'string') return 0
  if (!isNode(value)) return value.reduce<number>((sum, item) => sum + countSetReturning(item), 0)
  if (value.tag === 'QUERY') return 0
  let count = 0
  if (value.tag === 'FUNCEXPR' && flagField(value, 'funcretset')) count++
  if (value.tag === 'OPEXPR' && flagField(value, 'opretset')) count++
  for (const name in value.fields) count += countSetReturning(value.fields[name])
  return count
}
