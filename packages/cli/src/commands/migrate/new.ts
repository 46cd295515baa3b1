import { spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { defineCommand, flag, text } from '../../command.js'
import type { Io } from '../../io.js'
import { directoryOptions, locateDirectory, showPath } from '../../migrations.js'
import { loadProject } from '../../project.js'
import { UsageError } from '../../usage.js'

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
      await edit(files, io)
      hashDirectory(readDirectory(path, { format }))
    } else {
      talk.say('after editing: savepoint migrate hash')
    }
    return 0
  },
})

/** The argument or `--name`, which Atlas's scripts use for the same thing. */
export function pickName(argument: string | undefined, option: string | undefined): string {
  if (argument !== undefined && option !== undefined && argument !== option)
    throw new UsageError(`two names were given: ${argument} and ${option}`)
  return argument ?? option ?? ''
}

async function edit(files: readonly string[], io: Io): Promise<void> {
  const editor = io.env['VISUAL'] ?? io.env['EDITOR']
  if (!editor) throw new UsageError('--edit needs the environment variable EDITOR')
  // $EDITOR may hold arguments, as `code --wait` does.
  const [program = '', ...args] = editor.split(/\s+/)
  const child = spawn(program, [...args, ...files], { stdio: 'inherit', cwd: io.cwd })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`${program} ended with code ${code}`)
}
