import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { DiagnosticError } from '../../diagnostics/index.js'
import type { ExtensionModule } from './worker-messages.js'

/** Extensions that are packages of their own: the package, what it exports, and an image that has it. */
const packages: Readonly<Record<string, { package: string; exportName: string; image?: string }>> = {
  age: { package: '@electric-sql/pglite-age', exportName: 'age', image: 'docker://apache/age/latest/dev' },
  pg_hashids: { package: '@electric-sql/pglite-pg_hashids', exportName: 'pg_hashids' },
  pg_ivm: { package: '@electric-sql/pglite-pg_ivm', exportName: 'pg_ivm' },
  pg_textsearch: { package: '@electric-sql/pglite-pg_textsearch', exportName: 'pg_textsearch' },
  pg_uuidv7: { package: '@electric-sql/pglite-pg_uuidv7', exportName: 'pg_uuidv7' },
  pgtap: { package: '@electric-sql/pglite-pgtap', exportName: 'pgtap' },
  postgis: {
    package: '@electric-sql/pglite-postgis',
    exportName: 'postgis',
    image: 'docker://postgis/postgis/17-3.5/dev',
  },
  vector: {
    package: '@electric-sql/pglite-pgvector',
    exportName: 'vector',
    image: 'docker://pgvector/pgvector/pg17/dev',
  },
}

// Bundles of PGlite itself that are named otherwise than the extension in them.
const bundles: Readonly<Record<string, string>> = {
  autoinc: 'spi',
  insert_username: 'spi',
  moddatetime: 'spi',
  refint: 'spi',
}

const dependencies: Readonly<Record<string, string[]>> = { earthdistance: ['cube'] }

const pgliteFolder = (): string => dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite'))

/** Version of the PGlite that is installed here. */
export function pgliteVersion(): string {
  return readManifest(join(pgliteFolder(), '..')).version ?? 'unknown'
}

/** Names of the extensions that come with PGlite, as `CREATE EXTENSION` wants them. */
export function bundledExtensions(): string[] {
  const names = readdirSync(pgliteFolder()).flatMap((file) => /^(.+)\.tar\.gz$/.exec(file)?.[1] ?? [])
  return [...names.filter((name) => name !== 'spi'), ...Object.keys(bundles)].sort()
}

/**
 * Finds where PGlite loads the named extensions from: its own folder, or packages that the project has installed.
 *
 * @param names as in `CREATE EXTENSION`
 * @param root the project, from where packages are resolved
 * @throws SP1011 for every name that PGlite cannot load
 */
export function resolveExtensions(names: Iterable<string>, root: string): ExtensionModule[] {
  const wanted = new Set<string>()
  for (const name of names) {
    for (const dependency of dependencies[name] ?? []) wanted.add(dependency)
    wanted.add(name)
  }
  wanted.delete('plpgsql')
  return [...wanted].map((name) => resolveBundled(name) ?? resolvePackage(name, root))
}

function resolveBundled(name: string): ExtensionModule | undefined {
  // A name is looked up, never made into a path unchecked.
  if (!bundledExtensions().includes(name)) return undefined
  const folder = pgliteFolder()
  const exportName = name.replaceAll('-', '_')
  const module = join(folder, 'contrib', `${exportName}.js`)
  if (existsSync(module)) return { name, url: pathToFileURL(module).href, exportName }
  return { name, url: pathToFileURL(join(folder, `${bundles[name] ?? name}.tar.gz`)).href }
}

function resolvePackage(name: string, root: string): ExtensionModule {
  const known = packages[name]
  const image = known?.image ?? 'docker://postgres/17/dev'
  const elsewhere = `set \`scratch\` (and \`database\`) to a server that has it: a \`postgres://…\` URL of this machine, or \`${image}\` with an image that contains it`
  if (!known) {
    throw new DiagnosticError([
      {
        code: 'SP1011',
        severity: 'error',
        message: `the extension "${name}" is not available on the embedded Postgres`,
        why: `PGlite brings ${bundledExtensions().join(', ')}; as packages there are ${Object.keys(packages).join(', ')}`,
        fix: elsewhere,
      },
    ])
  }
  let entry: string
  try {
    entry = createRequire(join(root, 'package.json')).resolve(known.package)
  } catch (cause) {
    throw new DiagnosticError(
      [
        {
          code: 'SP1011',
          severity: 'error',
          message: `the extension "${name}" needs the package ${known.package}, which is not installed in ${root}`,
          fix: `npm install --save-dev ${known.package} (the version that fits PGlite ${pgliteVersion()}), or ${elsewhere}`,
        },
      ],
      { cause },
    )
  }
  const manifest = readManifest(findPackage(entry, known.package))
  const fits = manifest.peerDependencies?.['@electric-sql/pglite']
  if (fits && /^\d+\.\d+\.\d+$/.test(fits) && fits !== pgliteVersion()) {
    throw new DiagnosticError([
      {
        code: 'SP1011',
        severity: 'error',
        message: `${known.package} ${manifest.version ?? ''} was built for PGlite ${fits}, and this is PGlite ${pgliteVersion()}`,
        why: 'an extension of another build can crash the embedded Postgres',
        fix: `install the version of ${known.package} that names ${pgliteVersion()} in its peerDependencies, or ${elsewhere}`,
      },
    ])
  }
  // The package's ES module; `require.resolve` names the CommonJS one beside it.
  const module = entry.replace(/\.cjs$/, '.js')
  return { name, url: pathToFileURL(existsSync(module) ? module : entry).href, exportName: known.exportName }
}

interface Manifest {
  name?: string
  version?: string
  peerDependencies?: Record<string, string>
}

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest

function findPackage(entry: string, name: string): string {
  let folder = dirname(entry)
  while (folder !== dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && readManifest(folder).name === name) return folder
    folder = dirname(folder)
  }
  return dirname(entry)
}

/** Where the worker's built file lies, seen from `src` and from `dist` alike. */
export const workerFile = fileURLToPath(new URL('../../../dist/server/pglite/worker.js', import.meta.url))
