import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { ResolvedConfig } from '../../config/config.js'
import { replaceFile } from '../../emit/emit.js'
import { createAnswerStore } from '../../plugin/answers.js'
import { createPluginContainer, type PluginContainer } from '../../plugin/container.js'
import { createSourceReader, type SourceReader } from '../../sources/reader.js'
import type { SourceFile } from '../../sources/source.js'
import { ourVersion } from '../version.js'
import type { Elaboration } from './elaborator.js'
import { createPluginTexts, type PluginTexts } from './plugin-text.js'
import { createTransformer, type Transformer } from './transform.js'

/** Where a config's schema comes from: its files, and its plugins. Nothing is read before it is asked for. */
export interface SchemaInput {
  readonly reader: SourceReader
  readonly plugins: PluginContainer
  /** Files that plugins asked to watch. */
  readonly pluginFiles: ReadonlySet<string>
  readonly texts: PluginTexts
  readonly transformer: Transformer
  /** The schema files of the run that goes on, as it has read them. */
  files: readonly SourceFile[]
  /** Of the last run that elaborated; plugins ask it where things are. */
  elaboration: Elaboration | undefined
  /** Files that plugins have edited since this was asked last, absolute. */
  takeEdited(): string[]
}

export interface SchemaInputOptions {
  log(level: 'info' | 'warn' | 'error' | 'debug', message: string): void
  /** Plugins may edit schema files; a check, or a command that only prints, changes nothing of the user's. */
  mayEdit: boolean
}

export function createSchemaInput(
  config: Pick<ResolvedConfig, 'root' | 'stateDirectory' | 'schema' | 'repeatable' | 'plugins' | 'configDependencies'>,
  { log, mayEdit }: SchemaInputOptions,
): SchemaInput {
  const pluginFiles = new Set<string>()
  let edited = new Set<string>()
  const plugins = createPluginContainer({
    plugins: config.plugins,
    root: config.root,
    stateDirectory: config.stateDirectory,
    log,
    catalog: () => input.elaboration?.catalog,
    locate: (id) => input.elaboration?.locate(id),
    annotations: (id) => input.elaboration?.annotations(id) ?? '',
    watch: (file) => void pluginFiles.add(file),
    answers: createAnswerStore(
      join(config.stateDirectory, 'cache', 'plugins'),
      ourVersion(),
      config.configDependencies,
    ),
    async edit(path, change) {
      if (!mayEdit) return false
      const known = input.files.find((file) => file.path === path)
      if (!known) return false
      const text = change(known.text)
      if (text === known.text) return true
      // A link stays a link to the file that is edited.
      const target = await realpath(path)
      const present = await readFile(target, 'utf8')
      // Saved again meanwhile: the edit was made for a text that is no more, and the next run makes it anew.
      const mark = present.startsWith('\uFEFF') ? '\uFEFF' : ''
      if (present !== mark + known.text) return true
      await replaceFile(target, mark + text)
      edited.add(path)
      return true
    },
  })
  const input: SchemaInput = {
    reader: createSourceReader({ root: config.root, schema: config.schema, repeatable: config.repeatable }),
    plugins,
    pluginFiles,
    texts: createPluginTexts(plugins, config.root),
    transformer: createTransformer(plugins),
    files: [],
    elaboration: undefined,
    takeEdited() {
      const taken = [...edited]
      edited = new Set()
      return taken
    },
  }
  return input
}
