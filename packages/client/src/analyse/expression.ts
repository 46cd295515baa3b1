import { nullRuleOf } from './builtins.js'
import type { FunctionFacts } from './facts.js'
import { functionOf } from './functions.js'
import { countSetReturning, givesExactlyOneRow, inAggregate, levelAbove, SUBLINK, type Level } from './level.js'
import {
  equalTrees,
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
import { addFails, addHolds, addNotTrue, emptyProof, withProof, type Proof } from './proofs.js'
import { elementsAreNotNull, setReturningIsNotNull } from './elements.js'
import { levelOf } from './open-level.js'
import { outputIsNotNull, variableIsNotNull } from './range-table.js'

/**
 * Whether an expression can never be NULL in a row that the level returns. `false` means that it may be, or that we cannot know:
 * an unknown node counts as nullable and never as an error.
 */
export function isNeverNull(expression: TreeValue | undefined, level: Level): boolean {
  if (!isNode(expression)) return false
  if (--level.analysis.budget < 0) return false
  if (level.nulledGroups && !level.inAggregate && level.nulledGroups.some((group) => equalTrees(group, expression)))
    return false
  const argument = (): boolean => isNeverNull(expression.fields['arg'], level)
  const args = listField(expression, 'args')
  switch (expression.tag) {
    case 'VAR':
      return variableIsNotNull(expression, level)
    case 'FIELDSELECT':
      return fieldIsNotNull(expression, level)
    case 'CONST':
      return !flagField(expression, 'constisnull')
    case 'PARAM':
      return parameterIsNotNull(expression, level)
    case 'RELABELTYPE':
    case 'COERCEVIAIO':
    case 'COLLATEEXPR':
    case 'ARRAYCOERCEEXPR':
    case 'COERCETODOMAIN':
    case 'CONVERTROWTYPEEXPR':
    case 'NAMEDARGEXPR':
      return argument()
    case 'COALESCEEXPR':
    case 'MINMAXEXPR':
      return args.some((arg) => isNeverNull(arg, level))
    case 'CASEEXPR':
      return caseIsNotNull(expression, level)
    case 'NULLTEST':
    case 'BOOLEANTEST':
    case 'DISTINCTEXPR':
    case 'ARRAYEXPR':
    case 'ROWEXPR':
    case 'GROUPINGFUNC':
    case 'NEXTVALUEEXPR':
    case 'MERGESUPPORTFUNC':
      return true
    case 'BOOLEXPR':
      return booleanIsNotNull(expression, level)
    case 'OPEXPR':
    case 'FUNCEXPR': {
      if ((flagField(expression, 'funcretset') || flagField(expression, 'opretset')) && !isOnlySetReturning(level))
        return false
      if (flagField(expression, 'funcretset')) return setReturningIsNotNull(expression, level)
      return callIsNotNull(functionOf(expression, level.analysis.facts), expression, level)
    }
    case 'SCALARARRAYOPEXPR': {
      const [left, array] = args
      return (
        nullRuleOf(functionOf(expression, level.analysis.facts)) === 'arguments' &&
        isNeverNull(left, level) &&
        isNeverNull(array, level) &&
        elementsAreNotNull(array, level)
      )
    }
    case 'JSONCONSTRUCTOREXPR': {
      const type = numberField(expression, 'type')
      if (type === 1 || type === 2) return true
      if (type === 3 || type === 4) return isNeverNull(expression.fields['func'], level)
      return args.length > 0
        ? args.every((arg) => isNeverNull(arg, level))
        : isNeverNull(expression.fields['func'], level)
    }
    case 'JSONISPREDICATE':
      return isNeverNull(expression.fields['expr'], level)
    case 'JSONVALUEEXPR':
      return isNeverNull(expression.fields['raw_expr'], level)
    case 'SQLVALUEFUNCTION':
      return numberField(expression, 'op') !== 14
    case 'AGGREF':
      return aggregateIsNotNull(expression, level)
    case 'WINDOWFUNC':
      return windowIsNotNull(expression, level)
    case 'SUBLINK':
      return sublinkIsNotNull(expression, level)
    default:
      return false
  }
}

/** `(u).name` of a whole row is the row's column. Of any other composite nothing is known. */
function fieldIsNotNull(field: TreeNode, level: Level): boolean {
  const row = nodeField(field, 'arg')
  if (row?.tag !== 'VAR' || textField(row, 'varattno') !== '0') return false
  return variableIsNotNull(
    { tag: 'VAR', fields: { ...row.fields, varattno: field.fields['fieldnum'] ?? '0' }, children: [] },
    level,
  )
}

function parameterIsNotNull(parameter: TreeNode, level: Level): boolean {
  const number = numberField(parameter, 'paramid')
  if (textField(parameter, 'paramkind') === '0') return !level.analysis.parameterNullable(number)
  const compared = level.comparedSubqueries.at(-1)
  if (textField(parameter, 'paramkind') !== '2' || !compared) return false
  return outputIsNotNull(levelOf(compared, level), number - 1)
}

function callIsNotNull(fn: FunctionFacts | undefined, call: TreeNode, level: Level): boolean {
  const args = listField(call, 'args')
  const every = (): boolean => args.every((arg) => isNeverNull(arg, level))
  switch (nullRuleOf(fn)) {
    case 'always':
      // concat(VARIADIC NULL) is NULL: the array itself is missing, not its elements.
      return !flagField(call, 'funcvariadic') || every()
    case 'first argument':
      return flagField(call, 'funcvariadic') ? every() : isNeverNull(args[0], level)
    case 'arguments':
      return every()
    case 'nullable':
      return false
  }
}

/** With two set-returning calls in one target list the shorter is padded with NULL. */
function isOnlySetReturning(level: Level): boolean {
  return countSetReturning(level.query.fields['targetList']) === 1
}

function caseIsNotNull(expression: TreeNode, level: Level): boolean {
  const branches = nodesField(expression, 'args')
  const searched = expression.fields['arg'] === null
  const before: Proof = emptyProof()
  for (const branch of branches) {
    const proof: Proof = { proven: new Set(before.proven), dead: new Set(before.dead) }
    if (searched) addHolds(branch.fields['expr'], level, proof)
    if (!withProof(level, proof, () => isNeverNull(branch.fields['result'], level))) return false
    if (searched) addNotTrue(branch.fields['expr'], level, before)
  }
  return withProof(level, before, () => isNeverNull(expression.fields['defresult'], level))
}

/** `b IS NOT NULL AND b = 'x'`: a part that is never NULL decides alone when it is FALSE, and proves things when it is not. */
function booleanIsNotNull(expression: TreeNode, level: Level): boolean {
  const args = listField(expression, 'args')
  const operator = textField(expression, 'boolop')
  if (operator === 'not') return isNeverNull(args[0], level)
  const add = operator === 'and' ? addHolds : addFails
  const assumed = emptyProof()
  let open = [...args]
  for (;;) {
    const left = withProof(level, assumed, () => open.filter((arg) => !isNeverNull(arg, level)))
    if (left.length === 0) return true
    if (left.length === open.length) return false
    for (const arg of open) if (!left.includes(arg)) add(arg, level, assumed)
    open = left
  }
}

const aggregatesAlways =
  /^(?:array_agg|json_agg|jsonb_agg|json_object_agg|jsonb_object_agg|json_arrayagg|json_objectagg)/
const aggregatesByArgument = new Set(
  'sum avg min max string_agg bool_and bool_or every any_value bit_and bit_or bit_xor range_agg var_pop stddev_pop'.split(
    ' ',
  ),
)
const counts = new Set(['count', 'regr_count'])

function aggregateIsNotNull(aggregate: TreeNode, level: Level): boolean {
  const owner = levelAbove(level, numberField(aggregate, 'agglevelsup'))
  const fn = functionOf(aggregate, level.analysis.facts)
  if (!owner || !fn || fn.schema !== 'pg_catalog') return false
  if (counts.has(fn.name)) return true
  const query = owner.query
  if (listField(query, 'groupClause').length === 0 || listField(query, 'groupingSets').length > 0) return false
  if (aggregate.fields['aggfilter'] !== null) return false
  if (aggregatesAlways.test(fn.name)) return true
  if (!aggregatesByArgument.has(fn.name) || textField(aggregate, 'aggkind') !== 'n') return false
  return inAggregate(level, () => argumentEntries(aggregate).every((arg) => isNeverNull(arg, level)))
}

function argumentEntries(call: TreeNode): TreeValue[] {
  return nodesField(call, 'args')
    .filter((entry) => !flagField(entry, 'resjunk'))
    .map((entry) => (entry.tag === 'TARGETENTRY' ? (entry.fields['expr'] ?? null) : entry))
}

const windowAlways = new Set('count row_number rank dense_rank percent_rank cume_dist'.split(' '))
const FRAME = {
  startHere: 0x20 | 0x200 | 0x800,
  endHere: 0x100 | 0x400 | 0x4000,
  excludesHere: 0x8000 | 0x10000,
}

function windowIsNotNull(call: TreeNode, level: Level): boolean {
  const fn = functionOf(call, level.analysis.facts)
  if (!fn || fn.schema !== 'pg_catalog') return false
  if (windowAlways.has(fn.name)) return true
  const args = listField(call, 'args')
  const every = (): boolean => args.every((arg) => isNeverNull(arg, level))
  if (fn.name === 'ntile') return every()
  if (fn.name === 'lag' || fn.name === 'lead') return args.length === 3 && every()
  const clause = nodesField(level.query, 'windowClause').find(
    (each) => textField(each, 'winref') === textField(call, 'winref'),
  )
  if (!clause || call.fields['aggfilter'] !== null) return false
  const options = numberField(clause, 'frameOptions')
  const holdsCurrentRow =
    (options & FRAME.startHere) !== 0 && (options & FRAME.endHere) !== 0 && (options & FRAME.excludesHere) === 0
  if (!holdsCurrentRow) return false
  if (aggregatesAlways.test(fn.name)) return true
  if (fn.name === 'first_value' || fn.name === 'last_value' || aggregatesByArgument.has(fn.name)) return every()
  return false
}

function sublinkIsNotNull(sublink: TreeNode, level: Level): boolean {
  const subquery = nodeField(sublink, 'subselect')
  if (!subquery) return false
  switch (numberField(sublink, 'subLinkType')) {
    case SUBLINK.exists:
    case SUBLINK.array:
      return true
    case SUBLINK.any:
    case SUBLINK.all:
      level.comparedSubqueries.push(subquery)
      try {
        return isNeverNull(sublink.fields['testexpr'], level)
      } finally {
        level.comparedSubqueries.pop()
      }
    case SUBLINK.expression:
      return givesExactlyOneRow(subquery) && outputIsNotNull(levelOf(subquery, level), 0)
    default:
      return false
  }
}
