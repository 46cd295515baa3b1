import { rollup, watch } from 'rollup'
import savepoint from 'unplugin-savepoint/rollup'
import { createRollupDriver } from './rollup-like.js'

const input = (root: string) => ({ input: `${root}/src/index.js`, plugins: [savepoint({ root })] })

export const rollupDriver = createRollupDriver(
  'rollup',
  (root) => rollup(input(root)),
  (root, onEvent) => {
    const watcher = watch({ ...input(root), output: { dir: `${root}/dist` } })
    watcher.on('event', onEvent)
    return watcher
  },
)
