import type { Severity } from '../diagnostics/index.js'
import { isGenerated, ownershipMark } from '../emit/ownership.js'
import type { KindObject } from './object-kind.js'
import type { PanelContent, RenderedPanel } from './panel.js'
import type { GeneratedFile, PluginDiagnostic, SchemaText } from './values.js'

// What a plugin returns comes from code that nobody has checked. Each function takes it as it is, returns it as the engine
// works with it, and throws a TypeError in words for the plugin's author, which becomes SP5004.

/** Whatever a hook may return for a list: nothing, one value, several. */
export function readList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

/** @throws TypeError */
export function readSchemaText(value: unknown): SchemaText {
  if (!isRecord(value) || typeof value['id'] !== 'string' || typeof value['sql'] !== 'string')
    throw new TypeError(`it must return { id, sql }, both texts, and returned ${show(value)}`)
  const { phase, file, originalLocation } = value
  if (phase !== undefined && phase !== 'pre' && phase !== 'schema' && phase !== 'post')
    throw new TypeError(`phase is 'pre', 'schema' or 'post', not ${show(phase)}`)
  if (file !== undefined && typeof file !== 'string') throw new TypeError(`file is a path, not ${show(file)}`)
  if (file !== undefined) requireMark(file, value['sql'])
  if (originalLocation !== undefined && typeof originalLocation !== 'function')
    throw new TypeError(`originalLocation is a function, not ${show(originalLocation)}`)
  return { ...value, diagnostics: readList(value['diagnostics']).map(readDiagnostic) } as unknown as SchemaText
}

/** @throws TypeError */
export function readSql(value: unknown): string {
  if (typeof value !== 'string')
    throw new TypeError(`it must return SQL, a text or a list of texts, and returned ${show(value)}`)
  return value
}

/** @throws TypeError */
export function readStatements(value: unknown): readonly string[] {
  return readList(value).map((sql) => {
    const text = readSql(sql).trim()
    if (text === '') throw new TypeError('it returned an empty statement')
    return text.replace(/;+$/, '')
  })
}

const severities: readonly unknown[] = ['error', 'warning'] satisfies Severity[]

/** @throws TypeError */
export function readDiagnostic(value: unknown): PluginDiagnostic {
  if (!isRecord(value) || typeof value['message'] !== 'string' || !severities.includes(value['severity']))
    throw new TypeError(`it must return { severity: 'error' | 'warning', message }, and returned ${show(value)}`)
  const { location } = value
  if (location !== undefined && (!isRecord(location) || typeof location['file'] !== 'string'))
    throw new TypeError(`location is { file, line, column }, not ${show(location)}`)
  return value as unknown as PluginDiagnostic
}

/** @throws TypeError */
export function readGeneratedFile(value: unknown): GeneratedFile {
  if (!isRecord(value) || typeof value['path'] !== 'string' || typeof value['content'] !== 'string')
    throw new TypeError(`it must return { path, content }, both texts, and returned ${show(value)}`)
  requireMark(value['path'], value['content'])
  return { path: value['path'], content: value['content'] }
}

/** @throws TypeError */
export function readKindObjects(value: unknown): readonly KindObject[] {
  if (!Array.isArray(value)) throw new TypeError(`it must return a list of objects, and returned ${show(value)}`)
  const names = new Set<string>()
  return value.map((object: unknown) => {
    if (!isRecord(object) || typeof object['name'] !== 'string' || object['name'] === '')
      throw new TypeError(`every object needs a name, which is a text: ${show(object)}`)
    const { name, facts } = object
    if (names.has(name)) throw new TypeError(`two objects are called ${name}`)
    names.add(name)
    // Through JSON, as the other side of the comparison has come from a database.
    const plain: unknown = facts === undefined ? null : JSON.parse(JSON.stringify(facts))
    return { name, facts: plain }
  })
}

/** @throws TypeError */
export function readPanelContent(value: PanelContent | void): RenderedPanel['content'] | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string') return { text: value }
  if ('text' in value && typeof value.text === 'string') return { text: value.text }
  if ('html' in value && typeof value.html === 'string') return { html: value.html }
  if (
    'table' in value &&
    isRecord(value.table) &&
    Array.isArray(value.table.columns) &&
    Array.isArray(value.table.rows)
  ) {
    const { columns, rows } = value.table
    return { table: { columns: columns.map(String), rows: rows.map((row) => row.map(readCell)) } }
  }
  throw new TypeError('a panel shows a text, { text }, { table: { columns, rows } } or { html }')
}

/** Without it the file could be written once and never again: it would count as a person's. */
function requireMark(path: string, content: string): void {
  if (isGenerated(content)) return
  throw new TypeError(
    `one of the first three lines of ${path} must say "${ownershipMark}", in a comment of its language`,
  )
}

function readCell(value: string | number | boolean | null): string | number | boolean | null {
  return value === null || typeof value === 'number' || typeof value === 'boolean' ? value : String(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
