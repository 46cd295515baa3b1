import type { ValueType } from '../values/value-type.js'
import type { AnalysedColumn, AnalysedParameter, AnalysedQuery, ColumnOrigin } from './analyse.js'
import { queryDependencies } from './dependencies.js'
import { isNeverNull } from './expression.js'
import type { RelationFacts } from './facts.js'
import type { Work } from './fetch-trees.js'
import { outputShape } from './json-shape.js'
import { RANGE_TABLE, rangeTableEntry, type Analysis, type Level } from './level.js'
import type { FactsLoader } from './load-facts.js'
import {
  isNode,
  listField,
  nodeField,
  nodesField,
  numberField,
  oidField,
  textField,
  type TreeNode,
} from './node-tree.js'
import { branchLevels, rootLevel } from './open-level.js'
import { baseColumn, parameterUses, type ParameterUse } from './parameters.js'
import { withProof } from './proofs.js'
import { outputElementsAreNotNull } from './elements.js'
import { outputEntries } from './output.js'
import { outputIsNotNull } from './range-table.js'
import { outputTypes } from './result-type.js'
import { givesAtMostOneRow } from './row-bound.js'

/** @param parameterNullable whether `$n` may be NULL */
export function createAnalysis(facts: FactsLoader, parameterNullable: Analysis['parameterNullable']): Analysis {
  return {
    facts,
    isNeverNull,
    outputIsNotNull,
    parameterNullable,
    levels: { current: new WeakMap(), stored: new WeakMap() },
    viewColumns: new Map(),
    open: new Set(),
    budget: 2_000_000,
  }
}

/** What the tree says about a query. Its facts and types must have been loaded. */
export function inferQuery(tree: TreeNode, work: Work, facts: FactsLoader): AnalysedQuery {
  const uses = parameterUses(tree, facts)
  const said = work.query.parameterNullability
  const parameters = work.parameterTypes.map((oid, index): AnalysedParameter => {
    const use = uses.get(index + 1)
    const column = use?.column && origin(use.column, facts)
    return {
      type: facts.valueType(oid),
      nullable: said?.get(index + 1) ?? parameterNullable(use),
      ...(column && { column: column.place }),
      ...(use?.hint !== undefined && { hint: use.hint }),
    }
  })
  const analysis = createAnalysis(facts, (number) => parameters[number - 1]?.nullable ?? true)
  const level = rootLevel(analysis, tree, false)
  const entries = outputEntries(tree)
  const types = outputTypes(tree)
  const columns = entries.map((entry, index) => outputColumn(entry, index, types[index], level, facts))
  return {
    kind: 'analysed',
    parameters,
    ...(work.shape.hasResult && { columns }),
    ...branchesOf(level),
    atMostOneRow: work.shape.hasResult ? givesAtMostOneRow(tree, facts) : true,
    dependencies: queryDependencies(tree, facts),
  }
}

function branchesOf(level: Level): Pick<AnalysedQuery, 'branches'> {
  const branches = branchLevels(level).map((branch) =>
    outputEntries(branch.query).map((output) => {
      const { range } = rangeOf(output, branch)
      return { name: textField(output, 'resname') ?? '?column?', ...(range !== undefined && { range }) }
    }),
  )
  return branches.length > 0 ? { branches } : {}
}

/** Null where it means something and nowhere is refused. */
function parameterNullable(use: ParameterUse | undefined): boolean {
  return use !== undefined && use.allowsNull && !use.forbidsNull
}

