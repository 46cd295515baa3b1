import type { Query } from './query.js'

/** Text, the index of a value, a part that is there when a value is, or a text chosen by a value. Nothing of a value gets into the text. */
export type Piece = string | number | OptionalPiece | ChosenPiece

export interface OptionalPiece {
  readonly when: number
  readonly pieces: readonly Piece[]
}

export interface ChosenPiece {
  readonly choose: number
  readonly texts: Readonly<Record<string, string>>
  readonly otherwise: string
}

export interface DynamicQuery extends Omit<Query, 'text'> {
  pieces: readonly Piece[]
}

/**
 * Puts the parts of a query together that the arguments ask for. A part is in when its value is not undefined: `false` and NULL are values that a part can compare with.
 *
 * @returns the query, and its values in the order of `$1 … $n`
 */
export function assemble(
  { pieces, ...query }: DynamicQuery,
  values: readonly unknown[],
): [query: Query, values: unknown[]] {
  const used: number[] = []
  const text = (list: readonly Piece[]): string =>
    list
      .map((piece) => {
        if (typeof piece === 'string') return piece
        if (typeof piece === 'number') {
          if (!used.includes(piece)) used.push(piece)
          return `$${used.indexOf(piece) + 1}`
        }
        if ('choose' in piece) {
          const key = values[piece.choose]
          return (typeof key === 'string' && Object.hasOwn(piece.texts, key) && piece.texts[key]) || piece.otherwise
        }
        return values[piece.when] === undefined ? '' : text(piece.pieces)
      })
      .join(' ')
  return [{ ...query, text: text(pieces) }, used.map((index) => values[index])]
}
