import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Makes `.savepoint/`, with a `.gitignore` in it: a development database must not get into anybody's commit. */
export async function prepareStateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true })
  try {
    await writeFile(join(path, '.gitignore'), '*\n', { flag: 'wx' })
  } catch {
    // It is there already, or the disk cannot be written, which whatever comes next says better.
  }
}