function outputColumn(
  entry: TreeNode,
  index: number,
  type: { oid: string; isElementOfResult: boolean } | undefined,
  level: Level,
  facts: FactsLoader,
): AnalysedColumn {
  const base: ValueType = type ? facts.valueType(type.oid) : { kind: 'base', name: 'unknown' }
  const value: ValueType = type?.isElementOfResult ? { kind: 'array', element: base } : base
  // A set operation only shows where its first branch is from.
  const table = nodeField(level.query, 'setOperations') ? undefined : facts.relations.get(oidField(entry, 'resorigtbl'))
  const source = table && origin({ relation: table, number: numberField(entry, 'resorigcol') }, facts)
  const isJson =
    value.kind === 'base' && value.schema === undefined && (value.name === 'json' || value.name === 'jsonb')
  const shape = isJson ? outputShape(level, index, facts) : undefined
  return {
    name: textField(entry, 'resname') ?? '?column?',
    type: value,
    nullable: !outputIsNotNull(level, index),
    ...(value.kind === 'array' && outputElementsAreNotNull(level, index) && { elementsNotNull: true }),
    ...(source && { origin: source.place, ...(source.comment !== undefined && { comment: source.comment }) }),
    ...(shape && shape.kind !== 'unknown' && { json: shape }),
    ...shownColumnOf(entry, level),
    ...rangeOf(entry, level),
  }
}

function shownColumnOf(entry: TreeNode, level: Level): { shownColumn?: string } {
  const expression = nodeField(entry, 'expr')
  if (expression?.tag !== 'COALESCEEXPR') return {}
  const variable = nodesField(expression, 'args').find(
    (arg) => arg.tag === 'VAR' && numberField(arg, 'varlevelsup') === 0,
  )
  const from = variable && rangeTableEntry(level, numberField(variable, 'varno'))
  const names = from && nodeField(from, 'eref')
  const name = names && listField(names, 'colnames')[numberField(variable, 'varattno') - 1]
  return typeof name === 'string' ? { shownColumn: name } : {}
}

/** What the row behind a plain column does, for embedded rows and for writing stars out. */
function rangeOf(
  entry: TreeNode,
  level: Level,
): Pick<AnalysedColumn, 'range' | 'rowMayBeMissing' | 'notNullWhenPresent'> {
  const variable = ungrouped(entry, level)
  if (!variable) return {}
  const varno = numberField(variable, 'varno')
  const from = rangeTableEntry(level, varno)
  const name = from && nodeField(from, 'eref')
  const range = name && textField(name, 'aliasname')
  const nulling = level.nulling.get(varno) ?? new Set<string>()
  const present = { proven: new Set<string>(), dead: nulling }
  const isWritten = varno === numberField(level.query, 'resultRelation')
  return {
    // A join without an alias has no name that SQL could use.
    ...(range !== undefined && range !== 'unnamed_join' && { range }),
    rowMayBeMissing: [...nulling].some((key) => !level.dead.has(key)),
    notNullWhenPresent: isWritten
      ? isOutputNotNull(entry, level)
      : withProof(level, present, () => isNeverNull(variable, level)),
  }
}

function isOutputNotNull(entry: TreeNode, level: Level): boolean {
  return outputIsNotNull(level, outputEntries(level.query).indexOf(entry))
}

/** The Var behind an output column, through the group entry that 18 puts in between. */
function ungrouped(entry: TreeNode, level: Level): TreeNode | undefined {
  let expression = nodeField(entry, 'expr')
  if (expression?.tag !== 'VAR') return undefined
  const from = rangeTableEntry(level, numberField(expression, 'varno'))
  if (from && numberField(from, 'rtekind') === RANGE_TABLE.group) {
    const grouped = listField(from, 'groupexprs')[numberField(expression, 'varattno') - 1]
    expression = isNode(grouped) ? grouped : undefined
  }
  return expression?.tag === 'VAR' && numberField(expression, 'varlevelsup') === 0 ? expression : undefined
}

function origin(
  column: { relation: RelationFacts; number: number },
  facts: FactsLoader,
): { place: ColumnOrigin; comment?: string } | undefined {
  const own = column.relation.columns.get(column.number)
  if (!own) return undefined
  const base = baseColumn(column.relation, column.number, facts)
  const behind = base && origin(base, facts)
  const comment = own.comment ?? behind?.comment
  const place = behind?.place ?? { schema: column.relation.schema, table: column.relation.name, column: own.name }
  return { place, ...(comment !== undefined && { comment }) }
}
