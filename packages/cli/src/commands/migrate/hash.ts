import { defineCommand } from '../../command.js'
import { directoryOptions, findDirectory, showPath } from '../../migrations.js'

export const command = defineCommand({
  options: directoryOptions,
  details:
    'Needed after a migration was written or edited by hand. Migrations that ran in production are not to be edited.',
  examples: ['migrate hash', 'migrate hash --dir "file://migrations?format=goose"'],
  async run({ options, io, talk }) {
    const { directory, path } = await findDirectory(options, io)
    const { hashDirectory } = await import('@savepoint/migrate')
    const before = directory.sumText
    const after = hashDirectory(directory)
    talk.say(`${showPath(path, io)}/atlas.sum ${before === after ? 'is right already' : 'written'}`)
    return 0
  },
})
