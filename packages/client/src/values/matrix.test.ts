import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import postgres from 'postgres'
import {
  array,
  bind,
  bool,
  bytea,
  composite,
  int8,
  json,
  multirange,
  number,
  range,
  text,
  timestamptz,
} from '@savepoint/client/codecs'
import { insertMany } from '@savepoint/client/parts'
import { exec, execRows, one, type Codec, type Database } from '@savepoint/client/runtime'
import { createPglite, serverUrl } from '../../../../test/support/database.js'
import { createFactsLoader } from '../analyse/load-facts.js'
import { codecText, Imports } from '../emit/codec-text.js'
import { castOf } from '../queries/cast.js'
import type { ValueType } from './value-type.js'

const schema = `
CREATE TYPE mood AS ENUM ('sad', 'NULL', 'very "happy"');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN stamp AS timestamptz;
CREATE TYPE address AS (street text, number integer, since timestamptz, tags text[]);
CREATE TYPE person AS (name text, home address);
CREATE TYPE float_range AS RANGE (subtype = float8);`

/** Type, SQL of a value, and the documented value in JavaScript. */
const values: [type: string, sql: string, value: unknown][] = [
  ['smallint', `'-32768'`, -32768],
  ['integer', `'2147483647'`, 2147483647],
  ['bigint', `'9007199254740993'`, 9007199254740993n],
  ['bigint', `'-1'`, -1n],
  ['oid', `'4294967295'`, 4294967295],
  ['real', `'1.5'`, 1.5],
  ['real', `'NaN'`, NaN],
  ['double precision', `'0.1'`, 0.1],
  ['double precision', `'-Infinity'`, -Infinity],
  ['numeric', `'12345678901234567890.1234567890'`, '12345678901234567890.1234567890'],
  ['numeric', `'NaN'`, 'NaN'],
  ['numeric(10,2)', `'1.50'`, '1.50'],
  ['money', `'12.34'`, '$12.34'],
  ['boolean', `true`, true],
  ['boolean', `false`, false],
  ['text', `''`, ''],
  ['text', `'NULL'`, 'NULL'],
  ['text', `E'tab\\t"quote" \\\\ 💾'`, 'tab\t"quote" \\ 💾'],
  ['varchar(10)', `'x'`, 'x'],
  ['char(3)', `'x'`, 'x  '],
  ['name', `'a'`, 'a'],
  ['"char"', `'a'`, 'a'],
  ['uuid', `'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  ['bytea', `'\\x00ff10'`, Uint8Array.of(0, 255, 16)],
  ['bytea', `''`, new Uint8Array()],
  ['json', `'{"a": [1, null, "x"]}'`, { a: [1, null, 'x'] }],
  ['jsonb', `'[1, {"b": "c"}]'`, [1, { b: 'c' }]],
  ['jsonb', `'"text"'`, 'text'],
  ['jsonb', `'null'`, null],
  ['date', `'2024-02-29'`, '2024-02-29'],
  ['date', `'infinity'`, 'infinity'],
  ['date', `'0044-03-15 BC'`, '0044-03-15 BC'],
  ['timestamp', `'2024-01-02 03:04:05.123456'`, '2024-01-02 03:04:05.123456'],
  ['timestamp', `'-infinity'`, '-infinity'],
  ['timestamptz', `'2024-01-02 03:04:05.123+02'`, new Date('2024-01-02T01:04:05.123Z')],
  ['timestamptz', `'infinity'`, new Date(8.64e15)],
  ['timestamptz', `'-infinity'`, new Date(-8.64e15)],
  ['timestamptz', `'0044-03-15 00:00:00+00 BC'`, new Date('-000043-03-15T00:00:00Z')],
  ['timestamptz', `'12345-01-01 00:00:00+00'`, new Date('+012345-01-01T00:00:00Z')],
  ['time', `'03:04:05.5'`, '03:04:05.5'],
  ['timetz', `'03:04:05+02'`, '03:04:05+02'],
  ['interval', `'1 day 02:03:04'`, '1 day 02:03:04'],
  ['interval', `'0'`, '00:00:00'],
  ['point', `'(1,2)'`, '(1,2)'],
  ['box', `'(2,2),(1,1)'`, '(2,2),(1,1)'],
  ['circle', `'<(1,2),3>'`, '<(1,2),3>'],
  ['path', `'[(0,0),(1,1)]'`, '[(0,0),(1,1)]'],
  ['polygon', `'((0,0),(1,1))'`, '((0,0),(1,1))'],
  ['line', `'{1,2,3}'`, '{1,2,3}'],
  ['lseg', `'[(0,0),(1,1)]'`, '[(0,0),(1,1)]'],
  ['inet', `'10.0.0.1/8'`, '10.0.0.1/8'],
  ['cidr', `'10.0.0.0/8'`, '10.0.0.0/8'],
  ['macaddr', `'08:00:2b:01:02:03'`, '08:00:2b:01:02:03'],
  ['bit(3)', `'101'`, '101'],
  ['varbit', `'10'`, '10'],
  ['xml', `'<a/>'`, '<a/>'],
  ['tsvector', `'''a'' ''b'''`, "'a' 'b'"],
  ['tsquery', `'''a'' & ''b'''`, "'a' & 'b'"],
  ['jsonpath', `'$."a"'`, '$."a"'],
  ['pg_lsn', `'16/B374D848'`, '16/B374D848'],
  ['regclass', `'pg_class'`, 'pg_class'],
  ['mood', `'very "happy"'`, 'very "happy"'],
  ['positive', `'7'`, 7],
  ['stamp', `'2024-01-02 03:04:05+00'`, new Date('2024-01-02T03:04:05Z')],
  [
    'address',
    `ROW('Main "St", 1', 5, '2024-01-02 03:04:05+00', '{a,NULL,"b c"}')`,
    { street: 'Main "St", 1', number: 5, since: new Date('2024-01-02T03:04:05Z'), tags: ['a', null, 'b c'] },
  ],
  ['address', `ROW('', NULL, NULL, NULL)`, { street: '', number: null, since: null, tags: null }],
  [
    'person',
    `ROW('x', ROW('y', 1, NULL, '{}')::address)`,
    { name: 'x', home: { street: 'y', number: 1, since: null, tags: [] } },
  ],
  ['int4range', `'[1,5)'`, { lower: 1, upper: 5, lowerInclusive: true, upperInclusive: false }],
  ['int8range', `'(,5)'`, { lower: null, upper: 5n, lowerInclusive: false, upperInclusive: false }],
  ['numrange', `'empty'`, 'empty'],
  [
    'daterange',
    `'[2024-01-01,2024-02-01)'`,
    { lower: '2024-01-01', upper: '2024-02-01', lowerInclusive: true, upperInclusive: false },
  ],
  [
    'tstzrange',
    `'["2024-01-02 03:04:05+00",]'`,
    { lower: new Date('2024-01-02T03:04:05Z'), upper: null, lowerInclusive: true, upperInclusive: false },
  ],
  [
    'tsrange',
    `'["2024-01-02 03:04:05",infinity]'`,
    { lower: '2024-01-02 03:04:05', upper: 'infinity', lowerInclusive: true, upperInclusive: true },
  ],
  ['float_range', `'[1.5,2.5]'`, { lower: 1.5, upper: 2.5, lowerInclusive: true, upperInclusive: true }],
  [
    'int4multirange',
    `'{[1,3),[5,7)}'`,
    [
      { lower: 1, upper: 3, lowerInclusive: true, upperInclusive: false },
      { lower: 5, upper: 7, lowerInclusive: true, upperInclusive: false },
    ],
  ],
  ['integer[]', `'{1,NULL,3}'`, [1, null, 3]],
  [
    'integer[]',
    `'{{1,2},{3,4}}'`,
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['integer[]', `'[0:1]={1,2}'`, [1, 2]],
  ['bigint[]', `'{9007199254740993,NULL}'`, [9007199254740993n, null]],
  ['numeric[]', `'{1.50,NULL}'`, ['1.50', null]],
  ['boolean[]', `'{t,f,NULL}'`, [true, false, null]],
  ['text[]', `ARRAY['a', '', 'NULL', NULL, 'x,y', '{"}', E'\\\\']`, ['a', '', 'NULL', null, 'x,y', '{"}', '\\']],
  ['text[]', `'{}'`, []],
  ['varchar[]', `'{a}'`, ['a']],
  ['uuid[]', `'{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'`, ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']],
  ['date[]', `'{2024-02-29,NULL}'`, ['2024-02-29', null]],
  ['timestamptz[]', `ARRAY['2024-01-02 03:04:05+00'::timestamptz, NULL]`, [new Date('2024-01-02T03:04:05Z'), null]],
  ['timestamp[]', `ARRAY['2024-01-02 03:04:05'::timestamp]`, ['2024-01-02 03:04:05']],
  ['interval[]', `ARRAY['1 day'::interval, NULL]`, ['1 day', null]],
  ['bytea[]', `ARRAY['\\x01'::bytea, NULL]`, [Uint8Array.of(1), null]],
  ['jsonb[]', `ARRAY['{"a":1}'::jsonb, '"x"', 'null', NULL]`, [{ a: 1 }, 'x', null, null]],
  ['point[]', `ARRAY['(1,2)'::point]`, ['(1,2)']],
  ['box[]', `ARRAY['(2,2),(1,1)'::box, '(4,4),(3,3)']`, ['(2,2),(1,1)', '(4,4),(3,3)']],
  ['inet[]', `'{10.0.0.1}'`, ['10.0.0.1']],
  ['mood[]', `'{sad,"NULL",NULL}'`, ['sad', 'NULL', null]],
  ['positive[]', `'{1,2}'`, [1, 2]],
  [
    'address[]',
    `ARRAY[ROW('a b', 1, NULL, '{"x y"}')::address]`,
    [{ street: 'a b', number: 1, since: null, tags: ['x y'] }],
  ],
  ['int4range[]', `ARRAY['[1,5)'::int4range]`, [{ lower: 1, upper: 5, lowerInclusive: true, upperInclusive: false }]],
  ['regclass[]', `ARRAY['pg_class'::regclass]`, ['pg_class']],
]

const codecs: Readonly<Record<string, unknown>> = {
  array,
  bool,
  bytea,
  composite,
  int8,
  json,
  multirange,
  number,
  range,
  text,
  timestamptz,
}

/** The codec that a generated module would have. */
function codecOf(type: ValueType): Codec<unknown, unknown> {
  const imports = new Imports()
  const expression = codecText(type, {}, imports) ?? 'text'
  const build = new Function(...Object.keys(codecs), `return ${expression}`) as (
    ...list: unknown[]
  ) => Codec<unknown, unknown>
  return build(...Object.values(codecs))
}

const url = serverUrl('18')
// Local midnight must not be anybody's truth.
process.env['TZ'] = 'America/New_York'

describe.skipIf(!url)('every type has one value in JavaScript, whichever the driver [needs native]', () => {
  const close: (() => Promise<unknown>)[] = []
  const databases: Record<string, Database> = {}
  const types = new Map<string, ValueType>()

  beforeAll(async () => {
    const admin = new pg.Client({ connectionString: url })
    await admin.connect()
    await admin.query('DROP DATABASE IF EXISTS client_matrix')
    await admin.query('CREATE DATABASE client_matrix')
    const matrixUrl = url?.replace(/\/postgres$/, '/client_matrix') ?? ''
    const client = new pg.Client({ connectionString: matrixUrl })
    await client.connect()
    await client.query(schema)
    const sql = postgres(matrixUrl, { max: 1, onnotice: () => undefined })
    const pglite: PGlite = await createPglite()
    await pglite.exec(schema)
    databases['pg'] = client
    databases['postgres.js'] = sql
    databases['pglite'] = pglite
    const facts = createFactsLoader(client)
    for (const [type] of values) {
      const { rows } = await client.query<{ oid: string }>(
        `SELECT '${type.replace(/\(.*\)/, '')}'::regtype::oid::int8::text AS oid`,
      )
      const oid = rows[0]?.oid ?? '0'
      await facts.loadTypes([oid])
      types.set(type, facts.valueType(oid))
    }
    close.push(
      () => pglite.close(),
      () => sql.end(),
      () => client.end(),
      async () => {
        await admin.query('DROP DATABASE client_matrix WITH (FORCE)')
        await admin.end()
      },
    )
  })
  afterAll(async () => {
    for (const each of close) await each()
  })

  const drivers = ['pg', 'postgres.js', 'pglite'] as const

  it.each(values)('%s %s', async (type, sql, value) => {
    const resolved = types.get(type)
    if (!resolved) throw new Error(`no type ${type}`)
    const codec = codecOf(resolved)
    for (const driver of drivers) {
      const database = databases[driver]
      if (!database) throw new Error(`no ${driver}`)
      const query = { text: `SELECT ${sql}::${type} AS value`, columns: [['value', codec]] as const }
      expect(await one(database, query), driver).toEqual({ value })
      // There and back: what was read can be written, and is the same again.
      const written = value === null ? 'null' : bind(codec, value)
      const back = { text: `SELECT $1${castOf(resolved)}::${type} AS value`, columns: [['value', codec]] as const }
      expect(await one(database, back, [written]), `${driver}, written`).toEqual({ value })
    }
  })

  it.each(drivers)('and as many rows as it likes are inserted, through %s', async (driver) => {
    const database = databases[driver]
    if (!database) throw new Error(`no ${driver}`)
    // Drivers share a server, and the one before leaves its table behind.
    await exec(database, { text: 'DROP TABLE IF EXISTS copied' })
    await exec(database, { text: 'CREATE TABLE copied (id int)' })
    // More than there can be parameters in one statement.
    const rows = Array.from({ length: 70_000 }, (_, index) => [index])
    expect(await insertMany(database, 'INSERT INTO copied (id) VALUES', ['(', 0, ')'], rows)).toBe(70_000)
    expect(await execRows(database, { text: 'DELETE FROM copied' })).toBe(70_000)
  })
})
