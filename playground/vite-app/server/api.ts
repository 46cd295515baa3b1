import { toNodeHandler } from 'better-auth/node'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { addAsset, listAssets, listAssetsColumns } from './assets.sql'
import { auth } from './auth.ts'
import { pool } from './database.ts'

const authHandler = toNodeHandler(auth)

/** Answers everything under `/api/`. */
export async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  if (pathname.startsWith('/api/auth/')) return authHandler(request, response)
  if (pathname === '/api/assets' && request.method === 'GET') return send(response, 200, await list())
  if (pathname === '/api/assets' && request.method === 'POST') {
    const session = await auth.api.getSession({ headers: new Headers({ cookie: request.headers.cookie ?? '' }) })
    return send(response, 201, await add(await readJson(request), session?.user.id))
  }
  send(response, 404, { error: `nothing at ${pathname}` })
}

// `select *` is written out when the queries are generated, so a column added in schema/asset.sql shows without another edit.
async function list() {
  return { columns: listAssetsColumns, rows: await listAssets(pool) }
}

function add({ symbol, name }: Record<string, unknown>, userId: string | undefined) {
  return addAsset(pool, { symbol: String(symbol), name: String(name), added_by: userId ?? null })
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
