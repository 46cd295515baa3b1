import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { findPackage } from '../find-package.js'

/** The part of Kysely that is used. Structural: the copy is the project's, of whatever version Better Auth brought. */
export interface KyselyModule {
  Kysely: new (config: { dialect: object; plugins?: unknown[] }) => KyselyDatabase
  DummyDriver: new () => object
  PostgresAdapter: new () => object
  PostgresIntrospector: new (db: unknown) => object
  PostgresQueryCompiler: new () => object
  sql: { raw(text: string): unknown }
}

export interface KyselyDatabase {
  withSchema(name: string): KyselyDatabase
  schema: {
    alterTable(table: string): {
      alterColumn(
        column: string,
        build: (column: { setDefault(value: unknown): unknown }) => unknown,
      ): { compile(): { sql: string } }
    }
  }
}

/**
 * Imports Kysely from where Better Auth gets it: the user rarely depends on it, and its classes must be of the copy that
 * Better Auth's generator works with.
 *
 * @param from URL of a module below the project's `node_modules`
 */
export async function importKysely(from: string): Promise<KyselyModule> {
  const betterAuth = findPackage('better-auth', dirname(fileURLToPath(from)))
  if (!betterAuth) throw new Error('better-auth is not installed in this project')
  const adapter = findPackage('@better-auth/kysely-adapter', betterAuth)
  const folder = findPackage('kysely', betterAuth) ?? (adapter ? findPackage('kysely', adapter) : undefined)
  if (!folder) throw new Error('better-auth is installed without kysely')
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    exports?: { '.'?: ExportTarget }
    module?: string
    main?: string
  }
  const file = resolveImport(manifest.exports?.['.']) ?? manifest.module ?? manifest.main ?? 'index.js'
  return (await import(pathToFileURL(join(folder, file)).href)) as KyselyModule
}

/**
 * Version of the project's better-auth.
 *
 * @param start folder of the project, or one below it
 */
export function betterAuthVersion(start: string): string {
  const folder = findPackage('better-auth', start)
  if (!folder) throw new Error('better-auth is not installed in this project')
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version
}

type ExportTarget = string | { import?: ExportTarget; default?: ExportTarget }

function resolveImport(target: ExportTarget | undefined): string | undefined {
  if (target === undefined || typeof target === 'string') return target
  return resolveImport(target.import ?? target.default)
}
