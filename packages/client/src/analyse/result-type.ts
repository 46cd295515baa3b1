import { SUBLINK } from './level.js'
import { isNode, listField, nodeField, numberField, oidField, type TreeNode, type TreeValue } from './node-tree.js'
import { outputEntries } from './output.js'

/** A type by its OID, or the array type over it. */
export interface TypeOid {
  oid: string
  isElementOfResult: boolean
}

const BOOL = '16'
const INT4 = '23'
const TEXT = '25'
const XML = '142'
const UNKNOWN = '705'

const typeFields: Readonly<Record<string, string>> = {
  VAR: 'vartype',
  CONST: 'consttype',
  PARAM: 'paramtype',
  AGGREF: 'aggtype',
  WINDOWFUNC: 'wintype',
  SUBSCRIPTINGREF: 'refrestype',
  FUNCEXPR: 'funcresulttype',
  OPEXPR: 'opresulttype',
  NULLIFEXPR: 'opresulttype',
  FIELDSELECT: 'resulttype',
  FIELDSTORE: 'resulttype',
  RELABELTYPE: 'resulttype',
  COERCEVIAIO: 'resulttype',
  ARRAYCOERCEEXPR: 'resulttype',
  CONVERTROWTYPEEXPR: 'resulttype',
  COERCETODOMAIN: 'resulttype',
  CASEEXPR: 'casetype',
  CASETESTEXPR: 'typeId',
  COERCETODOMAINVALUE: 'typeId',
  SETTODEFAULT: 'typeId',
  NEXTVALUEEXPR: 'typeId',
  ARRAYEXPR: 'array_typeid',
  ROWEXPR: 'row_typeid',
  COALESCEEXPR: 'coalescetype',
  MINMAXEXPR: 'minmaxtype',
  SQLVALUEFUNCTION: 'type',
  MERGESUPPORTFUNC: 'msftype',
}

const alwaysBoolean = new Set([
  'DISTINCTEXPR',
  'SCALARARRAYOPEXPR',
  'BOOLEXPR',
  'NULLTEST',
  'BOOLEANTEST',
  'ROWCOMPAREEXPR',
  'CURRENTOFEXPR',
  'JSONISPREDICATE',
])

const plain = (oid: string): TypeOid => ({ oid, isElementOfResult: false })

/** The type of an expression, domains kept (`exprType` of `src/backend/nodes/nodeFuncs.c`). */
export function expressionType(expression: TreeValue | undefined): TypeOid {
  if (!isNode(expression)) return plain(UNKNOWN)
  const field = typeFields[expression.tag]
  if (field) return plain(oidField(expression, field))
  if (alwaysBoolean.has(expression.tag)) return plain(BOOL)
  switch (expression.tag) {
    case 'SUBLINK':
      return sublinkType(expression)
    case 'COLLATEEXPR':
    case 'NAMEDARGEXPR':
      return expressionType(expression.fields['arg'])
    case 'GROUPINGFUNC':
      return plain(INT4)
    case 'XMLEXPR':
      // IS DOCUMENT is the last of the operators, XMLSERIALIZE the one before.
      return plain(numberField(expression, 'op') === 7 ? BOOL : numberField(expression, 'op') === 6 ? TEXT : XML)
    case 'JSONVALUEEXPR':
      return expressionType(expression.fields['formatted_expr'] ?? expression.fields['raw_expr'])
    case 'JSONCONSTRUCTOREXPR':
    case 'JSONEXPR': {
      const returning = nodeField(expression, 'returning')
      return plain(returning ? oidField(returning, 'typid') : UNKNOWN)
    }
    default:
      return plain(UNKNOWN)
  }
}

function sublinkType(sublink: TreeNode): TypeOid {
  const kind = numberField(sublink, 'subLinkType')
  if (kind !== SUBLINK.expression && kind !== SUBLINK.array) return plain(BOOL)
  const subquery = nodeField(sublink, 'subselect')
  const [first] = subquery ? outputTypes(subquery) : []
  if (!first) return plain(UNKNOWN)
  return kind === SUBLINK.array ? { oid: first.oid, isElementOfResult: true } : first
}

/** The OID in a node that says its type; undefined for nodes whose type follows from others. */
export function ownTypeOid(node: TreeNode): string | undefined {
  const field = typeFields[node.tag]
  return field === undefined ? undefined : oidField(node, field)
}

/** Types of the columns of a query's result. */
export function outputTypes(query: TreeNode): TypeOid[] {
  const operations = nodeField(query, 'setOperations')
  if (operations)
    return listField(operations, 'colTypes')
      .filter((oid) => typeof oid === 'string')
      .map(plain)
  return outputEntries(query).map((entry) => expressionType(entry.fields['expr']))
}
