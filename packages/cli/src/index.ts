export { defineConfig, type Config } from '@savepoint/core'
export { exitCodes, run } from './run.js'
export type { Io } from './io.js'
