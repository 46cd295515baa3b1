import { Random } from './random.js'

type Type = 'int' | 'text' | 'bool' | 'numeric' | 'ints' | 'jsonb' | 'ts' | 'range'

interface Column {
  name: string
  type: Type
}

interface Relation {
  name: string
  columns: Column[]
}

/** Tables in which half of what may be NULL is, keys that match and keys that do not, views, and triggers that interfere. */
export const oracleSchema = `
CREATE DOMAIN label AS text;
CREATE TABLE a (id int PRIMARY KEY, i int, n int NOT NULL, t text, s text NOT NULL, b bool, c bool NOT NULL, x numeric, arr int[] NOT NULL, j jsonb NOT NULL, ts timestamptz NOT NULL, r int4range NOT NULL, d label);
CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a, i int, n int NOT NULL, t text, s text NOT NULL, b bool, x numeric NOT NULL, arr int[], j jsonb, g text GENERATED ALWAYS AS (upper(t)) STORED);
CREATE TABLE c (id int PRIMARY KEY, b_id int NOT NULL, i int, t text NOT NULL, b bool NOT NULL, ts timestamptz);
CREATE TABLE e (id int NOT NULL, i int, t text NOT NULL, s text);
CREATE TABLE e1 (extra int) INHERITS (e);
CREATE TABLE tr (id int PRIMARY KEY, i int, t text);
CREATE FUNCTION nuller() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.t := NULL; RETURN NEW; END $$;
CREATE TRIGGER nuller BEFORE UPDATE ON tr FOR EACH ROW EXECUTE FUNCTION nuller();
CREATE VIEW va AS SELECT id, i, n, t, s, c FROM a WHERE t IS NOT NULL;
CREATE VIEW vab AS SELECT a.id, a.s, b.n, b.t, b.x FROM a LEFT JOIN b ON b.a_id = a.id;
CREATE VIEW vg AS SELECT n, count(*) AS i, max(t) AS t FROM a GROUP BY n;
INSERT INTO a SELECT g, CASE WHEN g % 2 = 0 THEN g % 5 END, g % 3, CASE WHEN g % 3 = 0 THEN 't' || g % 4 END, 's' || g % 4, CASE g % 3 WHEN 0 THEN true WHEN 1 THEN false END, g % 2 = 0,
  CASE WHEN g % 2 = 1 THEN g * 1.5 WHEN g = 4 THEN 'NaN' END, CASE WHEN g % 3 = 0 THEN '{}'::int[] WHEN g % 3 = 1 THEN ARRAY[g, NULL] ELSE ARRAY[g] END,
  CASE g % 4 WHEN 0 THEN 'null'::jsonb WHEN 1 THEN '{"k": null}' WHEN 2 THEN '{"k": 1}' ELSE '[1, "x", null]' END,
  CASE WHEN g = 3 THEN 'infinity'::timestamptz ELSE '2024-01-01 00:00:00+00'::timestamptz + g * interval '1 day' END,
  CASE g % 3 WHEN 0 THEN 'empty'::int4range WHEN 1 THEN int4range(NULL, g) ELSE int4range(1, g) END, CASE WHEN g % 2 = 0 THEN 'd' END
  FROM generate_series(1, 9) g;
INSERT INTO b (id, a_id, i, n, t, s, b, x, arr, j) SELECT g, CASE WHEN g % 3 > 0 THEN g % 5 + 1 END, CASE WHEN g % 2 = 1 THEN g % 4 END, g % 4, CASE WHEN g % 2 = 0 THEN 't' || g % 4 END, 's' || g % 3,
  CASE WHEN g % 4 > 1 THEN g % 2 = 0 END, g * 2.5, CASE WHEN g % 2 = 0 THEN ARRAY[g, 2] END, CASE WHEN g % 2 = 1 THEN jsonb_build_object('k', g) END FROM generate_series(1, 8) g;
INSERT INTO c SELECT g, g + 3, CASE WHEN g % 2 = 0 THEN g % 3 END, 't' || g % 4, g % 2 = 0, CASE WHEN g % 2 = 0 THEN '2024-01-05 00:00:00+00'::timestamptz END FROM generate_series(1, 7) g;
INSERT INTO e VALUES (1, NULL, 't1', NULL), (2, 2, 't2', 's1'), (20, 1, 't9', NULL);
INSERT INTO e1 VALUES (3, NULL, 't3', 's2', NULL), (4, 3, 't1', NULL, 1);
INSERT INTO tr VALUES (1, NULL, 't1'), (2, 2, NULL), (3, 3, 't3');`

