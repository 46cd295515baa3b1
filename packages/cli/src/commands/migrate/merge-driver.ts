import { defineCommand, text } from '../../command.js'
import { exitCodes } from '../../exit-codes.js'

export const command = defineCommand({
  arguments: '<base> <ours> <theirs> <path> [label]',
  options: { 'dir-format': text('format', 'Format of the directory (default: atlas)') },
  details: `The git merge driver of atlas.sum, whose hashes are cumulative and cannot be merged by lines. Set it up once:

  git config merge.atlas-sum.driver "npx savepoint migrate merge-driver %O %A %B %P %Y"
  echo "atlas.sum merge=atlas-sum" >> .gitattributes`,
  examples: ['migrate merge-driver %O %A %B %P %Y'],
  async run({ args, options, talk }) {
    const { runMergeDriver } = await import('@savepoint/migrate')
    const { older } = await runMergeDriver(args[1] ?? '', args[3] ?? '', options['dir-format'] ?? 'atlas', args[4])
    if (older.length > 0)
      talk.warn(`${older.join(', ')} come before files of the other side: run savepoint migrate rebase`)
    return exitCodes.done
  },
})
