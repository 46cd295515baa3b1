import { quoteLiteral } from '../identifier.js'
import type { BaseTypeFacts } from '../model/standalone-facts.js'
import { referenceOf, type StandaloneKind } from './standalone.js'

const optional = (column: string): string => `NULLIF(${column}, 0)::regproc::text`

// Array types come with their element type; what is not defined is a shell.
const query = `
  SELECT t.oid, n.nspname AS schema, t.typname AS name, format('%I.%I', n.nspname, t.typname) AS reference, pg_get_userbyid(t.typowner) AS owner, t.typacl::text[] AS acl,
    jsonb_strip_nulls(jsonb_build_object('input', t.typinput::regproc::text, 'output', t.typoutput::regproc::text,
      'receive', ${optional('t.typreceive')}, 'send', ${optional('t.typsend')}, 'modifierInput', ${optional('t.typmodin')}, 'modifierOutput', ${optional('t.typmodout')},
      'analyze', ${optional('t.typanalyze')}, 'subscript', NULLIF(to_jsonb(t) ->> 'typsubscript', '-'),
      'length', CASE t.typlen WHEN -1 THEN 'variable' WHEN -2 THEN 'cstring' ELSE t.typlen::text END, 'byValue', t.typbyval,
      'alignment', CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'i' THEN 'int4' ELSE 'double' END,
      'storage', CASE t.typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended' ELSE 'main' END,
      'category', t.typcategory, 'preferred', t.typispreferred, 'default', t.typdefault, 'element', format_type(NULLIF(t.typelem, 0), NULL),
      'delimiter', t.typdelim, 'collatable', t.typcollation <> 0)) AS facts,
    ARRAY['pg_type'::regclass::oid || ':' || t.typarray] AS aliases
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE t.typtype = 'b' AND t.oid >= 16384 AND t.typisdefined AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)`

/** What ALTER TYPE … SET can change, by fact. */
const settable = {
  receive: 'RECEIVE',
  send: 'SEND',
  modifierInput: 'TYPMOD_IN',
  modifierOutput: 'TYPMOD_OUT',
  analyze: 'ANALYZE',
  subscript: 'SUBSCRIPT',
  storage: 'STORAGE',
} as const

const isSettable = (name: string): name is keyof typeof settable => name in settable

export const baseTypeKind: StandaloneKind<'type'> = {
  kind: 'type',
  keyword: 'TYPE',
  renames: true,
  catalog: 'pg_type',
  weight: 5,
  owned: true,
  privileges: { keyword: 'TYPE', target: 'type' },
  query: () => query,
  create(object) {
    const { facts } = object
    const options = [
      `INPUT = ${facts.input}`,
      `OUTPUT = ${facts.output}`,
      ...(facts.receive ? [`RECEIVE = ${facts.receive}`] : []),
      ...(facts.send ? [`SEND = ${facts.send}`] : []),
      ...(facts.modifierInput ? [`TYPMOD_IN = ${facts.modifierInput}`] : []),
      ...(facts.modifierOutput ? [`TYPMOD_OUT = ${facts.modifierOutput}`] : []),
      ...(facts.analyze ? [`ANALYZE = ${facts.analyze}`] : []),
      ...(facts.subscript ? [`SUBSCRIPT = ${facts.subscript}`] : []),
      `INTERNALLENGTH = ${facts.length === 'cstring' ? '-2' : facts.length}`,
      ...(facts.byValue ? ['PASSEDBYVALUE'] : []),
      `ALIGNMENT = ${facts.alignment}`,
      `STORAGE = ${facts.storage}`,
      ...(facts.category === 'U' ? [] : [`CATEGORY = ${quoteLiteral(facts.category)}`]),
      ...(facts.preferred ? ['PREFERRED = true'] : []),
      ...(facts.default === undefined ? [] : [`DEFAULT = ${quoteLiteral(facts.default)}`]),
      ...(facts.element ? [`ELEMENT = ${facts.element}`] : []),
      ...(facts.delimiter === ',' ? [] : [`DELIMITER = ${quoteLiteral(facts.delimiter)}`]),
      ...(facts.collatable ? ['COLLATABLE = true'] : []),
    ]
    return [`CREATE TYPE ${referenceOf(object)} (\n  ${options.join(',\n  ')}\n)`]
  },
  alter(from, to) {
    const names = new Set([...Object.keys(from.facts), ...Object.keys(to.facts)])
    const changes: string[] = []
    for (const name of names) {
      const key = name as keyof BaseTypeFacts
      if (from.facts[key] === to.facts[key]) continue
      // Storage can be changed from PLAIN only one way; the server refuses the other, so that is a new type.
      if (!isSettable(name) || (name === 'storage' && to.facts.storage === 'plain')) return undefined
      changes.push(`${settable[name]} = ${to.facts[name] ?? 'NONE'}`)
    }
    return changes.length > 0 ? [`ALTER TYPE ${referenceOf(to)} SET (${changes.join(', ')})`] : undefined
  },
  // Its input and output functions need it as it needs them: they go together.
  drop: (object) => [`DROP TYPE ${referenceOf(object)} CASCADE`],
}
