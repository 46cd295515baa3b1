import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { readTar } from './tar.js'

/** The part of Emscripten's file system that is used here. */
export interface InstanceFiles {
  mkdirTree(path: string): void
  writeFile(path: string, data: Uint8Array): void
  createPreloadedFile(
    folder: string,
    name: string,
    data: Uint8Array,
    canRead: boolean,
    canWrite: boolean,
    onLoad: () => void,
    onError: () => void,
  ): void
}

const prefix = '/pglite'

/**
 * Puts an extension's files into a running PGlite, so that `CREATE EXTENSION` finds them. PGlite's own way is to name extensions
 * when an instance is made; doing it later spares a restart, which would cut every client off.
 *
 * @param bundle path of the `.tar.gz` that PGlite's packages hold
 */
export async function installExtension(files: InstanceFiles, bundle: string): Promise<void> {
  const libraries: Promise<void>[] = []
  for (const { path, data } of readTar(gunzipSync(readFileSync(bundle)))) {
    if (!data) continue
    const target = `${prefix}/${path}`
    const slash = target.lastIndexOf('/')
    const folder = target.slice(0, slash)
    files.mkdirTree(folder)
    if (target.endsWith('.so')) libraries.push(installLibrary(files, folder, target.slice(slash + 1), data))
    else files.writeFile(target, data)
  }
  await Promise.all(libraries)
}

// Compiled ahead: a library that is only compiled when Postgres opens it may not lack any symbol, and some do.
function installLibrary(files: InstanceFiles, folder: string, name: string, data: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    files.createPreloadedFile(folder, name, data, true, true, resolve, () => {
      // Then it is compiled when it is opened, and Postgres reports what is wrong with it.
      files.writeFile(`${folder}/${name}`, data)
      resolve()
    })
  })
}
