export type { Plugin } from './plugin.js'
