import { createHash } from 'node:crypto'
import { relative, resolve } from 'node:path'
import type { Catalog } from '@savepoint/catalog'
import type { Diagnostic, SourceLocation } from '../../diagnostics/index.js'
import type { EmittedFile } from '../../emit/emit.js'
import type { PluginContainer } from '../../plugin/container.js'
import type { SchemaText } from '../../plugin/values.js'
import { readStatements } from '../../sources/file-statements.js'
import { loadParser } from '../../sources/parse.js'
import type { SourceFile, Statement } from '../../sources/source.js'
import { describeRule } from './plugin-rules.js'

/** Schema text that stands in no file of the user's. */
export interface PluginText {
  files: readonly SourceFile[]
  statements: readonly Statement[]
  diagnostics: readonly Diagnostic[]
  /** Those that are kept as files too; relative to the root. */
  emitted: readonly EmittedFile[]
}

/** The texts that plugins give, asked for again only when what they depend on changed. */
export interface PluginTexts {
  /** `sources` and `pre`. @param stale a file that a plugin watches changed, or nothing is known yet */
  before(stale: boolean): Promise<PluginText>
  /** `post`, for what the files alone define. @param statements of which the catalog was elaborated */
  after(catalog: Catalog, statements: readonly Statement[]): Promise<PluginText>
}

const nothing: PluginText = { files: [], statements: [], diagnostics: [], emitted: [] }

export function createPluginTexts(plugins: PluginContainer, root: string): PluginTexts {
  let before: PluginText | undefined
  let after: { catalog: Catalog; text: PluginText } | undefined
  return {
    async before(stale) {
      if (before && !stale) return before
      if (!plugins.has('sources') && !plugins.has('pre')) return (before = nothing)
      const sources = await plugins.sources()
      const pre = await plugins.pre()
      const texts = [
        ...sources.values.map(({ plugin, value }) => readText(plugin, value, root)),
        ...numbered(pre.values).map(({ plugin, id, value }) =>
          readText(plugin, { id: `pre${id}`, sql: value, phase: 'pre' }, root),
        ),
      ]
      before = join(await Promise.all(texts), [...sources.diagnostics, ...pre.diagnostics])
      return before
    },
    async after(catalog, statements) {
      if (!plugins.has('post')) return nothing
      if (after?.catalog === catalog) return after.text
      const post = await plugins.post(catalog, hashInput(catalog, statements))
      const texts = numbered(post.values).map(({ plugin, id, value }) =>
        readText(plugin, { id: `post${id}`, sql: value, phase: 'post' }, root),
      )
      after = { catalog, text: join(await Promise.all(texts), post.diagnostics) }
      return after.text
    },
  }
}

/** Equal where `post` is given the same: comments count, since plugins read annotations. */
function hashInput({ version }: Catalog, statements: readonly Statement[]): string {
  const hash = createHash('sha1').update(String(version))
  for (const { hash: text, leading, phase } of statements) hash.update(`\0${phase}\0${text}\0${leading}`)
  return hash.digest('base64url')
}

/** A plugin may give several texts of one kind; their ids must differ. */
function numbered(values: readonly { plugin: string; value: string }[]) {
  const counts = new Map<string, number>()
  return values.map(({ plugin, value }) => {
    const count = counts.get(plugin) ?? 0
    counts.set(plugin, count + 1)
    return { plugin, value, id: count === 0 ? '' : `-${count}` }
  })
}

async function readText(plugin: string, text: SchemaText, root: string): Promise<PluginText> {
  await loadParser()
  const { sql, phase = 'schema', originalLocation, diagnostics: said = [] } = text
  const file: SourceFile = {
    path: text.file === undefined ? `plugin:${plugin}/${text.id}` : resolve(root, text.file),
    phase,
    text: sql,
    hash: createHash('sha1').update(sql).digest('base64url'),
  }
  const { statements, diagnostics } = readStatements(file)
  const locateOriginal = (statement: Statement, offset: number): SourceLocation | undefined =>
    originalLocation?.(statement.offset + offset)
  return {
    files: [file],
    statements: originalLocation
      ? statements.map((statement) => ({ ...statement, locate: createLocate(statement, locateOriginal) }))
      : statements,
    diagnostics: [
      ...diagnostics.map((diagnostic) => ({ ...diagnostic, plugin })),
      ...said.map((value) => describeRule(plugin, value, value.location)),
    ],
    emitted: text.file === undefined ? [] : [{ path: relative(root, file.path), content: sql }],
  }
}

function createLocate(
  statement: Statement,
  locateOriginal: (statement: Statement, offset: number) => SourceLocation | undefined,
): (offset: number) => SourceLocation {
  return (offset) =>
    locateOriginal(statement, offset) ?? { file: statement.file, line: statement.line, column: statement.column }
}

function join(texts: readonly PluginText[], diagnostics: readonly Diagnostic[]): PluginText {
  return {
    files: texts.flatMap(({ files }) => files),
    statements: texts.flatMap(({ statements }) => statements),
    diagnostics: [...diagnostics, ...texts.flatMap((text) => text.diagnostics)],
    emitted: texts.flatMap(({ emitted }) => emitted),
  }
}

/** Names the plugin in a diagnostic that lies in its text. */
export function namePlugin(diagnostic: Diagnostic): Diagnostic {
  const plugin = /^plugin:(.+)\//.exec(diagnostic.location?.file ?? '')?.[1]
  return plugin === undefined || diagnostic.plugin !== undefined ? diagnostic : { ...diagnostic, plugin }
}
