import { rspack } from '@rspack/core'
import savepoint from 'unplugin-savepoint/rspack'
import { createWebpackDriver } from './webpack-like.js'

export const rspackDriver = createWebpackDriver('rspack', (root, target) =>
  rspack({
    context: root,
    entry: './src/index.js',
    mode: 'production',
    target,
    // As a module, whose exports somebody else may use; without a use webpack would drop all of it.
    output: { path: `${root}/dist`, module: true, library: { type: 'module' } },
    plugins: [savepoint({ root })],
  }),
)
