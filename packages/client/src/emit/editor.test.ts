import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPglite } from '../../../../test/support/database.js'
import { generateQueries } from '../queries/generate.js'
import { pgliteConnection } from '../testing/connection.js'

const packageFolder = fileURLToPath(new URL('../../', import.meta.url))
const text = `-- name: ListNames :many
SELECT name FROM users;

-- name: GetUser :one
SELECT id, name FROM users WHERE id = @id;
`
const usage = `import { getUser } from './users.sql'
export const user = getUser({} as never, { id: 1 })
`

let pglite: PGlite

beforeAll(async () => {
  pglite = await createPglite()
  await pglite.exec('CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL)')
})
afterAll(() => pglite?.close())

interface Definition {
  file: string
  start: { line: number; offset: number }
  end: { line: number; offset: number }
}

/** Asks the language server that editors run where something is defined. */
function askForDefinition(file: string, line: number, offset: number): Promise<Definition[]> {
  const server = spawn(process.execPath, [
    join(packageFolder, 'node_modules/typescript-5/lib/tsserver.js'),
    '--disableAutomaticTypingAcquisition',
  ])
  const send = (seq: number, command: string, args: object): void => {
    server.stdin.write(`${JSON.stringify({ seq, type: 'request', command, arguments: args })}\n`)
  }
  return new Promise<Definition[]>((resolve, reject) => {
    server.on('error', reject)
    let output = ''
    server.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      for (const message of output.split('\n')) {
        if (!message.includes('"request_seq":2')) continue
        const { body } = JSON.parse(message) as { body?: Definition[] }
        resolve(body ?? [])
      }
    })
    send(1, 'open', { file })
    send(2, 'definition', { file, line, offset })
  }).finally(() => server.kill())
}

describe.each([
  ['beside the file', undefined],
  ['in a directory of their own', '.savepoint/types'],
])('an editor with the declarations %s', (_, declarationDirectory) => {
  let folder: string

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'savepoint-editor-')))
    const { files } = await generateQueries([{ path: 'src/users.sql', text }], {
      connection: pgliteConnection(pglite),
      ...(declarationDirectory !== undefined && { declarationDirectory }),
    })
    const compilerOptions = {
      module: 'esnext',
      moduleResolution: 'bundler',
      allowArbitraryExtensions: true,
      strict: true,
      types: [],
      ...(declarationDirectory !== undefined && { rootDirs: ['.', declarationDirectory] }),
    }
    for (const { path, content } of [
      ...files,
      { path: 'src/users.sql', content: text },
      { path: 'src/use.ts', content: usage },
      { path: 'tsconfig.json', content: JSON.stringify({ compilerOptions, include: ['src'] }) },
    ]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    }
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('goes from a call to the name in the query file', async () => {
    const definitions = await askForDefinition(join(folder, 'src/use.ts'), 2, 'export const user = g'.length)
    expect(definitions.map(({ file, start, end }) => [file.slice(folder.length), start, end])).toEqual([
      ['/src/users.sql', { line: 4, offset: 10 }, { line: 4, offset: 17 }],
    ])
  })
})
