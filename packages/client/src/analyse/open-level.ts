import { createLevel, rangeTableEntry, type Analysis, type Level } from './level.js'
import { nodeField, numberField, walk, type TreeNode } from './node-tree.js'
import { proveSurvivingRows } from './proofs.js'

/** The level of a subquery, a CTE or a view's query, with its proofs. */
export function levelOf(query: TreeNode, parent: Level): Level {
  return open(parent.analysis, query, parent, parent.stored)
}

/** The levels of the SELECTs that a set operation joins, from left to right; none for other queries. */
export function branchLevels(level: Level): Level[] {
  const levels: Level[] = []
  walk(nodeField(level.query, 'setOperations'), (leaf) => {
    const entry = leaf.tag === 'RANGETBLREF' ? rangeTableEntry(level, numberField(leaf, 'rtindex')) : undefined
    const subquery = entry && nodeField(entry, 'subquery')
    if (subquery) levels.push(levelOf(subquery, level))
  })
  return levels
}

/** The level of a query that stands in no other: of the statement itself, or of a view. */
export function rootLevel(analysis: Analysis, query: TreeNode, stored: boolean): Level {
  return open(analysis, query, undefined, stored)
}

function open(analysis: Analysis, query: TreeNode, parent: Level | undefined, stored: boolean): Level {
  const levels = stored ? analysis.levels.stored : analysis.levels.current
  const known = levels.get(query)
  if (known) return known
  const level = createLevel(analysis, query, parent, stored)
  levels.set(query, level)
  proveSurvivingRows(level)
  return level
}
