import { isAbsolute, resolve } from 'node:path'
import { defineCommand, text } from '../../command.js'
import { exitCodes } from '../../exit-codes.js'
import { showPath } from '../../migrations.js'
import type { Io } from '../../io.js'
import { UsageError } from '../../usage.js'

export const command = defineCommand({
  options: {
    from: text('url', 'The directory to read, such as file://old?format=golang-migrate'),
    to: text('url', 'The directory to write, which must be empty, such as file://migrations?format=atlas'),
    'dir-format': text('format', 'Format to write (default: that of --to, else atlas)'),
  },
  details: 'Writes a migrations directory of one tool as a directory of another, with its sum. Versions stay.',
  examples: ['migrate import --from "file://old?format=golang-migrate" --to "file://migrations"'],
  async run({ options, io, talk }) {
    if (options.from === undefined) throw new UsageError('savepoint migrate import needs --from <url>')
    const { importDirectory, parseDirectoryLocation, readDirectory } = await import('@savepoint/migrate')
    const from = parseDirectoryLocation(options.from)
    const to = parseDirectoryLocation(options.to ?? 'file://migrations')
    const target = absolute(to.path, io)
    const written = await importDirectory(readDirectory(absolute(from.path, io), { format: from.format }), target, {
      format: options['dir-format'] ?? to.format,
    })
    talk.success(`wrote ${written.length} files to ${showPath(target, io)}`)
    return exitCodes.done
  },
})

function absolute(path: string, io: Io): string {
  return isAbsolute(path) ? path : resolve(io.cwd, path)
}
