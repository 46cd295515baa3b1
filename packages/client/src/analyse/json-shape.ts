import type { JsonShape } from '../values/json-shape.js'
import type { ValueType } from '../values/value-type.js'
import { cteLevelOf } from './cte.js'
import { elementsAreNotNull } from './elements.js'
import { isNeverNull } from './expression.js'
import { functionOf } from './functions.js'
import { levelAbove, RANGE_TABLE, rangeTableEntry, SUBLINK, type Level } from './level.js'
import type { FactsLoader } from './load-facts.js'
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
  type TreeValue,
} from './node-tree.js'
import { filterProof, withProof } from './proofs.js'
import { branchLevels, levelOf } from './open-level.js'
import { inOutput, outputEntries } from './output.js'
import { outputIsNotNull } from './range-table.js'
import { expressionType } from './result-type.js'

const UNKNOWN: JsonShape = { kind: 'unknown' }

/**
 * What a json or jsonb expression holds, as far as its building can be followed: through subqueries, CTEs, COALESCE and casts
 * between json and jsonb. Types must have been loaded.
 */
export function jsonShape(expression: TreeValue | undefined, level: Level, facts: FactsLoader): JsonShape {
  if (!isNode(expression)) return UNKNOWN
  switch (expression.tag) {
    case 'RELABELTYPE':
    case 'COERCEVIAIO':
    case 'COLLATEEXPR':
      return isJson(expression.fields['arg'], facts) ? jsonShape(expression.fields['arg'], level, facts) : UNKNOWN
    case 'JSONVALUEEXPR':
      return jsonShape(expression.fields['raw_expr'], level, facts)
    case 'COALESCEEXPR':
      return union(listField(expression, 'args').map((arg) => jsonShape(arg, level, facts)))
    case 'CASEEXPR': {
      const results = [
        ...nodesField(expression, 'args').map((branch) => branch.fields['result']),
        expression.fields['defresult'],
      ]
      return union(
        results
          .filter((result) => result !== null && !isNullConstant(result))
          .map((result) => jsonShape(result, level, facts)),
      )
    }
    case 'CONST':
      return constantShape(expression)
    case 'FUNCEXPR':
      return callShape(expression, listField(expression, 'args'), level, facts)
    case 'AGGREF':
      return callShape(
        expression,
        nodesField(expression, 'args')
          .filter((entry) => !flagField(entry, 'resjunk'))
          .map((entry) => entry.fields['expr'] ?? null),
        level,
        facts,
      )
    case 'JSONCONSTRUCTOREXPR':
      return constructorShape(expression, level, facts)
    case 'SUBLINK': {
      const subquery = nodeField(expression, 'subselect')
      return subquery && numberField(expression, 'subLinkType') === SUBLINK.expression
        ? outputShape(levelOf(subquery, level), 0, facts)
        : UNKNOWN
    }
    case 'VAR':
      return variableShape(expression, level, facts)
    default:
      return UNKNOWN
  }
}

/** As `jsonShape`, of column `index` (from 0) of a query's result. */
export function outputShape(level: Level, index: number, facts: FactsLoader): JsonShape {
  const branches = branchLevels(level)
  if (branches.length > 0) return union(branches.map((branch) => outputShape(branch, index, facts)))
  return inOutput(level, () => jsonShape(outputEntries(level.query)[index]?.fields['expr'], level, facts))
}

function union(shapes: readonly JsonShape[]): JsonShape {
  // An empty array is one of any element, so beside another array it says nothing.
  const filled = shapes.filter((shape) => !isEmptyArray(shape))
  const known = filled.some((shape) => shape.kind === 'array') ? filled : shapes
  if (known.length === 0) return UNKNOWN
  if (known.some((shape) => shape.kind === 'unknown')) return UNKNOWN
  const [first] = known
  return known.length === 1 && first ? first : { kind: 'union', shapes: known }
}

const isEmptyArray = (shape: JsonShape): boolean =>
  shape.kind === 'array' && shape.element.kind === 'union' && shape.element.shapes.length === 0

/** `'[]'` beside an aggregate adds no type of its own. */
function constantShape(constant: TreeNode): JsonShape {
  if (flagField(constant, 'constisnull')) return UNKNOWN
  const bytes = listField(constant, 'constvalue').slice(2, -1).map(Number)
  const type = oidField(constant, 'consttype')
  const empty: JsonShape = { kind: 'array', element: { kind: 'union', shapes: [] }, nullable: false }
  if (type === '114' && String.fromCharCode(...bytes.slice(4)).trim() === '[]') return empty
  // jsonb: after the length word one header word, whose top bits say "array" and the rest how many elements.
  if (type === '3802' && bytes.length === 8 && bytes[4] === 0 && ((bytes[7] ?? 0) & 0xff) === 0x40) return empty
  return UNKNOWN
}

