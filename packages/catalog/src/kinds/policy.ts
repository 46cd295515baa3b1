import { classes } from '../extract/classes.js'
import { defineReader } from '../extract/reader.js'
import { quoteIdentifier } from '../identifier.js'
import type { PolicyFacts } from '../model/facts.js'
import type { CatalogObject } from '../model/object.js'
import { attachedSql, attachedTo, type AttachedRow } from './attached.js'
import { tableOf } from './column-details.js'
import { authorizationHazard } from './hazards.js'
import type { KindDefinition, Statement } from './kind.js'

interface Row extends AttachedRow {
  command: string
  permissive: boolean
  roles: string[]
  using: string | null
  check: string | null
}

const commands: Record<string, PolicyFacts['command']> = {
  '*': 'all',
  r: 'select',
  a: 'insert',
  w: 'update',
  d: 'delete',
}

export const policyReader = defineReader<Row>({
  name: 'policies',
  classes: [classes.pg_class, classes.pg_policy],
  sql: (context) =>
    attachedSql(context, 'pg_policy', {
      relation: 'polrelid',
      name: 'polname',
      further: `o.polcmd AS command, o.polpermissive AS permissive,
      ARRAY(SELECT CASE r WHEN 0 THEN 'public' ELSE pg_get_userbyid(r)::text END FROM unnest(o.polroles) r ORDER BY 1)::text[] AS roles,
      pg_get_expr(o.polqual, o.polrelid) AS "using", pg_get_expr(o.polwithcheck, o.polrelid) AS "check"`,
      where: 'true',
    }),
  read(row, sink) {
    sink.add({
      kind: 'policy',
      ...attachedTo(row, sink),
      facts: {
        command: commands[row.command] ?? 'all',
        permissive: row.permissive,
        roles: row.roles,
        ...(row.using !== null && { using: row.using }),
        ...(row.check !== null && { check: row.check }),
      },
      classid: classes.pg_policy,
    })
  },
})

type Policy = CatalogObject<'policy'>

const target = (policy: Policy): string => `POLICY ${quoteIdentifier(policy.name)} ON ${tableOf(policy)}`

// A role of the name public cannot exist.
const roleList = (roles: readonly string[]): string =>
  roles.map((role) => (role === 'public' ? 'PUBLIC' : quoteIdentifier(role))).join(', ')

const hazard = (policy: Policy, what: string) =>
  authorizationHazard(
    `Who sees and writes which rows of ${tableOf(policy)} changes: the policy ${policy.name} is ${what}.`,
  )

export const policyKind: KindDefinition<'policy'> = {
  kind: 'policy',
  weight: 50,
  target,
  create(policy, context) {
    const { facts } = policy
    const isPublic = facts.roles.length === 1 && facts.roles[0] === 'public'
    const parts = [
      `CREATE ${target(policy)}`,
      ...(facts.permissive ? [] : ['AS RESTRICTIVE']),
      ...(facts.command === 'all' ? [] : [`FOR ${facts.command.toUpperCase()}`]),
      ...(isPublic ? [] : [`TO ${roleList(facts.roles)}`]),
      ...(facts.using === undefined ? [] : [`USING (${facts.using})`]),
      ...(facts.check === undefined ? [] : [`WITH CHECK (${facts.check})`]),
    ]
    const hazards = context.isCreated(policy.parent ?? '') ? [] : [hazard(policy, 'added')]
    return [{ sql: parts.join(' '), hazards }]
  },
  alter(from, to) {
    const a = from.facts
    const b = to.facts
    const isFixed = a.command !== b.command || a.permissive !== b.permissive
    // ALTER POLICY can replace an expression, not take it away.
    const losesExpression =
      (a.using !== undefined && b.using === undefined) || (a.check !== undefined && b.check === undefined)
    if (isFixed || losesExpression) return 'recreate'
    const clauses = [
      ...(a.roles.join() === b.roles.join() ? [] : [`TO ${roleList(b.roles)}`]),
      ...(a.using === b.using ? [] : [`USING (${b.using ?? ''})`]),
      ...(a.check === b.check ? [] : [`WITH CHECK (${b.check ?? ''})`]),
    ]
    const statements: Statement[] =
      clauses.length > 0 ? [{ sql: `ALTER ${target(to)} ${clauses.join(' ')}`, hazards: [hazard(to, 'changed')] }] : []
    return { statements }
  },
  drop: (policy) => [{ sql: `DROP ${target(policy)}`, hazards: [hazard(policy, 'dropped')] }],
  rename: (from, name) => `ALTER ${target(from)} RENAME TO ${quoteIdentifier(name)}`,
}
