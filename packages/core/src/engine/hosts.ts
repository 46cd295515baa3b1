import type { Host } from '../host.js'
import type { EngineState } from './engine.js'
import type { SaveReport } from './report.js'

/** The hosts of one engine. A host that throws is reported to the others and does not stop the loop. */
export interface Hosts {
  /** The new host is told at once what is wrong now. Returns a function that removes it. */
  add(host: Host): () => void
  state(state: EngineState): void
  saved(report: SaveReport): void
  log(level: 'info' | 'warn' | 'error' | 'debug', message: string): void
}

/** Turns states into the calls of the `Host` interface: each host hears of a change, and only of a change. */
export function createHosts(): Hosts {
  const hosts = new Set<Host>()
  let shown: EngineState['diagnostics'] = []
  let shownAs = '[]'

  const tell = (call: (host: Host) => void): void => {
    for (const host of hosts) {
      try {
        call(host)
      } catch (error) {
        for (const other of hosts)
          if (other !== host) other.log('error', `a host failed: ${error instanceof Error ? error.message : error}`)
      }
    }
  }

  return {
    add(host) {
      hosts.add(host)
      if (shown.length > 0) host.showDiagnostics(shown)
      return () => hosts.delete(host)
    },
    state(state) {
      // While a run is working nothing is known yet: what is shown stays, so that an overlay does not flicker.
      if (state.status !== 'error' && state.status !== 'ready') return
      const errors = state.status === 'error' ? state.diagnostics : []
      const errorsAs = JSON.stringify(errors)
      if (errorsAs === shownAs) return
      shown = errors
      shownAs = errorsAs
      tell((host) => (errors.length > 0 ? host.showDiagnostics(errors) : host.clearDiagnostics()))
    },
    saved: (report) => tell((host) => host.saved(report)),
    log: (level, message) => tell((host) => host.log(level, message)),
  }
}
