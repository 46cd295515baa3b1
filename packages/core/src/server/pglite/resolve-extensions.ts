import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DiagnosticError, type Diagnostic } from '../../diagnostics/index.js'

/** Where PGlite finds an extension. */
export interface ExtensionBundle {
  /** Name in `CREATE EXTENSION`. */
  name: string
  /** Absolute path of a `.tar.gz` with its files. */
  file: string
}

/** Extensions that are packages of their own, and an image that has them. */
const packages: Readonly<Record<string, { package: string; image?: string }>> = {
  age: { package: '@electric-sql/pglite-age', image: 'docker://apache/age/latest/dev' },
  pg_hashids: { package: '@electric-sql/pglite-pg_hashids' },
  pg_ivm: { package: '@electric-sql/pglite-pg_ivm' },
  pg_textsearch: { package: '@electric-sql/pglite-pg_textsearch' },
  pg_uuidv7: { package: '@electric-sql/pglite-pg_uuidv7' },
  pgtap: { package: '@electric-sql/pglite-pgtap' },
  postgis: {
    package: '@electric-sql/pglite-postgis',
    image: 'docker://postgis/postgis/17-3.5/dev',
  },
  vector: {
    package: '@electric-sql/pglite-pgvector',
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

// Bundles that hold no extension, or one of another name.
const notExtensions = new Set(['auto_explain', 'passwordcheck', 'pg_overexplain', 'spi'])

const dependencies: Readonly<Record<string, string[]>> = { earthdistance: ['cube'] }

const pgliteFolder = (): string => dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite'))

/** Version of the PGlite that is installed here. */
export function pgliteVersion(): string {
  return readManifest(join(pgliteFolder(), '..')).version ?? 'unknown'
}

/** Names of the extensions that come with PGlite, as `CREATE EXTENSION` wants them. */
export function bundledExtensions(): string[] {
  const names = readdirSync(pgliteFolder()).flatMap((file) => /^(.+)\.tar\.gz$/.exec(file)?.[1] ?? [])
  return [...names.filter((name) => !notExtensions.has(name)), ...Object.keys(bundles)].sort()
}

/**
 * Finds the files of the named extensions: in PGlite itself, or in packages that the project has installed.
 *
 * @param names as in `CREATE EXTENSION`
 * @param root the project, from where packages are resolved
 * @throws SP1011 for every name that PGlite cannot load
 */
export function resolveExtensions(names: Iterable<string>, root: string): ExtensionBundle[] {
  const wanted = new Set<string>()
  for (const name of names) {
    for (const dependency of dependencies[name] ?? []) wanted.add(dependency)
    wanted.add(name)
  }
  wanted.delete('plpgsql')
  const problems: Diagnostic[] = []
  const bundles: ExtensionBundle[] = []
  for (const name of wanted) {
    const found = resolveBundled(name) ?? resolvePackage(name, root)
    if ('code' in found) problems.push(found)
    else bundles.push(found)
  }
  if (problems.length > 0) throw new DiagnosticError(problems)
  return bundles
}

function resolveBundled(name: string): ExtensionBundle | undefined {
  // A name is looked up, never made into a path unchecked.
  if (!bundledExtensions().includes(name)) return undefined
  return { name, file: join(pgliteFolder(), `${bundles[name] ?? name}.tar.gz`) }
}

function resolvePackage(name: string, root: string): ExtensionBundle | Diagnostic {
  const known = packages[name]
  const image = known?.image ?? 'docker://postgres/17/dev'
  const elsewhere = `set \`scratch\` (and \`database\`) to a server that has it: a \`postgres://…\` URL of this machine, or \`${image}\` with an image that contains it`
  const unavailable = (message: string, why: string, fix: string): Diagnostic => ({
    code: 'SP1011',
    severity: 'error',
    message,
    why,
    fix,
  })
  if (!known)
    return unavailable(
      `the extension "${name}" is not available on the embedded Postgres`,
      `PGlite brings ${bundledExtensions().join(', ')}; as packages there are ${Object.keys(packages).join(', ')}`,
      elsewhere,
    )
  let entry: string
  try {
    entry = createRequire(join(root, 'package.json')).resolve(known.package)
  } catch (error) {
    return unavailable(
      `the extension "${name}" needs the package ${known.package}, which is not installed in ${root}`,
      error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error),
      `npm install --save-dev ${known.package} (the version that fits PGlite ${pgliteVersion()}), or ${elsewhere}`,
    )
  }
  const manifest = readManifest(findPackage(entry, known.package))
  const fits = manifest.peerDependencies?.['@electric-sql/pglite']
  if (fits && /^\d+\.\d+\.\d+$/.test(fits) && fits !== pgliteVersion())
    return unavailable(
      `${known.package} ${manifest.version ?? ''} was built for PGlite ${fits}, and this is PGlite ${pgliteVersion()}`,
      'an extension of another build can crash the embedded Postgres',
      `install the version of ${known.package} that names ${pgliteVersion()} in its peerDependencies, or ${elsewhere}`,
    )
  const folder = dirname(entry)
  const file = readdirSync(folder).find((candidate) => candidate.endsWith('.tar.gz'))
  if (!file) return unavailable(`${known.package} holds no extension`, `no .tar.gz lies in ${folder}`, elsewhere)
  return { name, file: join(folder, file) }
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
