import { quoteLiteral } from '../identifier.js'
import type { CatalogObject } from '../model/object.js'
import { enableClause } from './enabled.js'
import { referenceOf, type StandaloneKind } from './standalone.js'

const query = `
  SELECT e.oid, NULL AS schema, e.evtname AS name, quote_ident(e.evtname) AS reference, pg_get_userbyid(e.evtowner) AS owner,
    jsonb_build_object('event', e.evtevent, 'function', e.evtfoid::regproc::text,
      'tags', coalesce((SELECT jsonb_agg(tag ORDER BY tag COLLATE "C") FROM unnest(e.evttags) tag), '[]'),
      'enabled', CASE e.evtenabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END) AS facts
  FROM pg_event_trigger e`

const enable = (object: CatalogObject<'event trigger'>): string =>
  `ALTER EVENT TRIGGER ${referenceOf(object)} ${enableClause(object.facts.enabled)}`

const withoutState = ({ event, function: routine, tags }: CatalogObject<'event trigger'>['facts']): string =>
  JSON.stringify([event, routine, tags])

export const eventTriggerKind: StandaloneKind<'event trigger'> = {
  kind: 'event trigger',
  keyword: 'EVENT TRIGGER',
  catalog: 'pg_event_trigger',
  weight: 99,
  owned: true,
  query: () => query,
  create(object) {
    const { event, function: routine, tags, enabled } = object.facts
    const when = tags.length > 0 ? ` WHEN TAG IN (${tags.map(quoteLiteral).join(', ')})` : ''
    return [
      `CREATE EVENT TRIGGER ${referenceOf(object)} ON ${event}${when} EXECUTE FUNCTION ${routine}()`,
      ...(enabled === 'origin' ? [] : [enable(object)]),
    ]
  },
  alter: (from, to) => (withoutState(from.facts) === withoutState(to.facts) ? [enable(to)] : undefined),
}
