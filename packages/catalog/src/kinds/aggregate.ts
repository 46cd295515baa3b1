import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier, quoteQualified } from '../identifier.js'
import type { CatalogObject } from '../model/object.js'
import type { KindDefinition } from './kind.js'

interface Row {
  oid: number
  schema: string
  name: string
  signature: string
  arguments: string
  identity_arguments: string
  returns: string
  parallel: string
  kind: string
  options: Record<string, string | null>
  owner: string
  acl: string[] | null
}

const func = (column: string): string => `NULLIF(${column}, 0)::regproc::text`
/** What FINALFUNC_MODIFY is by default: an ordered-set aggregate may change its state. */
const modify = (column: string): string =>
  `CASE WHEN ${column} <> CASE WHEN a.aggkind = 'n' THEN 'r'::"char" ELSE 'w'::"char" END
     THEN CASE ${column} WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END`

export const aggregateReader = defineReader<Row>({
  name: 'aggregates',
  classes: [classes.pg_proc],
  sql: (context) => `SELECT p.oid, n.nspname AS schema, p.proname AS name, oidvectortypes(p.proargtypes) AS signature,
      pg_get_function_arguments(p.oid) AS arguments, pg_get_function_identity_arguments(p.oid) AS identity_arguments,
      format_type(p.prorettype, NULL) AS returns, p.proparallel AS parallel, a.aggkind AS kind,
      json_build_object('SFUNC', a.aggtransfn::regproc::text, 'STYPE', format_type(a.aggtranstype, NULL), 'SSPACE', NULLIF(a.aggtransspace, 0)::text,
        'FINALFUNC', ${func('a.aggfinalfn')}, 'FINALFUNC_EXTRA', CASE WHEN a.aggfinalextra THEN '' END, 'FINALFUNC_MODIFY', ${modify('a.aggfinalmodify')},
        'COMBINEFUNC', ${func('a.aggcombinefn')}, 'SERIALFUNC', ${func('a.aggserialfn')}, 'DESERIALFUNC', ${func('a.aggdeserialfn')},
        'INITCOND', quote_literal(a.agginitval), 'MSFUNC', ${func('a.aggmtransfn')}, 'MINVFUNC', ${func('a.aggminvtransfn')},
        'MSTYPE', format_type(NULLIF(a.aggmtranstype, 0), NULL), 'MSSPACE', NULLIF(a.aggmtransspace, 0)::text, 'MFINALFUNC', ${func('a.aggmfinalfn')},
        'MFINALFUNC_EXTRA', CASE WHEN a.aggmfinalextra THEN '' END,
        'MFINALFUNC_MODIFY', CASE WHEN a.aggmtransfn <> 0 THEN ${modify('a.aggmfinalmodify')} END, 'MINITCOND', quote_literal(a.aggminitval),
        'SORTOP', (SELECT format('OPERATOR(%I.%s)', onsp.nspname, o.oprname) FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace onsp ON onsp.oid = o.oprnamespace WHERE o.oid = a.aggsortop),
        'HYPOTHETICAL', CASE WHEN a.aggkind = 'h' THEN '' END) AS options,
      pg_get_userbyid(p.proowner) AS owner, p.proacl::text[] AS acl
    FROM pg_catalog.pg_aggregate a JOIN pg_catalog.pg_proc p ON p.oid = a.aggfnoid JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE ${context.inSchemas('p.pronamespace')} AND ${context.notMember(classes.pg_proc, 'p.oid')} AND ${context.inScope([classes.pg_proc, 'p.oid'])}`,
  read(row, sink) {
    const options = Object.entries(row.options).flatMap(([name, value]) =>
      value === null ? [] : [value === '' ? name : `${name} = ${value}`],
    )
    if (row.parallel !== 'u') options.push(`PARALLEL = ${row.parallel === 's' ? 'SAFE' : 'RESTRICTED'}`)
    sink.add({
      kind: 'aggregate',
      identity: `${quoteQualified(row.schema, row.name)}(${row.identity_arguments || '*'})`,
      schema: row.schema,
      name: row.name,
      owner: row.owner,
      acl: { items: row.acl, target: 'function' },
      facts: {
        signature: row.signature,
        options,
        returns: row.returns,
        parallel: row.parallel === 's' ? 'safe' : row.parallel === 'r' ? 'restricted' : 'unsafe',
        arguments: row.arguments || '*',
      },
      classid: classes.pg_proc,
      objid: row.oid,
    })
  },
})

type Aggregate = CatalogObject<'aggregate'>

const target = (aggregate: Aggregate): string => `AGGREGATE ${aggregate.id.slice('aggregate '.length)}`

function create(aggregate: Aggregate, verb: string): string {
  const { facts } = aggregate
  return `${verb} AGGREGATE ${quoteQualified(aggregate.schema, aggregate.name)}(${facts.arguments}) (\n  ${facts.options.join(',\n  ')}\n)`
}

export const aggregateKind: KindDefinition<'aggregate'> = {
  kind: 'aggregate',
  weight: 34,
  target,
  ownerTarget: target,
  grantTarget: (aggregate) => ({
    on: `FUNCTION ${quoteQualified(aggregate.schema, aggregate.name)}(${aggregate.facts.signature})`,
    target: 'function',
  }),
  slots: (aggregate) => [`function ${quoteQualified(aggregate.schema, aggregate.name)}(${aggregate.facts.signature})`],
  create: (aggregate) => [create(aggregate, 'CREATE')],
  alter(from, to) {
    const { facts: a } = from
    const { facts: b } = to
    const isHypothetical = (options: readonly string[]): boolean => options.includes('HYPOTHETICAL')
    if (
      a.returns !== b.returns ||
      a.arguments !== b.arguments ||
      isHypothetical(a.options) !== isHypothetical(b.options)
    )
      return 'recreate'
    return { statements: a.options.join() === b.options.join() ? [] : [create(to, 'CREATE OR REPLACE')] }
  },
  rename: (from, name) => `ALTER ${target(from)} RENAME TO ${quoteIdentifier(name)}`,
}
