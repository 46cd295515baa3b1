import { defineCommand, flag } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { loadProject, projectOptions } from '../project.js'
import { count } from '../terminal/report.js'

export const command = defineCommand({
  options: { ...projectOptions, json: flag('Print the names of the files that changed as JSON') },
  details: 'Writes the generated types, and what plugins generate, from the schema files. Looks at no database.',
  examples: ['generate'],
  async run({ options, io, talk }) {
    const started = performance.now()
    const { generateProject, renderDiagnostics } = await import('@savepoint/core')
    const config = await loadProject(options, io)
    const { written, diagnostics } = await talk.during('elaborating', () => generateProject(config))
    if (diagnostics.length > 0) talk.say(renderDiagnostics(diagnostics, { root: io.cwd, style: talk.style }))
    if (options.json) io.stdout(`${JSON.stringify({ written }, null, 2)}\n`)
    else for (const file of written) talk.success(`wrote ${file}`)
    const time = talk.style.dim(`${Math.round(performance.now() - started)} ms`)
    talk.say(
      `${written.length === 0 ? 'all generated files are right already' : `${count(written.length, 'file')} written`} ${time}`,
    )
    return diagnostics.some(({ severity }) => severity === 'error') ? exitCodes.failed : exitCodes.done
  },
})
