import { createHash, randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// `sun_path` holds 104 bytes on macOS and 108 on Linux, with the final zero.
const longestSocketPath = 100

/** A new address for this process to listen at: a named pipe on Windows, elsewhere a Unix socket in the state directory. */
export function createAddress(stateDirectory: string, platform: NodeJS.Platform = process.platform): string {
  const unique = `${process.pid}-${randomBytes(6).toString('hex')}`
  const project = createHash('sha1').update(stateDirectory).digest('hex').slice(0, 12)
  if (platform === 'win32') return `\\\\.\\pipe\\savepoint-${project}-${unique}`
  const path = join(stateDirectory, `engine-${unique}.sock`)
  return Buffer.byteLength(path) <= longestSocketPath ? path : join(tmpdir(), `savepoint-${project}-${unique}.sock`)
}
