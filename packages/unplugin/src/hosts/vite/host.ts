import type { Diagnostic, Host } from '@savepoint/core'
import type { ErrorPayload, ViteDevServer } from 'vite'
import { formatDiagnostic, formatDiagnostics } from '../../message.js'
import type { Project } from '../../project.js'
import { formatReport, prefix } from '../../terminal-host.js'

export interface ViteHost extends Host {
  dispose(): void
}

/** Shows the engine's state in Vite's overlay and through Vite's logger. */
export function createViteHost(server: ViteDevServer, project: Pick<Project, 'root'>): ViteHost {
  const { logger } = server.config
  const { hot } = server.environments.client
  let shown: readonly Diagnostic[] = []

  const sendOverlay = () => {
    if (shown.length > 0) hot.send(createOverlayPayload(shown, project.root))
  }
  // Vite keeps an error only for the first page that connects; a reload while the schema is red must show it again.
  const onConnect = () => sendOverlay()
  hot.on('vite:client:connect', onConnect)
  // Any update of the app clears the overlay, although the schema is as red as before. Vite sends the update after
  // the watcher's event, hence the turn of the event loop.
  const onAppChange = () => {
    if (shown.length > 0) setTimeout(sendOverlay, 100).unref()
  }
  server.watcher.on('change', onAppChange)

  return {
    log(level, message) {
      // Without Vite's own timestamp: it would come with Vite's name, as if Vite had said it.
      const text = `${prefix()} ${message}`
      if (level === 'error') logger.error(text)
      else if (level === 'warn') logger.warn(text)
      else if (level === 'info') logger.info(text)
    },
    showDiagnostics(diagnostics) {
      const errors = diagnostics.filter(({ severity }) => severity === 'error')
      const warnings = diagnostics.filter(({ severity }) => severity === 'warning')
      for (const warning of warnings) logger.warn(formatDiagnostic(warning, project.root))
      shown = errors
      if (errors.length === 0) return
      logger.error(formatDiagnostics(errors, project.root))
      sendOverlay()
    },
    clearDiagnostics() {
      if (shown.length === 0) return
      shown = []
      // There is no message that clears the overlay; an empty update does, and reloads a page that was opened while red.
      hot.send({ type: 'update', updates: [] })
    },
    saved(report) {
      const line = formatReport(report)
      if (line) logger.info(`${prefix()} ${line}`)
      for (const warning of report.warnings) logger.warn(formatDiagnostic(warning, project.root))
      hot.send('savepoint:saved', report)
      if (report.applied.length === 0) return
      // Server modules may have cached what the database looked like (Better Auth keeps its verdict on missing tables).
      for (const environment of Object.values(server.environments)) {
        if (environment.config.consumer === 'server') environment.moduleGraph.invalidateAll()
      }
      hot.send({ type: 'full-reload' })
    },
    dispose() {
      hot.off('vite:client:connect', onConnect)
      server.watcher.off('change', onAppChange)
    },
  }
}

/** The overlay shows one error: the first, with the others below it in the message. */
export function createOverlayPayload(diagnostics: readonly Diagnostic[], root: string): ErrorPayload {
  const [first, ...others] = diagnostics
  if (!first) throw new TypeError('an overlay needs at least one diagnostic')
  const { frame, location, ...rest } = first
  const more = others.length > 0 ? `\n\n${formatDiagnostics(others, root)}` : ''
  return {
    type: 'error',
    err: {
      message: formatDiagnostic(rest, root) + more,
      // An empty stack hides the overlay's stack section, which would name our files only.
      stack: '',
      plugin: 'savepoint',
      ...(location
        ? { id: location.file, loc: { file: location.file, line: location.line, column: location.column } }
        : {}),
      ...(frame ? { frame } : {}),
    },
  }
}
