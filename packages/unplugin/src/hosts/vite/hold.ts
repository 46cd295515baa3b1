import type { Connect } from 'vite'

/** How long a request waits for the database before it goes on without. A first start with initdb takes seconds. */
const patience = 60_000

/**
 * Holds page and API requests until the loop's first run has ended, because they may query the database;
 * Vite's client, modules and assets pass at once.
 */
export function createHoldMiddleware(ready: Promise<unknown>): Connect.NextHandleFunction {
  let open = false
  const timeout = new Promise<void>((resolve) => setTimeout(resolve, patience).unref())
  const opened = Promise.race([ready, timeout]).then(() => {
    open = true
  })
  // The name shows in connect's debug log.
  return function savepointHoldMiddleware(request, _response, next) {
    if (open || !mayQuery(request)) next()
    else void opened.then(() => next())
  }
}

function mayQuery(request: Connect.IncomingMessage): boolean {
  const url = request.url ?? '/'
  if (url.startsWith('/@') || url.includes('/node_modules/')) return false
  const destination = request.headers['sec-fetch-dest']
  // `empty` is fetch(), `document` a navigation; scripts, styles and images say so. Clients other than browsers say nothing.
  return destination === undefined || destination === 'empty' || destination === 'document' || destination === 'iframe'
}
