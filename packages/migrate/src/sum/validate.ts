import { MigrateError } from '../error.js'
import { readBytes, type DirectorySource } from '../directory/source.js'
import { computeSum, hashLines, parseSum, type Sum } from './sum.js'
import { sumFileName } from './name.js'

export interface SumMismatch {
  /** Line of atlas.sum, from 1; undefined where the fault has no line. */
  line?: number
  name?: string
  reason?: 'added' | 'edited' | 'removed'
  /** Atlas's own word for it, such as `checksum mismatch`. */
  error: 'checksum mismatch' | 'checksum file not found' | 'checksum file format invalid'
  /** What is likely behind it, in a sentence. */
  explanation?: string
  /** What to do beyond re-hashing. */
  fix?: string
}

/**
 * Compares atlas.sum with the directory.
 *
 * @param text what stands in atlas.sum, undefined where there is none
 * @param computed the directory's sum where it is known already
 * @returns undefined when they agree
 */
export function findMismatch(
  source: DirectorySource,
  members: readonly string[],
  text: string | undefined,
  computed?: Sum,
): SumMismatch | undefined {
  if (text === undefined) return members.length === 0 ? undefined : { error: 'checksum file not found' }
  const stated = parseSum(text)
  if (!stated) return { error: 'checksum file format invalid', ...explainInvalid(text) }
  if (stated.total !== hashLines(stated.lines))
    return {
      error: 'checksum mismatch',
      explanation: 'The first line of atlas.sum does not belong to the lines below it.',
    }
  const actual = computed ?? computeSum(source, members)
  if (actual.total === stated.total) return undefined
  return { error: 'checksum mismatch', ...locate(stated, actual), ...explainLineEnds(source, members, stated) }
}

function locate(stated: Sum, computed: Sum): Pick<SumMismatch, 'line' | 'name' | 'reason'> {
  for (const [index, expected] of stated.lines.entries()) {
    const actual = computed.lines[index]
    if (actual?.name === expected.name && actual.hash === expected.hash) continue
    const at = computed.lines.findIndex((line) => line.name === expected.name)
    if (at < 0) return { line: index + 2, name: expected.name, reason: 'removed' }
    if (at === index) return { line: index + 2, name: expected.name, reason: 'edited' }
    return { line: index + 2, name: actual?.name ?? expected.name, reason: 'added' }
  }
  const added = computed.lines[stated.lines.length]
  return { line: stated.lines.length + 2, ...(added ? { name: added.name } : {}), reason: 'added' }
}

const conflictRE = /^(<{7}|={7}|>{7}|\|{7})/m

function explainInvalid(text: string): Pick<SumMismatch, 'explanation' | 'fix'> {
  if (!conflictRE.test(text)) return {}
  return {
    explanation:
      'atlas.sum holds the markers of a merge conflict: its hashes are cumulative, so two branches that each add a file always collide there.',
    fix: 'Run `savepoint migrate rebase`: your own unapplied files move to the end and the sum is written anew.',
  }
}

function explainLineEnds(
  source: DirectorySource,
  members: readonly string[],
  stated: Sum,
): Pick<SumMismatch, 'explanation' | 'fix'> {
  const hasCrlf = members.filter((name) => readBytes(source, name).includes('\r\n'))
  const fix =
    'Add the lines `*.sql -text` and `atlas.sum -text` to .gitattributes and check the files out again: the sum is over raw bytes.'
  if (hasCrlf.length > 0 && computeSum(source, members, 'lf').total === stated.total)
    return { explanation: `Only line ends differ: CRLF instead of LF in ${hasCrlf.join(', ')}.`, fix }
  if (hasCrlf.length < members.length && computeSum(source, members, 'crlf').total === stated.total) {
    const lf = members.filter((name) => !hasCrlf.includes(name))
    return { explanation: `Only line ends differ: LF instead of CRLF in ${lf.join(', ')}.`, fix }
  }
  // One edited file must not hide a checkout that also turned others around.
  if (hasCrlf.length > 0)
    return {
      explanation: `${hasCrlf.join(', ')} ${hasCrlf.length === 1 ? 'has' : 'have'} CRLF line ends; the sum is over raw bytes.`,
    }
  return {}
}

/** Atlas's text for a mismatch, to the byte; `tool` replaces the command's name in it. */
export function renderMismatch(mismatch: SumMismatch, tool = 'savepoint'): string {
  const place = mismatch.reason ? `\n\tL${mismatch.line}: ${mismatch.name} was ${mismatch.reason}\n\n` : ''
  return `You have a checksum error in your migration directory.\n${place}Please check your migration files and run '${tool} migrate hash' to re-hash the contents\n\n`
}

/** The error for a mismatch. */
export function createSumError(source: DirectorySource, mismatch: SumMismatch): MigrateError {
  const place = mismatch.reason ? `: ${mismatch.name} was ${mismatch.reason}` : ''
  return new MigrateError('SP4004', `${mismatch.error}${place}`, {
    file: source.path ? `${source.path}/${sumFileName}` : sumFileName,
    line: mismatch.line,
    mismatch,
    why: mismatch.explanation ?? 'atlas.sum and the files of the directory do not belong together.',
    fix:
      mismatch.fix ??
      'Bring the files back to what was reviewed, or run `savepoint migrate hash` when the change is meant.',
  })
}
