import { resolve } from 'node:path'
import { defineCommand, flag, list, text } from '../../command.js'
import { exitCodes } from '../../exit-codes.js'
import { parseFormat } from '../../output-format.js'
import { writeSchemaFiles } from '../../schema-files.js'
import { openStates, schemaOptions } from '../../states.js'
import { obeyWaitOption, waitOption } from '../../target.js'
import { count } from '../../terminal/report.js'
import { UsageError } from '../../usage.js'

export const command = defineCommand({
  options: {
    ...schemaOptions,
    ...waitOption,
    url: {
      ...list('state', 'What to look at: any state (default: `url` of the environment, else the development database)'),
      short: 'u',
    },
    format: text('format', 'sql, json or mermaid, also as Atlas\'s "{{ sql . }}"'),
    split: flag('Write schema files by Postgres schema and kind instead of printing'),
    output: text('dir', 'The folder that --split writes to'),
  },
  details: `Prints a state as SQL that would make it, as JSON, or as a Mermaid diagram of its tables. As Atlas's template, "{{ json . }}"
has the fields that Atlas's has.`,
  examples: [
    'schema inspect --env prod',
    'schema inspect --url schema.sql --format json',
    'schema inspect --env prod --split --output schema',
  ],
  async run({ options, io, talk }) {
    const format = parseFormat(options.format, ['sql', 'json', 'mermaid'])
    const isTemplate = options.format?.includes('{{') ?? false
    const folder = options.output
    if (options.split !== (folder !== undefined))
      throw new UsageError('--split writes files and needs --output DIR; --output says where --split writes to')
    if (options.split && format !== 'sql') throw new UsageError(`--split writes SQL, not ${format}`)
    const states = await openStates(options, { io, talk })
    try {
      const {
        catalogToJson,
        describeCatalog,
        printCatalog,
        readState,
        renderDiagnostics,
        renderDiagram,
        splitCatalog,
      } = await import('@savepoint/core')
      const spec = await states.database(options.url)
      if (spec.kind === 'database') await obeyWaitOption(spec.url, options.wait, { io, talk })
      const { catalog, warnings } = await talk.during('reading', () => readState(spec, states))
      if (warnings.length > 0) talk.say(renderDiagnostics(warnings, { root: io.cwd, style: talk.style }))
      if (folder !== undefined) {
        const written = writeSchemaFiles(resolve(io.cwd, folder), splitCatalog(catalog))
        talk.success(`${count(written, 'file')} written to ${folder}`)
        return exitCodes.done
      }
      switch (format) {
        case 'sql':
          io.stdout(printCatalog(catalog))
          return exitCodes.done
        case 'json':
          io.stdout(isTemplate ? `${JSON.stringify(describeCatalog(catalog), null, 2)}\n` : catalogToJson(catalog))
          return exitCodes.done
        case 'mermaid':
          io.stdout(renderDiagram(catalog))
          return exitCodes.done
      }
    } finally {
      await states.close()
    }
  },
})
