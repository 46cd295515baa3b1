import { defineCommand } from '../../command.js'
import { findTargetUrl, obeyWaitOption, targetOptions, waitOption } from '../../target.js'

export const command = defineCommand({
  options: { ...targetOptions, ...waitOption },
  details: 'A database that exists already is left as it is.',
  examples: ['db create', 'db create --url postgres://app@localhost:5432/app'],
  async run({ options, io, talk }) {
    const url = await findTargetUrl(options, io)
    if (url === undefined) {
      talk.say('the development database is made by Savepoint itself when it starts; there is nothing to create')
      return 0
    }
    await obeyWaitOption(url, options.wait, { io, talk })
    const { createDatabase, describeTarget } = await import('@savepoint/core')
    const { created } = await createDatabase(url)
    if (created) talk.success(`created ${describeTarget(url)}`)
    else talk.say(`${describeTarget(url)} exists already`)
    return 0
  },
})
