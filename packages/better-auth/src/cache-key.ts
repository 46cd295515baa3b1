import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import type { BetterAuthOptions } from './options.js'

/** Of the shell and the terminal: they change from window to window, and no config is made of them. */
const passingRE = /^(?:_|PWD|OLDPWD|SHLVL|COLUMNS|LINES|TERM.*|COLORTERM|WINDOWID|SSH_.*|npm_.*|INIT_CWD)$/

/**
 * Everything that the tables depend on besides the files that are watched. A config may read any variable of the
 * environment, so all that last count.
 */
export function cacheKey(options: BetterAuthOptions, environment: NodeJS.ProcessEnv): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string }
  const lasting = Object.entries(environment)
    .filter(([name]) => !passingRE.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([version, process.version, options, lasting]))
    .digest('base64url')
}
