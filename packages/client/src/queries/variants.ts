import type { QueryDefinition } from './annotations.js'
import { applyEdits, type Edit, type EditedText } from './edits.js'
import type { ParameterMark, StatementMarks } from './macros.js'

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

/** Above this, none and all fragments stand for the rest, each alone, each left out and each two of them. */
const MAXIMUM_VARIANTS = 128

export function listVariants(keys: readonly string[], order: OrderChoices | undefined): Variant[] {
  const orders: (string | undefined)[] = [undefined, ...(order?.choices.values() ?? [])]
  const isSmall = 2 ** keys.length * orders.length <= MAXIMUM_VARIANTS
  const { few, pairs } = isSmall ? { few: everySubset(keys), pairs: [] } : tellingSubsets(keys)
  return orders.flatMap((text) =>
    // An order may name what stands in a fragment only, so it has to hold without it too.
    (text === undefined ? [...few, ...pairs] : few).map((included): Variant => ({
      included,
      ...(text !== undefined && { order: text }),
    })),
  )
}

/** All of them first. */
function everySubset(keys: readonly string[]): ReadonlySet<string>[] {
  const sets: ReadonlySet<string>[] = []
  for (let bits = 2 ** keys.length - 1; bits >= 0; bits--)
    sets.push(new Set(keys.filter((_, index) => bits & (1 << index))))
  return sets
}

/** `few`: all of them first, none, each left out. `pairs`: each alone, each two of them. */
function tellingSubsets(keys: readonly string[]): Record<'few' | 'pairs', ReadonlySet<string>[]> {
  return {
    few: [new Set(keys), new Set(), ...keys.map((left) => new Set(keys.filter((key) => key !== left)))],
    pairs: [
      ...keys.map((key) => new Set([key])),
      ...keys.flatMap((one, index) => keys.slice(index + 1).map((other) => new Set([one, other]))),
    ],
  }
}

export interface VariantText extends EditedText {
  /** Names in the order of `$1 … $n`. */
  parameters: string[]
}

/** Name of a bare `$n` until it gets a better one. */
const positionalName = (number: number): string => `$${number}`

/** Name by which the parameter of a mark is known: what is written, or that of a bare `$n`. */
export const markName = (mark: ParameterMark): string => mark.name ?? positionalName(mark.number ?? 0)

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
    const name = markName(mark)
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
