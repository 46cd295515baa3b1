import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DiagnosticError } from '../diagnostics/index.js'

/**
 * Finds a package that a project installs only if it wants a certain kind of server: in the project, or beside Savepoint.
 *
 * @returns path of its entry
 * @throws SP2006 with the command that installs it
 */
export function resolveOptionalPackage(name: string, root: string, setting: string): string {
  let cause: unknown
  for (const from of [join(root, 'package.json'), import.meta.url]) {
    try {
      return createRequire(from).resolve(name)
    } catch (error) {
      cause ??= error
    }
  }
  throw new DiagnosticError(
    [
      {
        code: 'SP2006',
        severity: 'error',
        message: `\`${setting}\` needs the package ${name}, which is not installed in ${root}`,
        fix: `npm install --save-dev ${name}`,
      },
    ],
    { cause },
  )
}

/** Imports the entry that `resolveOptionalPackage` found. */
export async function importEntry(entry: string): Promise<Record<string, unknown>> {
  const loaded: Record<string, unknown> = await import(pathToFileURL(entry).href)
  return loaded
}
