import { createHash } from 'node:crypto'
import { readBytes, type DirectorySource } from '../directory/source.js'
import { isIgnored } from './ignore.js'

export interface SumLine {
  name: string
  /** Base64 without `h1:`; cumulative over all earlier members. */
  hash: string
}

export interface Sum {
  /** Hash of the whole directory, base64 without `h1:`. */
  total: string
  lines: SumLine[]
}

/** How line ends are treated before hashing; anything but `raw` is for diagnosis only. */
export type LineEnds = 'raw' | 'lf' | 'crlf'

function convert(bytes: Buffer, ends: LineEnds): Buffer {
  if (ends === 'raw') return bytes
  const lf = bytes.toString('latin1').replaceAll('\r\n', '\n')
  return Buffer.from(ends === 'lf' ? lf : lf.replaceAll('\n', '\r\n'), 'latin1')
}

// Enough for any first line that can hold the directive and far below the size of a piece.
const headLength = 4096

/**
 * Computes the sum of a directory's members, byte for byte as Atlas does: names and contents run into one
 * SHA-256, of which each line is a snapshot; the total is over the lines.
 *
 * @param members names in the format's order
 * @param contents receives the hash of each member's own bytes, ignored ones too
 */
export function computeSum(
  source: DirectorySource,
  members: readonly string[],
  ends: LineEnds = 'raw',
  contents?: Map<string, string>,
): Sum {
  const running = createHash('sha256')
  const lines: SumLine[] = []
  for (const name of members) {
    running.update(name)
    if (ends !== 'raw') {
      const bytes = convert(readBytes(source, name), ends)
      if (isIgnored(bytes.subarray(0, headLength).toString())) continue
      running.update(bytes)
    } else {
      const reader = source.open(name)
      try {
        const own = contents && createHash('sha256')
        let ignored = false
        let first = true
        for (let piece = reader.read(); piece; piece = reader.read()) {
          if (first) ignored = isIgnored(Buffer.from(piece.subarray(0, headLength)).toString())
          first = false
          own?.update(piece)
          if (!ignored) running.update(piece)
          else if (!own) break
        }
        if (own) contents.set(name, own.digest('base64'))
        if (ignored) continue
      } finally {
        reader.close()
      }
    }
    lines.push({ name, hash: running.copy().digest('base64') })
  }
  return { total: hashLines(lines), lines }
}

/** The directory hash that belongs to the lines. */
export function hashLines(lines: readonly SumLine[]): string {
  const total = createHash('sha256')
  for (const { name, hash } of lines) total.update(name).update(hash)
  return total.digest('base64')
}

/** Text of atlas.sum. */
export function serialiseSum(sum: Sum): string {
  return `h1:${sum.total}\n${sum.lines.map(({ name, hash }) => `${name} h1:${hash}\n`).join('')}`
}

/**
 * Reads atlas.sum.
 * @returns undefined where the text is not in the file's format (a line without `h1:`, such as a conflict marker);
 * the stated total is returned as it stands, it may not fit the lines
 */
export function parseSum(text: string): Sum | undefined {
  const [first = '', ...rest] = text.split('\n').map((line) => line.replace(/\r$/, ''))
  if (rest.at(-1) === '') rest.pop()
  const lines: SumLine[] = []
  for (const line of rest) {
    const at = line.indexOf('h1:')
    if (at < 0) return undefined
    lines.push({ name: line.slice(0, at).trim(), hash: line.slice(at + 3) })
  }
  return { total: first.replace(/^h1:/, ''), lines }
}
