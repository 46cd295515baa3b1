import type { RelationFacts } from './facts.js'
import { cteLevelOf } from './cte.js'
import { setReturningIsNotNull } from './elements.js'
import { functionOf } from './functions.js'
import { COMMAND, JOIN, joinSide, levelAbove, RANGE_TABLE, rangeTableEntry, type Level } from './level.js'
import {
  flagField,
  isNode,
  listField,
  nodeField,
  nodesField,
  numberField,
  oidField,
  textField,
  type TreeNode,
} from './node-tree.js'
import { levelOf, rootLevel } from './open-level.js'
import { inOutput, outputEntries } from './output.js'
import { withProof } from './proofs.js'

/** Whether column `index` (from 0) of a query's result is never NULL. */
export function outputIsNotNull(level: Level, index: number): boolean {
  const { query } = level
  const setOperations = nodeField(query, 'setOperations')
  // The target list of a set operation only points at its first branch.
  if (setOperations) return setOperationIsNotNull(setOperations, index, level)
  const entry = outputEntries(query)[index]
  if (!entry) return false
  return inOutput(level, () => level.analysis.isNeverNull(entry.fields['expr'], level))
}

function setOperationIsNotNull(node: TreeNode, index: number, level: Level): boolean {
  if (node.tag === 'RANGETBLREF') {
    const entry = rangeTableEntry(level, numberField(node, 'rtindex'))
    const subquery = entry && nodeField(entry, 'subquery')
    return subquery !== undefined && outputIsNotNull(levelOf(subquery, level), index)
  }
  const side = (name: 'larg' | 'rarg'): boolean => {
    const branch = nodeField(node, name)
    return branch !== undefined && setOperationIsNotNull(branch, index, level)
  }
  switch (numberField(node, 'op')) {
    case 1:
      return side('larg') && side('rarg')
    case 2:
      return side('larg') || side('rarg')
    case 3:
      return side('larg')
    default:
      return false
  }
}

export function variableIsNotNull(variable: TreeNode, from: Level): boolean {
  const levelsUp = numberField(variable, 'varlevelsup')
  const level = levelAbove(from, levelsUp)
  const varno = numberField(variable, 'varno')
  const attno = numberField(variable, 'varattno')
  const entry = level && rangeTableEntry(level, varno)
  if (!level || !entry) return false
  if (level.nulledGroups && !level.inAggregate) return false
  if (level.returning && varno === numberField(level.query, 'resultRelation'))
    return writtenColumnIsNotNull(variable, attno, level)
  if (levelsUp === 0 && level.proven.has(`${varno}.${attno}`)) return true
  for (const key of level.nulling.get(varno) ?? []) if (!level.dead.has(key)) return false
  if (numberField(level.query, 'commandType') === COMMAND.merge && mergeNullsSource(level.query, varno)) return false
  return entryColumnIsNotNull(entry, varno, attno, level)
}

function mergeNullsSource(query: TreeNode, varno: number): boolean {
  return (
    varno !== numberField(query, 'resultRelation') &&
    nodesField(query, 'mergeActionList').some((action) => textField(action, 'matchKind') === '1')
  )
}

function entryColumnIsNotNull(entry: TreeNode, varno: number, attno: number, level: Level): boolean {
  switch (numberField(entry, 'rtekind')) {
    case RANGE_TABLE.relation:
      return relationColumnIsNotNull(entry, attno, level)
    case RANGE_TABLE.subquery: {
      if (attno === 0) return true
      const subquery = nodeField(entry, 'subquery')
      return subquery !== undefined && outputIsNotNull(levelOf(subquery, level), attno - 1)
    }
    case RANGE_TABLE.join:
      return joinColumnIsNotNull(entry, varno, attno, level)
    case RANGE_TABLE.function:
      return functionColumnIsNotNull(entry, attno, level)
    case RANGE_TABLE.values: {
      if (attno === 0) return true
      const rows = listField(entry, 'values_lists')
      return rows.every((row) => Array.isArray(row) && level.analysis.isNeverNull(row[attno - 1], level))
    }
    case RANGE_TABLE.cte:
      return cteColumnIsNotNull(entry, attno, level)
    case RANGE_TABLE.group:
      return (
        listField(level.query, 'groupingSets').length === 0 &&
        level.analysis.isNeverNull(listField(entry, 'groupexprs')[attno - 1], level)
      )
    default:
      return false
  }
}

/** Declared NOT NULL, here and in every table whose rows are read through this one. */
export function isDeclaredNotNull(relation: RelationFacts, attno: number, inherits: boolean, level: Level): boolean {
  const column = relation.columns.get(attno)
  if (!column?.notNull) return false
  if (!inherits) return true
  return relation.descendants.every((oid) => {
    const child = level.analysis.facts.relations.get(oid)
    return child && [...child.columns.values()].some((each) => each.name === column.name && each.notNull)
  })
}

function relationColumnIsNotNull(entry: TreeNode, attno: number, level: Level): boolean {
  if (attno <= 0) return true
  const { analysis } = level
  const relation = analysis.facts.relations.get(oidField(entry, 'relid'))
  if (!relation) return false
  if (!relation.query) return !level.stored && isDeclaredNotNull(relation, attno, flagField(entry, 'inh'), level)
  const stored = level.stored || relation.kind === 'm'
  const key = `${relation.oid}.${attno}${stored ? ' stored' : ''}`
  const known = analysis.viewColumns.get(key)
  if (known !== undefined) return known
  const answer = outputIsNotNull(rootLevel(analysis, relation.query, stored), attno - 1)
  // A view cannot contain itself, so no assumption is open about its own columns.
  if (analysis.budget > 0) analysis.viewColumns.set(key, answer)
  return answer
}

