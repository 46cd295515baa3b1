import type { ViteDevServer } from 'vite'
import { formatDiagnostic } from '../../message.js'
import type { Project } from '../../project.js'
import { createViteHost } from './host.js'
import { createHoldMiddleware } from './hold.js'
import { createPageMiddleware, pagePath } from './page.js'

/** The loop inside a Vite dev server. */
export interface ServedLoop {
  release(): Promise<void>
  /** For `configureServer` to return: Vite calls it when its own middlewares stand. */
  afterMiddlewares(): void
}

/**
 * Starts the loop beside Vite's start, so that no page waits for it that does not need the database,
 * and connects it to the overlay, the terminal and the dev page.
 */
export function serveLoop(server: ViteDevServer, project: Project): ServedLoop {
  const host = createViteHost(server, project)
  const ready = project.startLoop(host).catch((error: unknown) => {
    // The engine turns the user's mistakes into state; what arrives here kept the loop from starting at all.
    server.config.logger.error(
      `[savepoint] the loop did not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
    return undefined
  })
  const hold = createHoldMiddleware(ready)
  // Before Vite's own: its HTML fallback would answer the page's address otherwise.
  server.middlewares.use(hold)
  server.middlewares.use(createPageMiddleware(server, project))

  let released: Promise<void> | undefined
  const release = () => (released ??= ready.then(() => project.release()))
  // Vite leaves Ctrl-C to the process's default, which would cut the database off in mid-write. A handler replaces that
  // default, so after closing the signal is sent again.
  const interrupt = () => {
    process.off('SIGINT', interrupt)
    server
      .close()
      .then(release)
      .catch((error: unknown) => console.error('[savepoint] closing failed', error))
      .finally(() => process.kill(process.pid, 'SIGINT'))
  }
  process.on('SIGINT', interrupt)

  server.httpServer?.once('listening', () => {
    void ready.then((engine) => {
      const { databaseUrl } = engine?.state ?? {}
      if (databaseUrl && server.config.logger) printRow(server, databaseUrl)
    })
  })
  return {
    async release() {
      process.off('SIGINT', interrupt)
      host.dispose()
      await release()
    },
    afterMiddlewares() {
      server.bindCLIShortcuts({
        customShortcuts: [
          {
            key: 'a',
            description: 'accept the schema steps that wait',
            async action() {
              const state = await project.engine?.accept('all')
              for (const diagnostic of state?.diagnostics ?? [])
                server.config.logger.error(formatDiagnostic(diagnostic, project.root))
            },
          },
        ],
      })
    },
  }
}

function printRow(server: ViteDevServer, databaseUrl: string): void {
  const { logger, base } = server.config
  const url = new URL(databaseUrl)
  // A password has no business in a terminal that is shared or recorded.
  if (url.password) url.password = '***'
  logger.info(`  ➜  Database: ${url.toString()}`)
  const local = server.resolvedUrls?.local[0]
  if (local) logger.info(`  ➜  Savepoint: ${new URL(pagePath(base), local).toString()}`)
}
