import { createUnplugin, type UnpluginInstance } from 'unplugin'
import type { Options } from './options.js'
import { createPlugin } from './plugin.js'

export type { Options } from './options.js'

/** The one plugin; `unplugin-savepoint/vite`, `/esbuild`, `/bun` and so on each export one of its getters. */
export const savepoint: UnpluginInstance<Options | undefined, false> = createUnplugin(createPlugin)
