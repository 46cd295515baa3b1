import { rolldown, watch } from 'rolldown'
import savepoint from 'unplugin-savepoint/rolldown'
import type { Platform } from '../driver.js'
import { createRollupDriver } from './rollup-like.js'

const input = (root: string, platform: Platform = 'node') => ({
  input: `${root}/src/index.js`,
  platform,
  plugins: [savepoint({ root })],
})

export const rolldownDriver = createRollupDriver(
  'rolldown',
  (root, platform) => rolldown(input(root, platform)),
  (root, onEvent) => {
    const watcher = watch({ ...input(root), output: { dir: `${root}/dist` } })
    watcher.on('event', onEvent)
    return watcher
  },
)
