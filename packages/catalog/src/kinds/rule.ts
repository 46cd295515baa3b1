import { classes } from '../extract/classes.js'
import { flattenConditions } from '../extract/conditions.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier, quoteQualified } from '../identifier.js'
import type { CatalogObject } from '../model/object.js'
import { tableOf } from './column-details.js'
import { enabledStates, enableClause } from './enabled.js'
import type { KindDefinition, Statement } from './kind.js'

interface Row {
  oid: number
  relation: number
  schema: string
  table_name: string
  name: string
  enabled: string
  definition: string
}

export const ruleReader = defineReader<Row>({
  name: 'rules',
  classes: [classes.pg_class, classes.pg_rewrite],
  // The rule of a SELECT is the query of a view.
  sql: (
    context,
  ) => `SELECT r.oid, r.ev_class AS relation, n.nspname AS schema, c.relname AS table_name, r.rulename AS name, r.ev_enabled AS enabled,
      pg_get_ruledef(r.oid) AS definition
    FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE r.ev_type <> '1' AND ${context.inSchemas('c.relnamespace')} AND ${context.notMember(classes.pg_class, 'c.oid')}
      AND ${context.inScope([classes.pg_class, 'r.ev_class'], [classes.pg_rewrite, 'r.oid'])}`,
  read(row, sink) {
    const table = quoteQualified(row.schema, row.table_name)
    sink.add({
      kind: 'rule',
      identity: `${table}.${quoteIdentifier(row.name)}`,
      schema: row.schema,
      name: row.name,
      parent: sink.at(classes.pg_class, row.relation)?.id ?? `table ${table}`,
      facts: {
        definition: flattenConditions(row.definition).replace(/;\s*$/, ''),
        enabled: enabledStates[row.enabled] ?? 'origin',
      },
      classid: classes.pg_rewrite,
      objid: row.oid,
    })
  },
})

type Rule = CatalogObject<'rule'>

const target = (rule: Rule): string => `RULE ${quoteIdentifier(rule.name)} ON ${tableOf(rule)}`

const enable = (rule: Rule): Statement =>
  `ALTER TABLE ${tableOf(rule)} ${enableClause(rule.facts.enabled)} RULE ${quoteIdentifier(rule.name)}`

export const ruleKind: KindDefinition<'rule'> = {
  kind: 'rule',
  weight: 51,
  target,
  create: (rule) => [rule.facts.definition, ...(rule.facts.enabled === 'origin' ? [] : [enable(rule)])],
  alter(from, to) {
    const statements: Statement[] = []
    if (from.facts.definition !== to.facts.definition)
      statements.push(to.facts.definition.replace(/^CREATE RULE/, 'CREATE OR REPLACE RULE'))
    if (from.facts.enabled !== to.facts.enabled) statements.push(enable(to))
    return { statements }
  },
  rename: (from, name) => `ALTER ${target(from)} RENAME TO ${quoteIdentifier(name)}`,
}
