import type { AnalysedColumn } from '../analyse/analyse.js'
import type { Edit } from './edits.js'
import type { EmbedMark } from './macros.js'
import type { CompiledEmbed } from './model.js'
import type { SelectItem, SelectList } from './select-list.js'

/**
 * Stars and embeds are followed through the analysis by columns of ours that stand around them: what comes between the two belongs to the star.
 */
const markerPrefix = 'sp:'

export interface StarItem {
  item: SelectItem
  embed?: EmbedMark
  /** Property of an embedded row. */
  name?: string
  /** Of a set operation: in which of its SELECTs, from 0. */
  branch?: number
  /** What the star belongs to, as SQL: `t.`; empty for a bare star. */
  qualifier: string
}

/** The items that stand for several columns. */
export function starItems(text: string, list: SelectList | undefined, embeds: readonly EmbedMark[]): StarItem[] {
  if (!list) return []
  if (list.branches)
    return list.branches.flatMap((items, branch) =>
      items.flatMap((item): StarItem[] => (item.star === undefined ? [] : [{ item, branch, qualifier: item.star }])),
    )
  return list.items.flatMap((item): StarItem[] => {
    const embed = embeds.find((each) => each.start >= item.start && each.end <= item.end)
    if (embed) {
      const alias = aliasOf(text.slice(embed.end, item.end))
      return [{ item, embed, name: alias ?? embed.table, qualifier: `${embed.sql}.` }]
    }
    return item.star === undefined ? [] : [{ item, qualifier: item.star }]
  })
}

function aliasOf(rest: string): string | undefined {
  const match = /^\s*(?:as\s+)?(?:"((?:[^"]|"")+)"|([\p{L}_][\p{L}\p{N}_$]*))\s*$/iu.exec(rest)
  return match?.[1]?.replaceAll('""', '"') ?? match?.[2]?.toLowerCase()
}

export const quoteName = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) && !keywords.has(name) ? name : `"${name.replaceAll('"', '""')}"`

/** Words that cannot stand as a column's name without quotes. */
const keywords = new Set(
  (
    'all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column concurrently ' +
    'constraint create cross current_catalog current_date current_role current_schema current_time current_timestamp current_user default ' +
    'deferrable desc distinct do else end except false fetch for foreign freeze from full grant group having ilike in initially inner ' +
    'intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order ' +
    'outer overlaps placing primary references returning right select session_user similar some symmetric system_user table tablesample then ' +
    'to trailing true union unique user using variadic verbose when where window with'
  ).split(' '),
)

/** Edits that put a marker before and behind each star, but for those of set operations. */
export function markerEdits(stars: readonly StarItem[]): Edit[] {
  return stars.flatMap(({ item, branch, qualifier }, index) =>
    branch === undefined
      ? [
          {
            start: item.start,
            end: item.end,
            text: `NULL AS "${markerPrefix}${index}", ${qualifier}*, NULL AS "${markerPrefix}end"`,
          },
        ]
      : [],
  )
}

/** The same without markers, for a query in which they do not work. */
export function plainEdits(stars: readonly StarItem[]): Edit[] {
  return stars.flatMap(({ item, embed, qualifier }) =>
    embed ? [{ start: item.start, end: item.end, text: `${qualifier}*` }] : [],
  )
}

export interface MarkedColumns {
  columns: AnalysedColumn[]
  /** For each column, the star that it comes from. */
  stars: (number | undefined)[]
}

export function readMarkers(columns: readonly AnalysedColumn[]): MarkedColumns {
  const result: MarkedColumns = { columns: [], stars: [] }
  let star: number | undefined
  for (const column of columns) {
    if (column.name.startsWith(markerPrefix)) {
      const rest = column.name.slice(markerPrefix.length)
      star = rest === 'end' ? undefined : Number(rest)
      continue
    }
    result.columns.push(column)
    result.stars.push(star)
  }
  return result
}

type ShownColumn = Pick<AnalysedColumn, 'name' | 'range'>

/**
 * Edits that write the columns out, so that a column added later does not shift those behind it. Undefined where their names are not certain.
 * @param branches columns of each SELECT of a set operation
 */
export function expansionEdits(
  stars: readonly StarItem[],
  marked: MarkedColumns,
  list: SelectList | undefined,
  branches: readonly (readonly ShownColumn[])[] = [],
): Edit[] | undefined {
  const counted = branches.map((columns, branch) => columnsByItem(list?.branches?.[branch] ?? [], columns))
  const edits: Edit[] = []
  for (const [index, { item, branch, qualifier }] of stars.entries()) {
    const own: readonly ShownColumn[] | undefined =
      branch === undefined
        ? marked.columns.filter((_, column) => marked.stars[column] === index)
        : counted[branch]?.get(item)
    if (!own || own.length === 0) return undefined
    const names = own.map((column) => {
      // A bare star over several tables: each column needs the name of its own.
      const owner = qualifier === '' && column.range !== undefined ? `${quoteName(column.range)}.` : qualifier
      return `${owner}${quoteName(column.name)}`
    })
    edits.push({ start: item.start, end: item.end, text: names.join(', ') })
  }
  return edits
}

/**
 * Which columns each item of a list gives. Markers would have to stand at the same places in all branches of a set operation, so here it is
 * counted: an item is one column, a star what the others leave, and of several stars each the columns of its own table.
 */
function columnsByItem(
  items: readonly SelectItem[],
  columns: readonly ShownColumn[],
): Map<SelectItem, readonly ShownColumn[]> | undefined {
  const stars = items.filter((item) => item.star !== undefined)
  const result = new Map<SelectItem, readonly ShownColumn[]>()
  let position = 0
  for (const item of items) {
    let width = 1
    if (item.star !== undefined) {
      const table = aliasOf(item.star.replace(/\.\s*$/, '').replace(/^.*\./s, ''))
      const others = columns.slice(position).findIndex((column) => column.range !== table)
      width =
        stars.length === 1 ? columns.length - (items.length - 1) : others === -1 ? columns.length - position : others
    }
    result.set(item, columns.slice(position, position + width))
    position += width
  }
  return position === columns.length ? result : undefined
}

/** Which embeds there are, and how a missing row shows. */
export function resolveEmbeds(
  stars: readonly StarItem[],
  marked: MarkedColumns,
): { embeds: CompiledEmbed[]; embedOfStar: Map<number, number> } {
  const embeds: CompiledEmbed[] = []
  const embedOfStar = new Map<number, number>()
  for (const [index, star] of stars.entries()) {
    if (!star.embed) continue
    const own = [...marked.columns.entries()].filter(([column]) => marked.stars[column] === index)
    const nullable = own.some(([, column]) => column.rowMayBeMissing === true)
    const witness = own.find(([, column]) => column.notNullWhenPresent === true)?.[0]
    embedOfStar.set(index, embeds.length)
    embeds.push({
      name: star.name ?? star.embed.table,
      nullable,
      ...(nullable && witness !== undefined && { witness }),
    })
  }
  return { embeds, embedOfStar }
}
