import { referenceOf, type StandaloneKind } from './standalone.js'

const query = `
  SELECT s.oid, n.nspname AS schema, s.stxname AS name, format('%I.%I', n.nspname, s.stxname) AS reference, pg_get_userbyid(s.stxowner) AS owner,
    jsonb_strip_nulls(jsonb_build_object('definition', pg_get_statisticsobjdef(s.oid), 'target', NULLIF(s.stxstattarget, -1))) AS facts,
    'pg_class'::regclass::oid || ':' || s.stxrelid AS parent
  FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE s.oid >= 16384`

const setTarget = (reference: string, target: number | undefined): string =>
  `ALTER STATISTICS ${reference} SET STATISTICS ${target ?? -1}`

export const statisticsKind: StandaloneKind<'statistics'> = {
  kind: 'statistics',
  keyword: 'STATISTICS',
  renames: true,
  catalog: 'pg_statistic_ext',
  weight: 60,
  owned: true,
  query: () => query,
  create(object) {
    const { definition, target } = object.facts
    return [definition, ...(target === undefined ? [] : [setTarget(referenceOf(object), target)])]
  },
  alter(from, to) {
    if (from.facts.definition !== to.facts.definition) return undefined
    return [setTarget(referenceOf(to), to.facts.target)]
  },
}
