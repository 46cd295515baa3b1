import { classes } from '../extract/classes.js'
import { defineReader, type QueryContext } from '../extract/reader.js'
import { quoteIdentifier } from '../identifier.js'
import type { CatalogObject } from '../model/object.js'
import { attachedSql, attachedTo, type AttachedRow } from './attached.js'
import { tableOf } from './column-details.js'
import { enabledStates, enableClause } from './enabled.js'
import { createTriggerHazard } from './hazards.js'
import type { KindDefinition, LateStatement, PlanContext, Statement } from './kind.js'

interface Row extends AttachedRow {
  enabled: string
  definition: string
  constraint_oid: number
  inherited: boolean
}

/** Before Postgres 15 those that partitions have from their table are marked as internal as well. */
const ofUsers = ({ version }: QueryContext): string =>
  version < 150000 ? '(NOT o.tgisinternal OR o.tgparentid <> 0)' : 'NOT o.tgisinternal'

export const triggerReader = defineReader<Row>({
  name: 'triggers',
  classes: [classes.pg_class, classes.pg_trigger],
  sql: (context) =>
    attachedSql(context, 'pg_trigger', {
      relation: 'tgrelid',
      name: 'tgname',
      further:
        'o.tgenabled AS enabled, pg_get_triggerdef(o.oid) AS definition, o.tgconstraint AS constraint_oid, o.tgparentid <> 0 AS inherited',
      where: `${ofUsers(context)} AND ${context.notMember(classes.pg_trigger, 'o.oid')}`,
    }),
  read(row, sink) {
    const isConstraint = Number(row.constraint_oid) !== 0
    const id = sink.add({
      kind: 'trigger',
      ...attachedTo(row, sink),
      facts: {
        definition: row.definition,
        enabled: enabledStates[row.enabled] ?? 'origin',
        constraint: isConstraint,
        inherited: row.inherited,
      },
      classid: classes.pg_trigger,
    })
    // A constraint trigger has an entry among the constraints, for SET CONSTRAINTS.
    if (isConstraint) sink.alias(classes.pg_constraint, row.constraint_oid, 0, id)
  },
})

type Trigger = CatalogObject<'trigger'>

const target = (trigger: Trigger): string => `TRIGGER ${quoteIdentifier(trigger.name)} ON ${tableOf(trigger)}`

function enable(trigger: Trigger, context: PlanContext): Statement {
  // Without ONLY the state of the partitions' triggers would change, too.
  const only = isOnPartitioned(trigger, context) ? 'ONLY ' : ''
  return `ALTER TABLE ${only}${tableOf(trigger)} ${enableClause(trigger.facts.enabled)} TRIGGER ${quoteIdentifier(trigger.name)}`
}

function isOnPartitioned(trigger: Trigger, context: PlanContext): boolean {
  const table = context.to.objects.get(trigger.parent ?? '')
  return table?.kind === 'table' && table.facts.partitionKey !== undefined
}

export const triggerKind: KindDefinition<'trigger'> = {
  kind: 'trigger',
  weight: 55,
  target,
  create(trigger, context) {
    const { facts } = trigger
    if (facts.inherited) return []
    // Partitions get theirs with it, and keep the state that this one has at that moment; theirs are set apart.
    const isInUse = trigger.parent !== undefined && !context.isCreated(trigger.parent)
    return [
      { sql: facts.definition, hazards: isInUse ? [createTriggerHazard(tableOf(trigger), trigger.name)] : [] },
      ...(facts.enabled === 'origin' ? [] : [enable(trigger, context)]),
    ]
  },
  late(to, from, context): LateStatement[] {
    if (!to.facts.inherited) return []
    const links = context
      .childrenIn(context.to, to.parent ?? '')
      .filter((child) => child.kind === 'inheritance')
      .map((link) => link.id)
    const origin = from && !context.isCreated(to.id) ? from.facts.enabled : bornState(to, links, context)
    if (origin === to.facts.enabled) return []
    return [{ statement: enable(to, context), needs: [...links, ...originals(to, context).map(({ id }) => id)] }]
  },
  alter(from, to, context) {
    if (to.facts.inherited && from.facts.inherited) return { statements: [] }
    const statements: Statement[] = []
    if (from.facts.definition !== to.facts.definition) {
      // OR REPLACE takes neither constraint triggers nor, with what hangs on them, those of partitioned tables.
      if (from.facts.constraint || to.facts.constraint || isOnPartitioned(to, context)) return 'recreate'
      statements.push(to.facts.definition.replace(/^CREATE TRIGGER/, 'CREATE OR REPLACE TRIGGER'))
      if (to.facts.enabled !== 'origin') statements.push(enable(to, context))
    } else if (from.facts.inherited !== to.facts.inherited) return 'recreate'
    else if (from.facts.enabled !== to.facts.enabled) statements.push(enable(to, context))
    return { statements }
  },
  // What came with the partitioned table's goes with it, or when the partition is taken off.
  drop: (trigger) => (trigger.facts.inherited ? [] : [`DROP ${target(trigger)}`]),
  rename: (from, name) => `ALTER ${target(from)} RENAME TO ${quoteIdentifier(name)}`,
}

/** The triggers of that name on the tables above, in the new catalog. */
function originals(trigger: Trigger, context: PlanContext): Trigger[] {
  return context.childrenIn(context.to, trigger.parent ?? '').flatMap((link) => {
    if (link.kind !== 'inheritance') return []
    const original = context.to.objects.get(
      `trigger ${tableOf({ parent: link.facts.parent })}.${quoteIdentifier(trigger.name)}`,
    )
    return original?.kind === 'trigger' ? [original] : []
  })
}

function bornState(trigger: Trigger, links: readonly string[], context: PlanContext): Trigger['facts']['enabled'] {
  const [original] = originals(trigger, context)
  if (!original) return 'origin'
  // A table that becomes a partition copies the state; a trigger that is made later comes as CREATE TRIGGER makes it.
  const comesWithTable = links.some((link) => context.isCreated(link)) && !context.isCreated(original.id)
  return comesWithTable ? original.facts.enabled : 'origin'
}
