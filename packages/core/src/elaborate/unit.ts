import type { Statement } from '../sources/source.js'
import { analyse, type Analysis } from './analysis.js'

/** Settings of the session that decide what a statement means, as `SET` takes their values. Absent: the server's default. */
export type Settings = Readonly<Record<string, string>>

/** A statement that runs on scratch, with the session state that its file has set up before it. */
export interface Unit {
  statement: Statement
  analysis: Analysis
  settings: Settings
  /** Schemas that unqualified names are looked up in; the first one is where they are created. */
  searchPath: readonly string[]
  /** What must stay the same for the statement to mean the same: its tokens and settings. */
  hash: string
}

const defaultSearchPath = ['public']

/**
 * Turns statements into what runs: `SET` and its like become settings of the statements after them in the same file,
 * brackets and client settings fall away. Keeps the analysis of texts that it has seen before.
 */
export class UnitBuilder {
  #cache = new Map<string, Analysis>()

  /** @param statements in the order of their files; needs `loadParser()` before */
  build(statements: readonly Statement[]): Unit[] {
    const previous = this.#cache
    this.#cache = new Map()
    const units: Unit[] = []
    let file: string | undefined
    let session = new Session()
    for (const statement of statements) {
      if (statement.file !== file) {
        file = statement.file
        session = new Session()
      }
      const analysis = this.#cache.get(statement.sql) ?? previous.get(statement.sql) ?? analyse(statement.sql)
      this.#cache.set(statement.sql, analysis)
      if (analysis.role.kind === 'setting') session = session.with(analysis.role.name, analysis.role.value)
      if (analysis.role.kind !== 'define') continue
      const { settings, searchPath } = session
      const hash = session.isDefault ? statement.hash : `${statement.hash} ${JSON.stringify(settings)}`
      units.push({ statement, analysis, settings, searchPath, hash })
    }
    return units
  }
}

class Session {
  readonly settings: Settings
  readonly searchPath: readonly string[]
  readonly isDefault: boolean

  constructor(settings: Settings = {}) {
    this.settings = settings
    this.isDefault = Object.keys(settings).length === 0
    const path = settings['search_path']
    this.searchPath = path === undefined ? defaultSearchPath : parseSearchPath(path)
  }

  with(name: string, value: string | undefined): Session {
    if (name === '*') return new Session()
    const { [name]: _, ...others } = this.settings
    return new Session(value === undefined ? others : { ...others, [name]: value })
  }
}

function parseSearchPath(path: string): string[] {
  return [...path.matchAll(/"((?:[^"]|"")*)"|([^\s,"]+)/g)]
    .map(([, quoted, plain]) => (quoted === undefined ? (plain ?? '').toLowerCase() : quoted.replaceAll('""', '"')))
    .filter((schema) => schema !== '' && schema !== '$user')
}
