import type { MigrateError } from '../error.js'
import { postgresScanner } from '../scanner/postgres.js'
import {
  compareNumbers,
  createFormatError,
  membersByEnding,
  type Format,
  type MigrationFile,
  type SkippedFile,
} from './format.js'
import { renderReverse, renderStatements, scanFile } from './statement-text.js'

const fileRE = /^([0-9]+)_(.*)\.(down|up)\.(.*)$/

/** Pairs of golang-migrate: `<number>_<name>.up.sql` and `.down.sql`. */
export const golangMigrate: Format = {
  name: 'golang-migrate',
  recursive: false,
  members: (entries) => membersByEnding(entries, '.up.sql'),
  list(names) {
    const found = new Map<string, { version: string; description: string; up?: string; down?: string }>()
    const skipped: SkippedFile[] = []
    let fault: MigrateError | undefined
    for (const name of names) {
      const [, digits, description = '', direction] = fileRE.exec(name) ?? []
      if (digits === undefined) {
        if (name.endsWith('.sql'))
          skipped.push({ name, reason: 'golang-migrate passes over it: the name is not <number>_<name>.up.sql' })
        continue
      }
      const version = BigInt(digits).toString()
      const pair = found.get(version) ?? { version, description }
      const side = direction === 'up' ? 'up' : 'down'
      const other = pair[side]
      if (other !== undefined) fault ??= createFormatError(name, `has the version ${version}, as ${other} has`)
      pair[side] = name
      if (side === 'up') pair.description = description
      found.set(version, pair)
    }
    const files: MigrationFile[] = []
    for (const { version, description, up, down } of found.values()) {
      // A single down file is a version to golang-migrate too, with nothing to do on the way up.
      if (up === undefined) skipped.push({ name: down ?? '', reason: 'has no .up.sql beside it' })
      else files.push({ name: up, version, description, kind: 'versioned', ...(down === undefined ? {} : { down }) })
    }
    return { files: files.sort((a, b) => compareNumbers(a.version, b.version)), skipped, fault }
  },
  compare: compareNumbers,
  normaliseVersion: (version) => (/^\d+$/.test(version) ? BigInt(version).toString() : version),
  options: () => ({}),
  statements(source, file, direction) {
    const name = direction === 'up' ? file.name : file.down
    return name === undefined ? [] : scanFile(source, name, postgresScanner)
  },
  serialise({ version, name, up, down }) {
    const base = `${version}_${name || 'migration'}`
    return [
      { name: `${base}.up.sql`, text: renderStatements(up) },
      { name: `${base}.down.sql`, text: renderReverse(down) },
    ]
  },
}
