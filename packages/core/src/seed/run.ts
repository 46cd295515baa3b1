import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { isServerError } from '@savepoint/catalog'
import { importConfigFile } from '../config/bundle.js'
import { connect, type DatabaseSession } from '../database/connect.js'
import { createFrame, DiagnosticError, type Diagnostic } from '../diagnostics/index.js'
import { positionAt } from '../sources/positions.js'
import { splitStatements } from '../sources/split.js'
import type { SeedFile } from './find.js'

/** What a seed written in TypeScript is given: its default export is called with this. */
export interface SeedContext {
  /** Runs SQL in the seed's transaction. */
  query: DatabaseSession['query']
  /** Connection string, for an app's own client; what goes over it is not part of the transaction. */
  url: string
}

/**
 * Runs one seed file in a transaction: all of it or nothing.
 *
 * @throws DiagnosticError SP2007 with the place of the statement that the server refused, SP5001 for a file that does not load
 */
export async function runSeed(url: string, seed: SeedFile): Promise<void> {
  const session = await connect(url)
  try {
    await session.query('BEGIN')
    if (extname(seed.path) === '.sql') await runSql(session, seed.path)
    else await runModule({ query: session.query, url }, seed.path)
    await session.query('COMMIT')
  } finally {
    // Without a COMMIT the server takes everything back when the session ends.
    await session.close()
  }
}

async function runSql(session: DatabaseSession, path: string): Promise<void> {
  const text = await readFile(path, 'utf8')
  for (const { kind, start, end } of splitStatements(text)) {
    if (kind !== 'statement') throw new DiagnosticError([describeFragment(kind, path, text, start)])
    try {
      await session.query(text.slice(start, end))
    } catch (error) {
      if (!isServerError(error)) throw error
      throw new DiagnosticError([describeRefusal(error.message, path, text, start)], { cause: error })
    }
  }
}

async function runModule(context: SeedContext, path: string): Promise<void> {
  const { value } = await importConfigFile(path)
  if (typeof value === 'function') {
    await value(context)
    return
  }
  throw new DiagnosticError([
    {
      code: 'SP5001',
      severity: 'error',
      message: `${path} exports no function`,
      location: { file: path, line: 1, column: 1 },
      fix: 'Write `export default async ({ query }) => { … }`.',
    },
  ])
}

function describeRefusal(message: string, path: string, text: string, offset: number): Diagnostic {
  const location = { file: path, ...positionAt(text, offset) }
  return {
    code: 'SP2007',
    severity: 'error',
    message: `the seed was refused: ${message}`,
    location,
    frame: createFrame(text, location),
    why: 'The file runs in one transaction, so nothing of it is in the database.',
    fix: 'Correct the statement. A seed that may run twice says ON CONFLICT DO NOTHING.',
  }
}

function describeFragment(kind: string, path: string, text: string, offset: number): Diagnostic {
  const location = { file: path, ...positionAt(text, offset) }
  return {
    code: kind === 'meta' ? 'SP1004' : kind === 'copy' ? 'SP1005' : 'SP1001',
    severity: 'error',
    message:
      kind === 'meta'
        ? 'a psql meta-command cannot run here'
        : kind === 'copy'
          ? 'COPY … FROM stdin cannot run here'
          : 'a quote or comment is never closed',
    location,
    frame: createFrame(text, location),
    fix: kind === 'copy' ? 'Write INSERT, or a seed in TypeScript.' : 'Remove it.',
  }
}
