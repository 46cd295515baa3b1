import { quoteIdentifier, quoteLiteral } from '../identifier.js'
import { hashOf } from '../hash.js'
import type { CatalogObject } from '../model/object.js'
import type { Hazard } from '../model/plan.js'
import type { Statement } from './kind.js'
import { splitOption } from './foreign-options.js'
import { keepSecret, secretOf } from './secrets.js'
import { referenceOf, type StandaloneKind } from './standalone.js'

// Only superusers may read the connection string, and asking for it fails the whole query for everybody else.
const query = (mayReadConnection: boolean): string => `
  SELECT s.oid, NULL AS schema, s.subname AS name, quote_ident(s.subname) AS reference, pg_get_userbyid(s.subowner) AS owner,
    jsonb_strip_nulls(jsonb_build_object(${mayReadConnection ? `'connection', s.subconninfo, ` : ''}
      'publications', to_jsonb(s.subpublications),
      'enabled', s.subenabled, 'slot', s.subslotname,
      'options', to_jsonb(array_remove(ARRAY[
        CASE WHEN s.subsynccommit <> 'off' THEN 'synchronous_commit=' || s.subsynccommit END,
        CASE WHEN s.subbinary THEN 'binary=true' END,
        CASE s.substream::text WHEN 't' THEN 'streaming=on' WHEN 'true' THEN 'streaming=on' WHEN 'p' THEN 'streaming=parallel' WHEN 'f' THEN 'streaming=off' WHEN 'false' THEN 'streaming=off' END
        %OPTIONS%], NULL)))) AS facts
  FROM pg_subscription s WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`

const optionsSince: [version: number, sql: string][] = [
  [150000, `CASE WHEN s.subtwophasestate <> 'd' THEN 'two_phase=true' END`],
  [150000, `CASE WHEN s.subdisableonerr THEN 'disable_on_error=true' END`],
  [160000, `CASE WHEN s.suborigin <> 'any' THEN 'origin=' || s.suborigin END`],
  [160000, `CASE WHEN NOT s.subpasswordrequired THEN 'password_required=false' END`],
  [160000, `CASE WHEN s.subrunasowner THEN 'run_as_owner=true' END`],
  [170000, `CASE WHEN s.subfailover THEN 'failover=true' END`],
]

const hidden = `'(not shown)'`

const connectionHazard = (name: string): Hazard => ({
  code: 'SH702',
  kind: 'untracked',
  message: `The connection string of the subscription ${name} is not shown, since it can hold a password. Run from a file, the statement fails until you put it in.`,
  fix: 'Write the connection string between the quotes behind CONNECTION.',
})

function withConnection(object: CatalogObject<'subscription'>, write: (connection: string) => string): Statement {
  const [connection] = secretOf(object.facts) ?? []
  return {
    sql: write(hidden),
    ...(connection !== undefined && { run: write(quoteLiteral(connection)) }),
    hazards: [connectionHazard(object.name)],
  }
}

const list = (names: readonly string[]): string => names.map(quoteIdentifier).join(', ')

const slotOf = (object: CatalogObject<'subscription'>): string =>
  object.facts.slot === undefined ? 'NONE' : quoteLiteral(object.facts.slot)

function parameters(options: readonly string[]): string[] {
  return options.map(splitOption).map(({ name, value }) => `${name} = ${value}`)
}

// Streaming became `parallel` by default in 18, so it is always said.
const defaults: Record<string, string> = {
  synchronous_commit: 'off',
  binary: 'false',
  disable_on_error: 'false',
  origin: 'any',
  password_required: 'true',
  run_as_owner: 'false',
  failover: 'false',
  two_phase: 'false',
}

export const subscriptionKind: StandaloneKind<'subscription'> = {
  kind: 'subscription',
  keyword: 'SUBSCRIPTION',
  catalog: 'pg_subscription',
  weight: 90,
  owned: true,
  query: ({ version, superuser }) =>
    query(superuser).replace(
      '%OPTIONS%',
      optionsSince
        .filter(([since]) => version >= since)
        .map(([, sql]) => `, ${sql}`)
        .join(''),
    ),
  conceal(facts) {
    if (facts.connection === undefined) return
    keepSecret(facts, [facts.connection])
    // Changes of where it connects to are seen, changes of the password are not: a hash of that could be guessed.
    const open = facts.connection
      .replaceAll(/\b(ssl)?password\s*=\s*('(?:[^'\\]|\\.)*'|[^\s&]*)/gi, '')
      .replace(/^(postgres(?:ql)?:\/\/[^:@/]*):[^@/]*@/, '$1@')
      .trim()
    facts.connection = hashOf(open)
  },
  create(object) {
    const { facts } = object
    const options = ['connect = false', `slot_name = ${slotOf(object)}`, ...parameters(facts.options)]
    return [
      withConnection(
        object,
        (connection) =>
          `CREATE SUBSCRIPTION ${referenceOf(object)} CONNECTION ${connection} PUBLICATION ${list(facts.publications)} WITH (${options.join(', ')})`,
      ),
      ...(facts.enabled ? [`ALTER SUBSCRIPTION ${referenceOf(object)} ENABLE`] : []),
    ]
  },
  alter(from, to) {
    const statement = `ALTER SUBSCRIPTION ${referenceOf(to)}`
    const before = new Map(from.facts.options.map(splitOption).map(({ name, value }) => [name, value]))
    const after = new Map(to.facts.options.map(splitOption).map(({ name, value }) => [name, value]))
    // Two-phase commit is decided when a subscription is made (ALTER knows it since 18, with the publisher at hand).
    if (before.get('two_phase') !== after.get('two_phase')) return undefined
    const changed = [...new Set([...before.keys(), ...after.keys()])]
      .filter((name) => before.get(name) !== after.get(name))
      .map((name) => `${name} = ${after.get(name) ?? defaults[name] ?? 'off'}`)
    if (from.facts.slot !== to.facts.slot) changed.push(`slot_name = ${slotOf(to)}`)
    const publications = list(to.facts.publications)
    return [
      ...(from.facts.enabled && !to.facts.enabled ? [`${statement} DISABLE`] : []),
      ...(from.facts.connection === to.facts.connection
        ? []
        : [withConnection(to, (connection) => `${statement} CONNECTION ${connection}`)]),
      ...(list(from.facts.publications) === publications
        ? []
        : [`${statement} SET PUBLICATION ${publications} WITH (refresh = false)`]),
      ...(changed.length > 0 ? [`${statement} SET (${changed.join(', ')})`] : []),
      ...(!from.facts.enabled && to.facts.enabled ? [`${statement} ENABLE`] : []),
    ]
  },
  // With a slot, DROP would have to reach the publisher and could not run in a transaction.
  drop(object) {
    const statement = `ALTER SUBSCRIPTION ${referenceOf(object)}`
    if (object.facts.slot === undefined) return [`DROP SUBSCRIPTION ${referenceOf(object)}`]
    return [
      ...(object.facts.enabled ? [`${statement} DISABLE`] : []),
      `${statement} SET (slot_name = NONE)`,
      {
        sql: `DROP SUBSCRIPTION ${referenceOf(object)}`,
        hazards: [
          {
            code: 'SH703',
            kind: 'untracked',
            message: `The replication slot ${object.facts.slot} stays on the publisher and keeps its write-ahead log.`,
            fix: `On the publisher: SELECT pg_drop_replication_slot(${quoteLiteral(object.facts.slot)})`,
          },
        ],
      },
    ]
  },
}
