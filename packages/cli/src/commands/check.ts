import { defineCommand, flag } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { projectOptions } from '../project.js'

export const command = defineCommand({
  options: { ...projectOptions, json: flag('Print the diagnostics as JSON') },
  details: `Fails when the schema files do not elaborate, when the migrations directory does not lead to them, or when
generated files are stale. Looks at no database; with nothing changed it starts nothing.`,
  examples: ['check', 'check --json'],
  async run({ options, io, talk }) {
    const started = performance.now()
    const { checkProject, renderDiagnostics, toJson } = await import('@savepoint/core')
    const { diagnostics, unchanged } = await talk.during('checking', () =>
      checkProject({
        root: io.cwd,
        ...(options.config === undefined ? {} : { configFile: options.config }),
        ...(options.env === undefined ? {} : { environment: options.env }),
      }),
    )
    if (options.json) io.stdout(`${JSON.stringify(toJson(diagnostics, io.cwd), null, 2)}\n`)
    else if (diagnostics.length > 0) talk.say(renderDiagnostics(diagnostics, { root: io.cwd, style: talk.style }))
    const failed = diagnostics.some(({ severity }) => severity === 'error')
    const time = talk.style.dim(`${Math.round(performance.now() - started)} ms`)
    if (!failed)
      talk.say(
        `${talk.style.success('schema, migrations and generated files agree')}${unchanged ? ', nothing has changed' : ''} ${time}`,
      )
    return failed ? exitCodes.failed : exitCodes.done
  },
})
