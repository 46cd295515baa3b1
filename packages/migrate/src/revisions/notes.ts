import { quoteLiteral, type Connection } from '../connection.js'
import type { Direction } from '../formats/format.js'

/**
 * What Savepoint has to remember and the tool's own table has no room for. It stands in the comment of that table:
 * no column and no table is added, and the tool never looks there.
 */
export interface Notes {
  /** Content hash of each applied migration, by version. */
  hashes?: Record<string, string>
  /** A file that is being run outside a transaction, statement by statement. */
  progress?: Progress
  /** Hash of the pre and post scripts that ran last. */
  scripts?: string
  /** golang-migrate: the version that `hashes` is complete up to. */
  upTo?: string
}

export interface Progress {
  version: string
  direction: Direction
  /** How many statements are applied. */
  applied: number
  total: number
  /** Over the texts of the applied statements. */
  hash: string
  /** Whether the next statement had been sent when this was written. */
  running?: boolean
}

const mark = 'savepoint: '

/** @returns the notes, and the text of a comment that somebody else wrote before them */
export function parseNotes(comment: string | null | undefined): { notes: Notes; foreign: string } {
  const at = comment?.lastIndexOf(mark) ?? -1
  if (!comment || at < 0) return { notes: {}, foreign: comment ?? '' }
  const foreign = comment.slice(0, at).trimEnd()
  try {
    return { notes: JSON.parse(comment.slice(at + mark.length)) as Notes, foreign }
  } catch {
    // Somebody wrote into our line: the notes are gone, and all that hangs on them is told as unknown.
    return { notes: {}, foreign: comment }
  }
}

export async function writeNotes(connection: Connection, table: string, notes: Notes, foreign: string): Promise<void> {
  const ours = Object.keys(notes).length > 0 ? mark + JSON.stringify(notes) : ''
  const text = [foreign, ours].filter(Boolean).join('\n')
  await connection.query(`COMMENT ON TABLE ${table} IS ${text === '' ? 'NULL' : quoteLiteral(text)}`)
}
