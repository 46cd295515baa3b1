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
import { functionOf } from './functions.js'
import { givesExactlyOneRow, JOIN, joinSide, RANGE_TABLE, rangeTableEntry, SUBLINK, type Level } from './level.js'

/** What a condition shows about the rows that passed it. */
export interface Proof {
  /** `varno.attno` that are not NULL. */
  proven: Set<string>
  /** (join, side)s that did not null-extend. */
  dead: Set<string>
}

const BOOLEAN_TEST = { isTrue: 0, isFalse: 2, isNotUnknown: 5 }

const emptyProof = (): Proof => ({ proven: new Set(), dead: new Set() })

/** What follows from `condition` having been TRUE. */
export function addHolds(condition: TreeValue | undefined, level: Level, proof: Proof): void {
  if (!isNode(condition)) return
  switch (condition.tag) {
    case 'BOOLEXPR': {
      const args = listField(condition, 'args')
      if (textField(condition, 'boolop') === 'and') for (const arg of args) addHolds(arg, level, proof)
      else if (textField(condition, 'boolop') === 'or') addCommon(args, level, proof, addHolds)
      else addFails(args[0], level, proof)
      return
    }
    case 'NULLTEST':
      if (numberField(condition, 'nulltesttype') === 1) addStrict(condition.fields['arg'], level, proof)
      return
    case 'BOOLEANTEST': {
      const arg = condition.fields['arg']
      const test = numberField(condition, 'booltesttype')
      if (test === BOOLEAN_TEST.isTrue) addHolds(arg, level, proof)
      if (test === BOOLEAN_TEST.isFalse) addFails(arg, level, proof)
      if (test === BOOLEAN_TEST.isFalse || test === BOOLEAN_TEST.isNotUnknown) addStrict(arg, level, proof)
      return
    }
    case 'SCALARARRAYOPEXPR':
      // = ANY was true for one element; <> ALL is true of an empty array too, whatever stands on the left.
      if (flagField(condition, 'useOr') && functionOf(condition, level.analysis.facts)?.strict)
        addStrict(listField(condition, 'args')[0], level, proof)
      else addStrict(condition, level, proof)
      return
    case 'SUBLINK':
      if (numberField(condition, 'subLinkType') === SUBLINK.any) addStrict(condition.fields['testexpr'], level, proof)
      return
    default:
      addStrict(condition, level, proof)
  }
}

/** What follows from `condition` having been FALSE. */
export function addFails(condition: TreeValue | undefined, level: Level, proof: Proof): void {
  if (!isNode(condition)) return
  switch (condition.tag) {
    case 'NULLTEST':
      if (numberField(condition, 'nulltesttype') === 0 && !flagField(condition, 'argisrow'))
        addStrict(condition.fields['arg'], level, proof)
      return
    case 'BOOLEXPR': {
      const args = listField(condition, 'args')
      if (textField(condition, 'boolop') === 'or') for (const arg of args) addFails(arg, level, proof)
      else if (textField(condition, 'boolop') === 'and') addCommon(args, level, proof, addFails)
      else addHolds(args[0], level, proof)
      return
    }
    case 'OPEXPR':
    case 'FUNCEXPR':
    case 'VAR':
      addStrict(condition, level, proof)
      return
    default:
  }
}

/** What follows from `condition` not having been TRUE: FALSE or NULL, so only tests that are never NULL say anything. */
export function addNotTrue(condition: TreeValue | undefined, level: Level, proof: Proof): void {
  if (isNullTests(condition)) addFails(condition, level, proof)
}

function isNullTests(condition: TreeValue | undefined): boolean {
  if (!isNode(condition)) return false
  if (condition.tag === 'NULLTEST') return numberField(condition, 'nulltesttype') === 0
  return (
    condition.tag === 'BOOLEXPR' &&
    textField(condition, 'boolop') === 'or' &&
    listField(condition, 'args').every(isNullTests)
  )
}

function addCommon(
  args: readonly TreeValue[],
  level: Level,
  proof: Proof,
  add: (condition: TreeValue | undefined, level: Level, proof: Proof) => void,
): void {
  const each = args.map((arg) => {
    const alone = emptyProof()
    add(arg, level, alone)
    return alone
  })
  const [first, ...others] = each
  if (!first) return
  for (const key of first.proven) if (others.every((other) => other.proven.has(key))) proof.proven.add(key)
  for (const key of first.dead) if (others.every((other) => other.dead.has(key))) proof.dead.add(key)
}

/** `value` was not NULL, so what it strictly depends on was not NULL either. */
export function addStrict(value: TreeValue | undefined, level: Level, proof: Proof): void {
  if (!isNode(value)) return
  switch (value.tag) {
    case 'VAR':
      addVar(value, level, proof)
      return
    case 'RELABELTYPE':
    case 'COERCEVIAIO':
    case 'COLLATEEXPR':
    case 'ARRAYCOERCEEXPR':
    case 'COERCETODOMAIN':
      addStrict(value.fields['arg'], level, proof)
      return
    case 'OPEXPR':
    case 'FUNCEXPR': {
      if (flagField(value, 'funcretset') || flagField(value, 'opretset')) return
      if (functionOf(value, level.analysis.facts)?.strict)
        for (const arg of listField(value, 'args')) addStrict(arg, level, proof)
      return
    }
    case 'SCALARARRAYOPEXPR': {
      // Of an empty array = ANY is false and <> ALL is true, whatever stands on the left.
      const [left, array] = listField(value, 'args')
      if (hasElements(array) && functionOf(value, level.analysis.facts)?.strict) addStrict(left, level, proof)
      return
    }
    case 'BOOLEXPR':
      if (textField(value, 'boolop') === 'not') addStrict(listField(value, 'args')[0], level, proof)
      return
    default:
  }
}

