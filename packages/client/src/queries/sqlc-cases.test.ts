import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { pgcrypto } from '@electric-sql/pglite/contrib/pgcrypto'
import { uuid_ossp } from '@electric-sql/pglite/contrib/uuid_ossp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPglite } from '../../../../test/support/database.js'
import { isMissing, sharedFolder } from '../../../../test/support/requirement.js'
import type { ValueType } from '../values/value-type.js'
import { generateQueries } from './generate.js'
import type { CompiledQuery } from './model.js'

const folder = join(sharedFolder, 'fixtures/sqlc-cases')

interface ExpectedField {
  name: string | null
  base: string
  nullable: boolean | 'unknown'
  array: number
}

/** Where sqlc and Postgres differ in more than nullability, and Postgres is what will run. */
const exceptions: Readonly<Record<string, string>> = {
  'params_placeholder_in_left_expr__postgresql FindByIDAndName': 'refused by every server: int = text',
  'func_return_date__postgresql__stdlib GetDate': 'sqlc loses the one column of FROM CURRENT_DATE',
  'emit_enum_valid_and_values ListFoo': 'its golden file was made with the option "rename"',
  'emit_enum_valid_and_values ListBar': 'its golden file was made with the option "rename"',
  'update_cte__stdlib UpdateCode': 'RETURNING * gives the updated table first, sqlc the CTE',
}

/** Nullability that is not sqlc's, and who is right. */
const known: Readonly<Record<string, string>> = {
  'batch_imports__postgresql__pgx__v4 GetValues column b: not null here': 'we: WHERE rejects NULL in the column',
  'batch_imports__postgresql__pgx__v4 GetValues parameter 1: not null here':
    'we: a comparison with NULL can only find nothing',
  'cte_nested_with__postgresql__pgx GetAuthor column total: not null here': 'we: count without GROUP BY gives one row',
  'emit_pointers_for_null_enum_types__pgx__v5 ListUsersByRole column role: not null here':
    'we: WHERE rejects NULL in the column',
  'emit_pointers_for_null_enum_types__pgx__v5 ListUsersByRole parameter 1: not null here':
    'we: a comparison with NULL can only find nothing',
  'enum__postgresql__pgx__v5 DeleteBySize parameter 2: not null here':
    'we: a comparison with NULL can only find nothing',
  'func_call_cast__postgresql__stdlib Demo column col1: nullable here':
    'nobody: uuid_generate_v5 never gives NULL, but nothing in the catalog says so',
  'json_param_type__postgresql__pgx FindByAddress parameter 1: not null here':
    'we: a comparison with NULL can only find nothing',
  'multischema__stdlib ListFoo column bar: not null here': 'we: serial makes the column NOT NULL',
  'overrides_go_types__postgresql__pgx__v4 LoadFoo column age: nullable here':
    'we: a Go override hides that the column may be NULL',
  'overrides_go_types__postgresql__pgx__v4 LoadFoo column balance: nullable here':
    'we: a Go override hides that the column may be NULL',
  'overrides_go_types__postgresql__pgx__v4 LoadFoo column bio: nullable here':
    'we: a Go override hides that the column may be NULL',
  'overrides_go_types__postgresql__pgx__v4 LoadFooWithAliases column aliased_age: nullable here':
    'we: a Go override hides that the column may be NULL',
  'overrides_go_types__postgresql__pgx__v4 LoadFooWithAliases column aliased_balance: nullable here':
    'we: a Go override hides that the column may be NULL',
  'overrides_go_types__postgresql__pgx__v4 LoadFooWithAliases column aliased_bio: nullable here':
    'we: a Go override hides that the column may be NULL',
  'params_duplicate__postgresql SelectUserByName parameter 1: not null here':
    'we: a comparison with NULL can only find nothing',
  'prepared_queries__postgresql__stdlib DeleteUsersByName parameter 2: not null here':
    'we: a comparison with NULL can only find nothing',
  'returning__postgresql__stdlib DeleteUserAndReturnID parameter 1: not null here':
    'we: a comparison with NULL can only find nothing',
  'returning__postgresql__stdlib DeleteUserAndReturnUser column name: not null here':
    'we: DELETE returns the row that passed WHERE',
  'returning__postgresql__stdlib DeleteUserAndReturnUser parameter 1: not null here':
    'we: a comparison with NULL can only find nothing',
  'returning__postgresql__stdlib UpdateUserAndReturnID parameter 2: not null here':
    'we: a comparison with NULL can only find nothing',
  'returning__postgresql__stdlib UpdateUserAndReturnUser parameter 2: not null here':
    'we: a comparison with NULL can only find nothing',
  'schema_scoped_enum__stdlib ListUsersByRole column role: not null here': 'we: WHERE rejects NULL in the column',
  'schema_scoped_enum__stdlib ListUsersByRole parameter 1: not null here':
    'we: a comparison with NULL can only find nothing',
  'select_subquery_alias__postgresql__pgx FindWallets parameter 1: not null here':
    'we: a comparison with NULL can only find nothing',
  'sqlc_narg__postgresql__stdlib__p0 IdentOnNullable column maybe_bar: not null here':
    'we: the parameter may be NULL, but then no row comes',
  'sqlc_narg__postgresql__stdlib__p0 StringOnNullable column maybe_bar: not null here':
    'we: the parameter may be NULL, but then no row comes',
  'unnest__postgresql__stdlib GetVampireIDs column id: nullable here': 'we: elements of an array parameter may be NULL',
  'valid_group_by_reference__pganalyzer ListMetrics column avg: nullable here':
    'we: AVG is NULL for a group that has only NULLs',
}

