import type { SourceLocation } from './diagnostic.js'

/**
 * Draws the lines around a place, in the one form that Vite's overlay shows: every line is `N  |  code` or
 * `   |     ^`, and every line ends with a newline (anything else is dropped by its `codeframeRE`).
 *
 * @param text the whole file
 * @param location where to point; only line and column are read
 * @returns the frame, `''` when the line is outside the text
 */
export function createFrame(text: string, location: Pick<SourceLocation, 'line' | 'column'>, context = 2): string {
  const lines = text.split(/\r\n|\n|\r/)
  if (location.line < 1 || location.line > lines.length) return ''
  const first = Math.max(1, location.line - context)
  const last = Math.min(lines.length, location.line + context)
  const width = String(last).length
  let frame = ''
  for (let line = first; line <= last; line++) {
    const code = (lines[line - 1] ?? '').replaceAll('\t', ' ')
    // Numbers stand to the left: the overlay trims the frame, and with it the blanks before the first number.
    frame += `${String(line).padEnd(width)} |  ${code}\n`
    if (line === location.line) frame += `${' '.repeat(width)} |  ${' '.repeat(Math.max(0, location.column - 1))}^\n`
  }
  return frame
}
