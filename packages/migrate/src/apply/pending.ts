import { MigrateError } from '../error.js'
import type { MigrationDirectory } from '../directory/directory.js'
import type { Direction, MigrationFile } from '../formats/format.js'
import type { History, Revision } from '../revisions/store.js'

/** A file that ran in part, outside a transaction. */
export interface PartialFile {
  file: MigrationFile
  direction: Direction
  applied: number
  total: number
  /** Hash over the applied statements: of each prefix for Atlas, else of the whole. */
  hashes: readonly string[]
  error?: string
  errorStatement?: string
  /** Whether the statement after the applied ones had been sent and its end was never written down. */
  running: boolean
}

/** The directory and the history side by side. */
export interface Reconciliation {
  /** Files of the directory that are applied, in the directory's order. */
  applied: readonly MigrationFile[]
  /** Files that are not, and that come after every applied one; the partial one first. */
  pending: readonly MigrationFile[]
  /** Files that are not, and that come before an applied one. */
  outOfOrder: readonly MigrationFile[]
  /** Versions of the history without a file. */
  missing: readonly Revision[]
  partial?: PartialFile
  /** Every version that the history has. */
  versions: ReadonlySet<string>
  /** The newest applied version. */
  current?: string
}

/** Reads what a file says of itself; only asked where checkpoints matter. */
const isCheckpoint = (directory: MigrationDirectory, file: MigrationFile): boolean =>
  directory.format.options(directory.source, file, 'up').checkpoint !== undefined

/** Versions that golang-migrate's single row and our notes together say are applied. */
function expandSingleRow(directory: MigrationDirectory, history: History): Revision[] {
  const { current, notes } = history
  const { compare } = directory.format
  if (current === undefined || current.startsWith('-')) return []
  const known = notes.hashes
  const upTo = notes.upTo
  const isApplied = (version: string): boolean => {
    if (compare(version, current) > 0) return false
    // Of a file that a run ended in nobody knows; it is told as dirty, never as applied.
    if (history.dirty && version === current) return notes.progress?.version === version
    // What the real tool ran after our last run is not in the notes; what is older than that run and not there never ran.
    return !known || upTo === undefined || compare(version, upTo) > 0 || version in known
  }
  const revisions = directory.files
    .filter(({ version }) => isApplied(version))
    .map(({ version, description }): Revision => ({ version, description, state: 'applied' }))
  if (!directory.files.some(({ version }) => version === current))
    revisions.push({ version: current, description: '', state: 'applied' })
  return revisions
}

const key = (file: { version: string; description: string }): string => file.version || `R ${file.description}`

/** Compares directory and history. Pure but for checkpoint directives, which are read from the files. */
export function reconcile(directory: MigrationDirectory, history: History): Reconciliation {
  const { format, files } = directory
  const revisions = format.name === 'golang-migrate' ? expandSingleRow(directory, history) : history.revisions
  const byVersion = new Map(
    revisions.map((revision) => [
      revision.version ? format.normaliseVersion(revision.version) : key(revision),
      revision,
    ]),
  )
  const versioned = files.filter(({ kind }) => kind !== 'repeatable')
  const names = new Set([...files.map(key), ...directory.skipped.map(({ version }) => version ?? '')])
  const missing = revisions.filter(
    ({ version, state }) => version !== '' && state !== 'baseline' && !names.has(format.normaliseVersion(version)),
  )
  const newest = revisions
    .filter(({ version }) => version !== '')
    .reduce<Revision | undefined>(
      (best, one) => (best && format.compare(best.version, one.version) >= 0 ? best : one),
      undefined,
    )
  const partial = findPartial(directory, history, byVersion, newest)
  const start = firstCovered(directory, versioned, revisions)
  const applied: MigrationFile[] = []
  const pending: MigrationFile[] = []
  const outOfOrder: MigrationFile[] = []
  for (const [index, file] of versioned.entries()) {
    const isPartial = partial?.file === file
    if (byVersion.has(file.version) && !isPartial) applied.push(file)
    else if (isPartial && partial.direction === 'up') pending.push(file)
    else if (isPartial) applied.push(file)
    else if (index < start) continue
    else if (file.kind === 'baseline' && (newest || file !== versioned[start])) continue
    // With rows, a checkpoint has nothing to add: what it sums up is applied.
    else if (newest && format.name === 'atlas' && isCheckpoint(directory, file)) continue
    else if (newest && format.compare(file.version, newest.version) < 0) outOfOrder.push(file)
    else pending.push(file)
  }
  return {
    applied,
    pending,
    outOfOrder,
    missing,
    versions: new Set(byVersion.keys()),
    ...(partial ? { partial } : {}),
    ...(newest ? { current: newest.version } : {}),
  }
}

/** Index of the first file that the history does not cover by a baseline or a checkpoint. */
function firstCovered(
  directory: MigrationDirectory,
  versioned: readonly MigrationFile[],
  revisions: readonly Revision[],
): number {
  const { format } = directory
  if (revisions.length === 0) {
    if (format.name === 'flyway')
      return Math.max(
        0,
        versioned.findLastIndex(({ kind }) => kind === 'baseline'),
      )
    if (format.name !== 'atlas') return 0
    return Math.max(
      0,
      versioned.findLastIndex((file) => isCheckpoint(directory, file)),
    )
  }
  const baseline = revisions.find(({ state }) => state === 'baseline')
  const first = format.name === 'atlas' ? revisions[0] : baseline
  if (!first) return 0
  const at = versioned.findIndex(({ version }) => version === first.version)
  const file = versioned[at]
  const covers = first === baseline || (file !== undefined && isCheckpoint(directory, file))
  if (!covers) return 0
  return at >= 0 ? at : versioned.filter(({ version }) => format.compare(version, first.version) <= 0).length
}

function findPartial(
  directory: MigrationDirectory,
  history: History,
  byVersion: ReadonlyMap<string, Revision>,
  newest: Revision | undefined,
): PartialFile | undefined {
  const { progress } = history.notes
  if (progress) {
    const file = directory.files.find(({ version }) => version === progress.version)
    const { direction, applied, total, hash, running = false } = progress
    if (file) return { file, direction, applied, total, hashes: [hash], running }
  }
  const revision = newest && byVersion.get(directory.format.normaliseVersion(newest.version))
  if (revision?.state !== 'partial') return undefined
  const { version, applied = 0, total = 0, partialHashes = [], error, errorStatement } = revision
  const file = directory.files.find((one) => one.version === version)
  if (!file)
    throw new MigrateError('SP4022', `version ${version} is partially applied, but no file has it`, {
      why: `${applied} of ${total} statements ran.`,
      fix: 'Bring the file back, or say what is applied with `savepoint migrate set VERSION`.',
    })
  return {
    file,
    direction: 'up',
    applied,
    total,
    hashes: partialHashes,
    // Atlas's row does not say whether the next statement was sent; after a failure it was, and did nothing.
    running: !error,
    ...(error ? { error } : {}),
    ...(errorStatement ? { errorStatement } : {}),
  }
}

/** Repeatable files of Flyway whose text is another one than the last that ran. */
export function pendingRepeatables(
  directory: MigrationDirectory,
  history: History,
  checksum: (file: MigrationFile) => number,
): MigrationFile[] {
  const rows = new Map(history.revisions.map((revision) => [key(revision), revision]))
  return directory.files.filter(
    (file) => file.kind === 'repeatable' && rows.get(key(file))?.hash !== String(checksum(file)),
  )
}
