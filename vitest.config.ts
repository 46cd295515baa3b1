import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string): string => fileURLToPath(new URL(`packages/${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    // Tests read the packages' sources, so that no test can pass on a stale build.
    alias: [
      { find: /^@savepoint\/catalog\/identifier$/, replacement: source('catalog/src/identifier.ts') },
      { find: /^@savepoint\/core\/check$/, replacement: source('core/src/check/check.ts') },
      { find: /^@savepoint\/core\/plugin$/, replacement: source('core/src/plugin/index.ts') },
      { find: /^@savepoint\/client\/parts$/, replacement: source('client/src/runtime/parts.ts') },
      { find: /^@savepoint\/client\/(runtime|codecs|standard-schema)$/, replacement: source('client/src/$1/index.ts') },
      { find: /^@savepoint\/([a-z-]+)$/, replacement: source('$1/src/index.ts') },
      { find: /^unplugin-savepoint$/, replacement: source('unplugin/src/index.ts') },
      { find: /^unplugin-savepoint\/([a-z]+)$/, replacement: source('unplugin/src/$1.ts') },
      { find: /^savepoint$/, replacement: source('cli/src/index.ts') },
    ],
  },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // The worker thread that runs PGlite, the CLI binary and the bundler suites run from dist/.
    globalSetup: ['./scripts/vitest-setup.mjs'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores: more workers only make each database slower.
    maxWorkers: 2,
    pool: 'forks',
  },
})
