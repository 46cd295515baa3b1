import { toNodeHandler } from 'better-auth/node'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { auth } from './auth.ts'
import { pool } from './database.ts'

const authHandler = toNodeHandler(auth)

/** Answers everything under `/api/`. */
export async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  if (pathname.startsWith('/api/auth/')) return authHandler(request, response)
  if (pathname === '/api/assets' && request.method === 'GET') return send(response, 200, await listAssets())
  if (pathname === '/api/assets' && request.method === 'POST') {
    const session = await auth.api.getSession({ headers: new Headers({ cookie: request.headers.cookie ?? '' }) })
    return send(response, 201, await addAsset(await readJson(request), session?.user.id))
  }
  send(response, 404, { error: `nothing at ${pathname}` })
}

// `select *`, so that a column added in schema/asset.sql shows on the page without another edit.
async function listAssets() {
  const { rows, fields } = await pool.query('SELECT * FROM asset.asset ORDER BY created_at, symbol')
  return { columns: fields.map(({ name }) => name), rows }
}

async function addAsset(input: Record<string, unknown>, userId: string | undefined) {
  const { rows } = await pool.query(
    'INSERT INTO asset.asset (symbol, name, added_by) VALUES (upper($1), $2, $3) RETURNING *',
    [input.symbol, input.name, userId ?? null],
  )
  return rows[0]
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) text += chunk
  return JSON.parse(text)
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(body))
}
