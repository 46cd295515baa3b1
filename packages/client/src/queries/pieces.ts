import { minifySql, tokens } from '../sql/lexer.js'
import type { ValueType } from '../values/value-type.js'
import { castOf } from './cast.js'
import type { Edit } from './edits.js'
import type { CompiledSql, SqlPiece } from './model.js'
import type { PreparedQuery } from './prepare.js'
import { markName } from './variants.js'

export interface PieceContext {
  prepared: PreparedQuery
  /** Index of each parameter by its name in the text. */
  parameters: ReadonlyMap<string, number>
  types: ReadonlyMap<string, ValueType>
  /** Of stars and embeds. */
  edits: readonly Edit[]
}

/** A query with optional parts, cut at its parameters and parts. */
export function dynamicSql(context: PieceContext): CompiledSql {
  const { query } = context.prepared
  return { kind: 'dynamic', pieces: piecesBetween(0, query.text.length, context, true) }
}

/** An INSERT cut into what stands before its one row, and the row. Undefined when there is not exactly one. */
export function copySql(context: PieceContext): CompiledSql | undefined {
  const { text } = context.prepared.query
  let depth = 0
  let head = -1
  const rows: { start: number; end: number }[] = []
  for (const token of tokens(text)) {
    if (token.kind === 'space' || token.kind === 'comment') continue
    const part = text.slice(token.start, token.end)
    if (depth === 0 && head === -1 && part.toLowerCase() === 'values') head = token.end
    else if (part === '(') {
      if (depth === 0 && head !== -1) rows.push({ start: token.start, end: token.start })
      depth++
    } else if (part === ')') {
      depth--
      const row = rows.at(-1)
      if (depth === 0 && row) row.end = token.end
    } else if (depth === 0 && head !== -1) return undefined
  }
  const [row] = rows
  if (!row || rows.length > 1) return undefined
  return {
    kind: 'copy',
    head: piecesBetween(0, head, context, false),
    row: piecesBetween(row.start, row.end, context, false),
  }
}

interface Cut {
  start: number
  end: number
  pieces: readonly SqlPiece[]
}

function piecesBetween(start: number, end: number, context: PieceContext, withFragments: boolean): SqlPiece[] {
  const { query, marks, order } = context.prepared
  const cuts: Cut[] = []
  for (const mark of marks.parameters) {
    const name = markName(mark)
    const cast = castOf(context.types.get(name))
    const parameter: SqlPiece[] = [context.parameters.get(name) ?? 0, ...(cast === '' ? [] : [cast])]
    cuts.push({
      start: mark.start,
      end: mark.end,
      pieces: mark.around ? [mark.around[0], ...parameter, mark.around[1]] : parameter,
    })
  }
  for (const edit of context.edits) cuts.push({ ...edit, pieces: [edit.text] })
  if (withFragments) {
    for (const fragment of marks.fragments)
      cuts.push({
        ...fragment,
        pieces: [
          {
            when: context.parameters.get(fragment.key) ?? 0,
            pieces: piecesBetween(fragment.start, fragment.end, context, false),
          },
        ],
      })
    if (order)
      cuts.push({
        ...order,
        pieces: [
          {
            choose: context.parameters.get(order.parameter) ?? 0,
            texts: Object.fromEntries([...order.choices].map(([name, text]) => [name, minifySql(text)])),
            otherwise: minifySql(query.text.slice(order.start, order.end)),
          },
        ],
      })
  }
  const inside = cuts
    .filter((cut) => cut.start >= start && cut.end <= end)
    .toSorted((a, b) => a.start - b.start || b.end - a.end)
  const pieces: SqlPiece[] = []
  let position = start
  const pushText = (until: number): void => {
    const text = minifySql(query.text.slice(position, until))
    if (text !== '') pieces.push(text)
  }
  for (const cut of inside) {
    if (cut.start < position) continue
    pushText(cut.start)
    pieces.push(...cut.pieces)
    position = cut.end
  }
  pushText(end)
  return pieces
}
