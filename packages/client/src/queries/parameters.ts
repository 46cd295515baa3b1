import type { AnalysedQuery } from '../analyse/analyse.js'
import { camelCaseKey } from '../runtime/camel-case.js'
import type { ValueType } from '../values/value-type.js'
import type { CompileOutcome } from './compile.js'
import type { CompiledParameter } from './model.js'
import type { PreparedQuery } from './prepare.js'
import { markName, type Variant, type VariantText } from './variants.js'

export interface MergedParameters {
  list: CompiledParameter[]
  /** Index in `list` by the name in the text (`$2` for a bare one). */
  byName: ReadonlyMap<string, number>
  types: ReadonlyMap<string, ValueType>
}

const BOOLEAN: ValueType = { kind: 'base', name: 'bool' }
const TEXT: ValueType = { kind: 'base', name: 'text' }

/** The parameters of all variants of a query, in the order of `$1 … $n` in its whole text. */
export function mergeParameters(
  prepared: PreparedQuery,
  variants: readonly Variant[],
  texts: readonly VariantText[],
  results: readonly AnalysedQuery[],
  problems: CompileOutcome['problems'],
  options: { columnNames?: 'database' | 'camelCase' },
): MergedParameters {
  const { marks, query, keys, order } = prepared
  const found = new Map<
    string,
    {
      type: ValueType
      nullable: boolean
      column?: NonNullable<CompiledParameter['column']>
      hint?: string
      variants: number
    }
  >()
  const conflicts = new Set<string>()
  results.forEach((result, variant) => {
    texts[variant]?.parameters.forEach((name, index) => {
      const parameter = result.parameters[index]
      if (!parameter) return
      const known = found.get(name)
      if (known) {
        if (JSON.stringify(known.type) !== JSON.stringify(parameter.type)) conflicts.add(name)
        known.nullable ||= parameter.nullable
        known.variants++
      } else
        found.set(name, {
          type: parameter.type,
          nullable: parameter.nullable,
          variants: 1,
          ...(parameter.column && { column: parameter.column }),
          ...(parameter.hint !== undefined && { hint: parameter.hint }),
        })
    })
  })
  const markOf = (name: string): { offset?: number } => {
    const mark = marks.parameters.find((each) => markName(each) === name)
    return mark ? { offset: mark.start } : {}
  }
  // The first variant has all parts, so its numbers are those of the text as it is written.
  const numbers = texts[0]?.parameters ?? []
  const inOrder = [...found.keys()].toSorted((a, b) => numbers.indexOf(a) - numbers.indexOf(b))
  const list: CompiledParameter[] = []
  const byName = new Map<string, number>()
  const names = new Set(inOrder.filter((name) => !name.startsWith('$')))
  const display = (name: string): string => (options.columnNames === 'camelCase' ? camelCaseKey(name) : name)
  for (const name of inOrder) {
    const entry = found.get(name)
    if (!entry) continue
    const shown = name.startsWith('$')
      ? freeName(entry.hint ?? entry.column?.column ?? `arg${name.slice(1)}`, names)
      : name
    const isNarg = marks.parameters.some((mark) => mark.name === name && mark.kind === 'narg')
    const documentation = query.parameterDocumentation.get(name)
    byName.set(name, list.length)
    list.push({
      name: display(shown),
      type: entry.type,
      nullable: entry.nullable,
      optional: isNarg || keys.includes(name) || entry.variants < variants.length,
      ...(documentation !== undefined && { documentation }),
      ...(entry.column && { column: entry.column }),
    })
  }
  for (const key of keys)
    if (!byName.has(key)) {
      byName.set(key, list.length)
      list.push({ name: display(key), type: BOOLEAN, nullable: false, optional: true, role: 'flag' })
    }
  if (order) {
    byName.set(order.parameter, list.length)
    list.push({
      name: display(order.parameter),
      type: TEXT,
      nullable: false,
      optional: true,
      role: { order: [...order.choices.keys()] },
    })
  }
  for (const name of conflicts)
    problems.push({
      code: 'SP6009',
      message: `parameter ${name} of ${query.name} has another type in one optional part than in another`,
      fix: `cast it in each place: @${name}::text`,
      ...markOf(name),
    })
  const seen = new Set<string>()
  for (const { name } of list) {
    if (seen.has(name))
      problems.push({
        code: 'SP6005',
        message: `two parameters of ${query.name} are named "${name}"${options.columnNames === 'camelCase' ? ' in camelCase' : ''}`,
        fix: 'rename one of them',
      })
    seen.add(name)
  }
  return { list, byName, types: new Map([...found].map(([name, entry]) => [name, entry.type])) }
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted
  for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`
  taken.add(name)
  return name
}
