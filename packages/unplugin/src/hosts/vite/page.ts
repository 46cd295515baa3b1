import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Connect, ViteDevServer } from 'vite'
import type { Project } from '../../project.js'
import { renderPage } from './page-html.js'

/** Address of the dev page under Vite's `base`. */
export function pagePath(base: string): string {
  return `${base.replace(/\/$/, '')}/__savepoint/`
}

/**
 * The dev page: what the loop did last, what is wrong, and what waits for a decision, with a button for each.
 * Reading is open to the page's own origin; changing anything needs the token of this server start, which only that page holds.
 */
export function createPageMiddleware(server: ViteDevServer, project: Project): Connect.NextHandleFunction {
  const path = pagePath(server.config.base)
  const token = randomBytes(24).toString('hex')
  return function savepointPageMiddleware(request, response, next) {
    // Behind Vite's base middleware or before it, depending on the mode: the original address is the same in both.
    const url = (request.originalUrl ?? request.url ?? '').split('?')[0] ?? ''
    if (!url.startsWith(path)) return next()
    const route = url.slice(path.length)
    if (request.method === 'GET' && route === '') return sendHtml(response, renderPage({ path, token }))
    if (request.method === 'GET' && route === 'state') return sendJson(response, 200, describe(project))
    if (request.method === 'POST' && route === 'accept') {
      if (!sameToken(request.headers['x-savepoint-token'], token))
        return sendJson(response, 403, { error: 'wrong token' })
      accept(request, project).then(
        (body) => sendJson(response, 200, body),
        (error: unknown) => sendJson(response, 400, { error: error instanceof Error ? error.message : String(error) }),
      )
      return undefined
    }
    return sendJson(response, 404, { error: 'not found' })
  }
}

function describe(project: Project) {
  const state = project.engine?.state
  if (!state) return { status: 'starting', diagnostics: [], pending: [] }
  const { status, diagnostics, pending, report, panels = [] } = state
  // Named one by one: the connection string may hold a password and stays on the server.
  return { status, diagnostics, pending, report, panels, root: project.root }
}

async function accept(request: IncomingMessage, project: Project) {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { ids } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { ids?: unknown }
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string'))
    throw new TypeError('ids must be a list of strings')
  if (!project.engine) throw new Error('the loop is still starting')
  await project.engine.accept(ids)
  return describe(project)
}

function sameToken(given: string | string[] | undefined, token: string): boolean {
  return (
    typeof given === 'string' &&
    given.length === token.length &&
    timingSafeEqual(Buffer.from(given), Buffer.from(token))
  )
}

function sendHtml(response: ServerResponse, html: string): void {
  response.setHeader('content-type', 'text/html; charset=utf-8')
  // The page must not be framed or sniffed into a place where its token could be read.
  response.setHeader('x-frame-options', 'SAMEORIGIN')
  response.setHeader('cache-control', 'no-store')
  response.end(html)
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status
  response.setHeader('content-type', 'application/json; charset=utf-8')
  response.setHeader('cache-control', 'no-store')
  response.end(JSON.stringify(body))
}
