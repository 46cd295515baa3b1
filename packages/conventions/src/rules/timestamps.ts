import { quoteIdentifier, type Catalog, type CatalogObject } from '@savepoint/catalog'
import type { Plugin } from '@savepoint/core/plugin'
import { createConvention, qualifiedName, type ConventionOptions, type Finding } from '../convention.js'
import type { Selection } from '../selection.js'

export interface TimestampsOptions extends ConventionOptions {
  /** Column that says when a row was made; `false` for none. @default 'created_at' */
  created?: string | false
  /** Column that says when a row last changed, kept by a trigger; `false` for none. @default 'updated_at' */
  updated?: string | false
  /** Column for soft deletion, null while the row lives. @default false */
  deleted?: string | false
  /** The one trigger function that all tables share, `schema.name`. @default 'public.set_<updated>' */
  function?: string
}

/** Every table has `created_at` and `updated_at` with time zone, and a trigger that keeps the latter true. */
export function timestamps(options: TimestampsOptions = {}): Plugin {
  const { created = 'created_at', updated = 'updated_at', deleted = false } = options
  return createConvention('timestamps', options, (catalog, selection) => {
    const findings: Finding[] = []
    for (const table of selection.tables) {
      const wanted = [
        ...(created === false ? [] : [{ name: created, definition: 'timestamptz NOT NULL DEFAULT now()' }]),
        ...(updated === false ? [] : [{ name: updated, definition: 'timestamptz NOT NULL DEFAULT now()' }]),
        ...(deleted === false ? [] : [{ name: deleted, definition: 'timestamptz' }]),
      ]
      const missing = wanted.filter(({ name }) => !selection.column(table.id, name))
      for (const { name } of wanted) findings.push(...wrongType(table, selection.column(table.id, name)))
      if (missing.length > 0) {
        const columns = missing.map(({ name, definition }) => `${quoteIdentifier(name)} ${definition}`)
        findings.push({
          object: table.id,
          message: `${qualifiedName(table)} has no ${missing.map(({ name }) => name).join(', ')}`,
          fix: `add ${columns.join(', ')}`,
          columns,
        })
      }
    }
    if (updated !== false)
      findings.push(...missingTriggers(catalog, selection, updated, options.function ?? `public.set_${updated}`))
    return findings
  })
}

function wrongType(table: CatalogObject<'table'>, column: CatalogObject<'column'> | undefined): Finding[] {
  if (!column || (column.facts.type.startsWith('timestamp') && column.facts.type.endsWith('with time zone'))) return []
  return [
    {
      object: column.id,
      message: `${qualifiedName(table)}.${column.name} is ${column.facts.type}, not timestamptz`,
      // What is in there now decides how it converts, which only a person knows.
      fix: `make it timestamptz`,
    },
  ]
}

function missingTriggers(catalog: Catalog, selection: Selection, column: string, functionName: string): Finding[] {
  const findings: Finding[] = []
  const [schema = 'public', name = ''] = functionName.includes('.')
    ? functionName.split('.', 2)
    : ['public', functionName]
  const shared = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
  let made = catalog.objects.has(`function ${shared}()`)
  for (const table of selection.tables) {
    const existing = selection.column(table.id, column)
    if (existing && wrongType(table, existing).length > 0) continue
    if (selection.of('trigger', table.id).some((trigger) => setsColumn(trigger, catalog, column))) continue
    const sql: string[] = []
    if (!made) sql.push(triggerFunction(shared, column))
    made = true
    const trigger = quoteIdentifier(`${table.name}_set_${column}`)
    sql.push(
      `CREATE TRIGGER ${trigger} BEFORE UPDATE ON ${qualifiedName(table)} FOR EACH ROW EXECUTE FUNCTION ${shared}()`,
    )
    findings.push({
      object: table.id,
      message: `no trigger keeps ${qualifiedName(table)}.${column} true`,
      fix: `add a trigger BEFORE UPDATE that sets it`,
      sql,
    })
  }
  return findings
}

/** A trigger before updates whose function mentions the column; whatever it is called. */
function setsColumn(trigger: CatalogObject<'trigger'>, catalog: Catalog, column: string): boolean {
  const { definition } = trigger.facts
  if (!/ BEFORE (?:INSERT OR )?(?:DELETE OR )?UPDATE/.test(definition)) return false
  const called = /EXECUTE FUNCTION (.+?)\(/.exec(definition)?.[1]
  const body = called ? catalog.objects.get(`function ${called}()`) : undefined
  // A function that cannot be looked into (an extension's, such as moddatetime) gets the column as its argument.
  if (body?.kind === 'function') return body.facts.body.includes(column)
  return definition.includes(column)
}

function triggerFunction(name: string, column: string): string {
  return `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.${quoteIdentifier(column)} = now();
  RETURN NEW;
END;
$$`
}
