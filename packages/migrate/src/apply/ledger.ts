import { messageOf, type MigrateWarning } from '../error.js'
import { collectStatements, type Connection, type ServerError } from '../connection.js'
import type { MigrationDirectory } from '../directory/directory.js'
import type { MigrationFile } from '../formats/format.js'
import { writeNotes, type Progress } from '../revisions/notes.js'
import type { FileRecord, History, RevisionStore } from '../revisions/store.js'
import type { Sum } from '../sum/sum.js'
import { flywayChecksum, type CapturedFile, type TextHash } from './capture.js'

interface LedgerOptions {
  connection: Connection
  directory: MigrationDirectory
  store: RevisionStore
  /** Quoted. */
  table: string
  history: History
  sum: Sum | undefined
  operator: string
  /** Versions that are applied, kept up to date by the ledger. */
  applied: Set<string>
}

interface StepProgress {
  applied: number
  error: string
  errorStatement: string
}

function findNewest(versions: Iterable<string>, compare: (a: string, b: string) => number): string | undefined {
  let newest: string | undefined
  for (const version of versions) if (newest === undefined || compare(version, newest) > 0) newest = version
  return newest
}

/** Writes down what happened: the tool's rows, and in the notes what they have no room for. */
export class Ledger {
  readonly #options: LedgerOptions
  readonly #sumHashes: ReadonlyMap<string, string>
  #partialHashes: string[] = []
  #notesChanged = false
  #newest: string | undefined

  constructor(options: LedgerOptions) {
    this.#options = options
    this.#newest = findNewest(options.applied, options.directory.format.compare)
    this.#sumHashes = new Map(options.sum?.lines.map(({ name, hash }) => [name, hash]))
  }

  /** Whether the notes say that a statement had been sent and its end was not written down. */
  get wasAnnounced(): boolean {
    return this.#options.history.notes.progress?.running === true
  }

  createRecord(file: MigrationFile, total: number, milliseconds: number | undefined): FileRecord {
    const { directory, operator, store } = this.#options
    return {
      file,
      sumHash: this.#sumHashes.get(file.name) ?? '',
      checksum: store.format === 'flyway' ? flywayChecksum(directory.source, file.name) : 0,
      total,
      milliseconds,
      operator,
    }
  }

  /** Before the first statement of a file that runs statement by statement. */
  async begin(captured: CapturedFile): Promise<void> {
    const { connection, store, table } = this.#options
    this.#partialHashes = []
    if (captured.direction === 'down') return
    const record = this.createRecord(captured.file, captured.total, 0)
    if (store.format !== 'golang-migrate') return store.begin(connection, table, record)
    // The dirty mark alone would not tell the next run that nothing of the file is applied yet.
    await connection.query('BEGIN')
    await store.begin(connection, table, record)
    const { file, direction, total } = captured
    await this.#writeProgress(captured, { version: file.version, direction, applied: 0, total, hash: '' })
    await connection.query('COMMIT')
  }

