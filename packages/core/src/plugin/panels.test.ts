import { expect, it } from 'vitest'
import { createPluginContainer } from './container.js'
import type { PanelContent } from './panel.js'
import type { Plugin } from './plugin.js'

const container = (plugins: Plugin[], log: (level: string, message: string) => void = () => undefined) =>
  createPluginContainer({
    plugins,
    root: '/app',
    stateDirectory: '/app/.savepoint',
    log,
    catalog: () => undefined,
    locate: () => undefined,
    annotations: () => '',
    watch() {},
    edit: () => Promise.resolve(false),
    timeout: 20,
  })
const panel = (title: string, render: () => PanelContent | Promise<PanelContent>): Plugin => ({
  name: `house:${title}`,
  panels: [{ title, render }],
})

it('panels are plain data, text unless they say otherwise', async () => {
  const shown = await container([
    panel('text', () => '<b>'),
    panel('table', () => ({ table: { columns: ['a'], rows: [[1], [null], ['<i>']] } })),
    panel('html', async () => ({ html: '<b>bold</b>' })),
    { name: 'house:none', panels: [{ title: 'none', render: () => undefined }] },
  ]).panels()
  expect(shown).toEqual([
    { plugin: 'house:text', title: 'text', content: { text: '<b>' } },
    { plugin: 'house:table', title: 'table', content: { table: { columns: ['a'], rows: [[1], [null], ['<i>']] } } },
    { plugin: 'house:html', title: 'html', content: { html: '<b>bold</b>' } },
  ])
})

it('a panel that throws, hangs or shows nonsense says so in its place', async () => {
  const shown = await container([
    panel('throws', () => {
      throw new Error('boom')
    }),
    panel('hangs', () => new Promise<never>(() => {})),
    panel('nonsense', () => JSON.parse('{ "what": 1 }') as PanelContent),
    panel('fine', () => 'fine'),
  ]).panels()
  expect(shown.map(({ content }) => ('text' in content ? content.text : ''))).toEqual([
    'the plugin house:throws failed in the panel throws: boom',
    'the plugin house:hangs failed in the panel hangs: the panel hangs did not end within 20 ms',
    'the plugin house:nonsense failed in the panel nonsense: a panel shows a text, { text }, { table: { columns, rows } } or { html }',
    'fine',
  ])
})

it('plugins are told that they are no longer used, and one that cannot end keeps nobody', async () => {
  const closed: string[] = []
  const said: string[] = []
  await container(
    [
      { name: 'a', close: () => Promise.reject(new Error('boom')) },
      { name: 'b', close: () => new Promise(() => {}) },
      { name: 'c', close: () => void closed.push('c') },
    ],
    (_level, message) => void said.push(message),
  ).close()
  expect(closed).toEqual(['c'])
  expect(said).toEqual([
    'the plugin a failed in close: boom',
    'the plugin b failed in close: close did not end within 20 ms',
  ])
})
