import { defineCommand, flag } from '../../command.js'
import { confirmOrRefuse } from '../../confirm.js'
import { findTargetUrl, targetOptions } from '../../target.js'
import { UsageError } from '../../usage.js'

export const command = defineCommand({
  options: {
    ...targetOptions,
    'auto-approve': flag('Do not ask'),
    force: flag('Allow a database that is not on this machine'),
  },
  details: 'Ends the sessions that use the database, and drops it with everything in it.',
  examples: ['db drop', 'db drop --url postgres://app@localhost:5432/app --auto-approve'],
  async run({ options, io, talk }) {
    const url = await findTargetUrl(options, io)
    const { DiagnosticError, describeTarget, dropDatabase, isLocalUrl } = await import('@savepoint/core')
    if (url === undefined)
      throw new UsageError("the development database is Savepoint's own: `savepoint migrate reset` makes it anew")
    const target = describeTarget(url)
    if (!isLocalUrl(url) && !options.force)
      throw new DiagnosticError([
        {
          code: 'SP2001',
          severity: 'error',
          message: `${target} is not on this machine`,
          fix: 'Give --force as well if that database is really meant.',
        },
      ])
    const question = `Drop ${target} with everything in it?`
    if (!(await confirmOrRefuse(question, { approved: options['auto-approve'], io, talk }))) return 1
    const { dropped } = await dropDatabase(url)
    if (dropped) talk.success(`dropped ${target}`)
    else talk.say(`there is no ${target}`)
    return 0
  },
})