const relations: Relation[] = [
  {
    name: 'a',
    columns: columns('id:int i:int n:int t:text s:text b:bool c:bool x:numeric arr:ints j:jsonb ts:ts r:range d:text'),
  },
  { name: 'b', columns: columns('id:int a_id:int i:int n:int t:text s:text b:bool x:numeric arr:ints j:jsonb g:text') },
  { name: 'c', columns: columns('id:int b_id:int i:int t:text b:bool ts:ts') },
  { name: 'e', columns: columns('id:int i:int t:text s:text') },
  { name: 'tr', columns: columns('id:int i:int t:text') },
  { name: 'va', columns: columns('id:int i:int n:int t:text s:text c:bool') },
  { name: 'vab', columns: columns('id:int s:text n:int t:text x:numeric') },
  { name: 'vg', columns: columns('n:int t:text') },
]

function columns(text: string): Column[] {
  return text.split(' ').map((each) => {
    const [name = '', type = ''] = each.split(':')
    return { name, type: type as Type }
  })
}

const allTypes: readonly Type[] = ['int', 'text', 'bool', 'numeric', 'ints', 'jsonb', 'ts', 'range']

interface Source {
  alias: string
  columns: Column[]
}

/** One random statement with results: a query, or a writing statement with RETURNING. */
export function randomQuery(seed: number, major: number): string {
  return new QueryMaker(new Random(seed), major).statement()
}

class QueryMaker {
  #aliases = 0
  readonly #ctes: Relation[] = []

  constructor(
    private readonly random: Random,
    private readonly major: number,
  ) {}

  statement(): string {
    const withClause = this.random.chance(0.25) ? this.with() : ''
    if (this.random.chance(0.18)) return withClause + this.write()
    return withClause + this.query(3).sql
  }

  with(): string {
    const name = `w${this.#ctes.length + 1}`
    if (this.random.chance(0.3)) {
      const seedRow = this.select(1, [], ['int', 'text'])
      const sql = `WITH RECURSIVE ${name}(k, v, depth) AS (SELECT q.*, 1 FROM (${seedRow.sql} LIMIT 3) q UNION ALL SELECT ${this.random.pick(['a.i', 'w.k', 'a.n'])}, ${this.random.pick(['a.t', 'w.v', "coalesce(a.t, 'z')", 'a.s'])}, depth + 1 FROM ${name} w JOIN a ON a.id = w.k + 1 WHERE depth < 3) `
      this.#ctes.push({ name, columns: columns('k:int v:text depth:int') })
      return sql
    }
    const inner = this.query(2)
    this.#ctes.push({ name, columns: inner.columns })
    return `WITH ${name}(${inner.columns.map((column) => column.name).join(', ')}) AS (${inner.sql}) `
  }

  /** A query with columns `c1 …`. */
  query(depth: number, outer: Source[] = []): { sql: string; columns: Column[] } {
    if (depth > 1 && this.random.chance(0.15)) {
      const left = this.select(depth - 1, outer)
      const right = this.select(
        depth - 1,
        outer,
        left.columns.map((column) => column.type),
      )
      const operator = this.random.pick(['UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT', 'INTERSECT ALL', 'EXCEPT ALL'])
      return { sql: `(${left.sql}) ${operator} (${right.sql})`, columns: left.columns }
    }
    const select = this.select(depth, outer)
    if (this.random.chance(0.1))
      return { sql: `${select.sql} ORDER BY 1 LIMIT ${this.random.below(4)}`, columns: select.columns }
    return select
  }

