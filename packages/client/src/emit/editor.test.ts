import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
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

interface Position {
  file: string
  /** From 1, as editors count. */
  line: number
  column: number
}

interface Definition {
  file: string
  start: [line: number, column: number]
  end: [line: number, column: number]
}

/** The server in which TypeScript 5 and 6 answer editors. */
function askTsserver(packageName: string): (position: Position) => Promise<Definition[]> {
  return async ({ file, line, column }) => {
    const server = spawn(process.execPath, [
      join(packageFolder, 'node_modules', packageName, 'lib/tsserver.js'),
      '--disableAutomaticTypingAcquisition',
    ])
    const until = follow(server)
    const send = (seq: number, command: string, args: object): void => {
      server.stdin.write(`${JSON.stringify({ seq, type: 'request', command, arguments: args })}\n`)
    }
    interface Place {
      line: number
      offset: number
    }
    type Answer = { body?: { file: string; start: Place; end: Place }[] }
    const answer = until((output) => output.split('\n').find((message) => message.includes('"request_seq":2'))).finally(
      () => server.kill(),
    )
    send(1, 'open', { file })
    send(2, 'definition', { file, line, offset: column })
    const { body = [] } = JSON.parse(await answer) as Answer
    return body.map((each) => ({
      file: each.file,
      start: [each.start.line, each.start.offset],
      end: [each.end.line, each.end.offset],
    }))
  }
}

interface Message {
  id?: number | string
  method?: string
  result?: unknown
}

/** The whole messages in what a language server has written. */
function messagesIn(output: string): Message[] {
  const messages: Message[] = []
  let rest = Buffer.from(output)
  for (;;) {
    const header = /^Content-Length: (\d+)\r\n(?:[^\r\n]+\r\n)*\r\n/.exec(rest.toString('latin1'))
    const end = (header?.[0].length ?? 0) + Number(header?.[1])
    if (!header || rest.length < end) return messages
    messages.push(JSON.parse(rest.subarray(header[0].length, end).toString()) as Message)
    rest = rest.subarray(end)
  }
}

/** TypeScript 7 speaks the language server protocol. */
async function askLanguageServer({ file, line, column }: Position): Promise<Definition[]> {
  const server = spawn(process.execPath, [
    join(packageFolder, '../../node_modules/typescript/bin/tsc'),
    '--lsp',
    '--stdio',
  ])
  const until = follow(server)
  const send = (message: object): void => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message })
    server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
  }
  const answered = new Set<Message['id']>()
  const answerTo = (id: number): Promise<Message> =>
    until((output) => {
      const messages = messagesIn(output)
      // It waits until the editor has agreed to its own questions.
      for (const each of messages)
        if (each.id !== undefined && each.method !== undefined && !answered.has(each.id)) {
          answered.add(each.id)
          send({ id: each.id, result: null })
        }
      return messages.find((each) => each.id === id && each.method === undefined)
    })
  interface Place {
    line: number
    character: number
  }
  type Location = { uri: string; range: { start: Place; end: Place } }
  const at = (place: Place): [number, number] => [place.line + 1, place.character + 1]
  try {
    const uri = pathToFileURL(file).href
    const initialized = answerTo(1)
    send({ id: 1, method: 'initialize', params: { processId: process.pid, rootUri: null, capabilities: {} } })
    await initialized
    const answer = answerTo(2)
    send({ method: 'initialized', params: {} })
    const textDocument = { uri, languageId: 'typescript', version: 1, text: readFileSync(file, 'utf8') }
    send({ method: 'textDocument/didOpen', params: { textDocument } })
    const position = { line: line - 1, character: column - 1 }
    send({ id: 2, method: 'textDocument/definition', params: { textDocument: { uri }, position } })
    const { result } = await answer
    return [(result as Location | Location[] | null) ?? []].flat().map(({ uri: target, range }) => ({
      file: fileURLToPath(target),
      start: at(range.start),
      end: at(range.end),
    }))
  } finally {
    server.kill()
  }
}

/** Reads what a process writes: gives what `find` takes from all of it, as soon as it is there. */
function follow(server: ChildProcessWithoutNullStreams) {
  let output = ''
  const waiting = new Set<() => void>()
  server.stdout.setEncoding('utf8')
  server.stdout.on('data', (text: string) => {
    output += text
    for (const look of waiting) look()
  })
  return <T>(find: (output: string) => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find(output)
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      server.on('error', reject)
      server.on('exit', () => reject(new Error(`the language server ended: ${output}`)))
      waiting.add(look)
      look()
    })
}

const servers = {
  'TypeScript 5.9': askTsserver('typescript-5'),
  'TypeScript 6': askTsserver('typescript-6'),
  'TypeScript 7': askLanguageServer,
}
const resolutions = {
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
}

const layouts: [name: string, declarationDirectory?: string][] = [
  ['beside the file'],
  ['in a directory of their own', '.savepoint/types'],
]
const combinations = layouts.flatMap(([name, declarationDirectory]) =>
  Object.entries(resolutions).map(([resolution, settings]) => ({ name, declarationDirectory, resolution, settings })),
)

describe.each(combinations)('declarations $name, with $resolution', ({ declarationDirectory, settings }) => {
  let folder: string

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'savepoint-editor-')))
    const { files } = await generateQueries([{ path: 'src/users.sql', text }], {
      connection: pgliteConnection(pglite),
      ...(declarationDirectory !== undefined && { declarationDirectory }),
    })
    const compilerOptions = {
      ...settings,
      allowArbitraryExtensions: true,
      strict: true,
      types: [],
      ...(declarationDirectory !== undefined && { rootDirs: ['.', declarationDirectory] }),
    }
    for (const { path, content } of [
      ...files,
      { path: 'src/users.sql', content: text },
      { path: 'src/use.ts', content: usage },
      { path: 'package.json', content: '{ "type": "module" }' },
      { path: 'tsconfig.json', content: JSON.stringify({ compilerOptions, include: ['src'] }) },
    ]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    }
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(Object.entries(servers))('lead from a call to the name in the query file, in %s', async (_, ask) => {
    const definitions = await ask({ file: join(folder, 'src/use.ts'), line: 2, column: 'export const user = g'.length })
    expect(definitions.map(({ file, ...range }) => ({ file: file.slice(folder.length), ...range }))).toEqual([
      { file: '/src/users.sql', start: [4, 10], end: [4, 17] },
    ])
  })
})
