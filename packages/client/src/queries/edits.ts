export interface Edit {
  start: number
  end: number
  text: string
}

export interface EditedText {
  text: string
  /** The offset in the original of an offset in `text`. */
  toOriginal(offset: number): number
}

/**
 * Replaces ranges of a text and remembers where everything came from.
 * @param edits must not overlap, except that one may lie wholly inside another, which then wins
 */
export function applyEdits(original: string, edits: readonly Edit[]): EditedText {
  const sorted = edits.toSorted((a, b) => a.start - b.start || b.end - a.end)
  const segments: { at: number; original: number; verbatim: boolean }[] = []
  let text = ''
  let position = 0
  for (const edit of sorted) {
    if (edit.start < position) continue
    segments.push({ at: text.length, original: position, verbatim: true })
    text += original.slice(position, edit.start)
    segments.push({ at: text.length, original: edit.start, verbatim: false })
    text += edit.text
    position = edit.end
  }
  segments.push({ at: text.length, original: position, verbatim: true })
  text += original.slice(position)
  return {
    text,
    toOriginal(offset) {
      const segment = segments.findLast((each) => each.at <= offset)
      if (!segment) return 0
      return segment.verbatim ? segment.original + offset - segment.at : segment.original
    },
  }
}
