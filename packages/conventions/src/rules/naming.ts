import { quoteIdentifier, type CatalogObject, type Kind } from '@savepoint/catalog'
import type { Plugin } from '@savepoint/core/plugin'
import { createConvention, qualifiedName, type ConventionOptions, type Finding } from '../convention.js'
import type { Selection } from '../selection.js'

export interface NamingOptions extends ConventionOptions {
  /** What every name must look like. @default snake_case: /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/ */
  pattern?: RegExp
  /** Whether tables are named for one row or for many. @default neither is asked for */
  number?: 'singular' | 'plural'
  /** Names of constraints and indexes, with `{table}` and `{columns}`; what does not fit is renamed in `fix` and `write`. */
  primaryKey?: string
  foreignKey?: string
  unique?: string
  check?: string
  index?: string
}

const snakeCaseRE = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/
const namedKinds = [
  'schema',
  'table',
  'column',
  'view',
  'materialized view',
  'enum',
  'domain',
  'composite',
  'function',
  'sequence',
] as const satisfies readonly Kind[]

/**
 * Names look alike. Constraints and indexes can be renamed by the rule; tables and columns only by a person, because
 * queries name them.
 */
export function naming(options: NamingOptions = {}): Plugin {
  const pattern = options.pattern ?? snakeCaseRE
  return createConvention('naming', options, (_catalog, selection) => {
    const findings: Finding[] = []
    for (const kind of namedKinds) {
      for (const { id, name } of selection.all(kind)) {
        if (!pattern.test(name))
          findings.push({
            object: id,
            message: `the ${kind} name "${name}" does not match ${String(pattern)}`,
            fix: renameByHand(name),
          })
      }
    }
    for (const table of selection.tables) {
      const { number } = options
      if (number && isPlural(table.name) !== (number === 'plural')) {
        findings.push({
          object: table.id,
          message: `the table name "${table.name}" is not ${number}`,
          fix: renameByHand(table.name),
        })
      }
      findings.push(...constraintNames(table, selection, options), ...indexNames(table, selection, options))
    }
    return findings
  })
}

function constraintNames(table: CatalogObject<'table'>, selection: Selection, options: NamingOptions): Finding[] {
  const templates = {
    'primary key': options.primaryKey,
    'foreign key': options.foreignKey,
    unique: options.unique,
    check: options.check,
  } as const
  return selection.of('constraint', table.id).flatMap(({ id, name, facts }) => {
    const template = facts.type in templates ? templates[facts.type as keyof typeof templates] : undefined
    if (template === undefined) return []
    return rename(
      id,
      name,
      expand(template, table.name, facts.columns),
      (to) => `ALTER TABLE ${qualifiedName(table)} RENAME CONSTRAINT ${quoteIdentifier(name)} TO ${to}`,
    )
  })
}

function indexNames(table: CatalogObject<'table'>, selection: Selection, options: NamingOptions): Finding[] {
  const { index: template } = options
  if (template === undefined) return []
  return selection.of('index', table.id).flatMap((index) => {
    // The columns of an expression have no names to build a name from.
    if (index.facts.columns.includes(null)) return []
    const columns = index.facts.columns.filter((column) => column !== null)
    return rename(
      index.id,
      index.name,
      expand(template, table.name, columns),
      (to) => `ALTER INDEX ${qualifiedName(index)} RENAME TO ${to}`,
    )
  })
}

function rename(object: string, name: string, wanted: string, statement: (to: string) => string): Finding[] {
  if (name === wanted || Buffer.byteLength(wanted) > 63) return []
  return [
    {
      object,
      message: `"${name}" should be called "${wanted}"`,
      fix: `name it ${wanted}`,
      sql: [statement(quoteIdentifier(wanted))],
    },
  ]
}

const expand = (template: string, table: string, columns: readonly string[]) =>
  template.replace('{table}', table).replace('{columns}', columns.join('_'))
const renameByHand = (name: string) => `give it another name, and say -- @renamed from=${name} so that its data stays`
// The ending is what can be known without a dictionary; an exception opts out by annotation.
const isPlural = (name: string) => /(?:[^s]s|people|children|data|media)$/.test(name)
