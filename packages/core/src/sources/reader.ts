import { createHash } from 'node:crypto'
import { readFile, realpath } from 'node:fs/promises'
import { relative, sep } from 'node:path'
import fastGlob from 'fast-glob'
import type { Diagnostic } from '../diagnostics/index.js'
import { readStatements, type FileStatements } from './file-statements.js'
import { loadParser } from './parse.js'
import type { Phase, SourceFile, Statement } from './source.js'

/** Globs of each phase, as the resolved config has them; relative ones start at the root. */
export type PhaseGlobs = Readonly<Record<Phase, readonly string[]>>

/** Everything that the schema files say at one moment. */
export interface SourceSet {
  /** In the order of their phases, then by path. */
  files: readonly SourceFile[]
  /** Of all files, in their order. Complete only when no diagnostic is an error. */
  statements: readonly Statement[]
  diagnostics: readonly Diagnostic[]
}

export interface SourceReader {
  /**
   * Reads the schema files.
   *
   * @param changed absolute paths of the files that may differ from the last read; everything is looked at without it.
   *   Files that did not change keep their `Statement` objects.
   */
  read(changed?: readonly string[]): Promise<SourceSet>
}

const phases: readonly Phase[] = ['pre', 'schema', 'post']
// Enough to keep the disk busy, few enough for the limit on open files.
const parallelReads = 64

type Entry = FileStatements & { file?: SourceFile }
const nothing = { statements: [], fragments: [] }

/** Reads schema files and remembers what it read, so that a save costs the changed files only. */
export function createSourceReader(options: {
  root: string
  schema: PhaseGlobs
  /** Phases whose files are scripts: rows that they write are no mistake there. @default none */
  repeatable?: readonly Phase[]
}): SourceReader {
  const { root, schema, repeatable = [] } = options
  const entries = new Map<string, Entry>()
  let known: { path: string; phase: Phase }[] = []

  return {
    async read(changed) {
      await loadParser()
      // A path that is not known can be a new file, and a known one may be gone: then the globs are asked again.
      let stale = changed ? known.filter(({ path }) => changed.includes(path)) : undefined
      if (!changed || !stale || stale.length < changed.length || known.length === 0) {
        const found = await findPhaseFiles(root, schema)
        const paths = new Set(found.map(({ path }) => path))
        for (const path of entries.keys()) if (!paths.has(path)) entries.delete(path)
        known = found
        stale = found.filter(({ path }) => !changed || changed.includes(path) || !entries.has(path))
      }
      await inParallel(stale, async ({ path, phase }) => {
        const entry = await readEntry(path, phase, entries.get(path))
        if (entry) entries.set(path, entry)
        else entries.delete(path)
      })
      known = known.filter(({ path }) => entries.has(path))
      return collect(known, entries, { root, schema, repeatable })
    },
  }
}

function collect(
  known: readonly { path: string; phase: Phase }[],
  entries: ReadonlyMap<string, Entry>,
  { root, schema, repeatable }: { root: string; schema: PhaseGlobs; repeatable: readonly Phase[] },
): SourceSet {
  const read = known.flatMap(({ path }) => entries.get(path) ?? [])
  const diagnostics = read.flatMap(({ diagnostics: found, file }) =>
    file && repeatable.includes(file.phase)
      ? found.filter(({ code, severity }) => code !== 'SP1010' || severity === 'error')
      : found,
  )
  if (known.length === 0) {
    const globs = phases.flatMap((phase) => schema[phase])
    diagnostics.push({
      code: 'SP1008',
      severity: 'error',
      message: `No schema file matches ${globs.map((glob) => `\`${displayGlob(glob, root)}\``).join(', ') || 'the config'}`,
      why: `Looked in ${root}. An empty schema would mean that everything is to be dropped, so nothing is done.`,
      fix: 'Create the first file, such as schema/tables.sql, or set `schema` in the config.',
    })
  }
  return {
    files: read.flatMap(({ file }) => file ?? []),
    statements: read.flatMap(({ statements }) => statements),
    diagnostics,
  }
}

function displayGlob(glob: string, root: string): string {
  return glob.startsWith(root) ? relative(root, glob) : glob
}

/** A file belongs to one phase only: what `pre` or `post` names is taken out of `schema`. Links to one file count once. */
export async function findPhaseFiles(root: string, schema: PhaseGlobs): Promise<{ path: string; phase: Phase }[]> {
  const byPhase = new Map<Phase, string[]>()
  const claimed = new Set<string>()
  for (const phase of ['pre', 'post', 'schema'] as const) {
    const globs = schema[phase]
    const paths = globs.length === 0 ? [] : await findPaths(globs, root)
    const real = await Promise.all(paths.map((path) => realpath(path).catch(() => path)))
    byPhase.set(
      phase,
      paths.filter((_, index) => {
        const target = real[index] ?? ''
        if (claimed.has(target)) return false
        claimed.add(target)
        return true
      }),
    )
  }
  return phases.flatMap((phase) => (byPhase.get(phase) ?? []).map((path) => ({ path, phase })))
}

async function findPaths(globs: readonly string[], root: string): Promise<string[]> {
  // On Windows a backslash is a separator to the user and an escape to the glob library.
  const patterns = globs.map((glob) => (sep === '\\' ? glob.replaceAll(sep, '/') : glob))
  const paths = await fastGlob(patterns, { cwd: root, absolute: true, unique: true, suppressErrors: true, dot: false })
  return paths.sort(compareCodeUnits)
}

// `localeCompare` would give another order on another machine.
function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** undefined when the file is gone. An unchanged text keeps the entry that was there. */
async function readEntry(path: string, phase: Phase, before: Entry | undefined): Promise<Entry | undefined> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    if (isMissingFile(error)) return undefined
    return { ...nothing, diagnostics: [unreadable(path, error instanceof Error ? error.message : String(error))] }
  }
  const text = decode(bytes)
  if (text === undefined)
    return {
      ...nothing,
      diagnostics: [unreadable(path, 'Its bytes are not UTF-8 text.', 'Save the file as UTF-8.')],
    }
  const hash = createHash('sha1').update(text).digest('base64url')
  if (before?.file?.hash === hash && before.file.phase === phase) return before
  const file: SourceFile = { path, phase, text, hash }
  return { file, ...readStatements(file, before?.file && { ...before, file: before.file }) }
}

/** UTF-8 without its BOM; undefined for other encodings and for binary data. */
function decode(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

function unreadable(
  path: string,
  why: string,
  fix = 'Make the file readable for the user that runs Savepoint.',
): Diagnostic {
  return {
    code: 'SP1007',
    severity: 'error',
    message: `Cannot read ${path}`,
    location: { file: path, line: 1, column: 1 },
    why,
    fix,
  }
}

function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(parallelReads, items.length) }, worker))
}
