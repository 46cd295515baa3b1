import type { Finding } from '../capture/protocol.js'
import type { AuthOptions, Migrations } from './better-auth.js'

/** What the author of a config should know before it fails at run time. */
export function findingsOf(
  options: AuthOptions,
  migrations: Migrations,
  used: { schema: string; visible: string | undefined },
): Finding[] {
  const findings: Finding[] = []
  const warn = (rule: string, message: string, more: { why?: string; fix?: string }) =>
    findings.push({ rule, severity: 'warning', message, ...more })
  if (options.advanced?.database?.generateId === false) {
    warn(
      'generate-id',
      '`generateId: false` leaves the id to the database, whose tables give it no default: a sign-up fails',
      {
        fix: 'set `defaults: { ids: true }` of this plugin, or `generateId: "uuid"` in the auth config',
      },
    )
  }
  if (used.visible === undefined && used.schema !== 'public') {
    warn(
      'runtime-schema',
      `the tables are in the schema "${used.schema}", and nothing in the auth config says so to Better Auth`,
      {
        why: 'at run time it looks in `public` and reports missing tables',
        fix: `database: { dialect: new PostgresDialect({ pool }), type: 'postgres', schemaName: '${used.schema}', transaction: true }`,
      },
    )
  } else if (used.visible !== undefined && used.visible !== used.schema) {
    warn(
      'runtime-schema',
      `the tables are in the schema "${used.schema}", and Better Auth looks in "${used.visible}"`,
      {
        fix: 'name the same schema in both places, or take `schema` out of this plugin’s options',
      },
    )
  }
  for (const { table } of migrations.toBeCreated) {
    if (table.includes('.')) {
      warn(
        'dotted-name',
        `the model name "${table}" has a dot, which Better Auth takes for a schema in some places and for a part of the name in others`,
        {
          fix: 'take the schema out of `modelName` and name it by `schemaName`',
        },
      )
    }
    if (Buffer.byteLength(table) > 63) {
      warn('long-name', `the table name "${table}" is longer than Postgres' 63 bytes and would be cut`, {
        fix: 'give the model a shorter `modelName`',
      })
    }
  }
  for (const model of ['user', 'session', 'account', 'verification'] as const) {
    // Of the config's own: what a plugin's tables do is not for its user to change.
    for (const [name, { references }] of Object.entries(options[model]?.additionalFields ?? {})) {
      if (!references || references.onDelete !== undefined) continue
      warn(
        'implicit-cascade',
        `${model}.${name} refers to ${references.model}.${references.field} without \`onDelete\`: Better Auth makes it cascade`,
        {
          fix: "say `onDelete: 'cascade'` when that is meant, or 'set null', 'restrict'",
        },
      )
    }
  }
  return findings
}
