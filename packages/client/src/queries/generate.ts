import { posix } from 'node:path'
import type { Catalog, Connection } from '@savepoint/catalog'
import type { ColumnOrigin } from '../analyse/analyse.js'
import { declarationModule, javascriptModule, typescriptModule, type ModuleOptions } from '../emit/module.js'
import { declarationMap } from '../emit/source-map.js'
import type { GeneratedFile } from '../generated-file.js'
import { camelCase, NameScope, pascalCase, reservedExports, stringLiteral } from '../naming/identifiers.js'
import { schemaFromCatalog } from '../schema/from-catalog.js'
import { lineColumn } from '../sql/lexer.js'
import { resolveBrands } from '../types/brands.js'
import { nameTypes } from '../types/names.js'
import { columnKey } from '../types/relation.js'
import { typescriptType, type ValueOptions } from '../values/typescript.js'
import { readQueries, type QueryDefinition, type QueryFile } from './annotations.js'
import { dependencyHasher, emptyCache, queryKey, type AnalysisCache, type CachedQuery } from './cache.js'
import { compileQueries, type CompileOutcome } from './compile.js'
import { diagnosticAt, type QueryDiagnostic } from './diagnostics.js'
import type { CompiledQuery } from './model.js'
import { prepareQuery, type PreparedQuery } from './prepare.js'

export interface QueriesOptions extends Omit<ValueOptions, 'values'> {
  /**
   * A session on a database that has the schema: the scratch database, or a development database. Nothing is executed on it.
   * Without it every answer must be in the cache.
   */
  connection?: Connection
  /** `search_path` under which the queries will run, where the connection's is another. @default that of the connection */
  searchPath?: string
  /** Answers of earlier runs. */
  cache?: AnalysisCache
  /** The desired state. With it, a query in the cache is analysed again only when something that it depends on has changed. */
  catalog?: Catalog
  /** Identity of the whole schema, for example a hash of the schema files. Without a catalog, the cache counts only for the same one; without either, for a query's text alone. */
  schemaHash?: string
  /**
   * `declaration`: `users.d.sql.ts` beside the `.sql` file, for bundlers that load it through a plugin; with a map for editors.
   * `typescript`: `users.sql.ts`, a module for everything else. @default 'declaration'
   */
  layout?: 'declaration' | 'typescript'
  /** Directory of the declarations, to be named in `rootDirs`; the files' own directories are kept below it. @default beside the files */
  declarationDirectory?: string
  /** @default 'database' */
  columnNames?: 'database' | 'camelCase'
  /** Type key columns as `generateTypes` with `brandedIds` does; needs `catalog`. @default false */
  brandedIds?: boolean
  /** Name of rows, for brands: as in `TypesOptions`. @default true */
  singular?: boolean
  /** Prepare statements by name on the drivers. @default false */
  prepare?: boolean
  /** For modules: leave comments and space out of the SQL. @default false */
  minify?: boolean
  /** For modules: name each query in a comment, and check promises of `@notnull` at run time. @default false */
  development?: boolean
}

/** A query file after analysis. */
export interface QueryModule {
  path: string
  queries: CompiledQuery[]
  /** False after an error: what was generated before stays. */
  complete: boolean
}

export interface QueriesResult {
  /** Of the modules that are complete. */
  files: GeneratedFile[]
  modules: QueryModule[]
  diagnostics: QueryDiagnostic[]
  /** To be kept for the next run: exactly the queries of this one. */
  cache: AnalysisCache
  /** How many queries were analysed on the connection, as against found in the cache. */
  analysed: number
}

interface Entry {
  file: QueryFile
  query: QueryDefinition
  exportName: string
  typeName: string
  prepared: PreparedQuery
  key: string
  cached?: CachedQuery
}

/**
 * Types and modules for query files. Errors are diagnostics, not exceptions, and cost only their own file.
 * Only queries that the cache has no valid answer for go to the connection, all in one transaction that is rolled back.
 *
 * @throws what the connection throws when it is lost
 */
