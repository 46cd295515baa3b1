import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import type { Host } from '../../host.js'
import { createEngine } from '../create.js'
import type { Engine, EngineState } from '../engine.js'
import type { SaveReport } from '../report.js'

/** A project in a folder of its own, with a development database of its own. */
export interface TestProject {
  readonly root: string
  /** The engine, not started. */
  readonly engine: Engine
  /** Everything that the host was told, in order. */
  readonly told: string[]
  path(name: string): string
  write(name: string, text: string): void
  remove(name: string): void
  read(name: string): string
  exists(name: string): boolean
  /** Rows of the development database, on a connection of its own, as the user's app has one. */
  query<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>
  /** The same on a connection that ends with the query. */
  queryAt<Row = Record<string, unknown>>(url: string, text: string): Promise<Row[]>
  /** Does something and resolves with the first state after it that fits. */
  after(action: () => void, fits: (state: EngineState) => boolean): Promise<EngineState>
  /** Writes files and resolves with the report of the run that they lead to. */
  save(files: Record<string, string>): Promise<SaveReport>
  /** Another engine of the same project, as a new process would have it. */
  createEngine(): Engine
  close(): Promise<void>
}

export interface TestProjectOptions {
  files: Record<string, string>
  /** Connection string of a server: the project gets a database there. @default the embedded one */
  server?: string | undefined
  /** Lines in the config's object. */
  config?: string
}

export async function createTestProject({ files, server, config = '' }: TestProjectOptions): Promise<TestProject> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'savepoint-engine-')))
  const database = server === undefined ? undefined : await createDatabase(server)
  const setting = database ? `database: ${JSON.stringify(database.url)},` : ''
  const path = (name: string): string => join(root, name)
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(path(name)), { recursive: true })
    writeFileSync(path(name), text)
  }
  write('package.json', '{ "name": "app", "type": "module" }\n')
  write('savepoint.config.mjs', `export default { databaseUrlVariable: false, ${setting} ${config} }\n`)
  for (const [name, text] of Object.entries(files)) write(name, text)

  const told: string[] = []
  const engines: Engine[] = []
  const create = (): Engine => {
    const engine = createEngine({ root })
    engines.push(engine)
    return engine
  }
  const engine = create()
  engine.addHost(recordingHost(told))
  let client: pg.Client | undefined

  const project: TestProject = {
    root,
    engine,
    told,
    path,
    write,
    remove: (name) => rmSync(path(name), { recursive: true }),
    read: (name) => readFileSync(path(name), 'utf8'),
    exists: (name) => existsSync(path(name)),
    async query<Row>(text: string, values?: unknown[]) {
      if (!client) {
        client = new pg.Client({ connectionString: engine.databaseUrl ?? database?.url })
        client.on('error', () => undefined)
        await client.connect()
      }
      const { rows } = await client.query(text, values)
      return rows as Row[]
    },
    async queryAt<Row>(url: string, text: string) {
      const once = new pg.Client({ connectionString: url })
      // Tests end the server under it; the query says so, too.
      once.on('error', () => undefined)
      await once.connect()
      const { rows } = await once.query(text)
      await once.end()
      return rows as Row[]
    },
    async after(action, fits) {
      const reached = new Promise<EngineState>((resolve) => {
        const stop = engine.on('state', (state) => {
          if (!fits(state)) return
          stop()
          resolve(state)
        })
      })
      action()
      return reached
    },
    async save(saved) {
      const names = Object.keys(saved)
      const before = engine.state.report
      const state = await project.after(
        () => {
          for (const [name, text] of Object.entries(saved)) write(name, text)
        },
        ({ status, report }) =>
          status === 'error' ||
          (status === 'ready' && report !== before && names.every((name) => report?.changed.includes(name))),
      )
      if (state.status === 'error' || !state.report) throw new Error(JSON.stringify(state.diagnostics, null, 2))
      return state.report
    },
    createEngine: create,
    async close() {
      await client?.end().catch(() => undefined)
      await Promise.all(engines.map((one) => one.close()))
      await database?.drop()
      rmSync(root, { recursive: true, force: true, maxRetries: 5 })
    },
  }
  return project
}

/** Writes down what it is told, one line for each call. */
function recordingHost(told: string[]): Host {
  return {
    log: (level, message) => {
      if (level !== 'debug') told.push(`${level}: ${message}`)
    },
    showDiagnostics: (diagnostics) => told.push(`show ${diagnostics.map(({ code }) => code).join(' ')}`),
    clearDiagnostics: () => told.push('clear'),
    saved: ({ applied }) => told.push(`saved ${applied.length}`),
  }
}

async function createDatabase(server: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `engine_${randomBytes(6).toString('hex')}`
  await administer(server, `CREATE DATABASE ${name}`)
  return {
    url: server.replace(/\/[^/]*$/, `/${name}`),
    drop: () => administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  }
}

async function administer(server: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  await client.query(text)
  await client.end()
}
