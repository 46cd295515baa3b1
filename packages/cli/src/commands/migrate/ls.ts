import { defineCommand, flag } from '../../command.js'
import { directoryOptions, findDirectory } from '../../migrations.js'

export const command = defineCommand({
  options: {
    ...directoryOptions,
    short: flag('Versions only'),
    latest: flag('The newest one only'),
    json: flag('Print as JSON'),
  },
  details: 'Prints the migrations in the order in which they run, one file name a line.',
  examples: ['migrate ls', 'migrate ls --latest --short'],
  async run({ options, io, talk }) {
    const { directory } = await findDirectory(options, io)
    const files = options.latest ? directory.files.slice(-1) : directory.files
    if (options.json) {
      const list = files.map(({ name, version, description, kind }) => ({ name, version, description, kind }))
      io.stdout(`${JSON.stringify(list, null, 2)}\n`)
    } else {
      for (const { name, version } of files) io.stdout(`${options.short ? version : name}\n`)
    }
    for (const { name, reason } of directory.skipped) talk.warn(`${name} is passed over: ${reason}`)
    if (directory.fault) throw directory.fault
    return 0
  },
})
