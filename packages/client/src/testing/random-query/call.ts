import type { Maker } from './maker.js'
import type { Source, Type } from './schema.js'

type Inner = (type: Type) => string

/** A function, an operator, a cast or a subscript that gives the type. */
export function makeCall(maker: Maker, type: Type, inner: Inner, scope: readonly Source[], depth: number): string {
  const choices = { ...calls(maker, inner, scope, depth) }[type]
  return maker.random.pick(choices)()
}

function calls(
  maker: Maker,
  inner: Inner,
  scope: readonly Source[],
  depth: number,
): Readonly<Record<Type, (() => string)[]>> {
  const { random, major } = maker
  const condition = (): string => maker.condition(scope, depth - 1)
  const deep = (sql: () => string, otherwise: Type): string => (depth > 1 ? sql() : inner(otherwise))
  const table = random.pick(scope.filter((source) => source.isTable).concat({ alias: '', columns: [] })).alias
  const sqlJson: Partial<Record<Type, (() => string)[]>> =
    major >= 17
      ? {
          int: [
            () => `JSON_VALUE(${inner('jsonb')}, '$.k' RETURNING int)`,
            () => `JSON_VALUE(${inner('jsonb')}, '$.k' RETURNING int DEFAULT 1 ON EMPTY DEFAULT 2 ON ERROR)`,
          ],
          text: [() => `JSON_SERIALIZE(${inner('jsonb')})`],
          bool: [() => `JSON_EXISTS(${inner('jsonb')}, '$.k')`, () => `(${inner('text')} IS JSON)`],
          jsonb: [
            () => `JSON_QUERY(${inner('jsonb')}, '$.k')`,
            () => `JSON_SCALAR(${inner('int')})::jsonb`,
            () => `JSON('{}')::jsonb`,
          ],
        }
      : {}
  const constructors: (() => string)[] =
    major >= 16
      ? [
          () => `JSON_OBJECT('k': ${inner('int')}${random.pick(['', ' ABSENT ON NULL'])} RETURNING jsonb)`,
          () => `JSON_ARRAY(${inner('int')}, ${inner('text')}${random.pick(['', ' NULL ON NULL'])} RETURNING jsonb)`,
          () => deep(() => `JSON_ARRAY(${maker.select(1, scope, ['int']).sql} RETURNING jsonb)`, 'jsonb'),
        ]
      : []
  return {
    int: [
      () => `(${inner('int')} ${random.pick(['+', '-', '*', '%', '/', '&', '|#|'])} ${inner('int')})`,
      () => `abs(${inner('int')})`,
      () => `length(${inner('text')})`,
      () => `array_length(${inner('ints')}, 1)`,
      () => `cardinality(${inner('ints')})`,
      () => `(${inner('ints')})[${random.below(3)}]`,
      () => `array_position(${inner('ints')}, ${inner('int')})`,
      () => `(${inner('jsonb')} ->> 'k')::text::int`,
      () => `(${inner('jsonb')} -> 'k')::int`,
      () => `lower(${inner('range')})`,
      () => `upper(${inner('range')})`,
      () => `num_nulls(${inner('text')}, ${inner('int')})`,
      () => `extract(month FROM ${inner('ts')})::int`,
      () => `date_part('day', ${inner('ts')})::int`,
      () => `position('1' IN ${inner('text')})`,
      () => `strict_odd(${inner('int')})`,
      () => `(${inner('pair')}).x`,
      () => `((${inner('pair')})).x`,
      () => `ascii(${inner('text')})`,
      () => `(${inner('bool')})::int`,
      () => `width_bucket(${inner('int')}, 0, 5, 2)`,
      () => `jsonb_array_length('[1]')`,
      () => (table === '' ? inner('int') : `(${table}).id`),
      () => (table === '' ? inner('int') : `(${table}.tableoid)::int`),
      ...(sqlJson.int ?? []),
    ],
    text: [
      () => `upper(${inner('text')})`,
      () => `(${inner('text')} || ${inner('text')})`,
      () => `(${inner('int')} || ${inner('text')})`,
      () => `(${inner('int')})::text`,
      () => `substring(${inner('text')} FROM '[0-9]')`,
      () => `substring(${inner('text')} FROM 2 FOR 1)`,
      () => `concat(${inner('text')}, ${inner('int')})`,
      () => `concat(VARIADIC ARRAY[${inner('text')}])`,
      () => `concat(VARIADIC NULL::text[])`,
      () => `concat_ws(${inner('text')}, ${inner('text')}, 'x')`,
      () => `to_char(${inner('ts')}, 'YYYY')`,
      () => `to_char(${inner('int')}, '9')`,
      () => `(${inner('jsonb')} #>> '{k}')`,
      () => `replace(${inner('text')}, 't', 's')`,
      () => `split_part(${inner('text')}, 't', 2)`,
      () => `format('%s', ${inner('text')})`,
      () => `format(${inner('text')}, ${inner('text')})`,
      () => `(regexp_match(${inner('text')}, '([0-9])'))[1]`,
      () => `regexp_replace(${inner('text')}, '[0-9]', 'x')`,
      () => `array_to_string(${inner('ints')}, ',')`,
      () => `array_to_string(${inner('ints')}, ',', ${inner('text')})`,
      () => `lax(${inner('int')}, ${inner('text')})`,
      () => `said(${inner('text')})`,
      () => `(${inner('pair')}).y`,
      () => `(${inner('mood')})::text`,
      () => `trim(both 't' from ${inner('text')})`,
      () => `overlay(${inner('text')} placing 'x' from 1)`,
      () => `quote_nullable(${inner('text')})`,
      () => `quote_literal(${inner('text')})`,
      () => `(string_to_array(${inner('text')}, 't'))[1]`,
      () => `current_setting('no.such', true)`,
      () => `(${inner('text')} COLLATE "C")`,
      () => `(${inner('text')})::label`,
      () => `${random.pick(['current_user', 'current_schema', 'session_user', 'current_catalog'])}::text`,
      () => `md5(${inner('text')})`,
      () => `jsonb_typeof(${inner('jsonb')})`,
      () => `jsonb_extract_path_text(${inner('jsonb')}, 'k')`,
      ...(sqlJson.text ?? []),
    ],
    bool: [
      () => `(${condition()})`,
      () => `(${condition()})`,
      () => `(${inner('int')} = ANY (${inner('ints')}))`,
      () => `(${inner('int')} = ANY (ARRAY[${inner('int')}, 1]))`,
      () => `(${inner('int')} <> ALL (ARRAY[${inner('int')}, 1]))`,
      () => `(${inner('jsonb')} @> '{"k": 1}')`,
      () => `(${inner('jsonb')} ? 'k')`,
      () => `(${inner('jsonb')} @? '$.k')`,
      () => `(${inner('jsonb')} @@ '$.k > 1')`,
      () => `(${inner('int')} <@ ${inner('range')})`,
      () => `(${inner('range')} && ${inner('range')})`,
      () => `isempty(${inner('range')})`,
      () => `(${inner('ints')} && ${inner('ints')})`,
      () => `(${inner('ints')} = ${inner('ints')})`,
      () => `(${inner('text')} IS NOT NULL AND ${inner('text')} = 't1')`,
      () => `((${inner('int')}, ${inner('text')}) = (1, 't1'))`,
      () => `(${inner('pair')} = ${inner('pair')})`,
      () => `(${inner('pair')} IS NULL)`,
      () => `(${inner('mood')} < 'happy')`,
      () => `starts_with(${inner('text')}, 't')`,
      () => `((${inner('ts')}, ${inner('ts')}) OVERLAPS (${inner('ts')}, ${inner('ts')}))`,
      () => `(${inner('jsonb')} -> 'k')::text::bool`,
      () => deep(() => `(${inner('int')} = ANY (${maker.select(1, scope, ['int']).sql}))`, 'bool'),
      () => deep(() => `(${inner('int')} = ANY (ARRAY(${maker.select(1, scope, ['ints']).sql})))`, 'bool'),
      () =>
        deep(
          () =>
            `(${inner('int')} = ANY ((SELECT array_agg(z.c1) FROM (${maker.select(1, scope, ['ints']).sql}) z)::int[]))`,
          'bool',
        ),
      () => deep(() => `(${inner('int')} > ALL (${maker.select(1, scope, ['int']).sql}))`, 'bool'),
      () => deep(() => `EXISTS (${maker.query(1, scope).sql})`, 'bool'),
      ...(sqlJson.bool ?? []),
    ],
    numeric: [
      () => `(${inner('int')})::numeric`,
      () => `round(${inner('numeric')}, 1)`,
      () => `scale(${inner('numeric')})::numeric`,
      () => `min_scale(${inner('numeric')})::numeric`,
      () => `(${inner('numeric')} * 2)`,
      () => `to_number('', '9')`,
      () => `(to_jsonb(${inner('int')}))::numeric`,
      () => `extract(epoch FROM ${inner('ts')})`,
    ],
    ints: [
      () => `ARRAY[${inner('int')}, ${inner('int')}]`,
      () => `array_append(${inner('ints')}, ${inner('int')})`,
      () => `(${inner('ints')} || ${inner('int')})`,
      () => `(${inner('ints')} || ${inner('ints')})`,
      () => `array_remove(${inner('ints')}, ${inner('int')})`,
      () => `array_replace(${inner('ints')}, 1, ${inner('int')})`,
      () => `(${inner('ints')})[1:2]`,
      () => `string_to_array('1,2', ',')::int[]`,
      () => `string_to_array('1,2', ',', '2')::int[]`,
      () => `array_fill(${inner('int')}, ARRAY[2])`,
      () => `array_positions(${inner('ints')}, ${inner('int')})`,
      () => deep(() => `ARRAY(${maker.select(1, scope, ['int']).sql})`, 'ints'),
    ],
    jsonb: [
      () => `jsonb_build_object('k', ${inner('int')}, 't', ${inner('text')})`,
      () => `to_jsonb(${inner('text')})`,
      () => `(${inner('jsonb')} -> 'k')`,
      () => `(${inner('jsonb')})['k']`,
      () => `jsonb_build_array(${inner('int')})`,
      () => `(${inner('jsonb')} || '{"z": 1}')`,
      () => `jsonb_strip_nulls(${inner('jsonb')})`,
      () => `jsonb_path_query_first(${inner('jsonb')}, '$.k')`,
      () => `jsonb_path_query_array(${inner('jsonb')}, '$.k')`,
      () => `jsonb_set(${inner('jsonb')}, '{k}', ${inner('jsonb')})`,
      () => `jsonb_set_lax('{"k": 1}', '{k}', ${inner('jsonb')})`,
      () => `jsonb_insert('{}', '{z}', ${inner('jsonb')})`,
      () => `row_to_json(${table === '' ? `ROW(${inner('int')})` : table})::jsonb`,
      () => `to_jsonb(${table === '' ? inner('ints') : table})`,
      () => `coalesce(to_jsonb(${table === '' ? inner('ints') : table}), '[]')`,
      () =>
        `jsonb_build_object('k', ${inner('ints')}, 'p', ${inner('pair')}, 'm', ${inner('mood')}, 'j', ${inner('jsonb')})`,
      ...constructors,
      ...(sqlJson.jsonb ?? []),
    ],
    ts: [
      () => `(${inner('ts')} + interval '1 day')`,
      () => `date_trunc('month', ${inner('ts')})`,
      () => `(${inner('ts')})::date::timestamptz`,
      () => `(${inner('ts')} AT TIME ZONE 'UTC')::timestamptz`,
      () => `now()`,
      () => `current_timestamp`,
      () => `to_timestamp(${inner('int')})`,
    ],
    range: [
      () => `int4range(${inner('int')}, NULL)`,
      () => `int4range(NULL, ${inner('int')}, '[]')`,
      () => `(${inner('range')} * int4range(1, 5))`,
      () => `range_merge(${inner('range')}, int4range(1, 5))`,
    ],
    pair: [
      () => `ROW(${inner('int')}, ${inner('text')})::pair`,
      () => `jsonb_populate_record(NULL::pair, ${inner('jsonb')})`,
      () => `(SELECT p FROM pairs_of(1) p LIMIT 1)`,
    ],
    mood: [
      () => `enum_first(${inner('mood')})`,
      () => `enum_last(NULL::mood)`,
      () => `(enum_range(NULL, ${inner('mood')}))[1]`,
    ],
  }
}