  /** Keeps the hash of the statements so far, for tables that want one per statement. */
  remember(hash: TextHash): void {
    if (this.#options.store.countsStatements) this.#partialHashes.push(hash.digest())
  }

  /** A statement that cannot run in a transaction is about to be sent. */
  async announce(captured: CapturedFile, progress: StepProgress, hash: TextHash, always = false): Promise<void> {
    // Atlas's own columns cannot say it, but most statements can be looked up in the catalog afterwards.
    if (this.#countsItself(captured) && !always) return
    await this.#writeProgress(captured, { ...this.#progressOf(captured, progress, hash), running: true })
  }

  async progress(captured: CapturedFile, progress: StepProgress, hash: TextHash): Promise<void> {
    const { connection, store, table } = this.#options
    if (!this.#countsItself(captured)) {
      await this.#writeProgress(captured, this.#progressOf(captured, progress, hash))
      return
    }
    const record = this.createRecord(captured.file, captured.total, 0)
    await store.progress(connection, table, record, { ...progress, partialHashes: this.#partialHashes })
  }

  async fail(captured: CapturedFile, { applied, error, errorStatement }: StepProgress): Promise<void> {
    const { connection, store, table, history } = this.#options
    try {
      if (this.#countsItself(captured)) {
        const record = this.createRecord(captured.file, captured.total, 0)
        const partialHashes = this.#partialHashes.slice(0, applied)
        await store.progress(connection, table, record, { applied, error, errorStatement, partialHashes })
      } else if (history.notes.progress?.running) {
        const { running: _running, ...rest } = history.notes.progress
        await this.#writeProgress(captured, rest)
      }
    } catch {
      // The statement's own failure is the one that is reported; the row says less then, never more.
    }
  }

  /**
   * The file is done, or undone: its row, and the notes where they changed.
   * @param end sent in the same round trip
   */
  async finish(captured: CapturedFile, milliseconds: number, end: 'COMMIT' | undefined): Promise<void> {
    const { connection: session } = this.#options
    if (end === undefined) return this.#finish(session, captured, milliseconds)
    const { connection, statements } = collectStatements()
    await this.#finish(connection, captured, milliseconds)
    await session.query([...statements, end].join(';\n'))
  }

  /** What `finish` would run, for a caller that sends it together with the file's own statements. */
  async collectFinish(captured: CapturedFile): Promise<string[]> {
    const { connection, statements } = collectStatements()
    await this.#finish(connection, captured, undefined)
    return statements
  }

  async #finish(connection: Connection, captured: CapturedFile, milliseconds: number | undefined): Promise<void> {
    const { store, table, history, applied, directory } = this.#options
    const { file, direction } = captured
    const record = this.createRecord(file, captured.total, milliseconds)
    const { compare } = directory.format
    const isNewest = this.#newest === undefined || compare(file.version, this.#newest) >= 0
    if (direction === 'up') {
      await store.finish(connection, table, record, isNewest)
      if (file.kind !== 'repeatable') applied.add(file.version)
      if (isNewest) this.#newest = file.version
    } else {
      applied.delete(file.version)
      if (isNewest) this.#newest = findNewest(applied, compare)
      await store.remove(connection, table, record, this.#newest)
    }
    const hadProgress = history.notes.progress !== undefined
    delete history.notes.progress
    this.#noteContent(captured)
    // One comment at the end of the run is enough, unless it would tell of a progress that is over, or golang-migrate's
    // row alone cannot tell that an older file ran.
    if (hadProgress || (store.format === 'golang-migrate' && direction === 'up' && !isNewest))
      await this.writeNotes(connection)
  }

  /**
   * Writes the notes where they are not what the table's comment says.
   * @returns what is lost where the role may not write a comment: everything that had to be done is done by then
   */
  async flush(): Promise<MigrateWarning | undefined> {
    if (!this.#notesChanged) return undefined
    try {
      await this.writeNotes()
      return undefined
    } catch (error) {
      // insufficient_privilege: only its owner comments on a table.
      if ((error as ServerError).code !== '42501') throw error
      return {
        code: 'SP4021',
        message: `edited migrations will not be noticed: the role does not own ${this.#options.table}`,
        why: messageOf(error),
        fix: 'Run migrations as the owner of the table.',
      }
    }
  }

  noteScripts(hash: string): void {
    const { notes } = this.#options.history
    if (notes.scripts === hash) return
    notes.scripts = hash
    this.#notesChanged = true
  }

  async writeNotes(connection: Connection = this.#options.connection): Promise<void> {
    const { table, history } = this.#options
    await writeNotes(connection, table, history.notes, history.foreignComment)
    this.#notesChanged = false
  }

  #noteContent({ file, direction, contentHash }: CapturedFile): void {
    const { history, store, applied } = this.#options
    // Atlas and Flyway keep a hash of their own.
    if (store.format === 'atlas' || store.format === 'flyway') return
    const isFirst = history.notes.hashes === undefined || !this.#notesChanged
    const hashes = (history.notes.hashes ??= {})
    // What golang-migrate's row implies, such as what the real tool ran; the content of it is not known.
    if (store.format === 'golang-migrate' && isFirst) for (const version of applied) hashes[version] ??= ''
    if (direction === 'up') hashes[file.version] = contentHash.slice(0, 12)
    else delete hashes[file.version]
    if (store.format === 'golang-migrate') {
      if (this.#newest === undefined) delete history.notes.upTo
      else history.notes.upTo = this.#newest
    }
    this.#notesChanged = true
  }

  #countsItself(captured: CapturedFile): boolean {
    return this.#options.store.countsStatements && captured.direction === 'up'
  }

  #progressOf(captured: CapturedFile, progress: StepProgress, hash: TextHash): Progress {
    const { file, direction, total } = captured
    return { version: file.version, direction, applied: progress.applied, total, hash: hash.digest() }
  }

  async #writeProgress(captured: CapturedFile, progress: Progress): Promise<void> {
    this.#options.history.notes.progress = progress
    await this.writeNotes()
  }
}