function isNullConstant(value: TreeValue | undefined): boolean {
  return isNode(value) && value.tag === 'CONST' && flagField(value, 'constisnull')
}

function isJson(value: TreeValue | undefined, facts: FactsLoader): boolean {
  const type = facts.valueType(expressionType(value).oid)
  return type.kind === 'base' && type.schema === undefined && (type.name === 'json' || type.name === 'jsonb')
}

function callShape(call: TreeNode, args: readonly TreeValue[], level: Level, facts: FactsLoader): JsonShape {
  const fn = functionOf(call, facts)
  if (!fn || fn.schema !== 'pg_catalog') return UNKNOWN
  const inner = (value: TreeValue | undefined): { shape: JsonShape; nullable: boolean } => ({
    shape: valueShape(value, level, facts),
    nullable: !isNeverNull(value, level),
  })
  switch (fn.name.replace(/^jsonb_/, 'json_').replace('to_jsonb', 'to_json')) {
    case 'json_build_object': {
      if (flagField(call, 'funcvariadic')) return UNKNOWN
      const keys = args.filter((_, index) => index % 2 === 0).map(constantText)
      if (keys.some((key) => key === undefined)) return { kind: 'record', shape: UNKNOWN, nullable: true }
      return { kind: 'object', entries: keys.map((key, index) => ({ key: key ?? '', ...inner(args[index * 2 + 1]) })) }
    }
    case 'json_build_array':
      return flagField(call, 'funcvariadic') ? UNKNOWN : { kind: 'tuple', items: args.map(inner) }
    case 'json_agg':
    case 'json_agg_strict':
      // `json_agg(p) FILTER (WHERE p.id IS NOT NULL)`, the usual way to keep a missing row out of the array.
      return withProof(level, filterProof(call, level), (): JsonShape => {
        const { shape, nullable } = inner(args[0])
        return { kind: 'array', element: shape, nullable: nullable && !fn.name.endsWith('_strict') }
      })
    case 'json_object_agg':
      return { kind: 'record', ...inner(args[1]) }
    case 'to_json':
    case 'row_to_json':
    case 'array_to_json':
      return valueShape(args[0], level, facts)
    default:
      return UNKNOWN
  }
}

function constructorShape(node: TreeNode, level: Level, facts: FactsLoader): JsonShape {
  const args = listField(node, 'args')
  switch (numberField(node, 'type')) {
    case 1: {
      const keys = args.filter((_, index) => index % 2 === 0).map(constantText)
      if (keys.some((key) => key === undefined) || flagField(node, 'absent_on_null')) return UNKNOWN
      return {
        kind: 'object',
        entries: keys.map((key, index) => {
          const value = args[index * 2 + 1]
          return { key: key ?? '', shape: valueShape(value, level, facts), nullable: !isNeverNull(value, level) }
        }),
      }
    }
    case 3:
    case 4: {
      const fn = nodeField(node, 'func')
      return fn ? jsonShape(fn, level, facts) : UNKNOWN
    }
    default:
      return UNKNOWN
  }
}

function constantText(value: TreeValue | undefined): string | undefined {
  if (!isNode(value)) return undefined
  if (value.tag === 'RELABELTYPE' || value.tag === 'JSONVALUEEXPR')
    return constantText(value.fields['arg'] ?? value.fields['raw_expr'])
  if (value.tag !== 'CONST' || flagField(value, 'constisnull')) return undefined
  const type = oidField(value, 'consttype')
  const bytes = listField(value, 'constvalue')
    .slice(2, -1)
    .map((byte) => Number(byte) & 0xff)
  if (type === '25' || type === '1043') return new TextDecoder().decode(Uint8Array.from(bytes.slice(4)))
  if (type === '705') return new TextDecoder().decode(Uint8Array.from(bytes)).replace(/\0$/, '')
  return undefined
}

/** The shape that a value of any type has inside JSON. */
function valueShape(value: TreeValue | undefined, level: Level, facts: FactsLoader): JsonShape {
  if (!isNode(value)) return UNKNOWN
  if (isJson(value, facts)) return jsonShape(value, level, facts)
  const row = rowShape(value, level, facts)
  if (row) return row
  if (value.tag === 'SUBLINK' && numberField(value, 'subLinkType') === SUBLINK.array) {
    const subquery = nodeField(value, 'subselect')
    const inner = subquery && levelOf(subquery, level)
    const expression = inner && outputEntries(inner.query)[0]?.fields['expr']
    if (inner && !nodeField(inner.query, 'setOperations'))
      return { kind: 'array', element: valueShape(expression, inner, facts), nullable: !outputIsNotNull(inner, 0) }
  }
  const type = expressionType(value)
  const resolved: ValueType = facts.valueType(type.oid)
  if (resolved.kind === 'base' && resolved.name === 'unknown')
    return value.tag === 'CONST' ? { kind: 'value', type: { kind: 'base', name: 'text' } } : UNKNOWN
  if (resolved.kind === 'base' && resolved.name === 'record') return UNKNOWN
  if (resolved.kind === 'array' && elementsAreNotNull(value, level))
    return { kind: 'array', element: { kind: 'value', type: resolved.element }, nullable: false }
  return { kind: 'value', type: type.isElementOfResult ? { kind: 'array', element: resolved } : resolved }
}

