import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BuildFailure, Message } from 'esbuild'
import { createFrame, DiagnosticError, type Diagnostic, type SourceLocation } from '../diagnostics/index.js'

/** A config file as it was imported. */
export interface ImportedConfig {
  /** What the file exports as default. */
  value: unknown
  /** Absolute paths of the file and of every file of ours that it imports; packages are not in it. */
  dependencies: string[]
}

/**
 * Bundles a config file with esbuild (so TypeScript and `paths` of its tsconfig work; packages stay outside) and imports it.
 *
 * @param file absolute path
 * @throws DiagnosticError SP5001 with the place in the user's own file when it does not parse or throws
 */
export async function importConfigFile(file: string): Promise<ImportedConfig> {
  const bundle = await bundleConfigFile(file)
  const { url, remove } = writeModule(file, bundle.code)
  try {
    const module = (await import(url)) as { default?: unknown }
    return { value: await module.default, dependencies: bundle.dependencies }
  } catch (error) {
    throw new DiagnosticError([describeThrown(error, file, url, bundle)], { cause: error })
  } finally {
    remove()
  }
}

interface Bundle {
  code: string
  /** Source map, JSON. */
  map: string
  dependencies: string[]
}

async function bundleConfigFile(file: string): Promise<Bundle> {
  const { build } = await import('esbuild')
  const folder = dirname(file)
  try {
    const result = await build({
      entryPoints: [file],
      absWorkingDir: folder,
      outfile: 'config.mjs',
      write: false,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      packages: 'external',
      sourcemap: 'external',
      metafile: true,
      logLevel: 'silent',
      // The bundle is imported from another place, and these must still mean the config file's own.
      define: {
        'import.meta.url': JSON.stringify(pathToFileURL(file).href),
        'import.meta.dirname': JSON.stringify(folder),
        'import.meta.filename': JSON.stringify(file),
        __dirname: JSON.stringify(folder),
        __filename: JSON.stringify(file),
      },
    })
    const output = (ending: string): string => result.outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? ''
    const dependencies = Object.keys(result.metafile.inputs).map((path) => resolve(folder, path))
    return { code: output('.mjs'), map: output('.map'), dependencies }
  } catch (error) {
    if (!isBuildFailure(error)) throw error
    throw new DiagnosticError(
      error.errors.map((message) => describeBuildMessage(message, file)),
      { cause: error },
    )
  }
}

/** Writes the bundle where its imports of packages resolve as they would from the config file. */
function writeModule(file: string, code: string): { url: string; remove(): void } {
  // A new name each time: Node keeps every imported module by its URL for the life of the process.
  const stamp = `${createHash('sha256').update(code).digest('hex').slice(0, 8)}-${randomBytes(4).toString('hex')}`
  const beside = join(dirname(file), `.${basename(file)}.${stamp}.mjs`)
  try {
    writeFileSync(beside, code, { flag: 'wx' })
    return { url: pathToFileURL(beside).href, remove: () => rmSync(beside, { force: true }) }
  } catch {
    // A read-only checkout, as in containers: the same from a temporary folder that sees the same packages.
    const folder = mkdtempSync(join(tmpdir(), 'savepoint-config-'))
    const modules = findModulesFolder(dirname(file))
    if (modules) symlinkSync(modules, join(folder, 'node_modules'), 'junction')
    const path = join(folder, 'config.mjs')
    writeFileSync(path, code)
    return { url: pathToFileURL(path).href, remove: () => rmSync(folder, { recursive: true, force: true }) }
  }
}

function findModulesFolder(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const modules = join(folder, 'node_modules')
    if (existsSync(modules)) return modules
    if (folder === dirname(folder)) return undefined
  }
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors)
}

function describeBuildMessage(message: Message, file: string): Diagnostic {
  const at = message.location
  const location = at
    ? { file: resolve(dirname(file), at.file), line: at.line, column: at.column + 1 }
    : { file, line: 1, column: 1 }
  return diagnose(`${basename(location.file)} cannot be loaded: ${message.text}`, location)
}

function describeThrown(error: unknown, file: string, url: string, bundle: Bundle): Diagnostic {
  const reason = error instanceof Error ? error.message : String(error)
  // Node names the temporary bundle as the importer; the reader wants the file that holds the import.
  const missing = /Cannot find (?:package|module) '([^']+)'/.exec(reason)?.[1]
  if (missing) {
    const location = findText(bundle.dependencies, missing) ?? { file, line: 1, column: 1 }
    return {
      ...diagnose(`${basename(location.file)} cannot be loaded: the package "${missing}" is not installed`, location),
      fix: `Install it (\`npm install --save-dev ${missing}\`) or correct the import.`,
    }
  }
  const location = findOrigin(error, file, url, bundle.map) ?? { file, line: 1, column: 1 }
  return diagnose(`${basename(file)} threw while it was loaded: ${reason}`, location)
}

/** The first place in `files` where an import names `specifier`. */
function findText(files: readonly string[], specifier: string): SourceLocation | undefined {
  for (const file of files) {
    for (const [index, line] of readText(file).split('\n').entries()) {
      const column = Math.max(line.indexOf(`'${specifier}`), line.indexOf(`"${specifier}`))
      if (column >= 0) return { file, line: index + 1, column: column + 1 }
    }
  }
  return undefined
}

/** Where in the user's files an error of the bundle came from: the uppermost stack frame that is in the bundle. */
function findOrigin(error: unknown, file: string, url: string, map: string): SourceLocation | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  // Node writes the URL into a stack, Bun and Vitest the path; the path is the end of both.
  const path = new URL(url).pathname
  const at = stack.indexOf(path)
  const [, line, column] = at < 0 ? [] : (/^[^:]*:(\d+):(\d+)/.exec(stack.slice(at + path.length)) ?? [])
  if (!line || !column) return undefined
  const origin = new SourceMap(JSON.parse(map)).findOrigin(Number(line), Number(column))
  if (!('fileName' in origin)) return undefined
  return { file: resolve(dirname(file), origin.fileName), line: origin.lineNumber, column: origin.columnNumber }
}

function diagnose(message: string, location: SourceLocation): Diagnostic {
  const frame = createFrame(readText(location.file), location)
  return { code: 'SP5001', severity: 'error', message, location, ...(frame ? { frame } : {}) }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
