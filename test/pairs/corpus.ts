import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Case } from './run-pair.js'

// The file uses the extension and does not create it.
const preludes: Record<string, string> = { kitchen_sink: 'CREATE EXTENSION citext;\n' }

const read = (name: string, ...path: string[]): string =>
  (preludes[name] ?? '') + readFileSync(join(...path), 'utf8').replaceAll('\r\n', '\n')

/** Two states of real schemas, months or years apart. */
export function corpusCases(folder: string): Case[] {
  return readdirSync(join(folder, 'evolutions')).map((name) => ({
    name: `corpus/${name}`,
    from: read(name, folder, 'evolutions', name, 'from.sql'),
    to: read(name, folder, 'evolutions', name, 'to.sql'),
  }))
}

export interface CorpusSchema {
  name: string
  sql: string
}

/** Real schemas. `vector: false` leaves out what needs pgvector, as a server without it cannot load it. */
export function corpusSchemas(folder: string): CorpusSchema[] {
  return readdirSync(join(folder, 'schemas'))
    .filter((file) => file.endsWith('.sql'))
    .map((file) => {
      const name = file.slice(0, -'.sql'.length)
      return { name, sql: read(name, folder, 'schemas', file) }
    })
}
