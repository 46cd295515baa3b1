import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { MigrateError, messageOf } from '../error.js'
import { readDirectory, renderDirectorySum } from '../directory/directory.js'
import { sumFileName } from '../sum/sum.js'

export interface SumMerge {
  /** Text of the merged atlas.sum. */
  text: string
  /** Files of our side that sort before one of theirs: they need new versions, see `rebaseMigrations`. */
  older: string[]
}

type Files = Readonly<Record<string, string>>

/**
 * Merges atlas.sum. Its hashes are cumulative, so lines cannot be merged: the sum is made anew from the files of both sides.
 *
 * @param base, ours, theirs file names to texts, of the common ancestor and of both sides
 * Throws SP4004 where a file itself is in conflict: changed on both sides in different ways.
 */
export function mergeSums(base: Files, ours: Files, theirs: Files, format: string): SumMerge {
  const files: Record<string, string> = {}
  for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    if (name === sumFileName) continue
    const [before, our, their] = [base[name], ours[name], theirs[name]]
    if (our !== their && our !== before && their !== before)
      throw new MigrateError('SP4004', `${name} was changed on both sides`, {
        file: name,
        why: 'The sum can only be made when it is clear what the file says.',
        fix: 'Resolve the file first, then run `savepoint migrate rebase`.',
      })
    const text = our === before ? their : our
    if (text !== undefined) files[name] = text
  }
  const directory = readDirectory({ files }, { format })
  const added = (side: Files): string[] =>
    directory.members.filter((name) => side[name] !== undefined && base[name] === undefined)
  const ourNew = added(ours).filter((name) => theirs[name] === undefined)
  const lastTheirs = added(theirs).at(-1)
  const place = (name: string): number => directory.members.indexOf(name)
  const older = lastTheirs === undefined ? [] : ourNew.filter((name) => place(name) < place(lastTheirs))
  return { text: renderDirectorySum(directory), older }
}

const git = (...parts: string[]): string =>
  execFileSync('git', parts, { encoding: 'utf8', maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'ignore'] })

function readTree(commit: string, folder: string): Record<string, string> {
  const names = git('ls-tree', '-r', '-z', '--name-only', '--full-tree', commit, '--', `${folder}/`)
    .split('\0')
    .filter(Boolean)
  return Object.fromEntries(names.map((name) => [name.slice(folder.length + 1), git('show', `${commit}:${name}`)]))
}

function findTheirs(): string {
  // `git merge` names the other side only in its environment while drivers run.
  const merging = Object.keys(process.env).find((name) => name.startsWith('GITHEAD_'))
  if (merging) return merging.slice('GITHEAD_'.length)
  for (const name of ['MERGE_HEAD', 'REBASE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD']) {
    try {
      return git('rev-parse', '--verify', '--quiet', name).trim()
    } catch {
      // Another operation is going on; the next name may be its.
    }
  }
  throw new MigrateError('SP4004', 'cannot find the other side of this merge', {
    fix: 'Run `savepoint migrate rebase` after the merge.',
  })
}

/**
 * The git merge driver of atlas.sum, for `driver = savepoint migrate merge-driver %O %A %B %P`. Writes the merged sum to
 * `oursPath`, which is where git takes it from. While drivers run, the files of the other side are not in the work tree yet, so
 * both sides are read from git.
 *
 * @param sumPath path of atlas.sum in the repository (`%P`)
 */
export function runMergeDriver(oursPath: string, sumPath: string, format: string): SumMerge {
  const folder = dirname(sumPath)
  const theirs = findTheirs()
  const base = git('merge-base', 'HEAD', theirs).trim()
  // While a rebase replays a commit, that commit's parent is the ancestor of its changes.
  const ancestor = process.env.GIT_REFLOG_ACTION?.startsWith('rebase') ? git('rev-parse', `${theirs}^`).trim() : base
  try {
    const merged = mergeSums(readTree(ancestor, folder), readTree('HEAD', folder), readTree(theirs, folder), format)
    writeFileSync(oursPath, merged.text)
    return merged
  } catch (error) {
    if (error instanceof MigrateError) throw error
    throw new MigrateError('SP4004', `atlas.sum cannot be merged: ${messageOf(error)}`, { cause: error })
  }
}
