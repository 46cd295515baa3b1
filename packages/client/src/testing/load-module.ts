import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const source = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** Runs the text of a generated module, with our run time from its sources. */
export async function loadModule<T>(text: string, extension: 'ts' | 'js' = 'ts'): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'savepoint-client-'))
  try {
    const entry = join(folder, `module.${extension}`)
    const out = join(folder, 'module.mjs')
    writeFileSync(entry, text)
    await build({
      entryPoints: [entry],
      outfile: out,
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'error',
      alias: {
        '@savepoint/client/runtime': source('runtime/index.ts'),
        '@savepoint/client/parts': source('runtime/parts.ts'),
        '@savepoint/client/codecs': source('codecs/index.ts'),
      },
    })
    return (await import(/* @vite-ignore */ pathToFileURL(out).href)) as T
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
