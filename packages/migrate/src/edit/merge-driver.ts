import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { MigrateError, messageOf } from '../error.js'
import { readDirectory } from '../directory/directory.js'
import { renderDirectorySum } from '../directory/checksum.js'
import { sumFileName } from '../sum/name.js'

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

interface OtherSide {
  commit: string
  /** A single commit is being replayed (rebase, cherry-pick): its parent is the ancestor of its changes. */
  picked: boolean
}

function resolveCommit(name: string): string | undefined {
  try {
    return git('rev-parse', '--verify', '--quiet', `${name}^{commit}`).trim()
  } catch {
    // Not a commit of this repository; another way may name the other side.
    return undefined
  }
}

/** Git tells a driver nothing of the other side but a label, and that only since 2.44; before, its own files have to do. */
function findOtherSide(label: string | undefined): OtherSide {
  const merging = Object.keys(process.env).find((name) => name.startsWith('GITHEAD_'))
  if (merging) return { commit: merging.slice('GITHEAD_'.length), picked: false }
  const [, abbreviated] = /^([0-9a-f]{7,}) \(/.exec(label ?? '') ?? []
  const fromLabel = abbreviated && resolveCommit(abbreviated)
  if (fromLabel) return { commit: fromLabel, picked: true }
  const done = git('rev-parse', '--git-path', 'rebase-merge/done').trim()
  const replayed = existsSync(done) ? /\S+ ([0-9a-f]+)[^\n]*\s*$/.exec(readFileSync(done, 'utf8'))?.[1] : undefined
  if (replayed) return { commit: replayed, picked: true }
  for (const name of ['REBASE_HEAD', 'CHERRY_PICK_HEAD']) {
    const commit = resolveCommit(name)
    if (commit) return { commit, picked: true }
  }
  const other = resolveCommit('MERGE_HEAD') ?? (label && resolveCommit(label))
  if (other) return { commit: other, picked: false }
  throw new MigrateError('SP4004', 'cannot find the other side of this merge', {
    fix: 'Run `savepoint migrate rebase` after the merge.',
  })
}

/**
 * The git merge driver of atlas.sum, for `driver = savepoint migrate merge-driver %O %A %B %P %Y`. Writes the merged sum to
 * `oursPath`, which is where git takes it from. While drivers run, the files of the other side are not in the work tree yet,
 * so both sides are read from git.
 *
 * @param oursPath `%A`
 * @param sumPath path of atlas.sum in the repository, `%P`
 * @param label `%Y`
 */
export function runMergeDriver(oursPath: string, sumPath: string, format: string, label?: string): SumMerge {
  try {
    const folder = dirname(sumPath)
    const { commit, picked } = findOtherSide(label)
    const base = picked ? git('rev-parse', `${commit}^`).trim() : git('merge-base', 'HEAD', commit).trim()
    const merged = mergeSums(readTree(base, folder), readTree('HEAD', folder), readTree(commit, folder), format)
    writeFileSync(oursPath, merged.text)
    return merged
  } catch (error) {
    if (error instanceof MigrateError) throw error
    throw new MigrateError('SP4004', `atlas.sum cannot be merged: ${messageOf(error)}`, { cause: error })
  }
}
