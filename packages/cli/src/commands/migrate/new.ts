import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { defineCommand, flag, text } from '../../command.js'
import { editFiles } from '../../editor.js'
import { directoryOptions, locateDirectory, pickName, showPath } from '../../migrations.js'
import { loadProject } from '../../project.js'

export const command = defineCommand({
  arguments: '[name]',
  options: {
    ...directoryOptions,
    name: text('name', 'Name of the migration; the same as the argument'),
    edit: flag('Open the new file in $EDITOR, and write the sum again afterwards'),
  },
  details: 'Writes an empty migration for statements of your own: data, or what no plan can know.',
  examples: ['migrate new backfill_emails', 'migrate new --edit backfill_emails'],
  async run({ args, options, io, talk }) {
    const name = pickName(args[0], options.name)
    const config = await loadProject(options, io)
    const { path, format } = await locateDirectory(options, config, io)
    // The first migration of a project makes the directory.
    if (!existsSync(path)) mkdirSync(path, { recursive: true })
    const { hashDirectory, readDirectory, writeMigration } = await import('@savepoint/migrate')
    const written = writeMigration(readDirectory(path, { format }), { name, up: [], down: [] })
    const files = written.flatMap((migration) => migration.files).map((file) => join(path, file))
    for (const file of files) talk.success(`wrote ${showPath(file, io)}`)
    if (options.edit) {
      await editFiles(files, io)
      hashDirectory(readDirectory(path, { format }))
    } else {
      talk.say('after editing: savepoint migrate hash')
    }
    return 0
  },
})
