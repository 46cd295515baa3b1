import { execFile } from 'node:child_process'
import { generateSqlcSchema } from '@savepoint/client'
import { DiagnosticError, type Diagnostic } from '../diagnostics/index.js'
import type { Plugin } from '../plugin/plugin.js'

export interface SqlcOptions {
  /** Where sqlc's config expects the schema, relative to the root. @default 'db/schema.sql' */
  schema?: string
  /** What runs in the project's root once the schema is written. @default ['sqlc', 'generate'] */
  command?: readonly [string, ...string[]]
}

/**
 * For teams whose Go code sqlc generates: keeps the desired schema as one file for it, and runs it, on every save that
 * changes that file and on `savepoint generate`. What sqlc refuses fails the run, with its words.
 */
export function sqlc({ schema = 'db/schema.sql', command = ['sqlc', 'generate'] }: SqlcOptions = {}): Plugin {
  return {
    name: 'savepoint:sqlc',
    cacheKey: JSON.stringify([schema, command]),
    generate: (catalog) => generateSqlcSchema(catalog, schema),
    async generated({ written, reason }, { root, signal, log }) {
      // Queries are sqlc's own files: only a person who asks knows that they changed.
      if (reason === 'save' && !written.includes(schema)) return
      await run(command, root, signal)
      log('debug', `${command.join(' ')} is done`)
    },
  }
}

function run(
  [program, ...parameters]: readonly [string, ...string[]],
  cwd: string,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, parameters, { cwd, signal, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      if (!error) return resolve()
      const missing = error.code === 'ENOENT'
      const failure: Diagnostic = {
        code: 'SP5004',
        severity: 'error',
        message: `\`${[program, ...parameters].join(' ')}\` ${missing ? 'cannot be run' : 'failed'}`,
        why: missing ? `there is no program ${program}` : (stderr || stdout || error.message).trim(),
        fix: missing
          ? 'install sqlc, or name the program that runs it: sqlc({ command: ["go", "tool", "sqlc", "generate"] })'
          : 'mend what sqlc names; the schema that it read is the one of the schema files',
      }
      reject(new DiagnosticError([failure], { cause: error }))
    })
  })
}
