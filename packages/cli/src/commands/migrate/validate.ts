import { defineCommand } from '../../command.js'
import { exitCodes } from '../../exit-codes.js'
import { directoryOptions, locateDirectory } from '../../migrations.js'
import { openStates, schemaOptions } from '../../states.js'

export const command = defineCommand({
  options: { ...schemaOptions, ...directoryOptions },
  details:
    'Checks the sum of the migrations directory and replays every migration on scratch. Says nothing when all is well.',
  examples: [
    'migrate validate',
    'migrate validate --env prod',
    'migrate validate --dir "file://migrations?format=goose"',
  ],
  async run({ options, io, talk }) {
    const states = await openStates(options, { io, talk })
    try {
      const { readMigrationFormat, readState } = await import('@savepoint/core')
      const { readDirectory, validateDirectory } = await import('@savepoint/migrate')
      const { path, format } = await locateDirectory(options, states.config, io)
      validateDirectory(readDirectory(path, { format }))
      const spec = { kind: 'migrations', directory: path, format: readMigrationFormat(format) } as const
      await talk.during('replaying', () => readState(spec, states))
      return exitCodes.done
    } finally {
      await states.close()
    }
  },
})
