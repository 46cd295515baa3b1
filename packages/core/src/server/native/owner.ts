import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** User and group that the server runs as; spawn options. */
export interface ProcessOwner {
  uid: number
  gid: number
}

/** Postgres refuses to run as root, so root hands over to an unprivileged user. Undefined for everybody else. */
export async function findProcessOwner(): Promise<ProcessOwner | undefined> {
  if (process.getuid?.() !== 0) return undefined
  for (const user of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])])
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
    } catch {
      // No such user: the next one.
    }
  }
  return { uid: 65_534, gid: 65_534 }
}
