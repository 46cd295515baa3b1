import { defineCommand } from '../../command.js'
import { exitCodes } from '../../exit-codes.js'
import { directoryOptions, locateDirectory } from '../../migrations.js'
import { openStates, schemaOptions } from '../../states.js'

export const command = defineCommand({
  arguments: '[tag]',
  options: { ...schemaOptions, ...directoryOptions },
  details: `Writes a migration that makes the whole schema as it is after all others. A fresh database begins there; one with a
history passes over it. For directories of the atlas format; the others have \`savepoint migrate squash\`.`,
  examples: ['migrate checkpoint', 'migrate checkpoint v2'],
  async run({ args, options, io, talk }) {
    const states = await openStates(options, { io, talk })
    try {
      const { readMigrationFormat, readState, toStatements } = await import('@savepoint/core')
      const { readDirectory, validateDirectory, writeCheckpoint } = await import('@savepoint/migrate')
      const { path, format } = await locateDirectory(options, states.config, io)
      const directory = readDirectory(path, { format })
      validateDirectory(directory)
      const spec = { kind: 'migrations', directory: path, format: readMigrationFormat(format) } as const
      const { catalog } = await readState(spec, states)
      const name = await writeCheckpoint(directory, { up: toStatements(catalog), name: 'checkpoint', tag: args[0] })
      talk.success(`wrote ${name}`)
      return exitCodes.done
    } finally {
      await states.close()
    }
  },
})