/** Whether an array can be seen to have an element: `IN (1, $1)`. */
function hasElements(array: TreeValue | undefined): boolean {
  if (!isNode(array)) return false
  if (array.tag === 'ARRAYEXPR') return !flagField(array, 'multidims') && listField(array, 'elements').length > 0
  if (array.tag === 'RELABELTYPE' || array.tag === 'ARRAYCOERCEEXPR') return hasElements(array.fields['arg'])
  if (array.tag !== 'CONST' || flagField(array, 'constisnull')) return false
  // Length, bracket, then the bytes: word 2 of an array is how many dimensions it has, 0 for an empty one.
  return listField(array, 'constvalue')
    .slice(6, 10)
    .some((byte) => byte !== '0')
}

function addVar(variable: TreeNode, level: Level, proof: Proof): void {
  if (numberField(variable, 'varlevelsup') !== 0) return
  const varno = numberField(variable, 'varno')
  const attno = numberField(variable, 'varattno')
  const entry = rangeTableEntry(level, varno)
  if (!entry) return
  // A whole row that is not NULL only says that its row is there.
  if (attno !== 0) proof.proven.add(`${varno}.${attno}`)
  for (const key of level.nulling.get(varno) ?? []) proof.dead.add(key)
  if (numberField(entry, 'rtekind') === RANGE_TABLE.join) {
    const alias = listField(entry, 'joinaliasvars')[attno - 1]
    if (isNode(alias) && alias.tag === 'VAR') addVar(alias, level, proof)
  }
}

/**
 * Finds what WHERE and the join conditions prove for the rows that survive, and which outer joins they make inner.
 * Repeats, because a join that became inner makes its condition count.
 */
export function proveSurvivingRows(level: Level): void {
  const from = nodeField(level.query, 'jointree')
  addOneRowSides(from, level)
  for (let before = -1; before !== level.proven.size + level.dead.size;) {
    before = level.proven.size + level.dead.size
    visit(from, level)
  }
}

function visit(item: TreeNode | undefined, level: Level): void {
  if (item?.tag === 'FROMEXPR') {
    for (const each of nodesField(item, 'fromlist')) visit(each, level)
    addHolds(item.fields['quals'], level, level)
    return
  }
  if (item?.tag !== 'JOINEXPR') return
  const index = numberField(item, 'rtindex')
  const leftThere = level.dead.has(joinSide(index, 'L'))
  const rightThere = level.dead.has(joinSide(index, 'R'))
  const type = numberField(item, 'jointype')
  const visitLeft = type === JOIN.inner || type === JOIN.left || leftThere
  const visitRight = type === JOIN.inner || type === JOIN.right || rightThere
  if (visitLeft) visit(nodeField(item, 'larg'), level)
  if (visitRight) visit(nodeField(item, 'rarg'), level)
  if (visitLeft && visitRight) addHolds(item.fields['quals'], level, level)
}

/** LEFT JOIN LATERAL (SELECT count(*) …) ON true always finds its row. */
function addOneRowSides(item: TreeNode | undefined, level: Level): void {
  if (item?.tag === 'FROMEXPR') for (const each of nodesField(item, 'fromlist')) addOneRowSides(each, level)
  if (item?.tag !== 'JOINEXPR') return
  const left = nodeField(item, 'larg')
  const right = nodeField(item, 'rarg')
  addOneRowSides(left, level)
  addOneRowSides(right, level)
  if (numberField(item, 'jointype') !== JOIN.left || right?.tag !== 'RANGETBLREF' || !isTrue(item.fields['quals']))
    return
  const entry = rangeTableEntry(level, numberField(right, 'rtindex'))
  const subquery = entry && nodeField(entry, 'subquery')
  if (subquery && givesExactlyOneRow(subquery)) level.dead.add(joinSide(numberField(item, 'rtindex'), 'R'))
}

function isTrue(condition: TreeValue | undefined): boolean {
  if (condition === null || condition === undefined) return true
  if (!isNode(condition) || condition.tag !== 'CONST' || flagField(condition, 'constisnull')) return false
  const value = listField(condition, 'constvalue')
  return value[2] === '1'
}

/** What FILTER shows about the rows that an aggregate gets. */
export function filterProof(aggregate: TreeNode, level: Level): Proof {
  const proof = emptyProof()
  addHolds(aggregate.fields['aggfilter'], level, proof)
  return proof
}

/** Runs `read` with further proofs that hold only meanwhile. */
export function withProof<T>(level: Level, proof: Proof, read: () => T): T {
  const addedProven = [...proof.proven].filter((key) => !level.proven.has(key))
  const addedDead = [...proof.dead].filter((key) => !level.dead.has(key))
  for (const key of addedProven) level.proven.add(key)
  for (const key of addedDead) level.dead.add(key)
  try {
    return read()
  } finally {
    for (const key of addedProven) level.proven.delete(key)
    for (const key of addedDead) level.dead.delete(key)
  }
}

export { emptyProof }
