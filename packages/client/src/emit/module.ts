import { generatedHeader } from '../generated-file.js'
import { propertyKey, stringLiteral } from '../naming/identifiers.js'
import type { CompiledQuery, SqlPiece } from '../queries/model.js'
import { minifySql } from '../sql/lexer.js'
import { helperDeclarations } from '../values/typescript.js'
import { codecsModule, codecText, Imports } from './codec-text.js'
import { statementName } from './statement-name.js'
import { columnList, documentation, queryTypes, signature, takesList, type QueryTypeOptions } from './query-types.js'

export interface ModuleOptions extends QueryTypeOptions {
  /** Path of the `.sql` file, for comments and messages. */
  source: string
  /** Leave comments and space out of the SQL. */
  minify?: boolean
  /** Put `/* users.sql:12 getUser *` + `/` before the SQL and check promises of `@notnull`. */
  development?: boolean
  /** Name statements, so that drivers prepare them once per connection. */
  prepare?: boolean
}

const runtimeModule = '@savepoint/client/runtime'
const partsModule = '@savepoint/client/parts'

/** The queries of a file as a TypeScript module that needs no plugin. */
export function typescriptModule(queries: readonly CompiledQuery[], options: ModuleOptions): string {
  return moduleText(queries, options, true)
}

/** The same as JavaScript, for a bundler's `load`. */
export function javascriptModule(queries: readonly CompiledQuery[], options: ModuleOptions): string {
  return moduleText(queries, options, false)
}

/** What `import … from './users.sql'` is typed by: the text of `users.d.sql.ts`. */
export function declarationModule(queries: readonly CompiledQuery[], options: QueryTypeOptions): string {
  const imports = new Imports(queries.map((query) => query.exportName))
  const parts: string[] = []
  for (const query of queries) {
    parts.push(...queryTypes(query, options), ...columnList(query, 'declaration'))
    const { parameters, result } = signature(query)
    useSignatureTypes(query, imports)
    parts.push(
      `${documentation(query)}export declare function ${query.exportName}(${parameters.replace(/, params: (\w+) = \{\}/, ', params?: $1')}): ${result}\n`,
    )
  }
  return assembleModule(imports, parts, true)
}

function useSignatureTypes(query: CompiledQuery, imports: Imports): void {
  imports.add(runtimeModule, 'type Database')
  if (query.command === 'execresult') imports.add(partsModule, 'type DriverResult')
}

function moduleText(queries: readonly CompiledQuery[], options: ModuleOptions, typed: boolean): string {
  const imports = new Imports(queries.map((query) => query.exportName))
  const parts = queries.flatMap((query) => [
    ...(typed ? queryTypes(query, options) : []),
    ...columnList(query, typed ? 'typescript' : 'javascript'),
    queryConstant(query, options, imports, typed),
    queryFunction(query, options, imports, typed),
  ])
  return assembleModule(imports, parts, typed)
}

function assembleModule(imports: Imports, parts: readonly string[], typed: boolean): string {
  const text = parts.join('\n')
  const helpers = typed
    ? [
        /\bJson\b/.test(text) ? `${helperDeclarations.Json}\n` : '',
        /\bRange</.test(text) ? `${helperDeclarations.Range}\n` : '',
      ]
    : []
  const head = imports.toText(typed)
  // A file without queries is a module all the same.
  const body = [head, ...helpers, text].filter((part) => part !== '').join('\n')
  return `${generatedHeader}\n\n${body === '' ? 'export {}\n' : body}`
}

const constantName = (query: CompiledQuery): string => `${query.exportName}$query`

function queryConstant(query: CompiledQuery, options: ModuleOptions, imports: Imports, typed: boolean): string {
  const fields: string[] = []
  const place = options.development ? `/* ${options.source}:${query.line} ${query.exportName} */ ` : ''
  const { sql } = query
  if (sql.kind === 'static') {
    const text = options.minify ? minifySql(sql.text) : sql.text
    fields.push(`text: ${stringLiteral(place + text)}`)
    if (options.prepare) fields.push(`name: ${stringLiteral(statementName(query, place + text))}`)
  } else if (sql.kind === 'dynamic')
    fields.push(`pieces: ${piecesText(place === '' ? sql.pieces : [place.trim(), ...sql.pieces])}`)
  else fields.push(`head: ${stringLiteral(place + sql.head.join(' '))}`, `row: ${piecesText(sql.row)}`)
  const { columns } = query
  if (columns) {
    const hasEmbeds = query.embeds.length > 0
    const list = columns.map((column) => {
      const codec = codecText(column.type, options, imports)
      const items = [stringLiteral(column.name)]
      if (codec !== undefined || column.embed !== undefined) items.push(codec ?? 'undefined')
      if (column.embed !== undefined) items.push(String(column.embed))
      return `[${items.join(', ')}]`
    })
    fields.push(`columns: [${list.join(', ')}]`)
    let read: string | undefined
    if (hasEmbeds) {
      const embeds = query.embeds.map(
        (embed) => `[${stringLiteral(embed.name)}${embed.nullable ? `, ${embed.witness ?? -1}` : ''}]`,
      )
      read = `/*#__PURE__*/ ${imports.add(partsModule, 'nested')}([${embeds.join(', ')}])`
    }
    const promised = columns.flatMap((column, index) => (column.checked ? [index] : []))
    if (options.development && promised.length > 0)
      read = `/*#__PURE__*/ ${imports.add(partsModule, 'promised')}([${promised.join(', ')}]${read === undefined ? '' : `, ${read}`})`
    if (read !== undefined) fields.push(`read: ${read}`)
  }
  let annotation = ''
  if (typed && sql.kind === 'static') annotation = `: ${imports.add(runtimeModule, 'type Query').slice(5)}`
  if (typed && sql.kind === 'dynamic') annotation = `: ${imports.add(partsModule, 'type DynamicQuery').slice(5)}`
  return `const ${constantName(query)}${annotation} = {\n${fields.map((field) => `  ${field},\n`).join('')}}\n`
}

