export type { GeneratedFile } from './generated-file.js'
export { generateTypes } from './types/generate.js'
export type { TypesOptions } from './types/options.js'
export type { ValueOptions, ValueSource } from './values/typescript.js'
