import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMissing } from '../support/requirement.js'

const here = dirname(fileURLToPath(import.meta.url))
const cache = join(here, '../../node_modules/.cache/savepoint-interop/bin')

export type ToolName = 'atlas' | 'goose' | 'goose-locked' | 'migrate' | 'sqlc'

// Only the Postgres drivers: the others are large and take minutes to build.
const gooseTags =
  'no_clickhouse no_mssql no_mysql no_sqlite3 no_vertica no_ydb no_libsql no_turso no_duckdb no_spanner no_dsql no_starrocks no_tidb'
const packages: Record<ToolName, { path: string; tags?: string }> = {
  atlas: { path: './atlas' },
  'goose-locked': { path: './goose' },
  goose: { path: 'github.com/pressly/goose/v3/cmd/goose', tags: gooseTags },
  migrate: { path: 'github.com/golang-migrate/migrate/v4/cmd/migrate', tags: 'postgres' },
  sqlc: { path: 'github.com/sqlc-dev/sqlc/cmd/sqlc' },
}

/** Builds a real tool from this folder's `go.mod` where the cached one is not of the same sources. Returns its path. */
export function buildTool(name: ToolName): string {
  const binary = join(cache, name)
  const stamp = `${binary}.stamp`
  const { path, tags } = packages[name]
  const program = path.startsWith('.') ? readdirSync(join(here, path)).map((file) => `${path}/${file}`) : []
  const sources = ['go.mod', 'go.sum', ...program].map((file) => readFileSync(join(here, file)))
  const wanted = createHash('sha256').update(Buffer.concat(sources)).digest('hex')
  if (existsSync(binary) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return binary
  mkdirSync(cache, { recursive: true })
  const temporary = `${binary}.${process.pid}`
  const options = ['build', '-ldflags', '-s -w', ...(tags ? ['-tags', tags] : []), '-o', temporary, path]
  const built = spawnSync('go', options, { cwd: here, encoding: 'utf8', env: { ...process.env, CGO_ENABLED: '0' } })
  if (built.status !== 0) throw new Error(`go build ${path} failed: ${built.stderr}`)
  renameSync(temporary, binary)
  writeFileSync(stamp, wanted)
  return binary
}

/** dbmate comes from npm, its program in a package per platform. */
export function findDbmate(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('dbmate/package.json'))
  const manifest = require.resolve(`@dbmate/${process.platform}-${process.arch}/package.json`)
  return join(dirname(manifest), 'bin/dbmate')
}

/**
 * Parameters of `java` that run Flyway's own library, which Maven brings; undefined where Java or Maven is missing, or has
 * nothing to bring it from.
 */
export function findFlyway(): readonly string[] | undefined {
  const folder = join(here, 'flyway')
  const libraries = join(cache, '../flyway')
  const program = ['-cp', `${libraries}/*`, join(folder, 'Migrate.java')]
  const copy = [
    '-q',
    '-B',
    '-f',
    join(folder, 'pom.xml'),
    'dependency:copy-dependencies',
    `-DoutputDirectory=${libraries}`,
  ]
  const isThere = (): boolean =>
    existsSync(libraries) && readdirSync(libraries).some((name) => name.startsWith('flyway-core'))
  if (isMissing('java')) return undefined
  if (!isThere()) spawnSync('mvn', copy, { stdio: 'ignore', timeout: 90_000 })
  return isThere() ? program : undefined
}

/** What `java` is given to have Flyway do something to a database. */
export function flywayParameters(flyway: readonly string[], url: string, folder: string, command: string): string[] {
  const { host, pathname, username } = new URL(url)
  return [...flyway, command, `jdbc:postgresql://${host}${pathname}`, username, folder]
}

export interface Ran {
  code: number
  stdout: string
  stderr: string
}

/** Runs a program to its end; never rejects for its exit code. */
export function run(command: string, parameters: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(command, parameters, { env: { ...process.env, ...env }, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0
      resolve({ code, stdout, stderr })
    })
  })
}

/** Runs a program and fails with its words unless it exits with 0. Returns stdout. */
export async function mustRun(
  command: string,
  parameters: readonly string[],
  env?: Record<string, string>,
): Promise<string> {
  const { code, stdout, stderr } = await run(command, parameters, env)
  if (code !== 0) throw new Error(`${command} ${parameters.join(' ')} exited with ${code}: ${stderr}${stdout}`)
  return stdout
}
