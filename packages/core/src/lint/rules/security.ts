import { hazards, lintCodes } from '@savepoint/catalog'
import type { Change } from '../change.js'
import type { LintRule, LintStatement, RuleFinding } from '../rule.js'
import { fromHazard } from './context.js'

/** Who may see and do what, and code that others can make do something else. */
export const security: LintRule = {
  codes: lintCodes.filter(({ code }) => /^(?:SA|SH201|SH306|SH501)/.test(code)),
  check: (statement) => statement.changes.flatMap((change) => findings(change, statement)),
}

const rowSecurityTexts = {
  enable: (table: string) => `Rows of ${table} that no policy shows are hidden from now on.`,
  disable: (table: string) => `The policies of ${table} no longer hide anything.`,
  force: (table: string) => `The policies of ${table} bind its owner.`,
  'no force': (table: string) => `The policies of ${table} no longer bind its owner.`,
} as const

function findings(change: Change, { schema }: LintStatement): RuleFinding[] {
  switch (change.kind) {
    case 'row security':
      return schema.isNew(change.table)
        ? []
        : [fromHazard(hazards.authorizationHazard(rowSecurityTexts[change.what](schema.nameOf(change.table))))]
    case 'create policy':
    case 'alter policy':
      return schema.isNew(change.table) || !schema.table(change.table)
        ? []
        : [
            fromHazard(
              hazards.authorizationHazard(
                `The policy ${change.name} changes which rows of ${schema.nameOf(change.table)} are shown and written.`,
              ),
            ),
          ]
    case 'drop':
      return change.what === 'policy'
        ? [
            fromHazard(
              hazards.authorizationHazard('A policy is dropped: other rows are shown and written from now on.'),
            ),
          ]
        : []
    case 'revoke':
      return [fromHazard(hazards.authorizationHazard('Rights are taken away: who uses them fails.'))]
    case 'constrain domain':
      return [
        {
          code: 'SH306',
          message: change.isNew
            ? `The domain ${change.domain.name} has a constraint, and changing it later reads every table that uses the domain, under lock.`
            : `The new constraint of ${change.domain.name} reads every table that uses the domain, under lock.`,
          fix: change.isNew ? 'Put the check on the columns.' : 'Add it NOT VALID, and VALIDATE CONSTRAINT later.',
        },
      ]
    case 'update extension':
      return [{ code: 'SH501', message: `The extension ${change.name} changes; its script decides what that means.` }]
    case 'create function':
      return change.language === 'plpgsql' && joinsTexts(change.body)
        ? [
            {
              code: 'SA101',
              message: `${schema.nameOf(change.name)} runs SQL that it puts together from texts: whoever gives such a text decides what runs.`,
              fix: 'Use EXECUTE format(… %I … %L …) or EXECUTE … USING.',
            },
          ]
        : []
    default:
      return []
  }
}

const executeRE = /\bEXECUTE\s+(?!FUNCTION\b|PROCEDURE\b|ON\b)([^;]*)/gi

/** EXECUTE of texts that are joined and not quoted. */
function joinsTexts(body: string): boolean {
  const code = body.replaceAll(/--[^\n]*/g, '')
  return [...code.matchAll(executeRE)].some(([, statement = '']) => {
    if (!statement.includes('||') || /^\s*format\s*\(/i.test(statement)) return false
    const parts = statement
      .split(/\bUSING\b/i)[0]
      ?.replaceAll(/'(?:[^']|'')*'/g, "''")
      .split('||')
    return (
      parts?.some(
        (part) =>
          !/^\s*''\s*$/.test(part) &&
          !/\b(?:quote_ident|quote_literal|quote_nullable|format)\s*\(|::regclass\b/i.test(part),
      ) ?? false
    )
  })
}
