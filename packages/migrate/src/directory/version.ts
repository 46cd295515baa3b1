import type { MigrationFile } from '../formats/format.js'
import type { MigrationDirectory } from './directory.js'

/** UTC time as `YYYYMMDDHHMMSS`. */
export function formatTimestamp(date: Date): string {
  return date.toISOString().replace(/[-:T]/g, '').slice(0, 14)
}

const timestampRE = /^(?:19|20)\d{12}$/
const unixRE = /^1\d{9}$/

/** Digits at the head of a file's name, with their leading zeros. */
const writtenVersion = (file: MigrationFile): string => /\d+/.exec(file.name)?.[0] ?? file.version

/**
 * The version that a new migration gets: after every other one, in the way the directory counts (UTC timestamps, Unix
 * seconds, or numbers of fixed width), timestamps in an empty one.
 *
 * @param count how many versions to make
 * @returns in ascending order
 */
export function createVersions(directory: MigrationDirectory, now: Date, count = 1): string[] {
  const last = directory.files.filter(({ kind }) => kind !== 'repeatable').at(-1)
  const written = last && writtenVersion(last)
  const increment = (text: string, by: number): string => String(BigInt(text) + BigInt(by)).padStart(text.length, '0')
  const after = (next: string): string[] => {
    const first = last && directory.format.compare(directory.format.normaliseVersion(next), last.version) <= 0
    const start = first && written ? increment(written, 1) : next
    return Array.from({ length: count }, (_, index) => increment(start, index))
  }
  if (written === undefined || timestampRE.test(written) || !/^\d+$/.test(written)) return after(formatTimestamp(now))
  if (unixRE.test(written)) return after(String(Math.floor(now.getTime() / 1000)))
  // Atlas compares versions as strings and always takes the time; a lone baseline `1` is common there.
  if (directory.format.name === 'atlas') return after(formatTimestamp(now))
  return after(increment(written, 1))
}

/** A name as it may stand in a file name: letters, digits, `_`, `-` and `.`. */
export function sanitiseName(name: string): string {
  return name
    .trim()
    .replace(/[^\p{L}\p{N}_.-]+/gu, '_')
    .replace(/^_+|_+$/g, '')
}
