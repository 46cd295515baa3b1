import type { BunPlugin } from 'bun'
import { savepoint } from './index.js'
import type { Options } from './options.js'

/** Made when it is called, not when it is imported: unplugin's Bun adapter reads the global `Bun`, which Node lacks. */
export default function savepointBun(options?: Options): BunPlugin {
  return savepoint.bun(options)
}
