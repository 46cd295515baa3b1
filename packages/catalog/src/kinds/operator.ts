import type { OperatorFacts } from '../model/standalone-facts.js'
import { referenceOf, type StandaloneKind } from './standalone.js'

// An operator without a function is a shell that a COMMUTATOR or NEGATOR clause has made: it is not one yet.
const query = `
  SELECT o.oid, n.nspname AS schema, o.oprname AS name, o.oid::regoperator::text AS reference, pg_get_userbyid(o.oprowner) AS owner,
    jsonb_strip_nulls(jsonb_build_object(
      'function', o.oprcode::regproc::text,
      'left', format_type(NULLIF(o.oprleft, 0), NULL),
      'right', format_type(NULLIF(o.oprright, 0), NULL),
      'commutator', (SELECT format('OPERATOR(%I.%s)', cn.nspname, c.oprname) FROM pg_operator c JOIN pg_namespace cn ON cn.oid = c.oprnamespace WHERE c.oid = o.oprcom),
      'negator', (SELECT format('OPERATOR(%I.%s)', cn.nspname, c.oprname) FROM pg_operator c JOIN pg_namespace cn ON cn.oid = c.oprnamespace WHERE c.oid = o.oprnegate),
      'restrict', NULLIF(o.oprrest, 0)::regproc::text,
      'join', NULLIF(o.oprjoin, 0)::regproc::text,
      'hashes', o.oprcanhash, 'merges', o.oprcanmerge)) AS facts
  FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
  WHERE o.oid >= 16384 AND o.oprcode <> 0`

function estimators(facts: OperatorFacts): string[] {
  return [`RESTRICT = ${facts.restrict ?? 'NONE'}`, `JOIN = ${facts.join ?? 'NONE'}`]
}

export const operatorKind: StandaloneKind<'operator'> = {
  kind: 'operator',
  keyword: 'OPERATOR',
  catalog: 'pg_operator',
  weight: 20,
  owned: true,
  query: () => query,
  create(object) {
    const { facts } = object
    const reference = referenceOf(object)
    const options = [
      `FUNCTION = ${facts.function}`,
      ...(facts.left ? [`LEFTARG = ${facts.left}`] : []),
      ...(facts.right ? [`RIGHTARG = ${facts.right}`] : []),
      ...(facts.commutator ? [`COMMUTATOR = ${facts.commutator}`] : []),
      ...(facts.negator ? [`NEGATOR = ${facts.negator}`] : []),
      ...(facts.restrict ? [`RESTRICT = ${facts.restrict}`] : []),
      ...(facts.join ? [`JOIN = ${facts.join}`] : []),
      ...(facts.hashes ? ['HASHES'] : []),
      ...(facts.merges ? ['MERGES'] : []),
    ]
    // The operator's name ends at the last parenthesis that opens the operand types: types can hold parentheses, names cannot.
    return [`CREATE OPERATOR ${reference.slice(0, reference.indexOf('('))} (${options.join(', ')})`]
  },
  alter(from, to) {
    const { restrict: _restrict, join: _join, ...fixed } = from.facts
    const { restrict: _toRestrict, join: _toJoin, ...wanted } = to.facts
    if (JSON.stringify(Object.entries(fixed).sort()) !== JSON.stringify(Object.entries(wanted).sort())) return undefined
    return [`ALTER OPERATOR ${referenceOf(to)} SET (${estimators(to.facts).join(', ')})`]
  },
}