/** A whole row (`json_agg(p)`), whose columns the level knows better than its row type does. */
function rowShape(value: TreeNode, level: Level, facts: FactsLoader): JsonShape | undefined {
  if (value.tag === 'ROWEXPR') {
    // ROW(…)::address has the names of its type, ROW(…) alone none.
    const type = facts.valueType(oidField(value, 'row_typeid'))
    const names = type.kind === 'composite' ? type.fields.map((field) => field.name) : listField(value, 'colnames')
    const args = listField(value, 'args')
    return {
      kind: 'object',
      entries: args.map((arg, index) => {
        const name = names[index]
        return {
          key: typeof name === 'string' ? name : `f${index + 1}`,
          shape: valueShape(arg, level, facts),
          nullable: !isNeverNull(arg, level),
        }
      }),
    }
  }
  if (value.tag !== 'VAR' || textField(value, 'varattno') !== '0') return undefined
  const owner = levelAbove(level, numberField(value, 'varlevelsup'))
  const entry = owner && rangeTableEntry(owner, numberField(value, 'varno'))
  if (!owner || !entry) return undefined
  const inner = subqueryLevel(entry, owner)
  if (inner && !nodeField(inner.query, 'setOperations')) {
    // `(SELECT …) q(a, b)`: the row has the names of the alias.
    const alias = nodeField(entry, 'eref')
    const names = alias ? listField(alias, 'colnames') : []
    return {
      kind: 'object',
      entries: outputEntries(inner.query).map((output, index) => {
        const name = names[index]
        return {
          key: typeof name === 'string' ? name : (textField(output, 'resname') ?? '?column?'),
          shape: inOutput(inner, () => valueShape(output.fields['expr'], inner, facts)),
          nullable: !outputIsNotNull(inner, index),
        }
      }),
    }
  }
  const relation = facts.relations.get(oidField(entry, 'relid'))
  if (numberField(entry, 'rtekind') !== RANGE_TABLE.relation || !relation) return undefined
  return {
    kind: 'object',
    entries: [...relation.columns].map(([attno, column]) => ({
      key: column.name,
      shape: { kind: 'value', type: facts.valueType(column.type) } as const,
      nullable: !columnOfPresentRow(value, attno, owner),
    })),
  }
}

/** A column of a row that is there: that its table may be null-extended does not make the column nullable. */
function columnOfPresentRow(row: TreeNode, attno: number, level: Level): boolean {
  const varno = numberField(row, 'varno')
  const variable: TreeNode = {
    tag: 'VAR',
    fields: { varno: String(varno), varattno: String(attno), varlevelsup: '0', varreturningtype: '0' },
    children: [],
  }
  const present = { proven: new Set<string>(), dead: new Set(level.nulling.get(varno) ?? []) }
  return withProof(level, present, () => isNeverNull(variable, level))
}

function subqueryLevel(entry: TreeNode, level: Level): Level | undefined {
  const kind = numberField(entry, 'rtekind')
  if (kind === RANGE_TABLE.subquery) {
    const query = nodeField(entry, 'subquery')
    return query && levelOf(query, level)
  }
  if (kind !== RANGE_TABLE.cte || flagField(entry, 'self_reference')) return undefined
  return cteLevelOf(entry, level)
}

function variableShape(variable: TreeNode, level: Level, facts: FactsLoader): JsonShape {
  const owner = levelAbove(level, numberField(variable, 'varlevelsup'))
  const entry = owner && rangeTableEntry(owner, numberField(variable, 'varno'))
  const attno = numberField(variable, 'varattno')
  if (!owner || !entry || attno < 1) return UNKNOWN
  const kind = numberField(entry, 'rtekind')
  if (kind === RANGE_TABLE.group) return jsonShape(listField(entry, 'groupexprs')[attno - 1], owner, facts)
  if (kind === RANGE_TABLE.join) return jsonShape(listField(entry, 'joinaliasvars')[attno - 1], owner, facts)
  const inner = subqueryLevel(entry, owner)
  return inner ? outputShape(inner, attno - 1, facts) : UNKNOWN
}
