import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createFrame, DiagnosticError, type Diagnostic } from '@savepoint/core'
import { build, type BuildFailure, type Plugin } from 'esbuild'
import { readText } from '../read-text.js'
import {
  betterAuthRE,
  betterAuthShim,
  environmentModule,
  environmentModulesRE,
  inertModule,
  inertPackagesRE,
} from './shims.js'

export interface BundledConfig {
  /** To import; a new one each time, because Node keeps every module by its URL. */
  url: string
  /** The config may rename tables or columns of Better Auth's plugins; see `LoadOptions`. */
  taints: boolean
  /** Packages of Better Auth's that it imports. */
  imports: string[]
  /** Absolute paths of the config and of everything of the user's that it imports. */
  files: string[]
  remove(): void
}

/**
 * Bundles an auth config so that importing it has no effects: `tsconfig` paths are resolved, packages stay outside,
 * and what would connect or open something is replaced (see `shims.ts`).
 *
 * @param file absolute path of the config
 * @param root the bundle is written below its `node_modules/.savepoint/`, from where bare imports resolve as the user's do
 * @throws DiagnosticError SP5101 when it does not parse or an import of a file is not found
 */
export async function bundleConfig(file: string, root: string): Promise<BundledConfig> {
  const path = newModulePath(root)
  try {
    const { outputFiles, metafile } = await build({
      stdin: { contents: entry(file), resolveDir: dirname(file), sourcefile: 'savepoint-entry.js', loader: 'js' },
      absWorkingDir: root,
      outfile: path,
      write: false,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      packages: 'external',
      sourcemap: 'inline',
      metafile: true,
      logLevel: 'silent',
      jsx: 'automatic',
      loader: { '.svg': 'empty', '.png': 'empty', '.css': 'empty', '.html': 'text' },
      // What Better Auth's own command and the bundlers give a config.
      define: {
        'import.meta.url': JSON.stringify(pathToFileURL(file).href),
        'import.meta.env': 'process.env',
        __dirname: JSON.stringify(dirname(file)),
        __filename: JSON.stringify(file),
      },
      plugins: [replaceEffects],
    })
    const [output] = outputFiles
    if (!output) throw new Error('esbuild wrote nothing')
    writeModule(path, output.contents)
    const imports = Object.values(metafile.outputs).flatMap((one) =>
      one.imports.flatMap(({ path: name, external }) => (external ? [name] : [])),
    )
    const files = Object.keys(metafile.inputs)
      .filter((input) => !/^(?:savepoint-[a-z]+:|savepoint-entry\.js$|<stdin>$)/.test(input))
      .map((input) => resolve(root, input))
    return {
      url: pathToFileURL(path).href,
      // What an unknown package hands to a plugin cannot be seen.
      taints: mayRename(output.text) || imports.some((name) => !knownPackagesRE.test(name)),
      imports: [...new Set(imports)].filter((name) => /^@?better-auth(?:\/|$)/.test(name)),
      files,
      remove: () => rmSync(path, { force: true }),
    }
  } catch (error) {
    if (error instanceof Error && 'errors' in error) {
      throw new DiagnosticError(
        (error as BuildFailure).errors.map((message) => describeMessage(message.text, message.location, root, file)),
        { cause: error },
      )
    }
    throw error
  }
}

const knownPackagesRE = /^(?:@?better-auth(?:\/|$)|node:|(?:pg|kysely|kysely-pglite-dialect|dotenv)(?:\/|$))/

function mayRename(bundle: string): boolean {
  return /\bschema\b|\bmodelName\b|Table\b/.test(bundle.slice(0, bundle.lastIndexOf('//# sourceMappingURL=')))
}

/**
 * A module of the project's that imports packages and does nothing else, for `Loader.prepare`.
 *
 * @param imports names of packages
 */
export function writePreload(root: string, imports: readonly string[]): Pick<BundledConfig, 'url' | 'remove'> {
  const path = newModulePath(root)
  const calls = [...imports, ...migrationModules].map((name) => `import(${JSON.stringify(name)})`)
  writeModule(path, `export const preload = () => Promise.allSettled([${calls.join(', ')}])\n`)
  return { url: pathToFileURL(path).href, remove: () => rmSync(path, { force: true }) }
}

function newModulePath(root: string): string {
  return join(root, 'node_modules/.savepoint', `auth-${randomBytes(8).toString('hex')}.mjs`)
}

function writeModule(path: string, contents: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, contents)
}

const migrationModules = ['better-auth/db/migration', 'better-auth/db'] as const

// Better Auth's own generator is imported from here, so that it is the project's copy. It moved in 1.6.
function entry(file: string): string {
  return `export * as config from ${JSON.stringify(file)}
export async function importMigrations() {
  try {
    return await import('${migrationModules[0]}')
  } catch (error) {
    if (error?.code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED' && error?.code !== 'ERR_MODULE_NOT_FOUND') throw error
    return import('${migrationModules[1]}')
  }
}
`
}

const replaceEffects: Plugin = {
  name: 'savepoint:replace-effects',
  setup(build) {
    build.onResolve({ filter: betterAuthRE }, ({ path, namespace }) =>
      // From inside the stand-in the same name is the real package.
      namespace === 'savepoint-auth' ? { path, external: true } : { path, namespace: 'savepoint-auth' },
    )
    build.onLoad({ filter: /.*/, namespace: 'savepoint-auth' }, ({ path }) => ({
      contents: betterAuthShim(path),
      loader: 'js',
    }))
    build.onResolve({ filter: inertPackagesRE }, ({ path }) => ({ path, namespace: 'savepoint-inert' }))
    build.onLoad({ filter: /.*/, namespace: 'savepoint-inert' }, () => ({ contents: inertModule, loader: 'js' }))
    build.onResolve({ filter: environmentModulesRE }, ({ path }) => ({ path, namespace: 'savepoint-environment' }))
    build.onLoad({ filter: /.*/, namespace: 'savepoint-environment' }, () => ({
      contents: environmentModule,
      loader: 'js',
    }))
  },
}

function describeMessage(
  text: string,
  at: BuildFailure['errors'][number]['location'],
  root: string,
  file: string,
): Diagnostic {
  const location = at
    ? { file: resolve(root, at.file), line: at.line, column: at.column + 1 }
    : { file, line: 1, column: 1 }
  const frame = createFrame(readText(location.file), location)
  return {
    code: 'SP5101',
    severity: 'error',
    message: `${relative(root, location.file)} cannot be loaded: ${text}`,
    location,
    ...(frame ? { frame } : {}),
  }
}
