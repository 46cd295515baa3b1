import type { Facts, RelationFacts } from './facts.js'
import { functionOf } from './functions.js'
import { COMMAND, RANGE_TABLE } from './level.js'
import {
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

/** How a parameter is used, as far as its type says nothing about it. */
export interface ParameterUse {
  /** Stands where NULL would be refused: the value of a column declared NOT NULL. */
  forbidsNull: boolean
  /** Stands where NULL means something: a nullable column, COALESCE, IS NULL, IS DISTINCT FROM. */
  allowsNull: boolean
  /** The column that it is written to or compared with, the first one found. */
  column?: { relation: RelationFacts; number: number }
  /** A name for it where no column gives one. */
  hint?: 'limit' | 'offset'
}

/**
 * Finds where each `$n` of a query stands.
 * @returns by parameter number
 */
export function parameterUses(query: TreeNode, facts: Facts): Map<number, ParameterUse> {
  const uses = new Map<number, ParameterUse>()
  const use = (number: number): ParameterUse => {
    let known = uses.get(number)
    if (!known) uses.set(number, (known = { forbidsNull: false, allowsNull: false }))
    return known
  }
  const allow = (value: TreeValue | undefined): void => {
    const number = parameterNumber(value)
    if (number !== undefined) use(number).allowsNull = true
  }
  walk(query, (node) => {
    if (node.tag === 'PARAM' && textField(node, 'paramkind') === '0') use(numberField(node, 'paramid'))
    if (node.tag === 'QUERY') {
      const limit = parameterNumber(node.fields['limitCount'])
      const offset = parameterNumber(node.fields['limitOffset'])
      if (limit !== undefined) use(limit).hint ??= 'limit'
      if (offset !== undefined) use(offset).hint ??= 'offset'
      for (const write of writtenValues(node, facts)) {
        const number = parameterNumber(write.value)
        if (number === undefined) continue
        const known = use(number)
        if (write.notNull) known.forbidsNull = true
        else known.allowsNull = true
        known.column ??= write.column
      }
    }
    if (node.tag === 'COALESCEEXPR' || node.tag === 'DISTINCTEXPR')
      for (const arg of listField(node, 'args')) allow(arg)
    if (node.tag === 'NULLTEST') allow(node.fields['arg'])
    if (node.tag === 'OPEXPR' || node.tag === 'SCALARARRAYOPEXPR') noteComparison(node, query, uses, facts)
  })
  return uses
}

/** `$n` below casts; undefined for anything else. */
export function parameterNumber(value: TreeValue | undefined): number | undefined {
  if (!isNode(value)) return undefined
  switch (value.tag) {
    case 'PARAM':
      return textField(value, 'paramkind') === '0' ? numberField(value, 'paramid') : undefined
    case 'RELABELTYPE':
    case 'COERCEVIAIO':
    case 'COLLATEEXPR':
    case 'ARRAYCOERCEEXPR':
    case 'COERCETODOMAIN':
      return parameterNumber(value.fields['arg'])
    case 'FUNCEXPR':
      return ['1', '2'].includes(textField(value, 'funcformat') ?? '')
        ? parameterNumber(listField(value, 'args')[0])
        : undefined
    default:
      return undefined
  }
}

interface Write {
  value: TreeValue | undefined
  notNull: boolean
  column: { relation: RelationFacts; number: number }
}

function* writtenValues(query: TreeNode, facts: Facts): Generator<Write> {
  const command = numberField(query, 'commandType')
  if (command !== COMMAND.insert && command !== COMMAND.update && command !== COMMAND.merge) return
  const rangeTable = nodesField(query, 'rtable')
  const entry = rangeTable[numberField(query, 'resultRelation') - 1]
  const relation = entry && facts.relations.get(oidField(entry, 'relid'))
  if (!relation) return
  const onConflict = nodeField(query, 'onConflict')
  const lists = [...(command === COMMAND.merge ? [] : [query]), ...nodesField(query, 'mergeActionList')].map((node) =>
    nodesField(node, 'targetList'),
  )
  if (onConflict) lists.push(nodesField(onConflict, 'onConflictSet'))
  for (const list of lists)
    for (const target of list) {
      const number = numberField(target, 'resno')
      const notNull = isWrittenNotNull(relation, number, facts)
      for (const value of sources(target.fields['expr'], rangeTable))
        yield { value, notNull, column: { relation, number } }
    }
}

/** Follows a Var to the rows of VALUES or to the subquery of INSERT … SELECT. */
function* sources(value: TreeValue | undefined, rangeTable: readonly TreeNode[]): Generator<TreeValue | undefined> {
  yield value
  const variable = variableBelowCasts(value)
  if (!variable || numberField(variable, 'varlevelsup') !== 0) return
  const entry = rangeTable[numberField(variable, 'varno') - 1]
  const attno = numberField(variable, 'varattno')
  if (!entry || attno < 1) return
  const kind = numberField(entry, 'rtekind')
  if (kind === RANGE_TABLE.values)
    for (const row of listField(entry, 'values_lists')) if (Array.isArray(row)) yield row[attno - 1]
  const subquery = kind === RANGE_TABLE.subquery ? nodeField(entry, 'subquery') : undefined
  if (subquery) yield* subquerySources(subquery, attno)
}

function* subquerySources(subquery: TreeNode, attno: number): Generator<TreeValue | undefined> {
  const rangeTable = nodesField(subquery, 'rtable')
  const operations = nodeField(subquery, 'setOperations')
  if (operations) {
    const branches: TreeNode[] = []
    walk(operations, (leaf) => {
      const branch = leaf.tag === 'RANGETBLREF' ? rangeTable[numberField(leaf, 'rtindex') - 1] : undefined
      const query = branch && nodeField(branch, 'subquery')
      if (query) branches.push(query)
    })
    for (const query of branches) yield* subquerySources(query, attno)
    return
  }
  const target = nodesField(subquery, 'targetList').find((each) => numberField(each, 'resno') === attno)
  if (target) yield* sources(target.fields['expr'], rangeTable)
}

function variableBelowCasts(value: TreeValue | undefined): TreeNode | undefined {
  if (!isNode(value)) return undefined
  if (value.tag === 'VAR') return value
  if (['RELABELTYPE', 'COERCEVIAIO', 'COERCETODOMAIN', 'ARRAYCOERCEEXPR'].includes(value.tag))
    return variableBelowCasts(value.fields['arg'])
  if (value.tag === 'FUNCEXPR' && ['1', '2'].includes(textField(value, 'funcformat') ?? ''))
    return variableBelowCasts(listField(value, 'args')[0])
  return undefined
}

/** A column of a simple view refuses NULL where the column behind it does. */
function isWrittenNotNull(relation: RelationFacts, number: number, facts: Facts): boolean {
  if (!relation.query) return relation.columns.get(number)?.notNull ?? false
  const base = baseColumn(relation, number, facts)
  return base !== undefined && isWrittenNotNull(base.relation, base.number, facts)
}

/** The column of a table or view that a column of a view shows unchanged. */
export function baseColumn(
  view: RelationFacts,
  number: number,
  facts: Facts,
): { relation: RelationFacts; number: number } | undefined {
  if (!view.query || nodeField(view.query, 'setOperations')) return undefined
  const target = nodesField(view.query, 'targetList').find((each) => numberField(each, 'resno') === number)
  const expression = target?.fields['expr']
  if (!isNode(expression) || expression.tag !== 'VAR') return undefined
  const entry = nodesField(view.query, 'rtable')[numberField(expression, 'varno') - 1]
  const relation = entry && facts.relations.get(oidField(entry, 'relid'))
  return relation && { relation, number: numberField(expression, 'varattno') }
}

/** `id = $1` and `id = ANY ($1)`: the column gives the parameter its brand and, where it has none, its name. */
function noteComparison(node: TreeNode, query: TreeNode, uses: Map<number, ParameterUse>, facts: Facts): void {
  if (!functionOf(node, facts)) return
  const args = listField(node, 'args')
  if (args.length !== 2) return
  for (const [value, other] of [
    [args[0], args[1]],
    [args[1], args[0]],
  ] as const) {
    const number = parameterNumber(value)
    const variable = variableBelowCasts(other)
    if (number === undefined || !variable || numberField(variable, 'varlevelsup') !== 0) continue
    const known = uses.get(number) ?? { forbidsNull: false, allowsNull: false }
    uses.set(number, known)
    if (known.column) continue
    const column = comparedColumn(variable, node, query, facts)
    if (column) known.column = column
  }
}

// A Var does not say which Query it belongs to, so the innermost one around the comparison is looked up.
function comparedColumn(
  variable: TreeNode,
  node: TreeNode,
  query: TreeNode,
  facts: Facts,
): { relation: RelationFacts; number: number } | undefined {
  const owner = owners(query).get(node)
  const entry = owner && nodesField(owner, 'rtable')[numberField(variable, 'varno') - 1]
  if (!entry || numberField(entry, 'rtekind') !== RANGE_TABLE.relation) return undefined
  const relation = facts.relations.get(oidField(entry, 'relid'))
  const number = numberField(variable, 'varattno')
  return relation && number > 0 ? { relation, number } : undefined
}

const ownersOf = new WeakMap<TreeNode, Map<TreeNode, TreeNode>>()

function owners(root: TreeNode): Map<TreeNode, TreeNode> {
  let map = ownersOf.get(root)
  if (map) return map
  map = new Map()
  const note = (value: TreeValue | undefined, owner: TreeNode, into: Map<TreeNode, TreeNode>): void => {
    if (value === null || value === undefined || typeof value === 'string') return
    if (!isNode(value)) {
      for (const item of value) note(item, owner, into)
      return
    }
    into.set(value, owner)
    const next = value.tag === 'QUERY' ? value : owner
    for (const name in value.fields) note(value.fields[name], next, into)
  }
  note(root, root, map)
  ownersOf.set(root, map)
  return map
}
