const blockLength = 512

/** One entry of an archive. A folder has no data. */
export interface TarEntry {
  path: string
  data?: Buffer
  /** The entry as it stands in the archive, header and padding included. */
  block: Buffer
}

/** Files and folders of a ustar archive: https://www.gnu.org/software/tar/manual/html_node/Standard.html */
export function* readTar(archive: Buffer): Generator<TarEntry> {
  const text = (start: number, length: number): string =>
    archive.toString('latin1', start, start + length).replace(/\0.*$/s, '')
  for (let offset = 0; offset + blockLength <= archive.length;) {
    const name = text(offset, 100)
    if (name === '') return
    const folder = text(offset + 345, 155)
    const path = folder ? `${folder}/${name}` : name
    const size = Number.parseInt(text(offset + 124, 12).trim() || '0', 8)
    const type = archive[offset + 156]
    const start = offset + blockLength
    const end = start + Math.ceil(size / blockLength) * blockLength
    const block = archive.subarray(offset, end)
    if (type === 0x35 /* 5 */ || path.endsWith('/')) yield { path: path.replace(/\/$/, ''), block }
    else if (type === 0x30 /* 0 */ || type === 0) yield { path, data: archive.subarray(start, start + size), block }
    offset = end
  }
}
