import { lintCodes } from '@savepoint/catalog'
import type { NamingPattern, NamingRules } from '../../config/lint.js'
import { tokenize } from '../../sources/lexer.js'
import type { Change, ColumnDefinition, ConstraintDefinition } from '../change.js'
import type { LintRule, RuleFinding } from '../rule.js'

type NamedThing = Exclude<keyof NamingRules, 'match' | 'message'>

const codes = {
  schema: 'NM101',
  table: 'NM102',
  column: 'NM103',
  index: 'NM104',
  foreignKey: 'NM105',
  check: 'NM106',
} as const satisfies Record<NamedThing, string>

const words = {
  schema: 'schema',
  table: 'table',
  column: 'column',
  index: 'index',
  foreignKey: 'foreign key',
  check: 'check',
} as const satisfies Record<NamedThing, string>

/** Names of what is new, by the patterns of the config, and their length. */
export function createNaming(rules: NamingRules): LintRule {
  return {
    codes: lintCodes.filter(({ code }) => code.startsWith('NM')),
    check: ({ changes, sql }) => [
      ...changes.flatMap(readNames).flatMap(({ thing, name, offset }) => judge(thing, name, offset, rules)),
      ...lengthFindings(sql),
    ],
  }
}

/** The parser has cut the names of the tree already. */
function lengthFindings(sql: string): RuleFinding[] {
  if (sql.length < 64) return []
  return [...tokenize(sql)].flatMap(({ kind, start, end }) => {
    if (kind !== 'word' && kind !== 'quoted') return []
    const word = sql.slice(start, end)
    const name = kind === 'quoted' ? word.slice(1, -1).replaceAll('""', '"') : word
    if (Buffer.byteLength(name) <= 63) return []
    return [
      {
        code: 'NM107',
        message: `${name} is longer than 63 bytes: Postgres cuts it.`,
        fix: 'Give it a shorter name.',
        offset: start,
      },
    ]
  })
}

interface Named {
  thing: NamedThing
  name: string
  offset?: number
}

function readNames(change: Change): Named[] {
  switch (change.kind) {
    case 'create schema':
      return [{ thing: 'schema', name: change.name }]
    case 'create table':
      return [
        { thing: 'table', name: change.table.name },
        ...change.columns.flatMap(ofColumn),
        ...change.constraints.flatMap(ofConstraint),
      ]
    case 'add column':
      return ofColumn(change.column)
    case 'add constraint':
      return ofConstraint(change.constraint)
    case 'create index':
      return change.name === undefined ? [] : [{ thing: 'index', name: change.name }]
    case 'rename':
      switch (change.what) {
        case 'schema':
        case 'table':
        case 'column':
        case 'index':
          return [{ thing: change.what, name: change.to }]
        case 'view':
        case 'constraint':
        case 'other':
          return []
      }
  }
  return []
}

function ofColumn({ name, offset, constraints }: ColumnDefinition): Named[] {
  return [{ thing: 'column', name, offset }, ...constraints.flatMap(ofConstraint)]
}

function ofConstraint({ type, name, offset }: ConstraintDefinition): Named[] {
  if (name === undefined) return []
  if (type === 'foreign key') return [{ thing: 'foreignKey', name, offset }]
  if (type === 'check') return [{ thing: 'check', name, offset }]
  // The index behind it has its name.
  return type === 'not null' ? [] : [{ thing: 'index', name, offset }]
}

function judge(thing: NamedThing, name: string, offset: number | undefined, rules: NamingRules): RuleFinding[] {
  const place = offset === undefined ? {} : { offset }
  const found: RuleFinding[] = []
  const own = rules[thing]
  const pattern: NamingPattern | undefined =
    own ??
    (rules.match === undefined
      ? undefined
      : { match: rules.match, ...(rules.message !== undefined && { message: rules.message }) })
  const [match, message] =
    pattern === undefined
      ? []
      : typeof pattern === 'string' || pattern instanceof RegExp
        ? [pattern, rules.message]
        : [pattern.match, pattern.message ?? rules.message]
  if (match !== undefined && !new RegExp(match).test(name))
    found.push({
      code: codes[thing],
      message: `The name of the ${words[thing]} ${name} breaks the rule${message === undefined ? '' : `: ${message}`}.`,
      fix: `Give it a name that fits ${String(match)}.`,
      ...place,
    })
  return found
}
