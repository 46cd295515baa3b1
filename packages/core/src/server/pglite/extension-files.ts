import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** The part of Emscripten's file system that is used here. */
export interface InstanceFiles {
  mkdirTree(path: string): void
  writeFile(path: string, data: Uint8Array): void
}

const prefix = '/pglite'

/**
 * Puts an extension's files into a running PGlite, so that `CREATE EXTENSION` finds them. PGlite's own way is to name extensions
 * when an instance is made; doing it later spares a restart, which would cut every client off.
 *
 * @param bundle path of the `.tar.gz` that PGlite's packages hold
 */
export function installExtension(files: InstanceFiles, bundle: string): void {
  for (const { path, data } of readTar(gunzipSync(readFileSync(bundle)))) {
    const target = `${prefix}/${path}`
    files.mkdirTree(target.slice(0, target.lastIndexOf('/')))
    files.writeFile(target, data)
  }
}

const blockLength = 512

/** Regular files of a ustar archive: https://www.gnu.org/software/tar/manual/html_node/Standard.html */
function* readTar(archive: Buffer): Generator<{ path: string; data: Buffer }> {
  const text = (start: number, length: number): string =>
    archive.toString('latin1', start, start + length).replace(/\0.*$/s, '')
  for (let offset = 0; offset + blockLength <= archive.length;) {
    const name = text(offset, 100)
    if (name === '') return
    const folder = text(offset + 345, 155)
    const size = Number.parseInt(text(offset + 124, 12).trim() || '0', 8)
    const type = archive[offset + 156]
    const start = offset + blockLength
    if ((type === 0x30 || type === 0) && !name.startsWith('.'))
      yield { path: folder ? `${folder}/${name}` : name, data: archive.subarray(start, start + size) }
    offset = start + Math.ceil(size / blockLength) * blockLength
  }
}
