import { MigrateError, type MigrateWarning } from '../error.js'
import type { MigrationDirectory } from '../directory/directory.js'
import type { MigrationFile } from '../formats/format.js'
import type { Reconciliation } from './pending.js'

export type ExecutionOrder = 'linear' | 'linear-skip' | 'non-linear'

export interface SelectOptions {
  /** How many files at most. */
  amount?: number | undefined
  /** Up to and including this version. */
  toVersion?: string | undefined
  /**
   * What to do with files older than an applied one: refuse, leave out, or run first.
   * @default `linear`; `non-linear` for dbmate, whose own rule it is
   */
  execOrder?: ExecutionOrder | undefined
}

/** Which files a run applies, in order. Throws SP4015, SP4016, SP4018, SP4019. */
export function selectFiles(
  directory: MigrationDirectory,
  state: Reconciliation,
  options: SelectOptions,
): { files: MigrationFile[]; warnings: MigrateWarning[] } {
  const { amount, toVersion } = options
  const order = options.execOrder ?? (directory.format.name === 'dbmate' ? 'non-linear' : 'linear')
  if (!['linear', 'linear-skip', 'non-linear'].includes(order))
    throw new MigrateError('SP4018', `unknown execution order: "${order}"`, {
      fix: 'Use linear, linear-skip or non-linear.',
    })
  if (amount !== undefined && (!Number.isInteger(amount) || amount < 1))
    throw new MigrateError('SP4018', `cannot apply '${amount}' migration files`, {
      fix: 'Give a number of at least 1.',
    })
  const warnings: MigrateWarning[] = []
  if (state.outOfOrder.length > 0) {
    if (order === 'linear') throw createOrderError(state.outOfOrder)
    const names = state.outOfOrder.map(({ name }) => name).join(', ')
    const what =
      order === 'non-linear'
        ? 'older than an applied migration, runs first'
        : 'left out: older than an applied migration'
    warnings.push({ code: 'SP4019', message: `${names}: ${what}` })
  }
  let files = order === 'non-linear' ? [...state.outOfOrder, ...state.pending] : [...state.pending]
  // What an interrupted run left comes first, whatever the order.
  const partial = state.partial?.direction === 'up' ? state.partial.file : undefined
  if (partial) files = [partial, ...files.filter((file) => file !== partial)]
  if (toVersion !== undefined) files = cutAtVersion(directory, state, files, toVersion)
  if (amount !== undefined) files = files.slice(0, amount)
  refuseForeign(directory, state, files)
  return { files, warnings }
}

export function createOrderError(files: readonly MigrationFile[]): MigrateError {
  const names = files.map(({ name }) => name).join(', ')
  const many = files.length > 1
  return new MigrateError(
    'SP4019',
    `migration file${many ? 's' : ''} ${names} ${many ? 'were' : 'was'} added out of order`,
    {
      file: files[0]?.name,
      why: `${many ? 'Their versions are' : 'Its version is'} lower than one that is applied; some tools would skip ${many ? 'them' : 'it'} without a word.`,
      fix: `Give ${many ? 'them new versions' : 'it a new version'} with \`savepoint migrate rebase ${files.map(({ version }) => version).join(' ')}\`, or run ${many ? 'them' : 'it'} first with \`--exec-order non-linear\`.`,
    },
  )
}

export function findVersion(directory: MigrationDirectory, version: string): MigrationFile {
  const wanted = directory.format.normaliseVersion(version)
  const versioned = directory.files.filter(({ kind }) => kind !== 'repeatable')
  const found = versioned.find((file) => file.version === wanted)
  if (found) return found
  const near = versioned.find((file) => file.version.startsWith(wanted) || file.name.startsWith(version))
  throw new MigrateError(
    'SP4016',
    `migration with version "${version}" not found${near ? `. Did you mean "${near.version}"?` : ''}`,
    {
      fix: 'Take a version from `savepoint migrate ls`.',
    },
  )
}

function cutAtVersion(
  directory: MigrationDirectory,
  state: Reconciliation,
  files: readonly MigrationFile[],
  version: string,
): MigrationFile[] {
  const target = findVersion(directory, version)
  if (state.applied.includes(target)) return []
  return files.filter((file) => directory.format.compare(file.version, target.version) <= 0)
}

/** Go migrations of goose are part of the order: nothing after a pending one may run. */
function refuseForeign(directory: MigrationDirectory, state: Reconciliation, files: readonly MigrationFile[]): void {
  const last = files.at(-1)
  if (!last) return
  const { compare } = directory.format
  for (const { name, version, reason } of directory.skipped) {
    if (version === undefined || state.versions.has(version) || compare(version, last.version) > 0) continue
    throw new MigrateError('SP4015', `${name} is pending and cannot be run: ${reason}`, {
      file: name,
      fix: 'Apply up to it with the tool that has it, or write it as SQL.',
    })
  }
}
