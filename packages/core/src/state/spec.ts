import { existsSync, statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MigrationFormat, ResolvedConfig } from '../config/config.js'
import { escapeGlob } from '../config/glob.js'
import { readMigrationFormat } from '../config/migration-format.js'
import { DiagnosticError } from '../diagnostics/index.js'

/** Where a schema can be taken from, as `--from`, `--to` and `--url` name it. */
export type StateSpec =
  | { kind: 'database'; /** Connection string; may hold a password. */ url: string }
  | { kind: 'files'; /** Absolute paths and globs. */ patterns: string[] }
  /** The schema files of a config. */
  | { kind: 'phases'; schema: ResolvedConfig['schema'] }
  | {
      kind: 'migrations'
      /** Absolute path. */ directory: string
      format: MigrationFormat
      /** Stops after this version. */ version?: string
      /** Stops before this version. */ before?: string
    }

/**
 * Reads one spec: a `postgres://` URL, `migrations://dir?format=goose&version=3`, a file, a folder or a glob, each also
 * as `file://`. A folder with an `atlas.sum` in it is a migrations directory, as Atlas has it.
 *
 * @param cwd absolute path that relative ones start from
 * @throws DiagnosticError SP1007 for a path that does not exist, SP5002 for a form that is not known
 */
export function parseStateSpec(text: string, cwd: string): StateSpec {
  // What an unset variable of a script leaves behind; as a path it would mean the working directory.
  if (text.trim() === '') throw nothingNamed()
  const scheme = /^([a-z][a-z+]*):/i.exec(text)?.[1]?.toLowerCase()
  switch (scheme) {
    case 'postgres':
    case 'postgresql':
      return { kind: 'database', url: text }
    case 'migrations':
      return parseMigrations(text, cwd)
    case 'file':
      return parsePath(text, cwd)
    default:
      // `C:\schema.sql` is a path, and so is everything that has no scheme.
      if (scheme === undefined || scheme.length === 1) return parsePath(text, cwd)
      throw unknownForm(text)
  }
}

/** Several specs of one side: files of all of them together; anything else must stand alone. */
export function parseStateSpecs(texts: readonly string[], cwd: string): StateSpec {
  const specs = texts.map((text) => parseStateSpec(text, cwd))
  const [first] = specs
  if (first && specs.length === 1) return first
  const patterns = specs.flatMap((spec) => (spec.kind === 'files' ? spec.patterns : []))
  if (first && specs.every((spec) => spec.kind === 'files')) return { kind: 'files', patterns }
  if (!first) throw nothingNamed()
  throw new DiagnosticError([
    {
      code: 'SP5002',
      severity: 'error',
      message: 'only files can be given several times; a database or a migrations directory stands alone',
      fix: 'Name one database, one migrations directory, or any number of schema files.',
    },
  ])
}

function nothingNamed(): DiagnosticError {
  return new DiagnosticError([
    {
      code: 'SP5002',
      severity: 'error',
      message: 'no schema source was named: the value is empty',
      fix: 'Name a database, a migrations directory, or schema files. Is the variable set that it comes from?',
    },
  ])
}

function parsePath(text: string, cwd: string): StateSpec {
  const { path, query } = splitUrl(text)
  const absolute = isAbsolute(path) ? path : resolve(cwd, path)
  const format = query.get('format')
  if (existsSync(absolute)) {
    if (!statSync(absolute).isDirectory()) return { kind: 'files', patterns: [escapeGlob(absolute)] }
    if (format !== null || existsSync(join(absolute, 'atlas.sum'))) return migrationsAt(absolute, query)
    return { kind: 'files', patterns: [`${escapeGlob(absolute)}/**/*.sql`] }
  }
  if (/[*?[\]{}]/.test(path)) {
    const pattern = path.replaceAll('\\', '/')
    return { kind: 'files', patterns: [isAbsolute(path) ? pattern : `${escapeGlob(cwd)}/${pattern}`] }
  }
  throw missingPath(path)
}

function parseMigrations(text: string, cwd: string): StateSpec {
  const { path, query } = splitUrl(text)
  const absolute = isAbsolute(path) ? path : resolve(cwd, path)
  if (!existsSync(absolute)) throw missingPath(path)
  return migrationsAt(absolute, query)
}

function migrationsAt(directory: string, query: URLSearchParams): StateSpec {
  const format = readMigrationFormat(query.get('format') ?? 'atlas')
  const version = query.get('version')
  return { kind: 'migrations', directory, format, ...(version === null ? {} : { version }) }
}

function splitUrl(text: string): { path: string; query: URLSearchParams } {
  const [location = '', query = ''] =
    text.startsWith('file:') || text.startsWith('migrations:') ? text.split('?', 2) : [text]
  const path = location.startsWith('file:///')
    ? fileURLToPath(location)
    : location.replace(/^(?:file|migrations):(?:\/\/)?/, '')
  return { path, query: new URLSearchParams(query) }
}

function missingPath(path: string): DiagnosticError {
  return new DiagnosticError([
    {
      code: 'SP1007',
      severity: 'error',
      message: `there is no file or folder ${path}`,
      fix: 'Name a schema file, a folder of them, a glob, a postgres:// URL, or migrations://DIR.',
    },
  ])
}

function unknownForm(text: string): DiagnosticError {
  return new DiagnosticError([
    {
      code: 'SP5002',
      severity: 'error',
      message: `${text.split(':', 1)[0]}: is not a kind of schema source`,
      fix: 'Name a schema file, a folder of them, a glob (each also as file://), a postgres:// URL, or migrations://DIR.',
    },
  ])
}
