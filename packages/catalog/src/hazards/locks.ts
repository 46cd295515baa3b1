import type { PlanContext } from '../kinds/kind.js'
import type { AnyObject, ObjectId } from '../model/object.js'
import type { LockMode, Step } from '../model/plan.js'

/*
 * Which lock a statement of ours takes on a table, by its form. From AlterTableGetLockLevel() in tablecmds.c and the pages of the
 * statements; test/pairs/locks.test.ts holds it against what servers do.
 */
const rules: readonly (readonly [RegExp, LockMode])[] = [
  [/^(?:CREATE (?:UNIQUE )?|DROP |RE)INDEX (?:INDEX )?CONCURRENTLY /, 'SHARE UPDATE EXCLUSIVE'],
  [/^CREATE (?:UNIQUE )?INDEX /, 'SHARE'],
  [/^DROP INDEX /, 'ACCESS EXCLUSIVE'],
  [/^ALTER TABLE .* DETACH PARTITION .* CONCURRENTLY$/s, 'SHARE UPDATE EXCLUSIVE'],
  [/^ALTER TABLE .* VALIDATE CONSTRAINT /s, 'SHARE UPDATE EXCLUSIVE'],
  [/^ALTER TABLE .* ADD CONSTRAINT (?:"(?:[^"]|"")+"|\S+) FOREIGN KEY /s, 'SHARE ROW EXCLUSIVE'],
  [/^ALTER TABLE .* (?:ENABLE|DISABLE) (?:ALWAYS |REPLICA )?TRIGGER /s, 'SHARE ROW EXCLUSIVE'],
  [/^ALTER TABLE .* (?:SET|RESET) \(.*user_catalog_table/s, 'ACCESS EXCLUSIVE'],
  [/^ALTER (?:TABLE|MATERIALIZED VIEW) .* (?:SET|RESET) \(/s, 'SHARE UPDATE EXCLUSIVE'],
  [/^ALTER (?:TABLE|MATERIALIZED VIEW) .* ALTER COLUMN .* SET STATISTICS /s, 'SHARE UPDATE EXCLUSIVE'],
  [/^ALTER (?:TABLE|MATERIALIZED VIEW) .* (?:CLUSTER ON |SET WITHOUT CLUSTER$)/s, 'SHARE UPDATE EXCLUSIVE'],
  [/^ALTER (?:FOREIGN )?TABLE /, 'ACCESS EXCLUSIVE'],
  [/^ALTER (?:MATERIALIZED )?VIEW /, 'ACCESS EXCLUSIVE'],
  [/^(?:CREATE|ALTER|DROP) POLICY /, 'ACCESS EXCLUSIVE'],
  [/^(?:CREATE OR REPLACE|CREATE|DROP) RULE /, 'ACCESS EXCLUSIVE'],
  [/^CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER /, 'SHARE ROW EXCLUSIVE'],
  [/^DROP TRIGGER /, 'ACCESS EXCLUSIVE'],
  [/^DROP (?:FOREIGN TABLE|TABLE|VIEW|MATERIALIZED VIEW) /, 'ACCESS EXCLUSIVE'],
  [/^CREATE OR REPLACE VIEW /, 'ACCESS EXCLUSIVE'],
  [/^(?:CREATE|DROP) STATISTICS /, 'SHARE UPDATE EXCLUSIVE'],
  [/^ALTER PUBLICATION .* (?:ADD|DROP) TABLE /s, 'SHARE UPDATE EXCLUSIVE'],
  [
    /^(?:COMMENT|SECURITY LABEL .*) ON (?:TABLE|COLUMN|VIEW|MATERIALIZED VIEW|FOREIGN TABLE) /s,
    'SHARE UPDATE EXCLUSIVE',
  ],
]

const modes: readonly LockMode[] = ['SHARE UPDATE EXCLUSIVE', 'SHARE', 'SHARE ROW EXCLUSIVE', 'ACCESS EXCLUSIVE']

const stronger = (a: LockMode | undefined, b: LockMode | undefined): LockMode | undefined =>
  a === undefined || (b !== undefined && modes.indexOf(b) > modes.indexOf(a)) ? b : a

/**
 * The strongest lock that a step takes on a table or view that was there before the plan. Undefined where it takes none that anybody
 * but another change of definitions could wait for.
 */
export function lockOf(step: Pick<Step, 'sql' | 'object' | 'action'>, context: PlanContext): LockMode | undefined {
  const object = context.to.objects.get(step.object) ?? context.from.objects.get(step.object)
  if (!object) return ruleFor(step.sql)
  const root = rootOf(object, context)
  const own = isThere(root.id, step, context) ? ruleFor(step.sql) : undefined
  return stronger(own, lockOfOthers(step, object, context))
}

const ruleFor = (sql: string): LockMode | undefined => rules.find(([form]) => form.test(sql))?.[1]

function rootOf(object: AnyObject, context: PlanContext): AnyObject {
  const parent = context.to.objects.get(object.parent ?? '') ?? context.from.objects.get(object.parent ?? '')
  if (object.kind === 'publication table') return context.from.objects.get(`table ${object.facts.table}`) ?? object
  return parent ? rootOf(parent, context) : object
}

/** A table that is made anew is there as long as it is being dropped. */
function isThere(id: ObjectId, { action }: Pick<Step, 'action'>, context: PlanContext): boolean {
  return context.from.objects.has(id) && (action === 'drop' || !context.isCreated(id))
}

/** Tables that a foreign key points to, that a table is put under, and that have columns of a domain. */
function lockOfOthers(
  step: Pick<Step, 'sql' | 'object' | 'action'>,
  object: AnyObject,
  context: PlanContext,
): LockMode | undefined {
  if (object.kind === 'domain' || (object.kind === 'constraint' && object.facts.of === 'domain')) {
    const domain = object.kind === 'domain' ? object.id : (object.parent ?? '')
    const reads = /^ALTER DOMAIN .* (?:ADD CONSTRAINT (?!.* NOT VALID$)|VALIDATE CONSTRAINT |SET NOT NULL$)/s.test(
      step.sql,
    )
    return reads && context.isStored(domain) ? 'SHARE' : undefined
  }
  const isCreation = /^CREATE (?:UNLOGGED |FOREIGN )?TABLE /.test(step.sql)
  const parts = isCreation ? context.childrenIn(context.to, object.id) : [object]
  let lock: LockMode | undefined
  for (const part of parts) {
    if (part.kind === 'constraint' && part.facts.references && (!isCreation || context.isInlined(part.id)))
      if (step.action !== 'drop' && step.action !== 'comment' && isThere(part.facts.references.table, step, context))
        lock = stronger(lock, ruleFor(step.sql) === 'SHARE UPDATE EXCLUSIVE' ? undefined : 'SHARE ROW EXCLUSIVE')
    if (part.kind === 'inheritance' && (!isCreation || context.isInlined(part.id)))
      if (isThere(part.facts.parent, step, context))
        lock = stronger(
          lock,
          isCreation && part.facts.bound !== undefined ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE',
        )
  }
  return lock
}

/** Who waits as long as somebody holds the lock. Changes of definitions wait for each of these. */
export function blockedBy(lock: LockMode): 'reads and writes' | 'writes' | 'changes of definitions' | 'nothing' {
  switch (lock) {
    case 'ACCESS EXCLUSIVE':
      return 'reads and writes'
    case 'EXCLUSIVE':
    case 'SHARE ROW EXCLUSIVE':
    case 'SHARE':
      return 'writes'
    case 'SHARE UPDATE EXCLUSIVE':
      return 'changes of definitions'
    case 'ROW EXCLUSIVE':
    case 'ROW SHARE':
    case 'ACCESS SHARE':
      return 'nothing'
  }
}
