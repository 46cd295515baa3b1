import { hazards, lintCodes } from '@savepoint/catalog'
import type { Change } from '../change.js'
import type { LintRule, LintStatement, RuleFinding } from '../rule.js'
import { fromHazard } from './context.js'

/** What is gone afterwards. */
export const destructive: LintRule = {
  codes: lintCodes.filter(({ code }) => /^(?:DS|BC107|SH10[14-7])/.test(code)),
  check: (statement) => statement.changes.flatMap((change) => findings(change, statement)),
}

function findings(change: Change, { schema, origin }: LintStatement): RuleFinding[] {
  switch (change.kind) {
    case 'drop':
      return dropFindings(change, schema, origin)
    case 'drop column': {
      if (schema.isNew(change.table)) return []
      const column = schema.column(change.table, change.name)
      // A generated column can be computed again.
      if (column?.facts.generated) return []
      // Added by the same file: nothing is in it.
      if (!column && schema.table(change.table)) return []
      return [
        fromHazard(hazards.dropColumnHazard(schema.nameOf(change.table), change.name), column?.id),
        ...cascadeFinding(change.cascade, origin),
      ]
    }
    case 'drop constraint':
      return cascadeFinding(change.cascade, origin)
    case 'truncate': {
      const tables = change.tables.filter((table) => !schema.isNew(table)).map((table) => schema.nameOf(table))
      if (tables.length === 0) return []
      const deleted = {
        code: 'SH104',
        message: `All rows of ${tables.join(', ')} are deleted.`,
        fix: 'Back them up, or do it by hand.',
      }
      const cascaded = {
        code: 'SH105',
        message: `TRUNCATE … CASCADE also empties every table that refers to ${tables.join(', ')}.`,
        fix: 'Name every table that shall be emptied, without CASCADE.',
      }
      return change.cascade ? [deleted, cascaded] : [deleted]
    }
    case 'delete all':
      if (schema.isNew(change.table)) return []
      return [
        {
          code: 'SH104',
          message: `All rows of ${schema.nameOf(change.table)} are deleted.`,
          fix: 'Say by a WHERE which ones; back them up before.',
        },
      ]
    case 'drop database':
      return [
        { code: 'SH106', message: `The database ${change.name} is dropped.`, fix: 'No migration should do this.' },
      ]
    default:
      return []
  }
}

function dropFindings(
  { what, names, cascade }: Extract<Change, { kind: 'drop' }>,
  schema: LintStatement['schema'],
  origin: LintStatement['origin'],
): RuleFinding[] {
  const dropped = names.flatMap((name): RuleFinding[] => {
    const qualified = what === 'schema' || what === 'extension' ? name.name : schema.nameOf(name)
    switch (what) {
      case 'schema':
        return [fromHazard(hazards.dropSchemaHazard(name.name))]
      case 'table': {
        // IF EXISTS of a table that is not there drops nothing.
        const object = schema.table(name)
        if (schema.isNew(name) || (!object && !schema.before.objects.has(`foreign table ${qualified}`))) return []
        return [fromHazard(hazards.dropTableHazard(qualified), object?.id)]
      }
      case 'sequence':
        return schema.before.objects.has(`sequence ${qualified}`)
          ? [fromHazard(hazards.dropSequenceHazard(qualified))]
          : []
      case 'index':
      case 'policy':
      case 'rule':
      case 'trigger':
      case 'other':
        return []
      case 'view':
      case 'materialized view':
      case 'type':
      case 'domain':
      case 'function':
      case 'extension':
        // Dropped and made anew in one file: the view that a column change needs.
        return isThere(what, qualified, schema.before) && !isThere(what, qualified, schema.after)
          ? [
              {
                code: 'BC107',
                message: `The ${what} ${qualified} is dropped: whoever uses it fails.`,
                fix: 'Make sure that no running version of the application uses it any more.',
              },
            ]
          : []
    }
  })
  return dropped.length > 0 || what === 'view' ? [...dropped, ...cascadeFinding(cascade, origin)] : dropped
}

function isThere(what: string, qualified: string, { objects }: LintStatement['schema']['before']): boolean {
  if (what === 'extension') return objects.has(`extension ${qualified}`)
  if (what === 'type')
    return ['enum', 'composite', 'range', 'domain', 'type'].some((kind) => objects.has(`${kind} ${qualified}`))
  if (what !== 'function') return objects.has(`${what} ${qualified}`)
  for (const id of objects.keys())
    if (/^(?:function|procedure|aggregate) /.test(id) && id.slice(id.indexOf(' ') + 1).startsWith(`${qualified}(`))
      return true
  return false
}

function cascadeFinding(cascade: boolean, origin: LintStatement['origin']): RuleFinding[] {
  // The planner drops what depends on something by steps of its own.
  if (!cascade || origin === 'plan') return []
  return [
    {
      code: 'SH107',
      message: 'CASCADE drops whatever depends on it, without a word about what that is.',
      fix: 'Drop by name what depends on it, and leave out CASCADE.',
    },
  ]
}
