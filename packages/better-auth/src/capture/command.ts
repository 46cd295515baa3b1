import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { openDatabase } from '@savepoint/core'
import { findPackage } from '../find-package.js'

/** Better Auth's own command, as the project has it installed. */
export interface AuthCommand {
  /** Name of the package. */
  name: string
  version: string
  /** Absolute path of the script. */
  script: string
}

export interface CommandOptions {
  root: string
  /** Absolute path of the auth config. */
  file: string
  environment: NodeJS.ProcessEnv
  /** Of an empty database: the command writes only what the database does not have. */
  databaseUrl: string
  /** Milliseconds. */
  timeout: number
}

/** The command failed, or wrote nothing. */
export class AuthCommandError extends Error {
  override readonly name = 'AuthCommandError'
}

// It was renamed in 1.6.
const packages = ['auth', '@better-auth/cli']

/**
 * Finds the command in the project. Each release brings a Better Auth of its own, so the one whose tables are those of the
 * project's version is preferred.
 *
 * @param version of the project's better-auth
 */
export function findAuthCommand(root: string, version: string): AuthCommand | undefined {
  const found = packages.flatMap((name) => readCommand(root, name) ?? [])
  return found.find((one) => isSameRelease(one.version, version)) ?? found[0]
}

export function isSameRelease(a: string, b: string): boolean {
  const release = (version: string): string => version.split('.').slice(0, 2).join('.')
  return release(a) === release(b)
}

function readCommand(root: string, name: string): AuthCommand | undefined {
  const folder = findPackage(name, root)
  if (folder === undefined) return undefined
  const { version, bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string
    bin?: Record<string, string>
  }
  // Another package called `auth` has another command.
  const script = bin?.['better-auth']
  return script === undefined ? undefined : { name, version, script: join(folder, script) }
}

// Its parser of Prisma schemas calls this when it is imported, and Node 20 does not have it.
const groupBy = `Object.groupBy ??= (items, keyOf) => {
  const groups = Object.create(null)
  for (const item of items) (groups[keyOf(item)] ??= []).push(item)
  return groups
}`
const preload = `data:text/javascript,${encodeURIComponent(groupBy)}`

/** Lets `work` use an empty embedded database. */
export async function withEmptyDatabase<Result>(root: string, work: (url: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'savepoint-auth-'))
  try {
    const database = await openDatabase({ kind: 'pglite' }, { root, stateDirectory: folder })
    try {
      return await work(database.url)
    } finally {
      await database.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Runs `generate` of the command. Nothing is written to the database.
 *
 * @returns the SQL that it wrote
 * @throws AuthCommandError
 */
export async function generateByCommand(command: AuthCommand, options: CommandOptions): Promise<string> {
  const { root, file, environment, databaseUrl, timeout } = options
  const folder = mkdtempSync(join(tmpdir(), 'savepoint-auth-'))
  try {
    const output = join(folder, 'schema.sql')
    const said = await run(
      ['--import', preload, command.script, 'generate', '--config', file, '--output', output, '--yes'],
      { cwd: root, timeout, env: { ...environment, DATABASE_URL: databaseUrl } },
    )
    if (existsSync(output)) return readFileSync(output, 'utf8')
    throw new AuthCommandError(`${command.name} ${command.version} wrote nothing: ${said}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function run(
  parameters: readonly string[],
  options: { cwd: string; timeout: number; env: NodeJS.ProcessEnv },
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, parameters, options, (error, stdout, stderr) => {
      const said = lastLines(`${stdout}\n${stderr}`)
      if (error?.killed) reject(new AuthCommandError(`it did not end within ${options.timeout} ms`))
      else if (error) reject(new AuthCommandError(said || error.message))
      else resolve(said)
    })
  })
}

/** What matters of a command's output stands at its end, before the stack. */
function lastLines(output: string): string {
  return stripVTControlCharacters(output)
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s+at |^Node\.js v/.test(line))
    .slice(-6)
    .join('\n')
}
