import savepoint from 'unplugin-savepoint/webpack'
import { webpack } from 'webpack'
import { createWebpackDriver } from './webpack-like.js'

export const webpackDriver = createWebpackDriver('webpack', (root) => {
  const compiler = webpack({
    context: root,
    entry: './src/index.js',
    mode: 'development',
    output: { path: `${root}/dist` },
    plugins: [savepoint({ root })],
  })
  if (!compiler) throw new Error('webpack made no compiler')
  return compiler
})