export async function generateQueries(
  files: readonly QueryFile[],
  options: QueriesOptions = {},
): Promise<QueriesResult> {
  const diagnostics: QueryDiagnostic[] = []
  const broken = new Set<string>()
  const entries: Entry[] = []
  for (const file of files) {
    const before = diagnostics.length
    entries.push(...readFile(file, options, diagnostics))
    if (diagnostics.slice(before).some((each) => each.severity === 'error')) broken.add(file.path)
  }

  const hash = options.catalog && dependencyHasher(options.catalog)
  for (const entry of entries) {
    const cached = options.cache?.queries[entry.key]
    const isValid =
      cached &&
      (hash
        ? cached.dependencies === hash(cached.outcome.dependencies)
        : options.schemaHash === undefined || options.schemaHash === options.cache?.schemaHash)
    if (isValid) entry.cached = cached
  }
  const open = entries.filter((entry) => !entry.cached)
  const cache = emptyCache(options.schemaHash)
  if (options.connection) {
    const outcomes = await compileQueries(
      options.connection,
      open.map((entry) => entry.prepared),
      options,
    )
    open.forEach((entry, index) => {
      const outcome = outcomes[index]
      if (outcome)
        entry.cached = { name: entry.query.name, outcome, ...(hash && { dependencies: hash(outcome.dependencies) }) }
    })
  }
  for (const entry of entries) {
    if (!entry.cached) {
      diagnostics.push(
        diagnosticAt(entry.file.path, entry.file.text, entry.query.nameOffset, {
          code: 'SP6014',
          message: `query ${entry.query.name} has changed since it was analysed, and there is no database to analyse it on`,
          fix: 'run "savepoint generate" and commit what it writes',
        }),
      )
      broken.add(entry.file.path)
      continue
    }
    reportProblems(entry, entry.cached.outcome, diagnostics)
    // A failure may be gone with the next schema, though the query's text stays.
    if (entry.cached.outcome.compiled) cache.queries[entry.key] = entry.cached
    else broken.add(entry.file.path)
  }

  const modules = files.map((file): QueryModule => ({
    path: file.path,
    complete: !broken.has(file.path),
    queries: entries.flatMap((entry) => (entry.file === file ? compiledQuery(entry) : [])),
  }))
  const moduleOptions = emitOptions(options)
  return {
    files: modules.flatMap((module) => (module.complete ? queryFiles(module, moduleOptions, options) : [])),
    modules,
    diagnostics,
    cache,
    analysed: options.connection ? open.length : 0,
  }
}

function readFile(file: QueryFile, options: QueriesOptions, diagnostics: QueryDiagnostic[]): Entry[] {
  const { queries, diagnostics: found } = readQueries(file)
  diagnostics.push(...found)
  const entries: Entry[] = []
  const names = new Map<string, QueryDefinition>()
  const types = new NameScope([
    'Database',
    'DriverResult',
    'Query',
    'DynamicQuery',
    'Json',
    'Range',
    'Date',
    'Uint8Array',
    'Promise',
  ])
  for (const query of queries) {
    const camel = camelCase(query.name)
    const other = names.get(camel)
    if (other) {
      diagnostics.push(
        diagnosticAt(file.path, file.text, query.nameOffset, {
          code: 'SP6005',
          message:
            other.name === query.name
              ? `two queries are named ${query.name}`
              : `${other.name} and ${query.name} are both exported as ${camel}`,
          fix: 'rename one of them',
        }),
      )
      continue
    }
    names.set(camel, query)
    if (reservedExports.has(camel))
      diagnostics.push(
        diagnosticAt(file.path, file.text, query.nameOffset, {
          code: 'SP6012',
          severity: 'warning',
          message: `${camel} is a reserved word, so query ${query.name} is exported as ${camel}Query`,
          fix: 'give the query a longer name',
        }),
      )
    const prepared = prepareQuery(query, file.text, diagnostics)
    if (!prepared) continue
    const typeName = types.claim([pascalCase(query.name), `${pascalCase(query.name)}Query`], (name) => [
      `${name}Params`,
      `${name}Row`,
    ])
    entries.push({
      file,
      query,
      exportName: reservedExports.has(camel) ? `${camel}Query` : camel,
      typeName,
      prepared,
      key: queryKey(query, [options.columnNames ?? 'database', options.searchPath ?? '']),
    })
  }
  return entries
}

