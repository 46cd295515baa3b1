import { nullRuleOf } from './builtins.js'
import { functionOf } from './functions.js'
import { SUBLINK, type Level } from './level.js'
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
import { levelOf } from './open-level.js'

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
        level.analysis.outputIsNotNull(levelOf(subquery, level), 0)
      )
    }
    case 'FUNCEXPR': {
      const fn = functionOf(array, level.analysis.facts)
      return fn?.signature === 'string_to_array(text,text)' && fn.schema === 'pg_catalog'
    }
    case 'AGGREF': {
      const fn = functionOf(array, level.analysis.facts)
      const [entry] = nodesField(array, 'args')
      return (
        fn?.name === 'array_agg' &&
        fn.schema === 'pg_catalog' &&
        entry !== undefined &&
        level.analysis.isNeverNull(entry.fields['expr'], level)
      )
    }
    default:
      return false
  }
}
