import { quoteIdentifier } from '@savepoint/catalog'
import type { Plugin } from '@savepoint/core/plugin'
import { createConvention, qualifiedName, type ConventionOptions, type Finding } from '../convention.js'

export interface PolicyTemplate {
  /** Name of the policy. */
  name: string
  /** The template is for tables that have this column. */
  column: string
  /** The setting that holds the value which the column must have, such as `app.user_id`; set it per transaction. */
  setting: string
}

export interface RowLevelSecurityOptions extends ConventionOptions {
  /** Policies for tables that have none: the first template whose column the table has. */
  policies?: readonly PolicyTemplate[]
  /** Also for the table's owner. @default false */
  force?: boolean
}

/** Every table has row-level security on and at least one policy. */
export function rowLevelSecurity(options: RowLevelSecurityOptions = {}): Plugin {
  const { policies = [], force = false } = options
  return createConvention('row-level-security', options, (_catalog, selection) => {
    const findings: Finding[] = []
    for (const table of selection.tables) {
      const name = qualifiedName(table)
      if (!table.facts.rowSecurity) {
        const statement = `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY`
        findings.push({
          object: table.id,
          message: `${name} has no row-level security`,
          fix: `add ${statement}`,
          sql: [statement],
        })
      }
      if (force && !table.facts.forceRowSecurity) {
        const statement = `ALTER TABLE ${name} FORCE ROW LEVEL SECURITY`
        findings.push({
          object: table.id,
          message: `the owner of ${name} passes its row-level security by`,
          fix: `add ${statement}`,
          sql: [statement],
        })
      }
      if (selection.of('policy', table.id).length > 0) continue
      const template = policies.find(({ column }) => selection.column(table.id, column))
      const column = template && selection.column(table.id, template.column)
      const message = `${name} has no policy: with row-level security on, nobody but its owner sees a row`
      if (!template || !column) {
        findings.push({ object: table.id, message, fix: 'add a policy, or a template for a column that the table has' })
        continue
      }
      // `true`: a setting that is not set gives null, and null lets no row through, instead of failing.
      const condition = `${quoteIdentifier(column.name)} = current_setting('${template.setting.replaceAll("'", "''")}', true)::${column.facts.type}`
      const statement = `CREATE POLICY ${quoteIdentifier(template.name)} ON ${name} USING (${condition}) WITH CHECK (${condition})`
      findings.push({ object: table.id, message, fix: `add ${statement}`, sql: [statement] })
    }
    return findings
  })
}
