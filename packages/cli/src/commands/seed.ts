import { defineCommand, flag } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { seed } from '../seeding.js'
import { openStates, schemaOptions } from '../states.js'
import { obeyWaitOption, requireUrl, targetOptions, waitOption } from '../target.js'

const { config, env } = schemaOptions

export const command = defineCommand({
  arguments: '[...names]',
  options: {
    config,
    env,
    url: targetOptions.url,
    ...waitOption,
    force: flag('Allow a database that is not on this machine'),
  },
  details: `Runs the seed files of the config (seeds/*.sql and .ts) in the order of their names, each in one transaction; or only those
that are named: "users" is 01_users.sql. A .ts file exports a function that is given { query, url }.`,
  examples: ['seed', 'seed users categories'],
  async run({ args, options, io, talk }) {
    const { describeTarget, DiagnosticError, isLocalUrl } = await import('@savepoint/core')
    const states = await openStates({ ...options, 'dev-url': undefined, schema: [], exclude: [] }, { io, talk })
    try {
      const target = await states.database(options.url === undefined ? [] : [requireUrl(options.url)])
      if (target.kind !== 'database') throw new Error('a URL names a database')
      if (!isLocalUrl(target.url) && !options.force)
        throw new DiagnosticError([
          {
            code: 'SP2001',
            severity: 'error',
            message: `${describeTarget(target.url)} is not on this machine`,
            fix: 'Give --force as well if that database is really meant.',
          },
        ])
      await obeyWaitOption(target.url, options.wait, { io, talk })
      await seed(target.url, states.config, args, { io, talk })
      return exitCodes.done
    } finally {
      await states.close()
    }
  },
})