  select(depth: number, outer: Source[], wanted?: Type[]): { sql: string; columns: Column[] } {
    const from = this.random.chance(0.05) ? undefined : this.from(depth, outer)
    const own = from?.sources ?? []
    const scope = [...own, ...outer]
    const types = wanted ?? Array.from({ length: 1 + this.random.below(4) }, () => this.random.pick(allTypes))
    const where = this.random.chance(0.6) ? ` WHERE ${this.condition(scope, depth)}` : ''
    const mode = this.random.next()
    let list: string[]
    let tail = ''
    if (own.length > 0 && mode < 0.22) {
      const keys = Array.from({ length: 1 + this.random.below(2) }, () =>
        this.expression(this.random.pick(['int', 'text', 'bool'] as const), own, 1),
      )
      const clause = this.random.chance(0.35)
        ? this.random.pick([
            `ROLLUP (${keys.join(', ')})`,
            `CUBE (${keys.join(', ')})`,
            `GROUPING SETS ((${keys.join(', ')}), ())`,
          ])
        : keys.join(', ')
      tail = ` GROUP BY ${clause}${this.random.chance(0.2) ? ` HAVING count(*) > ${this.random.below(2)}` : ''}`
      list = types.map((type) => (this.random.chance(0.35) ? this.keyOfType(keys, type) : this.aggregate(type, own)))
    } else if (own.length > 0 && mode < 0.32) {
      list = types.map((type) => this.aggregate(type, own))
      if (this.random.chance(0.15)) tail = ` HAVING count(*) > ${this.random.below(12)}`
    } else if (own.length > 0 && mode < 0.42) list = types.map((type) => this.window(type, own))
    else list = types.map((type) => this.expression(type, scope, depth))
    const distinct = this.random.chance(0.08) && types.every((type) => type !== 'jsonb') ? 'DISTINCT ' : ''
    const columns = types.map((type, index): Column => ({ name: `c${index + 1}`, type }))
    const items = list.map((item, index) => `${item} AS c${index + 1}`)
    return { sql: `SELECT ${distinct}${items.join(', ')}${from ? ` FROM ${from.sql}` : ''}${where}${tail}`, columns }
  }

  private keyOfType(keys: string[], type: Type): string {
    const key = this.random.pick(keys)
    return {
      int: `length((${key})::text)`,
      text: `(${key})::text`,
      bool: `(${key}) IS NULL`,
      numeric: `length((${key})::text)::numeric`,
      ints: `ARRAY[length((${key})::text)]`,
      jsonb: `to_jsonb(${key})`,
      ts: `now()`,
      range: `int4range(1, 2)`,
    }[type]
  }

