import { defineCommand, flag, text } from '../../command.js'
import { confirmOrRefuse } from '../../confirm.js'
import { exitCodes } from '../../exit-codes.js'
import { directoryOptions, findDirectory, showPath } from '../../migrations.js'

export const command = defineCommand({
  arguments: '[name]',
  options: {
    ...directoryOptions,
    from: text('version', 'The first to put together (default: the first)'),
    to: text('version', 'The last to put together (default: the last)'),
    'auto-approve': flag('Do not ask'),
  },
  details: `Puts migrations one after the other into one file, which takes the version of the last: a database that has them all
has that version too. Tools that keep a row for each file name the others as missing from then on.`,
  examples: ['migrate squash init', 'migrate squash --to 20240204000001'],
  async run({ args, options, io, talk }) {
    const { directory, path } = await findDirectory(options, io)
    const { squashMigrations, validateDirectory } = await import('@savepoint/migrate')
    validateDirectory(directory)
    const question = `Put ${options.from ?? 'the first'} to ${options.to ?? 'the last'} of ${showPath(path, io)} into one file?`
    if (!(await confirmOrRefuse(question, { approved: options['auto-approve'] || !io.interactive, io, talk })))
      return exitCodes.failed
    const { written, removed } = await squashMigrations(
      directory,
      { from: options.from, to: options.to },
      { name: args[0] },
    )
    for (const name of removed) talk.say(`removed ${name}`)
    for (const name of written) talk.success(`wrote ${name}`)
    return exitCodes.done
  },
})
