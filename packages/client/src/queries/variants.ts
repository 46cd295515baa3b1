import type { QueryDefinition } from './annotations.js'
import { applyEdits, type Edit, type EditedText } from './edits.js'
import type { StatementMarks } from './macros.js'

/** One way in which the optional parts and orders of a query can be chosen. */
export interface Variant {
  /** Keys of the fragments that are in. */
  included: ReadonlySet<string>
  /** The text that replaces the ORDER BY list. */
  order?: string
}

export interface OrderChoices {
  parameter: string
  choices: ReadonlyMap<string, string>
  /** Of the list that is replaced. */
  start: number
  end: number
}

/** Above this, every fragment alone, none and all of them stand for the rest. */
const MAXIMUM_VARIANTS = 64

export function listVariants(keys: readonly string[], order: OrderChoices | undefined): Variant[] {
  const orders: (string | undefined)[] = [undefined, ...(order?.choices.values() ?? [])]
  const sets: ReadonlySet<string>[] = []
  if (2 ** keys.length * orders.length <= MAXIMUM_VARIANTS)
    for (let bits = 2 ** keys.length - 1; bits >= 0; bits--)
      sets.push(new Set(keys.filter((_, index) => bits & (1 << index))))
  else sets.push(new Set(keys), new Set(), ...keys.map((key) => new Set([key])))
  const [all = new Set<string>()] = sets
  return [
    ...sets.map((included): Variant => ({ included })),
    // An order stands behind all filters and does not depend on which there are.
    ...orders.flatMap((text): Variant[] => (text === undefined ? [] : [{ included: all, order: text }])),
  ]
}

export interface VariantText extends EditedText {
  /** Names in the order of `$1 … $n`. */
  parameters: string[]
}

/** Name of a bare `$n` until it gets a better one. */
export const positionalName = (number: number): string => `$${number}`

/**
 * The text of one variant with `$1 … $n`. A `$n` that the user wrote keeps its number, named parameters fill the gaps in order of
 * appearance, equal names share one.
 *
 * @param replaceParameter what stands for parameter `$n`; its cast is added at the second pass, when types are known
 * @param extra further edits, of the select list
 */
export function renderVariant(
  query: QueryDefinition,
  marks: StatementMarks,
  variant: Variant,
  order: OrderChoices | undefined,
  extra: readonly Edit[] = [],
  replaceParameter: (placeholder: string, name: string) => string = (placeholder) => placeholder,
): VariantText {
  const removed = marks.fragments.filter((fragment) => !variant.included.has(fragment.key))
  const isRemoved = (offset: number): boolean =>
    removed.some((fragment) => offset >= fragment.start && offset < fragment.end)
  const present = marks.parameters.filter((mark) => !isRemoved(mark.start))
  const numbers = new Map<string, number>()
  const taken = new Set<number>()
  for (const mark of present)
    if (mark.number !== undefined) {
      numbers.set(positionalName(mark.number), mark.number)
      taken.add(mark.number)
    }
  let next = 1
  for (const mark of present) {
    if (mark.name === undefined || numbers.has(mark.name)) continue
    while (taken.has(next)) next++
    taken.add(next)
    numbers.set(mark.name, next)
  }
  const edits: Edit[] = [...extra]
  for (const fragment of removed) edits.push({ start: fragment.start, end: fragment.end, text: ' ' })
  if (order && variant.order !== undefined)
    edits.push({ start: order.start, end: order.end, text: ` ${variant.order}` })
  for (const mark of present) {
    const name = mark.name ?? positionalName(mark.number ?? 0)
    const [before, after] = mark.around ?? ['', '']
    edits.push({
      start: mark.start,
      end: mark.end,
      text: before + replaceParameter(`$${numbers.get(name)}`, name) + after,
    })
  }
  const parameters: string[] = []
  for (const [name, number] of numbers) parameters[number - 1] = name
  return {
    ...applyEdits(query.text, edits),
    parameters: Array.from(parameters, (name, index) => name ?? positionalName(index + 1)),
  }
}
