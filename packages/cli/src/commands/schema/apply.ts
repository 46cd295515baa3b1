import { oneOf } from '../../arguments.js'
import { defineCommand, flag, list, text } from '../../command.js'
import { confirmOrRefuse } from '../../confirm.js'
import { decisionOptions, isUndecided, openDecisions, sayCandidates, sayMissing } from '../../decisions.js'
import { parseDuration } from '../../duration.js'
import { exitCodes } from '../../exit-codes.js'
import { renderJson, renderPlan, renderSql, sayWarnings } from '../../plan-text.js'
import { openStates, planOptions } from '../../states.js'
import { obeyWaitOption, readLockRetries, requireUrl, waitOption } from '../../target.js'
import { count } from '../../terminal/report.js'

export const command = defineCommand({
  options: {
    ...planOptions,
    ...waitOption,
    url: {
      ...text('url', 'The database (default: `url` of the environment, else the development database)'),
      short: 'u',
    },
    to: list('state', 'What should be there (default: the schema files)'),
    ...decisionOptions,
    'dry-run': flag('Print the SQL on standard output, change nothing'),
    'auto-approve': flag('Do not ask'),
    'lock-timeout': text('time', 'How long to wait for a lock (default: `lockTimeout` of the config)'),
    'lock-retries': text('number', 'How often to try again what got no lock (default: `lockRetries` of the config)'),
  },
  details: `Plans, shows the plan, asks, and runs it: in one transaction, or in the sections that it shows. What gets no lock in time
is rolled back and tried again. Steps that destroy data are marked, with what they would
lose. Without a terminal to ask on it refuses, unless --auto-approve is given. What has rows and could be a rename is never
guessed: it is asked about, or answered by --decisions; the exit code is 3 while an answer is missing.`,
  examples: [
    'schema apply --env prod',
    'schema apply --url "postgres://localhost/app" --to "file://schema.sql" --dry-run',
  ],
  async run({ options, io, talk }) {
    const started = performance.now()
    const strategy = oneOf('strategy', options.strategy, ['dev', 'online', 'atomic'])
    const states = await openStates(options, { io, talk })
    try {
      const { applyStatePlan, countLosses, describeTarget, planStates } = await import('@savepoint/core')
      const to = await states.desired(options.to)
      const from = await states.database(options.url === undefined ? [] : [requireUrl(options.url)])
      if (from.kind !== 'database') throw new Error('a URL names a database')
      await obeyWaitOption(from.url, options.wait, { io, talk })
      const decisions = await openDecisions(options, { io, talk })
      const planned = await talk.during('planning', () =>
        planStates(from, to, { ...states, ...decisions, ...(strategy ? { strategy } : {}) }),
      )
      const { plan, warnings, unproved, findings } = planned
      // --auto-approve says yes to drops, not to a guess about what was renamed.
      const missing = planned.missing.filter(({ kind }) => kind !== 'drop' || !options['auto-approve'])
      if (options.json) io.stdout(renderJson(planned))
      if (isUndecided(missing, options) || (!options['dry-run'] && missing.some(({ kind }) => kind !== 'drop'))) {
        sayMissing(missing, talk)
        return exitCodes.undecided
      }
      const time = talk.style.dim(`planned in ${Math.round(performance.now() - started)} ms`)
      if (options['dry-run']) {
        if (!options.json) io.stdout(renderSql(planned))
        sayCandidates(missing, talk)
        await sayWarnings(findings, unproved ? [...warnings, unproved] : warnings, { io, talk })
        talk.say(time)
        return exitCodes.done
      }
      await sayWarnings([], unproved ? [...warnings, unproved] : warnings, { io, talk })
      const target = describeTarget(from.url)
      if (plan.steps.length === 0) {
        talk.success(`${target} is as it should be`)
        talk.say(time)
        return exitCodes.done
      }
      talk.say(renderPlan(planned, await countLosses(from.url, planned), talk))
      talk.say(time)
      const question = `Run ${count(plan.steps.length, 'statement')} on ${target}?`
      if (!(await confirmOrRefuse(question, { approved: options['auto-approve'], io, talk }))) return exitCodes.failed
      const lockTimeout = options['lock-timeout']
      const config = {
        ...states.config,
        ...(lockTimeout === undefined ? {} : { lockTimeout: parseDuration(lockTimeout, 'lock-timeout') }),
        ...readLockRetries(options['lock-retries']),
      }
      const applying = performance.now()
      await talk.during('applying', () =>
        applyStatePlan(from.url, planned, config, ({ message }, pause) =>
          talk.warn(`${message}; trying again in ${(pause / 1000).toFixed(1)} s`),
        ),
      )
      talk.success(
        `${count(plan.steps.length, 'statement')} applied to ${target} in ${Math.round(performance.now() - applying)} ms`,
      )
      return exitCodes.done
    } finally {
      await states.close()
    }
  },
})
