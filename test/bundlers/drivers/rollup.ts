import { rollup, watch } from 'rollup'
import savepoint from 'unplugin-savepoint/rollup'
import type { Platform } from '../driver.js'
import { createRollupDriver } from './rollup-like.js'

// Rollup does not know where its bundles run.
const input = (root: string, platform?: Platform) => ({
  input: `${root}/src/index.js`,
  plugins: [savepoint({ root, ...(platform && { browser: platform === 'browser' }) })],
})

export const rollupDriver = createRollupDriver(
  'rollup',
  (root, platform) => rollup(input(root, platform)),
  (root, onEvent) => {
    const watcher = watch({ ...input(root), output: { dir: `${root}/dist` } })
    watcher.on('event', onEvent)
    return watcher
  },
)
