import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Where images of a fresh PGlite data directory are kept: one place for all projects of a user, because making one takes
 * seconds and the result is the same. SAVEPOINT_CACHE names another place, such as a folder that CI keeps.
 */
export function imageDirectory(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (environment['SAVEPOINT_CACHE']) return environment['SAVEPOINT_CACHE']
  if (environment['XDG_CACHE_HOME']) return join(environment['XDG_CACHE_HOME'], 'savepoint')
  if (platform === 'darwin') return join(homedir(), 'Library/Caches/savepoint')
  if (platform === 'win32') return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData/Local'), 'savepoint')
  return join(homedir(), '.cache/savepoint')
}
