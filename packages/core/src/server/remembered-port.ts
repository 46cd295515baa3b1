import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname } from 'node:path'

const fileOf = (directory: string): string => `${directory}.port`

/** The port that the server of a data directory had the last time, so that URLs stay the same between starts; 0 when unknown. */
export async function readPort(directory: string): Promise<number> {
  const text = await readFile(fileOf(directory), 'utf8').catch(() => '')
  const port = Number(text)
  return Number.isInteger(port) && port > 1023 && port < 65_536 ? port : 0
}

/** Remembers it. A directory that cannot be written to does without. */
export async function writePort(directory: string, port: number): Promise<void> {
  if ((await readPort(directory)) === port) return
  await mkdir(dirname(directory), { recursive: true })
  await writeFile(fileOf(directory), `${port}\n`).catch(() => {})
}

/** The wanted port if nothing listens on it, else any that is free now. */
export function findFreePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error) => (wanted === 0 ? reject(error) : resolve(findFreePort(0))))
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