function piecesText(pieces: readonly SqlPiece[]): string {
  const piece = (each: SqlPiece): string => {
    if (typeof each === 'string') return stringLiteral(each)
    if (typeof each === 'number') return String(each)
    if ('when' in each) return `{ when: ${each.when}, pieces: ${piecesText(each.pieces)} }`
    const texts = Object.entries(each.texts).map(([name, text]) => `${propertyKey(name)}: ${stringLiteral(text)}`)
    return `{ choose: ${each.choose}, texts: { ${texts.join(', ')} }, otherwise: ${stringLiteral(each.otherwise)} }`
  }
  return `[${pieces.map(piece).join(', ')}]`
}

function valuesText(query: CompiledQuery, options: ModuleOptions, imports: Imports, from: string): string {
  const value = (index: number): string => {
    const parameter = query.parameters[index]
    if (!parameter) return 'null'
    const access = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(parameter.name)
      ? `${from}.${parameter.name}`
      : `${from}[${stringLiteral(parameter.name)}]`
    // A switch that is off leaves its part out, as one that is not given does.
    if (parameter.role === 'flag') return `${access} || undefined`
    if (parameter.role) return access
    const codec = codecText(parameter.type, options, imports)
    // Numbers need no codec on the way in: every driver writes them alike.
    if (codec === undefined || codec === 'number') return access
    // A part is left out by undefined, which the codec must not turn into NULL.
    const bound = `${imports.add(codecsModule, 'bind')}(${codec}, ${access})`
    return query.sql.kind === 'dynamic' && parameter.optional ? `${access} === undefined ? undefined : ${bound}` : bound
  }
  const indexes = query.sql.kind === 'static' ? query.sql.order : query.parameters.map((_, index) => index)
  return `[${indexes.map(value).join(', ')}]`
}

function queryFunction(query: CompiledQuery, options: ModuleOptions, imports: Imports, typed: boolean): string {
  const { parameters, result } = signature(query)
  if (typed) useSignatureTypes(query, imports)
  const untyped = [
    'db',
    ...(query.parameters.length === 0
      ? []
      : [takesList(query) ? 'list' : query.parameters.every((each) => each.optional) ? 'params = {}' : 'params']),
  ]
  const head = typed
    ? `${documentation(query)}export function ${query.exportName}(${parameters}): ${result}`
    : `export function ${query.exportName}(${untyped.join(', ')})`
  return `${head} {\n  return ${callText(query, options, imports)}\n}\n`
}

function callText(query: CompiledQuery, options: ModuleOptions, imports: Imports): string {
  const constant = constantName(query)
  const part = (name: string): string => imports.add(partsModule, name)
  if (query.command === 'copyfrom')
    return `${part('insertMany')}(db, ${constant}.head, ${constant}.row, list.map((params) => ${valuesText(query, options, imports, 'params')}))`
  const run = (): string => {
    const values = query.parameters.length === 0 ? '[]' : valuesText(query, options, imports, 'params')
    const args =
      query.sql.kind === 'dynamic'
        ? `...${part('assemble')}(${constant}, ${values})`
        : values === '[]'
          ? constant
          : `${constant}, ${values}`
    return `${runner(query, imports)}(db, ${args})`
  }
  return takesList(query) ? `${part('batch')}(list, (params) => ${run()})` : run()
}

function runner(query: CompiledQuery, imports: Imports): string {
  switch (query.command) {
    case 'one':
    case 'batchone':
      return imports.add(runtimeModule, 'one')
    case 'many':
    case 'batchmany':
      return imports.add(runtimeModule, 'many')
    case 'exec':
    case 'batchexec':
      return imports.add(runtimeModule, 'exec')
    case 'execrows':
    case 'copyfrom':
      return imports.add(runtimeModule, 'execRows')
    case 'execresult':
      return imports.add(partsModule, 'execResult')
  }
}
