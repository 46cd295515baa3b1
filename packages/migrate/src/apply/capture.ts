import { createHash, type Hash } from 'node:crypto'
import { MigrateError } from '../error.js'
import type { DirectorySource } from '../directory/source.js'
import type { MigrationDirectory } from '../directory/directory.js'
import type { Direction, FileOptions, MigrationFile } from '../formats/format.js'
import { crc32 } from '../lock/keys.js'
import { decodeText, splitLines, type Statement } from '../scanner/text.js'
import { classifyStatement } from './statement-kind.js'

// Files up to this size are held, so that an editor cannot change them between check and use; larger ones are streamed.
const heldLimit = 4 << 20

/** A migration read once from end to end: its faults are known before the first statement runs. */
export interface CapturedFile {
  file: MigrationFile
  direction: Direction
  options: FileOptions
  /** How many statements. */
  total: number
  /** Whether some statement cannot run inside a transaction block. */
  hasOutside: boolean
  /** Whether the file opens or closes transactions itself. */
  controlsTransactions: boolean
  /** Base64 of SHA-256 of the file's bytes. */
  contentHash: string
  statements(): Iterable<Statement>
  /** Throws SP4024 where the file is another one by now. */
  verifyUnchanged(): void
}

function hashBytes(source: DirectorySource, name: string, keep?: Uint8Array[]): string {
  const hash = createHash('sha256')
  const reader = source.open(name)
  let size = 0
  try {
    for (let piece = reader.read(); piece; piece = reader.read()) {
      hash.update(piece)
      size += piece.length
      if (keep && size > heldLimit) keep.length = 0
      else keep?.push(piece)
    }
  } finally {
    reader.close()
  }
  if (size > heldLimit && keep) keep.length = 0
  return hash.digest('base64')
}

/** The source with one file's bytes as they were read. */
function withHeld(source: DirectorySource, held: string, pieces: readonly Uint8Array[]): DirectorySource {
  return {
    ...source,
    open(name) {
      if (name !== held) return source.open(name)
      let index = 0
      return { read: () => pieces[index++], close() {} }
    },
  }
}

export function changedWhileApplied(name: string): MigrateError {
  return new MigrateError('SP4024', `${name} changed while it was applied`, {
    file: name,
    why: 'What was checked at the beginning is not what stands there now.',
    fix: 'Run `savepoint migrate validate`, then apply again.',
  })
}

/**
 * Reads a migration.
 * @param expectedHash of its bytes, where it was checked before; SP4024 where it differs
 */
export function captureFile(
  directory: MigrationDirectory,
  file: MigrationFile,
  direction: Direction,
  expectedHash?: string,
): CapturedFile {
  const { format, source } = directory
  const name = direction === 'up' ? file.name : (file.down ?? file.name)
  const pieces: Uint8Array[] = []
  const contentHash = hashBytes(source, name, pieces)
  if (expectedHash !== undefined && contentHash !== expectedHash) throw changedWhileApplied(name)
  const held = pieces.length > 0
  const captured = held ? withHeld(source, name, pieces) : source
  const options = format.options(captured, file, direction)
  const statements: Statement[] = []
  let total = 0
  let hasOutside = false
  let controlsTransactions = false
  for (const statement of format.statements(captured, file, direction)) {
    total++
    if (held) statements.push(statement)
    const kind = classifyStatement(statement.text)
    hasOutside ||= kind === 'outside'
    controlsTransactions ||= kind === 'begin' || kind === 'commit'
  }
  return {
    file,
    direction,
    options,
    total,
    hasOutside,
    controlsTransactions,
    contentHash,
    statements: () => (held ? statements : format.statements(source, file, direction)),
    verifyUnchanged() {
      if (!held && hashBytes(source, name) !== contentHash) throw changedWhileApplied(name)
    },
  }
}

/** Runs over statement texts as Atlas's partial hashes do. */
export class TextHash {
  readonly #hash: Hash = createHash('sha256')

  add(text: string): void {
    this.#hash.update(text)
  }

  /** With `h1:`. */
  digest(): string {
    return `h1:${this.#hash.copy().digest('base64')}`
  }
}

/** Flyway's checksum: CRC-32 over the lines without their ends, a byte-order mark left out, as signed 32-bit. */
export function flywayChecksum(source: DirectorySource, name: string): number {
  let crc = 0
  for (const { line, number } of splitLines(decodeText(source.open(name), name)))
    crc = crc32(Buffer.from(number === 1 ? line.replace(/^\uFEFF/, '') : line), crc)
  return crc | 0
}