  from(depth: number, outer: Source[]): { sql: string; sources: Source[] } {
    let { sql, source } = this.item(depth, outer, [])
    const sources = [source]
    const joins = this.random.below(3)
    for (let count = 0; count < joins; count++) {
      const kind = this.random.pick(['JOIN', 'LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'CROSS JOIN'])
      const lateral = kind !== 'RIGHT JOIN' && kind !== 'FULL JOIN' && this.random.chance(0.25)
      if (depth > 1 && !lateral && this.random.chance(0.15)) {
        const nested = this.from(1, outer)
        sources.push(...nested.sources)
        sql =
          kind === 'CROSS JOIN'
            ? `${sql} CROSS JOIN (${nested.sql})`
            : `${sql} ${kind} (${nested.sql}) ON ${this.join(sources, kind)}`
        continue
      }
      const next = this.item(depth, outer, lateral ? sources : [])
      sources.push(next.source)
      sql =
        kind === 'CROSS JOIN'
          ? `${sql} CROSS JOIN ${next.sql}`
          : `${sql} ${kind} ${next.sql} ON ${this.join(sources, kind)}`
    }
    return { sql, sources }
  }

  private join(sources: Source[], kind: string): string {
    const last = sources.at(-1)
    const equal = last && this.columnOf(sources.slice(0, -1), 'int')
    const own = last && this.columnOf([last], 'int')
    if (kind === 'FULL JOIN') return equal && own ? `${equal} = ${own}` : 'true'
    if (this.random.chance(0.7) && equal && own)
      return `${equal} = ${own}${this.random.chance(0.25) ? ` AND ${this.condition(sources, 1)}` : ''}`
    return this.random.chance(0.3) ? 'true' : this.condition(sources, 1)
  }

  private item(depth: number, outer: Source[], lateral: Source[]): { sql: string; source: Source } {
    const alias = `q${++this.#aliases}`
    const choice = this.random.next()
    const scope = [...lateral, ...outer]
    const prefix = lateral.length > 0 ? 'LATERAL ' : ''
    if (depth > 1 && (choice < 0.2 || lateral.length > 0)) {
      const inner = this.query(depth - 1, scope)
      return {
        sql: `${prefix}(${inner.sql}) ${alias}(${inner.columns.map((column) => column.name).join(', ')})`,
        source: { alias, columns: inner.columns },
      }
    }
    if (choice < 0.27) {
      const rows = Array.from(
        { length: 1 + this.random.below(3) },
        () => `(${this.expression('int', scope, 0)}, ${this.expression('text', scope, 0)})`,
      )
      return {
        sql: `${prefix}(VALUES ${rows.join(', ')}) ${alias}(k, v)`,
        source: { alias, columns: columns('k:int v:text') },
      }
    }
    if (choice < 0.33) {
      const call = this.random.pick([
        `generate_series(1, ${this.random.below(4)})`,
        `unnest(${this.expression('ints', scope, 0)})`,
        `jsonb_array_elements_text('[1, null]')`,
        `generate_subscripts(ARRAY[1, NULL], 1)`,
      ])
      const type: Type = call.startsWith('jsonb') ? 'text' : 'int'
      return { sql: `${prefix}${call} ${alias}(k)`, source: { alias, columns: [{ name: 'k', type }] } }
    }
    const relation = this.random.pick([...relations, ...this.#ctes, ...this.#ctes])
    return { sql: `${relation.name} ${alias}`, source: { alias, columns: relation.columns } }
  }

  private columnOf(scope: readonly Source[], type: Type): string | undefined {
    const all = scope.flatMap((source) =>
      source.columns.filter((column) => column.type === type).map((column) => `${source.alias}.${column.name}`),
    )
    return all.length === 0 ? undefined : this.random.pick(all)
  }

  condition(scope: Source[], depth: number): string {
    const compare = this.random.pick(['=', '<', '>', '<>', '<=', '>='])
    const int = (): string => this.expression('int', scope, Math.max(0, depth - 2))
    const text = (): string => this.expression('text', scope, 0)
    switch (this.random.below(14)) {
      case 0:
        return `${int()} ${compare} ${int()}`
      case 1:
        return `${text()} ${compare} ${text()}`
      case 2:
        return `${this.columnOf(scope, this.random.pick(allTypes)) ?? '1'} IS NOT NULL`
      case 3:
        return `${this.columnOf(scope, 'text') ?? "'x'"} LIKE '${this.random.pick(['t%', 's%', '%1'])}'`
      case 4:
        return `(${this.condition(scope, depth)} OR ${this.condition(scope, depth)})`
      case 5:
        return `(${this.condition(scope, depth)} AND ${this.condition(scope, depth)})`
      case 6:
        return `NOT (${this.condition(scope, depth)})`
      case 7:
        return `(${this.condition(scope, depth)}) ${this.random.pick(['IS TRUE', 'IS NOT TRUE', 'IS FALSE', 'IS NOT FALSE', 'IS UNKNOWN', 'IS NOT UNKNOWN'])}`
      case 8:
        return `${int()} IN (${int()}, ${this.random.pick(['1', 'NULL', '2'])})`
      case 9:
        return `${int()} ${this.random.pick(['= ANY', '<> ALL', '> ALL', '< ANY'])} (${this.expression('ints', scope, 0)})`
      case 10:
        return `${int()} IS ${this.random.chance(0.5) ? 'NOT ' : ''}DISTINCT FROM ${int()}`
      case 11:
        return depth > 1 ? `EXISTS (${this.query(1, scope).sql})` : 'true'
      case 12:
        return depth > 1
          ? `${int()} ${this.random.pick(['IN', 'NOT IN'])} (${this.select(1, scope, ['int']).sql})`
          : `${int()} IS NULL`
      default:
        return this.columnOf(scope, 'bool') ?? 'true'
    }
  }

  expression(type: Type, scope: Source[], depth: number): string {
    const column = this.columnOf(scope, type)
    if (column !== undefined && (depth <= 0 || this.random.chance(0.45))) return column
    if (depth <= 0) return this.constant(type)
    const inner = (of: Type): string => this.expression(of, scope, depth - 1)
    switch (this.random.below(9)) {
      case 0:
        return `coalesce(${inner(type)}, ${inner(type)})`
      case 1:
        return `CASE WHEN ${this.condition(scope, depth - 1)} THEN ${inner(type)}${this.random.chance(0.3) ? ` WHEN ${this.condition(scope, depth - 1)} THEN ${inner(type)}` : ''}${this.random.chance(0.7) ? ` ELSE ${inner(type)}` : ''} END`
      case 2:
        return depth > 1 ? `(${this.subquery(type, scope)})` : inner(type)
      case 3:
        return `nullif(${inner(type)}, ${inner(type)})`
      case 4:
        return type === 'jsonb' ? inner(type) : `greatest(${inner(type)}, ${inner(type)})`
      case 5:
        return column ?? this.constant(type)
      default:
        return this.call(type, inner, scope, depth)
    }
  }

  private subquery(type: Type, scope: Source[]): string {
    const select = this.select(1, scope, [type]).sql
    return this.random.chance(0.5) ? select : `SELECT * FROM (${select}) z LIMIT 1`
  }

  private call(type: Type, inner: (type: Type) => string, scope: Source[], depth: number): string {
    const { random } = this
    switch (type) {
      case 'int':
        return random.pick([
          () => `(${inner('int')} + ${inner('int')})`,
          () => `abs(${inner('int')})`,
          () => `length(${inner('text')})`,
          () => `array_length(${inner('ints')}, 1)`,
          () => `cardinality(${inner('ints')})`,
          () => `(${inner('ints')})[${random.below(3)}]`,
          () => `(${inner('jsonb')} ->> 'k')::text::int`,
          () => `lower(${inner('range')})`,
          () => `num_nulls(${inner('text')}, ${inner('int')})`,
          () => `extract(month FROM ${inner('ts')})::int`,
          () => `position('1' IN ${inner('text')})`,
        ])()
      case 'text':
        return random.pick([
          () => `upper(${inner('text')})`,
          () => `(${inner('text')} || ${inner('text')})`,
          () => `(${inner('int')})::text`,
          () => `substring(${inner('text')} FROM '[0-9]')`,
          () => `concat(${inner('text')}, ${inner('int')})`,
          () => `concat_ws(${inner('text')}, ${inner('text')}, 'x')`,
          () => `to_char(${inner('ts')}, 'YYYY')`,
          () => `(${inner('jsonb')} #>> '{k}')`,
          () => `replace(${inner('text')}, 't', 's')`,
          () => `split_part(${inner('text')}, 't', 2)`,
          () => `format('%s', ${inner('text')})`,
          () => `(regexp_match(${inner('text')}, '([0-9])'))[1]`,
          () => `array_to_string(${inner('ints')}, ',')`,
        ])()
      case 'bool':
        return random.pick([
          () => `(${this.condition(scope, depth - 1)})`,
          () => `(${inner('int')} = ANY (${inner('ints')}))`,
          () => `(${inner('int')} = ANY (ARRAY[${inner('int')}, 1]))`,
          () => `(${inner('jsonb')} @> '{"k": 1}')`,
          () => `(${inner('int')} <@ ${inner('range')})`,
          () => `(${inner('text')} IS NOT NULL AND ${inner('text')} = 't1')`,
          () => `((${inner('int')}, ${inner('text')}) = (1, 't1'))`,
          () => `starts_with(${inner('text')}, 't')`,
        ])()
      case 'numeric':
        return random.pick([
          () => `(${inner('int')})::numeric`,
          () => `round(${inner('numeric')}, 1)`,
          () => `scale(${inner('numeric')})::numeric`,
          () => `(${inner('numeric')} * 2)`,
        ])()
      case 'ints':
        return random.pick([
          () => `ARRAY[${inner('int')}, ${inner('int')}]`,
          () => `array_append(${inner('ints')}, ${inner('int')})`,
          () => `(${inner('ints')} || ${inner('int')})`,
          () => (depth > 1 ? `ARRAY(${this.select(1, scope, ['int']).sql})` : inner('ints')),
        ])()
      case 'jsonb':
        return random.pick([
          () => `jsonb_build_object('k', ${inner('int')}, 't', ${inner('text')})`,
          () => `to_jsonb(${inner('text')})`,
          () => `(${inner('jsonb')} -> 'k')`,
          () => `jsonb_build_array(${inner('int')})`,
          () => `(${inner('jsonb')} || '{"z": 1}')`,
          () => `jsonb_strip_nulls(${inner('jsonb')})`,
        ])()
      case 'ts':
        return random.pick([
          () => `(${inner('ts')} + interval '1 day')`,
          () => `date_trunc('month', ${inner('ts')})`,
          () => `now()`,
        ])()
      case 'range':
        return random.pick([() => `int4range(${inner('int')}, NULL)`, () => `(${inner('range')} * int4range(1, 5))`])()
    }
  }

  private constant(type: Type): string {
    if (this.random.chance(0.12)) return `NULL::${this.sqlType(type)}`
    return {
      int: String(this.random.below(5)),
      text: `'t${this.random.below(4)}'`,
      bool: this.random.pick(['true', 'false']),
      numeric: '1.5::numeric',
      ints: this.random.pick([`ARRAY[1, 2]`, `'{}'::int[]`, `'{1,NULL}'::int[]`]),
      jsonb: this.random.pick([`'{"k": 1}'::jsonb`, `'null'::jsonb`]),
      ts: `'2024-01-03'::timestamptz`,
      range: `int4range(1, 3)`,
    }[type]
  }

  private sqlType(type: Type): string {
    return {
      int: 'int',
      text: 'text',
      bool: 'bool',
      numeric: 'numeric',
      ints: 'int[]',
      jsonb: 'jsonb',
      ts: 'timestamptz',
      range: 'int4range',
    }[type]
  }

  private aggregate(type: Type, own: Source[]): string {
    const inner = (of: Type): string => this.expression(of, own, 1)
    const filter = this.random.chance(0.2) ? ` FILTER (WHERE ${this.condition(own, 1)})` : ''
    const { random } = this
    switch (type) {
      case 'int':
        return `${random.pick(['max', 'min', 'sum'])}(${inner('int')})${filter}::int`
      case 'text':
        return random.pick([
          () => `max(${inner('text')})${filter}`,
          () => `string_agg(${inner('text')}, ',')${filter}`,
        ])()
      case 'bool':
        return `${random.pick(['bool_and', 'bool_or', 'every'])}(${inner('bool')})${filter}`
      case 'numeric':
        return random.pick([
          () => `avg(${inner('int')})${filter}`,
          () => `count(${inner('text')})${filter}::numeric`,
          () => `stddev(${inner('int')})${filter}`,
          () => `var_pop(${inner('int')})${filter}`,
        ])()
      case 'ints':
        return `array_agg(${inner('int')})${filter}`
      case 'jsonb':
        return random.pick([() => `jsonb_agg(${inner('text')})${filter}`, () => `to_jsonb(count(*)${filter})`])()
      case 'ts':
        return `max(${inner('ts')})${filter}`
      case 'range':
        return `(SELECT int4range(1, count(*)::int + 1) FROM c)`
    }
  }

  private window(type: Type, own: Source[]): string {
    const inner = (of: Type): string => this.expression(of, own, 1)
    const frame = this.random.pick([
      '',
      '',
      ' ROWS BETWEEN 1 PRECEDING AND CURRENT ROW',
      ' ROWS BETWEEN 2 FOLLOWING AND 3 FOLLOWING',
      ' ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING',
      ' ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW',
      ' ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES',
    ])
    const over = `OVER (${this.random.chance(0.4) ? `PARTITION BY ${inner('int')} ` : ''}ORDER BY ${inner('int')}${frame})`
    const { random } = this
    switch (type) {
      case 'int':
        return random
          .pick([
            () => `row_number() ${over}::int`,
            () => `lag(${inner('int')}) ${over}`,
            () => `lead(${inner('int')}, 1, ${inner('int')}) ${over}`,
            () => `first_value(${inner('int')}) ${over}`,
            () => `sum(${inner('int')}) ${over}::int`,
          ])()
          .replace(/ OVER (.*)::int$/, ' OVER $1')
      case 'text':
        return random.pick([
          () => `last_value(${inner('text')}) ${over}`,
          () => `max(${inner('text')}) ${over}`,
          () => `nth_value(${inner('text')}, 2) ${over}`,
        ])()
      case 'numeric':
        return `avg(${inner('numeric')}) ${over}`
      case 'ints':
        return `array_agg(${inner('int')}) ${over}`
      default:
        return inner(type)
    }
  }

  private write(): string {
    const { random } = this
    const table = random.pick(relations.slice(0, 5))
    const plainColumns = table.columns.filter((column) => column.name !== 'g' && column.name !== 'id')
    const target: Source = { alias: table.name, columns: table.columns }
    const assignments = (scope: Source[]): string => {
      const column = random.pick(plainColumns)
      return `${column.name} = ${this.expression(column.type, scope, 1)}`
    }
    const returning = (scope: Source[]): string => {
      const own = table.columns.map((column) => `${table.name}.${column.name}`)
      const versions =
        this.major >= 18 ? table.columns.flatMap((column) => [`old.${column.name}`, `new.${column.name}`]) : []
      const picks = Array.from({ length: 2 + random.below(3) }, () => random.pick([...own, ...own, ...versions]))
      return ` RETURNING ${[...picks, this.expression('text', scope, 1)].map((item, index) => `${item} AS c${index + 1}`).join(', ')}`
    }
    switch (random.below(this.major >= 17 ? 4 : 3)) {
      case 0: {
        const from = random.chance(0.5) ? this.from(1, []) : undefined
        const scope = [target, ...(from?.sources ?? [])]
        return `UPDATE ${table.name} SET ${assignments(scope)}${from ? ` FROM ${from.sql}` : ''} WHERE ${this.condition(scope, 1)}${returning(scope)}`
      }
      case 1: {
        const using = random.chance(0.5) ? this.from(1, []) : undefined
        const scope = [target, ...(using?.sources ?? [])]
        return `DELETE FROM ${table.name}${using ? ` USING ${using.sql}` : ''} WHERE ${this.condition(scope, 1)}${returning(scope)}`
      }
      case 2: {
        const rows = this.select(
          1,
          [],
          plainColumns.map((column) => column.type),
        )
        const key =
          table.columns.length > 0 ? `(SELECT coalesce(max(id), 0) FROM ${table.name}) + row_number() OVER ()` : '1'
        return `INSERT INTO ${table.name} (id, ${plainColumns.map((column) => column.name).join(', ')}) SELECT ${key}, q.* FROM (${rows.sql} LIMIT 2) q${returning([target])}`
      }
      default: {
        const source = this.from(1, [])
        const [first] = source.sources
        const condition = first && this.columnOf([first], 'int')
        const scope = [target, ...source.sources]
        const actions = [
          `WHEN MATCHED THEN ${random.pick([`UPDATE SET ${assignments(scope)}`, 'DELETE'])}`,
          ...(random.chance(0.4)
            ? [`WHEN NOT MATCHED BY SOURCE THEN ${random.pick(['DELETE', `UPDATE SET ${assignments([target])}`])}`]
            : []),
        ]
        return `MERGE INTO ${table.name} USING (SELECT ${first?.alias}.* FROM ${source.sql} LIMIT 1) ${first?.alias} ON ${table.name}.id = ${condition ?? '1'} ${actions.join(' ')}${returning([target, ...(first ? [first] : [])])}`
      }
    }
  }
}
