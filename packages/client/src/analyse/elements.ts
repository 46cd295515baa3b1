import { nullRuleOf } from './builtins.js'
import { functionOf } from './functions.js'
import { COMMAND, inAggregate, levelAbove, RANGE_TABLE, rangeTableEntry, SUBLINK, type Level } from './level.js'
import {
  flagField,
  isNode,
  listField,
  nodeField,
  nodesField,
  numberField,
  type TreeNode,
  type TreeValue,
} from './node-tree.js'
import { branchLevels, levelOf } from './open-level.js'
import { filterProof, withProof } from './proofs.js'
import { outputEntries } from './output.js'
import { cteLevelOf } from './cte.js'
import { expressionType } from './result-type.js'

const rowsNeverNull = new Set([
  'generate_series',
  'generate_subscripts',
  'jsonb_array_elements',
  'json_array_elements',
  'jsonb_object_keys',
  'json_object_keys',
  'regexp_split_to_table',
  'regexp_matches',
  'jsonb_path_query',
])

/** A set-returning call that gives one column. Strict ones give no row at all for a NULL argument. */
export function setReturningIsNotNull(call: TreeNode, level: Level): boolean {
  const fn = functionOf(call, level.analysis.facts)
  if (!fn || fn.schema !== 'pg_catalog') return fn?.promisedNotNull ?? false
  const args = listField(call, 'args')
  if (fn.name === 'unnest' && args.length === 1) return elementsAreNotNull(args[0], level)
  if (fn.name === 'string_to_table') return args.length === 2
  return rowsNeverNull.has(fn.name)
}

/** Whether no element of an array can be NULL. A stored array or a parameter promises nothing. */
export function elementsAreNotNull(array: TreeValue | undefined, level: Level): boolean {
  if (!isNode(array)) return false
  switch (array.tag) {
    case 'ARRAYEXPR':
      return (
        !flagField(array, 'multidims') &&
        listField(array, 'elements').every((element) => level.analysis.isNeverNull(element, level))
      )
    case 'CONST': {
      if (flagField(array, 'constisnull')) return false
      // Length, bracket, then the bytes: word 3 of an array is the offset of its data, 0 where no bitmap of NULLs stands before.
      const bytes = listField(array, 'constvalue').slice(2, -1)
      return bytes.length >= 12 && bytes.slice(8, 12).every((byte) => byte === '0')
    }
    case 'RELABELTYPE':
      return elementsAreNotNull(array.fields['arg'], level)
    case 'ARRAYCOERCEEXPR': {
      const element = nodeField(array, 'elemexpr')
      const keepsNotNull =
        element?.tag === 'RELABELTYPE' ||
        element?.tag === 'COERCEVIAIO' ||
        (element?.tag === 'FUNCEXPR' && nullRuleOf(functionOf(element, level.analysis.facts)) === 'arguments')
      return keepsNotNull && elementsAreNotNull(array.fields['arg'], level)
    }
    case 'SUBLINK': {
      const subquery = nodeField(array, 'subselect')
      return (
        numberField(array, 'subLinkType') === SUBLINK.array &&
        subquery !== undefined &&
        // Arrays become one of more dimensions, whose elements are theirs.
        !isArray(outputEntries(subquery)[0]?.fields['expr'], level) &&
        level.analysis.outputIsNotNull(levelOf(subquery, level), 0)
      )
    }
    case 'COALESCEEXPR':
      return listField(array, 'args').every((arg) => isNullConstant(arg) || elementsAreNotNull(arg, level))
    case 'VAR':
      return variableElementsAreNotNull(array, level)
    case 'OPEXPR':
    case 'FUNCEXPR':
      return madeElementsAreNotNull(array, level)
    case 'AGGREF':
      return aggregatedElementsAreNotNull(array, level)
    default:
      return false
  }
}

/** Of an array that a built-in function or an operator such as `||` makes. */
function madeElementsAreNotNull(call: TreeNode, level: Level): boolean {
  const fn = functionOf(call, level.analysis.facts)
  if (fn?.schema !== 'pg_catalog') return false
  const [first, second] = listField(call, 'args')
  switch (fn.name) {
    case 'string_to_array':
      // With a third argument, what equals it becomes NULL.
      return fn.signature === 'string_to_array(text,text)'
    case 'array_remove':
      return (second !== undefined && isNullConstant(second)) || elementsAreNotNull(first, level)
    case 'array_append':
      return elementsAreNotNull(first, level) && level.analysis.isNeverNull(second, level)
    case 'array_prepend':
      return level.analysis.isNeverNull(first, level) && elementsAreNotNull(second, level)
    case 'array_cat':
      return elementsAreNotNull(first, level) && elementsAreNotNull(second, level)
    default:
      return false
  }
}

const isNullConstant = (value: TreeValue): boolean =>
  isNode(value) && value.tag === 'CONST' && flagField(value, 'constisnull')

function isArray(value: TreeValue | undefined, level: Level): boolean {
  const type = expressionType(value)
  return type.isElementOfResult || level.analysis.facts.isArrayType(type.oid)
}

function aggregatedElementsAreNotNull(aggregate: TreeNode, level: Level): boolean {
  const fn = functionOf(aggregate, level.analysis.facts)
  const [entry] = nodesField(aggregate, 'args')
  // The other array_agg makes one array of many, with their elements.
  if (fn?.signature !== 'array_agg(anynonarray)' || fn.schema !== 'pg_catalog' || !entry) return false
  if (numberField(aggregate, 'agglevelsup') !== 0) return false
  return inAggregate(level, () =>
    withProof(level, filterProof(aggregate, level), () => level.analysis.isNeverNull(entry.fields['expr'], level)),
  )
}

/** A column of a subquery or a CTE is as the subquery makes it. */
function variableElementsAreNotNull(variable: TreeNode, level: Level): boolean {
  const owner = levelAbove(level, numberField(variable, 'varlevelsup'))
  const entry = owner && rangeTableEntry(owner, numberField(variable, 'varno'))
  const attno = numberField(variable, 'varattno')
  if (!owner || !entry || attno < 1) return false
  switch (numberField(entry, 'rtekind')) {
    case RANGE_TABLE.group:
      return elementsAreNotNull(listField(entry, 'groupexprs')[attno - 1], owner)
    case RANGE_TABLE.subquery: {
      const subquery = nodeField(entry, 'subquery')
      return subquery !== undefined && outputElementsAreNotNull(levelOf(subquery, owner), attno - 1)
    }
    case RANGE_TABLE.cte: {
      if (flagField(entry, 'self_reference')) return false
      const inner = cteLevelOf(entry, owner)
      return inner !== undefined && outputElementsAreNotNull(inner, attno - 1)
    }
    default:
      return false
  }
}

/** Whether no element of an array in column `index` (from 0) of a query's result can be NULL, be the array itself there or not. */
export function outputElementsAreNotNull(level: Level, index: number): boolean {
  const branches = branchLevels(level)
  if (branches.length > 0) return branches.every((branch) => outputElementsAreNotNull(branch, index))
  if (numberField(level.query, 'commandType') !== COMMAND.select) return false
  return elementsAreNotNull(outputEntries(level.query)[index]?.fields['expr'], level)
}
