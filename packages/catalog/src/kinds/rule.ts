import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier } from '../identifier.js'
import type { CatalogObject } from '../model/object.js'
import { attachedSql, attachedTo, type AttachedRow } from './attached.js'
import { tableOf } from './column-details.js'
import { enabledStates, enableClause } from './enabled.js'
import type { KindDefinition, Statement } from './kind.js'

interface Row extends AttachedRow {
  enabled: string
  definition: string
}

export const ruleReader = defineReader<Row>({
  name: 'rules',
  classes: [classes.pg_class, classes.pg_rewrite],
  // The rule of a SELECT is the query of a view.
  sql: (context) =>
    attachedSql(context, 'pg_rewrite', {
      relation: 'ev_class',
      name: 'rulename',
      further: 'o.ev_enabled AS enabled, pg_get_ruledef(o.oid) AS definition',
      where: `o.ev_type <> '1'`,
    }),
  read(row, sink) {
    sink.add({
      kind: 'rule',
      ...attachedTo(row, sink),
      facts: { definition: row.definition.replace(/;\s*$/, ''), enabled: enabledStates[row.enabled] ?? 'origin' },
      classid: classes.pg_rewrite,
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
