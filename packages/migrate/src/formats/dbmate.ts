import { MigrateError } from '../error.js'
import { postgresScanner } from '../scanner/postgres.js'
import { decodeText, scanPieces, splitLines } from '../scanner/text.js'
import type { DirectorySource } from '../directory/source.js'
import {
  compareStrings,
  createFormatError,
  membersByEnding,
  findDuplicate,
  type Direction,
  type FileOptions,
  type Format,
  type MigrationFile,
  type SkippedFile,
} from './format.js'
import { renderReverse, renderStatements, terminate } from './statement-text.js'

const markerRE = /^--\s*migrate:(up|down)(?:\s*$|\s+(\S.*)$)/
const optionRE = /^([^:\s]+):(\S+)$/

function* readSection(source: DirectorySource, name: string, direction: Direction): Generator<string> {
  let section: Direction | undefined
  for (const { line, number, end } of splitLines(decodeText(source.open(name), name))) {
    const marker = markerRE.exec(line)?.[1] as Direction | undefined
    if (marker === 'down' && section === undefined)
      throw createFormatError(name, "'-- migrate:up' must stand before '-- migrate:down'", number)
    if (marker) section = marker
    else if (section === undefined && line.trim() !== '' && !line.trim().startsWith('--'))
      throw createFormatError(name, "text stands before '-- migrate:up'", number)
    // Other lines become empty ones, so that every statement keeps its line number.
    yield section === direction && !marker ? line + end : '\n'
  }
  if (section === undefined)
    throw createFormatError(name, "has no '-- migrate:up'", 1, "Begin the file with the line '-- migrate:up'.")
}

function readOptions(source: DirectorySource, name: string, direction: Direction): FileOptions {
  for (const { line, number } of splitLines(decodeText(source.open(name), name))) {
    const marker = markerRE.exec(line)
    if (marker?.[1] !== direction) continue
    for (const word of (marker[2] ?? '').split(/\s+/).filter(Boolean)) {
      const [, key, value] = optionRE.exec(word) ?? []
      if (key === undefined) throw createFormatError(name, `"${word}" is not an option of the form key:value`, number)
      if (key === 'transaction' && value === 'false') return { transaction: 'none' }
    }
    return {}
  }
  return {}
}

function render(sql: string): string {
  const text = terminate(sql)
  const marker = text.split('\n').find((line) => markerRE.test(line))
  if (marker === undefined) return text
  throw new MigrateError('SP4015', `dbmate would read a line of the statement as a marker: ${marker}`, {
    statement: sql,
    fix: 'Indent or reword the comment.',
  })
}

/** Files of dbmate: both directions in one, `-- migrate:up` and `-- migrate:down`. */
export const dbmate: Format = {
  name: 'dbmate',
  recursive: false,
  members: (entries) => membersByEnding(entries, '.sql'),
  list(names) {
    const files: MigrationFile[] = []
    const skipped: SkippedFile[] = []
    for (const name of names.filter((one) => one.endsWith('.sql'))) {
      const version = /^\d+/.exec(name)?.[0]
      if (version === undefined)
        skipped.push({ name, reason: 'dbmate passes over it: the name does not begin with digits' })
      else {
        const description = name.slice(version.length, -'.sql'.length).replace(/^_/, '')
        files.push({ name, version, description, kind: 'versioned', down: name })
      }
    }
    return { files, skipped, fault: findDuplicate(files) }
  },
  compare: compareStrings,
  normaliseVersion: (version) => version,
  options: (source, file, direction) => readOptions(source, file.name, direction),
  statements: (source, file, direction) => scanPieces(readSection(source, file.name, direction), postgresScanner),
  serialise({ version, name, up, down, transactional }) {
    const option = transactional ? '' : ' transaction:false'
    const text = `-- migrate:up${option}\n${renderStatements(up, { render })}\n-- migrate:down${option}\n${renderReverse(down, render)}`
    return [{ name: `${version}${name ? `_${name}` : ''}.sql`, text }]
  },
}
