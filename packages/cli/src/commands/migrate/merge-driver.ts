import { dirname, resolve } from 'node:path'
import { defineCommand, text } from '../../command.js'
import { exitCodes } from '../../exit-codes.js'
import type { Io } from '../../io.js'
import { loadProject } from '../../project.js'
import type { Talk } from '../../terminal/talk.js'

export const command = defineCommand({
  arguments: '<base> <ours> <theirs> <path> [label]',
  options: {
    'dir-format': text('format', 'Format of the directory (default: of the config that names it, else atlas)'),
  },
  details: `The git merge driver of atlas.sum, whose hashes are cumulative and cannot be merged by lines. Set it up once:

  git config merge.savepoint.driver "npx savepoint migrate merge-driver %O %A %B %P %Y"
  echo "atlas.sum merge=savepoint" >> .gitattributes`,
  examples: ['migrate merge-driver %O %A %B %P %Y'],
  async run({ args, options, io, talk }) {
    const { runMergeDriver } = await import('@savepoint/migrate')
    const path = args[3] ?? ''
    const format = options['dir-format'] ?? (await readFormat(dirname(resolve(io.cwd, path)), { io, talk }))
    const { older } = await runMergeDriver(args[1] ?? '', path, format, args[4])
    if (older.length > 0)
      talk.warn(`${older.join(', ')} come before files of the other side: run savepoint migrate rebase`)
    return exitCodes.done
  },
})

/** The format of a directory by the project that it belongs to; git starts the driver at the top of the repository. */
async function readFormat(directory: string, { io, talk }: { io: Io; talk: Talk }): Promise<string> {
  try {
    const { migrations } = await loadProject({ config: undefined, env: undefined }, { ...io, cwd: directory })
    return migrations && resolve(migrations.directory) === directory ? migrations.format : 'atlas'
  } catch (error) {
    // In the middle of a merge the config itself may be in conflict.
    talk.warn(`the config was not read, the directory is taken for one of Atlas: ${String(error)}`)
    return 'atlas'
  }
}
