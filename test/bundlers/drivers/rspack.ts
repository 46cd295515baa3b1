import { rspack } from '@rspack/core'
import savepoint from 'unplugin-savepoint/rspack'
import { createWebpackDriver } from './webpack-like.js'

export const rspackDriver = createWebpackDriver('rspack', (root) =>
  rspack({
    context: root,
    entry: './src/index.js',
    mode: 'development',
    output: { path: `${root}/dist` },
    plugins: [savepoint({ root })],
  }),
)
