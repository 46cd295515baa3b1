import { createHash } from 'node:crypto'
import { MagicString } from 'magic-string'
import type { Diagnostic } from '../../diagnostics/index.js'
import { analyse } from '../../elaborate/analysis.js'
import type { PluginContainer } from '../../plugin/container.js'
import { parseStatement } from '../../sources/parse.js'
import { locate } from '../../sources/positions.js'
import type { Statement } from '../../sources/source.js'
import { findOverreach } from './overreach.js'

interface TransformedStatement {
  statement: Statement
  diagnostics: readonly Diagnostic[]
  /** Plugins that changed its text. */
  editors: readonly string[]
}

/** Statements after the plugins' edits. */
export interface Transformed {
  statements: readonly Statement[]
  diagnostics: readonly Diagnostic[]
  /** Names the plugins that edited the statement which a diagnostic lies in, and shows what they made of it. */
  nameEditors(diagnostic: Diagnostic): Diagnostic
}

/** Lets plugins edit statements; each statement is shown to them once, as long as its file does not change. */
export interface Transformer {
  transform(statements: readonly Statement[]): Promise<Transformed>
}

export function createTransformer(plugins: PluginContainer): Transformer {
  // The reader keeps the objects of statements whose file is the same.
  const known = new WeakMap<Statement, TransformedStatement>()
  return {
    async transform(statements) {
      if (!plugins.has('transform')) return { statements, diagnostics: [], nameEditors: (diagnostic) => diagnostic }
      const pass = plugins.startTransforms()
      const transformed: TransformedStatement[] = []
      for (const statement of statements) {
        const result = known.get(statement) ?? (await transformOne(statement, plugins, pass))
        // What failed may not fail again.
        if (result.diagnostics.length === 0) known.set(statement, result)
        transformed.push(result)
      }
      return {
        statements: transformed.map(({ statement }) => statement),
        diagnostics: transformed.flatMap(({ diagnostics }) => diagnostics),
        nameEditors: (diagnostic) => nameEditors(diagnostic, transformed),
      }
    },
  }
}

async function transformOne(
  statement: Statement,
  plugins: PluginContainer,
  pass: ReturnType<PluginContainer['startTransforms']>,
): Promise<TransformedStatement> {
  const { sql, file, phase, leading } = statement
  const unchanged = { statement, diagnostics: [], editors: [] }
  const parsed = parseStatement(sql)
  if ('error' in parsed) return unchanged
  const { kind, defines } = analyse(sql)
  const [first] = defines
  const name = first && (first.schema === undefined ? first.name : `${first.schema}.${first.name}`)
  if (!plugins.transforms({ kind, name, file, sql })) return unchanged
  const edit = new MagicString(sql)
  const tree: unknown = Object.values(parsed.node)[0]
  const { diagnostics, editors } = await pass.transform({ sql, kind, tree, name, file, phase, leading, edit }, (text) =>
    findOverreach(sql, text),
  )
  const located = diagnostics.map((diagnostic) => ({ location: locate(statement, 0), ...diagnostic }))
  if (editors.length === 0 || located.length > 0) return { statement, diagnostics: located, editors }
  const text = edit.toString()
  const toOriginal = createOriginalOffsets(edit)
  return {
    statement: {
      ...statement,
      sql: text,
      hash: createHash('sha1').update(text).digest('base64url'),
      locate: (offset) => locate(statement, toOriginal(text, offset)),
    },
    diagnostics: [],
    editors,
  }
}

function nameEditors(diagnostic: Diagnostic, transformed: readonly TransformedStatement[]): Diagnostic {
  const { location, plugin, why } = diagnostic
  if (!location || plugin !== undefined) return diagnostic
  const found = transformed.findLast(
    ({ statement: { file, line, column } }) =>
      file === location.file && (line < location.line || (line === location.line && column <= location.column)),
  )
  if (!found || found.editors.length === 0) return diagnostic
  const editors = found.editors.join(', ')
  return {
    ...diagnostic,
    plugin: editors,
    why: [why, `As edited by ${editors} the statement reads:\n${found.statement.sql}`].filter(Boolean).join('\n'),
  }
}

/** From an offset in the edited text to the one in the text before; of inserted text to where it was inserted. */
function createOriginalOffsets(edit: MagicString): (text: string, offset: number) => number {
  const original = lineStarts(edit.original)
  let segments: { at: number; original: number }[] | undefined
  return (text, offset) => {
    const generated = lineStarts(text)
    segments ??= edit
      .generateDecodedMap({ hires: true })
      .mappings.flatMap((line, index) =>
        line.flatMap(([column, , originalLine, originalColumn]) =>
          originalLine === undefined || originalColumn === undefined
            ? []
            : [{ at: (generated[index] ?? 0) + column, original: (original[originalLine] ?? 0) + originalColumn }],
        ),
      )
    return segments.findLast(({ at }) => at <= offset)?.original ?? 0
  }
}

function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
}