function joinColumnIsNotNull(entry: TreeNode, varno: number, attno: number, level: Level): boolean {
  if (attno === 0) return true
  const alias = listField(entry, 'joinaliasvars')[attno - 1]
  if (!isNode(alias)) return false
  const isMerged = numberField(entry, 'jointype') === JOIN.full && attno <= numberField(entry, 'joinmergedcols')
  if (!isMerged || alias.tag !== 'COALESCEEXPR') return level.analysis.isNeverNull(alias, level)
  // One of the two sides is there in each row, so it is enough that neither has NULLs of its own.
  const there = { proven: new Set<string>(), dead: new Set([joinSide(varno, 'L'), joinSide(varno, 'R')]) }
  return withProof(level, there, () =>
    listField(alias, 'args').every((side) => level.analysis.isNeverNull(side, level)),
  )
}

function functionColumnIsNotNull(entry: TreeNode, attno: number, level: Level): boolean {
  if (attno === 0) return false
  const functions = nodesField(entry, 'functions')
  const width = functions.reduce((sum, each) => sum + numberField(each, 'funccolcount'), 0)
  if (flagField(entry, 'funcordinality') && attno === width + 1) return true
  const [only] = functions
  // ROWS FROM pads the shorter ones.
  if (!only || functions.length > 1) return false
  const call = nodeField(only, 'funcexpr')
  if (!call) return false
  if (width !== 1) return multiColumnIsNotNull(call, attno, level)
  return flagField(call, 'funcretset') ? setReturningIsNotNull(call, level) : level.analysis.isNeverNull(call, level)
}

function multiColumnIsNotNull(call: TreeNode, attno: number, level: Level): boolean {
  const fn = functionOf(call, level.analysis.facts)
  if (fn?.schema !== 'pg_catalog') return false
  if (fn.name === 'json_each' || fn.name === 'jsonb_each') return true
  return (fn.name === 'json_each_text' || fn.name === 'jsonb_each_text') && attno === 1
}

function cteColumnIsNotNull(entry: TreeNode, attno: number, level: Level): boolean {
  if (attno === 0) return true
  const cteLevel = cteLevelOf(entry, level)
  if (!cteLevel) return false
  // SEARCH and CYCLE add columns after those of the query.
  if (attno > outputEntries(cteLevel.query).length) return false
  const key = `${levelNumber(cteLevel)}.${attno}`
  const { open } = level.analysis
  // Greatest fixpoint: the column is not NULL unless some branch says otherwise.
  if (open.has(key)) return true
  open.add(key)
  try {
    return outputIsNotNull(cteLevel, attno - 1)
  } finally {
    open.delete(key)
  }
}

const numbers = new WeakMap<Level, number>()
let lastNumber = 0

function levelNumber(level: Level): number {
  let number = numbers.get(level)
  if (number === undefined) numbers.set(level, (number = ++lastNumber))
  return number
}

/** A column of the table that INSERT, UPDATE, DELETE or MERGE writes, as RETURNING sees it. */
function writtenColumnIsNotNull(variable: TreeNode, attno: number, level: Level): boolean {
  const { query } = level
  const command = numberField(query, 'commandType')
  const varno = numberField(query, 'resultRelation')
  const entry = rangeTableEntry(level, varno)
  const relation = entry && level.analysis.facts.relations.get(oidField(entry, 'relid'))
  // Rules and INSTEAD OF triggers return whatever they like.
  if (!entry || !relation || relation.query || relation.isRewritten) return false
  const qualifier = numberField(variable, 'varreturningtype')
  if (attno <= 0) return qualifier === 0
  const declared = isDeclaredNotNull(relation, attno, true, level)
  const proven = level.proven.has(`${varno}.${attno}`)
  if (qualifier === 1 || (qualifier === 0 && command === COMMAND.delete)) {
    if (command === COMMAND.insert || (command === COMMAND.merge && mergeCan(query, COMMAND.insert))) return false
    return declared || (command !== COMMAND.merge && proven)
  }
  if (qualifier === 2 && (command === COMMAND.delete || (command === COMMAND.merge && mergeCan(query, COMMAND.delete))))
    return false
  if (declared) return true
  const family = [relation, ...relation.descendants.map((oid) => level.analysis.facts.relations.get(oid))]
  const changesLater =
    relation.hasBeforeUpdateRowTrigger || family.some((each) => each?.columns.get(attno)?.generated ?? true)
  if (command !== COMMAND.update || changesLater) return false
  const assigned = nodesField(query, 'targetList').find(
    (target) => !flagField(target, 'resjunk') && numberField(target, 'resno') === attno,
  )
  if (!assigned) return proven
  level.returning = false
  try {
    return level.analysis.isNeverNull(assigned.fields['expr'], level)
  } finally {
    level.returning = true
  }
}

function mergeCan(query: TreeNode, command: number): boolean {
  return nodesField(query, 'mergeActionList').some((action) => numberField(action, 'commandType') === command)
}
