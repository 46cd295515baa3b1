/** Turns the text form of a value into what the documentation promises, and back. */
export interface Codec<Output, Input = Output> {
  decode(text: string): Output
  encode(value: Input): string
}

/** What a driver gives for a row, in the text form. */
export type RawRow = readonly (string | null)[]
export type Row = Record<string, unknown>

/** Name, codec (absent: the text itself is the value), and the number of the embedded row that the column belongs to. */
export type ResultColumn = readonly [
  name: string,
  codec?: Pick<Codec<unknown, never>, 'decode'> | undefined,
  embed?: number,
]

/** A query as generated modules hold it. */
export interface Query {
  text: string
  /** For a prepared statement: a hash of everything that the statement depends on, so that one name never has two texts. */
  name?: string
  columns?: readonly ResultColumn[]
  /** Reads rows that are more than one value per column: see `nested`. */
  read?: (query: Query, raw: RawRow) => Row
}