function reportProblems(entry: Entry, outcome: CompileOutcome, diagnostics: QueryDiagnostic[]): void {
  for (const { offset, ...problem } of outcome.problems) {
    const at = offset === undefined ? entry.query.nameOffset : entry.query.offset + offset
    diagnostics.push(diagnosticAt(entry.file.path, entry.file.text, at, problem))
  }
}

function compiledQuery(entry: Entry): CompiledQuery[] {
  const compiled = entry.cached?.outcome.compiled
  if (!compiled) return []
  return [
    {
      ...compiled,
      exportName: entry.exportName,
      typeName: entry.typeName,
      ...lineColumn(entry.file.text, entry.query.nameOffset),
    },
  ]
}

/** What the emitters need of the options: `emitQueryModule` for a bundler's `load` takes it too. */
export function emitOptions(options: QueriesOptions): Omit<ModuleOptions, 'source'> {
  const brandOf = options.brandedIds && options.catalog ? createBrands(options.catalog, options) : undefined
  return {
    ...(options.int8 !== undefined && { int8: options.int8 }),
    ...(options.arrayElementsNotNull !== undefined && { arrayElementsNotNull: options.arrayElementsNotNull }),
    ...(options.prepare !== undefined && { prepare: options.prepare }),
    ...(options.minify !== undefined && { minify: options.minify }),
    ...(options.development !== undefined && { development: options.development }),
    ...(brandOf && { brandOf }),
  }
}

/** Brands are structural, so a query's row fits the row types without importing them. */
function createBrands(catalog: Catalog, options: QueriesOptions): (column: ColumnOrigin) => string | undefined {
  const schema = schemaFromCatalog(catalog)
  const brands = resolveBrands(schema)
  const names = nameTypes(schema, { singular: options.singular ?? true })
  const types = new Map(
    schema.relations.flatMap((relation) =>
      relation.columns.map((column) => [columnKey(relation.schema, relation.name, column.name), column.type] as const),
    ),
  )
  return ({ schema: schemaName, table, column }) => {
    const key = columnKey(schemaName, table, column)
    const brand = brands.get(key)
    const type = types.get(key)
    if (!brand || !type) return undefined
    const name = names.relation(brand.schema, brand.table) + pascalCase(brand.column)
    return `${typescriptType(type, options).output} & { readonly __brand: ${stringLiteral(name)} }`
  }
}

/** JavaScript of a query file, for a bundler's `load`. */
export function emitQueryModule(module: QueryModule, options: QueriesOptions = {}): string {
  return javascriptModule(module.queries, { ...emitOptions(options), source: module.path })
}

function queryFiles(
  module: QueryModule,
  moduleOptions: Omit<ModuleOptions, 'source'>,
  options: QueriesOptions,
): GeneratedFile[] {
  if ((options.layout ?? 'declaration') === 'typescript')
    return [
      {
        path: `${module.path}.ts`,
        content: typescriptModule(module.queries, { ...moduleOptions, source: module.path }),
      },
    ]
  const beside = module.path.replace(/\.sql$/, '.d.sql.ts')
  const path = options.declarationDirectory === undefined ? beside : posix.join(options.declarationDirectory, beside)
  const name = posix.basename(path)
  const text = declarationModule(module.queries, moduleOptions)
  const content = `${text}//# sourceMappingURL=${name}.map\n`
  const source = posix.relative(posix.dirname(path), module.path)
  return [
    { path, content },
    { path: `${path}.map`, content: declarationMap(content, module.queries, name, source) },
  ]
}
