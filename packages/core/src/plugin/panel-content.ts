import type { PanelContent, RenderedPanel } from './panel.js'

// What a plugin returns comes from code that nobody has checked: this says what is wrong with it, for SP5004.

/** @throws TypeError in words for the plugin's author */
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

function readCell(value: string | number | boolean | null): string | number | boolean | null {
  return value === null || typeof value === 'number' || typeof value === 'boolean' ? value : String(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
