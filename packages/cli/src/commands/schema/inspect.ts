import { defineCommand, list, text } from '../../command.js'
import { exitCodes } from '../../exit-codes.js'
import { parseFormat } from '../../output-format.js'
import { openStates, schemaOptions } from '../../states.js'
import { obeyWaitOption, waitOption } from '../../target.js'

export const command = defineCommand({
  options: {
    ...schemaOptions,
    ...waitOption,
    url: {
      ...list('state', 'What to look at: any state (default: `url` of the environment, else the development database)'),
      short: 'u',
    },
    format: text('format', 'sql, json or mermaid, also as Atlas\'s "{{ sql . }}"'),
  },
  details: 'Prints a state as SQL that would make it, as JSON, or as a Mermaid diagram of its tables.',
  examples: ['schema inspect --env prod', 'schema inspect --url schema.sql --format json'],
  async run({ options, io, talk }) {
    const format = parseFormat(options.format, ['sql', 'json', 'mermaid'])
    const states = await openStates(options, { io, talk })
    try {
      const { describeCatalog, printCatalog, readState, renderDiagnostics, renderDiagram } =
        await import('@savepoint/core')
      const spec = await states.database(options.url)
      if (spec.kind === 'database') await obeyWaitOption(spec.url, options.wait, { io, talk })
      const { catalog, warnings } = await talk.during('reading', () => readState(spec, states))
      if (warnings.length > 0) talk.say(renderDiagnostics(warnings, { root: io.cwd, style: talk.style }))
      switch (format) {
        case 'sql':
          io.stdout(printCatalog(catalog))
          return exitCodes.done
        case 'json':
          io.stdout(`${JSON.stringify(describeCatalog(catalog), null, 2)}\n`)
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
