export {
  analyseQueries,
  type AnalysedColumn,
  type AnalysedParameter,
  type AnalysedQuery,
  type AnalysisResult,
} from './analyse/analyse.js'
export { analyseViews } from './analyse/views.js'
export type { AnalysisFailure } from './analyse/failure.js'
export type { GeneratedFile } from './generated-file.js'
export type { QueryFile } from './queries/annotations.js'
export { emptyCache, parseCache, serializeCache, type AnalysisCache } from './queries/cache.js'
export { QueryError, type QueryCode, type QueryDiagnostic } from './queries/diagnostics.js'
export {
  emitQueryModule,
  generateQueries,
  type QueriesOptions,
  type QueriesResult,
  type QueryModule,
} from './queries/generate.js'
export type { CompiledColumn, CompiledParameter, CompiledQuery } from './queries/model.js'
export { generateTypes } from './types/generate.js'
export { generateSqlcSchema } from './types/sqlc-schema.js'
export type { TypesOptions } from './types/options.js'
export type { ValueOptions, ValueSource } from './values/typescript.js'
