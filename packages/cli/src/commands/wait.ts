import { defineCommand, text } from '../command.js'
import { parseDuration } from '../duration.js'
import { findTargetUrl, targetOptions, waitForTarget } from '../target.js'

export const command = defineCommand({
  options: { ...targetOptions, timeout: { ...text('time', 'How long to wait (default: 30s)'), short: 't' } },
  details: `Returns as soon as the database answers a query; fails when the time is up, and at once when waiting
cannot help (a wrong password, a database that does not exist).`,
  examples: ['wait --timeout 30s', 'wait --url postgres://app@localhost:5432/app'],
  async run({ options, io, talk }) {
    const timeout = parseDuration(options.timeout ?? '30s', 'timeout')
    const url = await findTargetUrl(options, io)
    if (url === undefined) {
      talk.say('the development database is started by Savepoint itself; there is nothing to wait for')
      return 0
    }
    const milliseconds = await waitForTarget(url, timeout, { io, talk })
    const { describeTarget } = await import('@savepoint/core')
    talk.success(`${describeTarget(url)} answered after ${Math.round(milliseconds)} ms`)
    return 0
  },
})
