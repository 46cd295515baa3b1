import type { PGliteOptions } from '@electric-sql/pglite'
import type { ExtensionModule } from './worker-messages.js'

type Extensions = NonNullable<PGliteOptions['extensions']>

/** Imports the modules that `resolveExtensions` found, in the thread that runs PGlite. */
export async function loadExtensions(modules: readonly ExtensionModule[]): Promise<Extensions> {
  const extensions: Extensions = {}
  for (const { name, url, exportName } of modules) {
    if (exportName === undefined) {
      extensions[name] = new URL(url)
      continue
    }
    const loaded: Record<string, unknown> = await import(url)
    const extension = loaded[exportName]
    if (!isExtension(extension)) throw new Error(`${url} does not export the extension ${exportName}`)
    extensions[name] = extension
  }
  return extensions
}

function isExtension(value: unknown): value is Exclude<Extensions[string], URL> {
  return typeof value === 'object' && value !== null && 'setup' in value && typeof value.setup === 'function'
}
