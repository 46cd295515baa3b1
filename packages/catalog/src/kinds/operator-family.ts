import { canonical } from '../hash.js'
import type { FunctionMember, OperatorMember } from '../model/standalone-facts.js'
import { referenceOf, type StandaloneKind } from './standalone.js'

/** Members as a JSON list; `belongs` says to which class or family, by the dependency that Postgres records. */
export const operatorMembers = (belongs: string): string => `coalesce((
  SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('number', a.amopstrategy::text, 'operator', a.amopopr::regoperator::text,
      'sortFamily', (SELECT format('%I.%I', sn.nspname, s.opfname) FROM pg_opfamily s JOIN pg_namespace sn ON sn.oid = s.opfnamespace WHERE s.oid = a.amopsortfamily)))
    ORDER BY a.amopstrategy, a.amopopr::regoperator::text COLLATE "C")
  FROM pg_amop a JOIN pg_depend d ON d.classid = 'pg_amop'::regclass AND d.objid = a.oid AND ${belongs}), '[]')`

export const functionMembers = (belongs: string): string => `coalesce((
  SELECT jsonb_agg(jsonb_build_object('number', a.amprocnum::text, 'types', format_type(a.amproclefttype, NULL) || ', ' || format_type(a.amprocrighttype, NULL),
      'function', a.amproc::regprocedure::text)
    ORDER BY a.amprocnum, a.amproclefttype::regtype::text COLLATE "C", a.amprocrighttype::regtype::text COLLATE "C")
  FROM pg_amproc a JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass AND d.objid = a.oid AND ${belongs}), '[]')`

/** Addresses of the members: what they depend on, the class or the family does. */
export const memberAddresses = (belongs: string): string => `(
  SELECT array_agg(d.classid || ':' || d.objid) FROM pg_depend d
  WHERE d.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass) AND ${belongs})`

export const operatorItem = (member: OperatorMember): string =>
  `OPERATOR ${member.number} ${member.operator}${member.sortFamily ? ` FOR ORDER BY ${member.sortFamily}` : ''}`

export const functionItem = (member: FunctionMember): string =>
  `FUNCTION ${member.number} (${member.types}) ${member.function}`

const mine = `d.refclassid = 'pg_opfamily'::regclass AND d.refobjid = f.oid AND d.deptype IN ('a', 'i')`

const query = `
  SELECT f.oid, n.nspname AS schema, f.opfname AS name, format('%I.%I USING %I', n.nspname, f.opfname, m.amname) AS reference, pg_get_userbyid(f.opfowner) AS owner,
    jsonb_build_object('method', quote_ident(m.amname), 'operators', ${operatorMembers(mine)}, 'functions', ${functionMembers(mine)}) AS facts,
    ${memberAddresses(mine)} AS aliases
  FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod
  WHERE f.oid >= 16384`

const operandTypes = (operator: string): string => operator.slice(operator.indexOf('(') + 1, -1)

function changes<Member>(
  from: readonly Member[],
  to: readonly Member[],
  drop: (member: Member) => string,
  add: (member: Member) => string,
): { drops: string[]; adds: string[] } {
  const before = new Set(from.map(canonical))
  const after = new Set(to.map(canonical))
  return {
    drops: from.filter((member) => !after.has(canonical(member))).map(drop),
    adds: to.filter((member) => !before.has(canonical(member))).map(add),
  }
}

export const operatorFamilyKind: StandaloneKind<'operator family'> = {
  kind: 'operator family',
  keyword: 'OPERATOR FAMILY',
  catalog: 'pg_opfamily',
  weight: 21,
  owned: true,
  query: () => query,
  create(object) {
    const { operators, functions } = object.facts
    const items = [...operators.map(operatorItem), ...functions.map(functionItem)]
    return [
      `CREATE OPERATOR FAMILY ${referenceOf(object)}`,
      ...(items.length > 0 ? [`ALTER OPERATOR FAMILY ${referenceOf(object)} ADD ${items.join(', ')}`] : []),
    ]
  },
  alter(from, to) {
    if (from.facts.method !== to.facts.method) return undefined
    const operators = changes(
      from.facts.operators,
      to.facts.operators,
      (member) => `OPERATOR ${member.number} (${operandTypes(member.operator)})`,
      operatorItem,
    )
    const functions = changes(
      from.facts.functions,
      to.facts.functions,
      (member) => `FUNCTION ${member.number} (${member.types})`,
      functionItem,
    )
    const drops = [...operators.drops, ...functions.drops]
    const adds = [...operators.adds, ...functions.adds]
    const statement = `ALTER OPERATOR FAMILY ${referenceOf(to)}`
    return [
      ...(drops.length > 0 ? [`${statement} DROP ${drops.join(', ')}`] : []),
      ...(adds.length > 0 ? [`${statement} ADD ${adds.join(', ')}`] : []),
    ]
  },
}
