import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { root } from './build.mjs'

/**
 * Runs the `main(arguments, sharedFolder)` of a TypeScript file of the test tree on the packages' sources, without a build
 * before it, and exits with what it resolves to.
 */
export async function runTypeScript(file) {
  // Beside the dependencies of the tests, so that the bundle's bare imports are found.
  const folder = join(root, 'test/node_modules/.cache/savepoint-test')
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, `${file.replaceAll(/[/.]/g, '-')}-${process.pid}.mjs`)
  await build({
    entryPoints: [join(root, file)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: 'inline',
    packages: 'external',
    alias: { '@savepoint/catalog': join(root, 'packages/catalog/src/index.ts') },
    logLevel: 'warning',
  })
  process.setSourceMapsEnabled(true)
  const { main } = await import(pathToFileURL(outfile).href)
  process.exitCode = await main(process.argv.slice(2), process.env.SAVEPOINT_SHARED ?? join(root, '../shared'))
}
