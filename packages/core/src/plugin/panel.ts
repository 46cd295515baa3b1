import type { PluginContext } from './context.js'

type Awaitable<Value> = Value | Promise<Value>

/** What a panel shows. Text and cells are shown as they are, whatever characters they have. */
export type PanelContent =
  | string
  | { text: string }
  | { table: { columns: readonly string[]; rows: readonly (readonly (string | number | boolean | null)[])[] } }
  /** Markup, shown in a frame of its own in which no script runs. */
  | { html: string }

/** A part of the dev page (`/__savepoint/` of the Vite server). */
export interface Panel {
  title: string
  /** Asked after every run that succeeded; the page shows what it returned last, and nothing where it returns nothing. */
  render(context: PluginContext): Awaitable<PanelContent | void>
}

/** A panel as it crosses processes: plain data. */
export interface RenderedPanel {
  plugin: string
  title: string
  content: Exclude<PanelContent, string>
}
