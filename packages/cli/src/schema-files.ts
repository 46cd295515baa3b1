import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import type { SchemaFile } from '@savepoint/core'
import { UsageError } from './usage.js'

/**
 * Writes the files that are not there yet as they are. Returns how many.
 *
 * @throws UsageError where the folder holds SQL that is none of them: read together with them it would contradict them
 */
export function writeSchemaFiles(folder: string, files: readonly SchemaFile[]): number {
  const wanted = new Set(files.map(({ path }) => path))
  const strangers = existsSync(folder) ? findSql(folder).filter((path) => !wanted.has(path)) : []
  if (strangers.length > 0)
    throw new UsageError(
      `${folder} holds other SQL files (${strangers.slice(0, 3).join(', ')}): remove them or give another --output`,
    )
  let written = 0
  for (const { path, text: wantedText } of files) {
    const file = join(folder, path)
    if (existsSync(file) && readFileSync(file, 'utf8') === wantedText) continue
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, wantedText)
    written++
  }
  return written
}

function findSql(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.sql'))
    .map((path) => path.split(sep).join('/'))
    .sort()
}
