// Builds every package: esbuild turns each source file into one JavaScript file (same tree under dist/),
// then `tsc` writes the declarations. `--js` leaves the declarations out, which is what running needs.
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import fastGlob from 'fast-glob'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

// In the order of their dependencies: each one's declarations are read by the next.
export const packages = ['migrate', 'catalog', 'client', 'core', 'conventions', 'better-auth', 'unplugin', 'cli']

/** Writes `dist/**.js` of every package. Returns nothing; throws esbuild's own error for a source that does not parse. */
export async function buildJavaScript() {
  await Promise.all(
    packages.map(async (name) => {
      const folder = join(root, 'packages', name)
      const entryPoints = await fastGlob('src/**/*.ts', {
        cwd: folder,
        absolute: true,
        ignore: ['**/*.test.ts', '**/*.test-d.ts', '**/*.d.ts', '**/testing/**'],
      })
      await build({
        entryPoints,
        outdir: join(folder, 'dist'),
        outbase: join(folder, 'src'),
        format: 'esm',
        platform: 'node',
        target: 'node20.19',
        sourcemap: true,
        sourcesContent: false,
        logLevel: 'warning',
      })
    }),
  )
}

/** Writes `dist/**.d.ts` of every package; exits with tsc's code when one fails. */
export function buildDeclarations() {
  for (const name of packages) {
    const project = join(root, 'packages', name, 'tsconfig.json')
    if (!existsSync(project)) continue
    const { status } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], {
      stdio: 'inherit',
    })
    if (status !== 0) process.exit(status ?? 1)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--clean'))
    for (const name of packages) rmSync(join(root, 'packages', name, 'dist'), { recursive: true, force: true })
  await buildJavaScript()
  if (!process.argv.includes('--js')) buildDeclarations()
}
