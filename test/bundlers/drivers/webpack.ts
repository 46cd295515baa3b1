import savepoint from 'unplugin-savepoint/webpack'
import { webpack } from 'webpack'
import { createWebpackDriver } from './webpack-like.js'

export const webpackDriver = createWebpackDriver('webpack', (root, target) => {
  const compiler = webpack({
    context: root,
    entry: './src/index.js',
    mode: 'production',
    target,
    // As a module, whose exports somebody else may use; without a use webpack would drop all of it.
    experiments: { outputModule: true },
    output: { path: `${root}/dist`, module: true, library: { type: 'module' } },
    plugins: [savepoint({ root })],
  })
  if (!compiler) throw new Error('webpack made no compiler')
  return compiler
})
