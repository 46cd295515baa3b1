import { MigrateError } from '../error.js'
import { atlas } from './atlas.js'
import { dbmate } from './dbmate.js'
import { flyway } from './flyway.js'
import type { Format, FormatName } from './format.js'
import { golangMigrate } from './golang-migrate.js'
import { goose } from './goose.js'

const formats: Readonly<Record<FormatName, Format>> = { atlas, goose, 'golang-migrate': golangMigrate, dbmate, flyway }

export const formatNames = Object.keys(formats) as FormatName[]

export function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(formats, name)
}

/** Throws SP4018 for a name that is none. */
export function resolveFormat(name: string): Format {
  if (isFormatName(name)) return formats[name]
  throw new MigrateError('SP4018', `unknown dir format "${name}"`, { fix: `Use one of ${formatNames.join(', ')}.` })
}
