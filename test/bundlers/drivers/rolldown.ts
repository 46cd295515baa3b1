import { rolldown, watch } from 'rolldown'
import savepoint from 'unplugin-savepoint/rolldown'
import { createRollupDriver } from './rollup-like.js'

const input = (root: string) => ({ input: `${root}/src/index.js`, plugins: [savepoint({ root })] })

export const rolldownDriver = createRollupDriver(
  'rolldown',
  (root) => rolldown(input(root)),
  (root, onEvent) => {
    const watcher = watch({ ...input(root), output: { dir: `${root}/dist` } })
    watcher.on('event', onEvent)
    return watcher
  },
)
