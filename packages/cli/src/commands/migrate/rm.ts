import { defineCommand, flag } from '../../command.js'
import { confirmOrRefuse } from '../../confirm.js'
import { exitCodes } from '../../exit-codes.js'
import { directoryOptions, findDirectory, showPath } from '../../migrations.js'
import { count } from '../../terminal/report.js'

export const command = defineCommand({
  arguments: '<...versions>',
  options: { ...directoryOptions, 'auto-approve': flag('Do not ask') },
  details: `Removes migrations from the directory and writes the sum again. A small number that is no version means how many of the
last ones. Databases are not asked: undo there first what is applied.`,
  examples: ['migrate rm 20240204000001', 'migrate rm 1'],
  async run({ args, options, io, talk }) {
    const { directory, path } = await findDirectory(options, io)
    const { removeMigrations } = await import('@savepoint/migrate')
    const [first = ''] = args
    const isVersion = directory.files.some(({ version }) => version === first)
    const amount = args.length === 1 && !isVersion && /^\d{1,4}$/.test(first) ? Number(first) : undefined
    const question = `Remove ${amount === undefined ? args.join(', ') : `the last ${count(amount, 'migration')}`} from ${showPath(path, io)}?`
    if (!(await confirmOrRefuse(question, { approved: options['auto-approve'] || !io.interactive, io, talk })))
      return exitCodes.failed
    for (const name of await removeMigrations(directory, amount ?? args)) talk.success(`removed ${name}`)
    return exitCodes.done
  },
})
