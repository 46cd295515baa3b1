export { defineConfig, sqlc, type Config, type SqlcOptions } from '@savepoint/core'
export { exitCodes } from './exit-codes.js'
export { run } from './run.js'
export type { Io } from './io.js'