interface ExpectedQuery {
  name: string
  cmd: string
  params: ExpectedField[] | null
  columns: ExpectedField[] | null
}

const cases = existsSync(folder)
  ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'expected.json')))
  : []

describe.skipIf(isMissing('shared'))('the cases of sqlc [needs shared]', () => {
  let pglite: PGlite
  const differences: string[] = []

  beforeAll(async () => {
    pglite = await createPglite({ pg_trgm, pgcrypto, uuid_ossp })
  })
  afterAll(() => pglite?.close())

  async function generate(name: string): Promise<{ queries: CompiledQuery[]; errors: string[] }> {
    const schema = readFileSync(join(folder, name, 'schema.sql'), 'utf8').replaceAll(/^\\.*$/gm, '')
    const { rows } = await pglite.query<{ name: string }>(
      `SELECT quote_ident(nspname) AS name FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'`,
    )
    const drops = rows.map((row) => `DROP SCHEMA ${row.name} CASCADE;`).join(' ')
    await pglite.exec(`RESET ALL; ${drops} ${/CREATE SCHEMA public/i.test(schema) ? '' : 'CREATE SCHEMA public;'}`)
    await pglite.exec(schema)
    const connection = {
      async query<Row>(text: string, values?: unknown[]) {
        if (values) return { rows: (await pglite.query<Row>(text, values)).rows }
        return { rows: ((await pglite.exec(text)).at(-1)?.rows ?? []) as Row[] }
      },
    }
    await pglite.exec('RESET search_path')
    const text = readFileSync(join(folder, name, 'query.sql'), 'utf8')
    const result = await generateQueries([{ path: 'query.sql', text }], { connection })
    return {
      queries: result.modules.flatMap((module) => module.queries),
      errors: result.diagnostics
        .filter((each) => each.severity === 'error')
        .map((each) => `${each.code} ${each.message}`),
    }
  }

  it.each(cases)('%s', async (name) => {
    const expected = JSON.parse(readFileSync(join(folder, name, 'expected.json'), 'utf8')) as {
      queries: ExpectedQuery[]
      options?: Record<string, unknown>
    }
    // Options of sqlc that give columns other names or types.
    const isRenamed = 'rename' in (expected.options ?? {})
    const isOverridden = name.startsWith('overrides')
    const { queries, errors } = await generate(name)
    const invalid = expected.queries
      .map((query) => query.name)
      .filter((query) => exceptions[`${name} ${query}`]?.startsWith('refused'))
    expect(errors).toHaveLength(invalid.length)
    expect(queries.map((query) => query.name).sort()).toEqual(
      expected.queries
        .map((query) => query.name)
        .filter((query) => !invalid.includes(query))
        .sort(),
    )
    for (const want of expected.queries) {
      const query = queries.find((each) => each.name === want.name)
      if (!query) continue
      expect(`:${query.command}`).toBe(want.cmd)
      expect(query.parameters.length, `parameters of ${want.name}`).toBe(want.params?.length ?? 0)
      if (want.columns && !(`${name} ${want.name}` in exceptions)) {
        expect(query.columns?.length, `columns of ${want.name}`).toBe(want.columns.length)
        want.columns.forEach((column, index) => {
          const ours = query.columns?.[index]
          if (!ours) return
          if (column.name !== null && !isRenamed) expect(plain(ours.name)).toBe(plain(column.name))
          if (!isOverridden) expectClass(ours.type, column, `${name} ${want.name}.${ours.name}`)
          note(`${name} ${want.name} column ${ours.name}`, ours.nullable, column.nullable)
        })
      }
      want.params?.forEach((parameter, index) => {
        const ours = query.parameters[index]
        if (ours) note(`${name} ${want.name} parameter ${index + 1}`, ours.nullable, parameter.nullable)
      })
    }
  })

  function note(what: string, ours: boolean, theirs: boolean | 'unknown'): void {
    if (theirs !== 'unknown' && ours !== theirs) differences.push(`${what}: ${ours ? 'nullable' : 'not null'} here`)
  }

  it('differ from sqlc in nullability only where we know why', () => {
    expect(differences.sort()).toEqual(Object.keys(known).sort())
  })
})

const plain = (name: string): string => name.toLowerCase().replaceAll('_', '').replace(/\d+$/, '')

function expectClass(type: ValueType, want: ExpectedField, what: string): void {
  const classes: Readonly<Record<string, readonly string[]>> = {
    string: ['text', 'varchar', 'bpchar', 'name', 'citext', 'interval', 'inet', 'numeric', 'xml', 'money'],
    text: ['text', 'varchar', 'bpchar', 'name'],
    int32: ['int4', 'int2'],
    int4: ['int4', 'int2'],
    // Go's drivers give an interval as microseconds.
    int64: ['int8', 'interval'],
    int8: ['int8'],
    float64: ['float8', 'float4'],
    numeric: ['numeric'],
    bool: ['bool'],
    'time.Time': ['date', 'time', 'timetz', 'timestamp', 'timestamptz'],
    date: ['date', 'timestamp', 'timestamptz'],
    time: ['time', 'timestamp'],
    'uuid.UUID': ['uuid'],
    'json.RawMessage': ['json', 'jsonb'],
  }
  const allowed = classes[want.base]
  if (!allowed) return
  let inner = type
  while (inner.kind === 'array' || inner.kind === 'domain') inner = inner.kind === 'array' ? inner.element : inner.base
  if (inner.kind === 'base') expect(allowed, what).toContain(inner.name)
}
