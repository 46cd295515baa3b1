import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import { type, type Outcome, type TerminalOptions } from './terminal.js'

/** The folder of a project, another one in each test. Paths are relative to it. */
export interface TestFolder {
  /** Absolute. */
  readonly cwd: string
  write(path: string, text: string): void
  read(path: string): string
  /** Names of the SQL files in a folder, in order. @param path `migrations` when left out */
  sqlFiles(path?: string): string[]
  /** Writes a config that is plain data. */
  configure(config: object): void
  /** Types a command line there. */
  typeHere(line: string | readonly string[], options?: Partial<TerminalOptions>): Promise<Outcome>
  /** Types one that must succeed; if it does not, the test shows what was said. */
  succeed(line: string, options?: Partial<TerminalOptions>): Promise<Outcome>
}

/** Gives each test of the suite that this is called in a folder with a `package.json`, and removes it afterwards. */
export function useFolder(): TestFolder {
  let cwd = ''
  const write = (path: string, text: string): void => {
    const file = join(cwd, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const typeHere: TestFolder['typeHere'] = (line, options = {}) => type(line, { cwd, ...options })
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'savepoint-cli-'))
    write('package.json', '{}')
  })
  afterEach(() => rmSync(cwd, { recursive: true, force: true }))
  return {
    get cwd() {
      return cwd
    },
    write,
    read: (path) => readFileSync(join(cwd, path), 'utf8'),
    sqlFiles: (path = 'migrations') =>
      readdirSync(join(cwd, path))
        .filter((name) => name.endsWith('.sql'))
        .sort(),
    configure: (config) => write('savepoint.config.mjs', `export default ${JSON.stringify(config)}`),
    typeHere,
    async succeed(line, options) {
      const outcome = await typeHere(line, options)
      expect(`${line}: ${outcome.exitCode}\n${outcome.exitCode === 0 ? '' : outcome.stderr}`).toBe(`${line}: 0\n`)
      return outcome
    },
  }
}
