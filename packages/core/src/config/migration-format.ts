import { DiagnosticError } from '../diagnostics/index.js'
import { suggestNearest } from '../diagnostics/suggestion.js'
import type { MigrationFormat } from './config.js'

export const migrationFormats = [
  'atlas',
  'goose',
  'golang-migrate',
  'dbmate',
  'flyway',
] as const satisfies MigrationFormat[]

/**
 * The format of a name, as `?format=` and `--dir-format` give it.
 *
 * @param setting the setting that holds it, which the message then begins with
 * @throws DiagnosticError SP5002 with the names that are known
 */
export function readMigrationFormat(name: string, setting?: string): MigrationFormat {
  const format = migrationFormats.find((known) => known === name)
  if (format) return format
  const nearest = suggestNearest(name, migrationFormats)
  throw new DiagnosticError([
    {
      code: 'SP5002',
      severity: 'error',
      message: `${setting ? `${setting}: ` : ''}there is no migration format "${name}"`,
      fix: `${nearest ? `Did you mean ${nearest}? ` : ''}Write one of ${migrationFormats.join(', ')}.`,
    },
  ])
}
