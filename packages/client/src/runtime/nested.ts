import { readRow } from './index.js'
import type { Query, RawRow, Row } from './query.js'

/** Property, and the column that is NULL when the row is missing; -1: all of its columns are; absent: it is always there. */
export type Embed = readonly [name: string, witness?: number]

/** Reads rows with embedded rows; a row that an outer join did not find is null. */
export function nested(embeds: readonly Embed[]): (query: Query, raw: RawRow) => Row {
  return ({ columns = [] }, raw) => {
    const rows = embeds.map(([, witness], embed): Row | null => {
      const isMissing =
        witness !== undefined &&
        (witness < 0
          ? columns.every((column, index) => column[2] !== embed || raw[index] === null)
          : raw[witness] === null)
      return isMissing ? null : {}
    })
    const row: Row = {}
    for (const [index, column] of columns.entries()) {
      const embed = column[2]
      const embedded = embed === undefined ? undefined : embeds[embed]
      if (embedded && embed !== undefined) row[embedded[0]] = rows[embed]
      const target = embed === undefined ? row : rows[embed]
      if (target) Object.assign(target, readRow({ text: '', columns: [column] }, [raw[index] ?? null]))
    }
    return row
  }
}

/** In development: refuses NULL in columns that a query promised to be not null. */
export function promised(
  columns: readonly number[],
  read: NonNullable<Query['read']> = readRow,
): (query: Query, raw: RawRow) => Row {
  return (query, raw) => {
    for (const index of columns)
      if (raw[index] === null)
        throw new Error(
          `column "${query.columns?.[index]?.[0]}" is NULL, though its query promises @notnull: ${query.text}`,
        )
    return read(query, raw)
  }
}
