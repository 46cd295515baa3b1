import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { UsageError } from './usage.js'

const run = promisify(execFile)

/**
 * Names of the files that a folder has at a branch or commit, relative to the folder.
 *
 * @throws UsageError where there is no git repository or no such commit
 */
export async function listNamesAt(ref: string, folder: string): Promise<string[]> {
  const output = await git(folder, 'ls-tree', '-r', '--name-only', '-z', ref, '.')
  return output.split('\0').filter(Boolean)
}

/** The commit that two branches have in common. */
export async function findMergeBase(folder: string, a: string, b: string): Promise<string> {
  return (await git(folder, 'merge-base', a, b)).trim()
}

/** Whether a name such as `MERGE_HEAD` means a commit now. */
export async function hasCommit(folder: string, ref: string): Promise<boolean> {
  return git(folder, 'rev-parse', '--verify', '--quiet', `${ref}^{commit}`).then(
    () => true,
    () => false,
  )
}

async function git(folder: string, ...args: string[]): Promise<string> {
  try {
    // A ref is data of the command line and must not be taken for an option.
    const { stdout } = await run('git', args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 })
    return stdout
  } catch (error) {
    const words = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
    throw new UsageError(`git ${args[0]} failed: ${words}`)
  }
}
