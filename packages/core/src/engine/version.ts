import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Versions of the packages that decide what is read from a catalog and written for it, in one text. */
export function ourVersion(): string {
  const manifests = [
    '../../package.json',
    '@savepoint/catalog/package.json',
    '@savepoint/client/package.json',
    '@electric-sql/pglite/package.json',
  ]
  return manifests.map(readVersion).join(' ')
}

function readVersion(manifest: string): string {
  try {
    const value: unknown = require(manifest)
    return typeof value === 'object' && value !== null && 'version' in value ? String(value.version) : ''
  } catch {
    // Bundled into something that has no package files.
    return ''
  }
}
