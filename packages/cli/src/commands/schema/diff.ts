import { oneOf } from '../../arguments.js'
import { defineCommand, list, text } from '../../command.js'
import { decisionOptions, isUndecided, openDecisions, sayCandidates, sayMissing } from '../../decisions.js'
import { exitCodes } from '../../exit-codes.js'
import { parseFormat } from '../../output-format.js'
import { renderJson, renderSql, sayWarnings } from '../../plan-text.js'
import { openStates, planOptions } from '../../states.js'

export const command = defineCommand({
  options: {
    ...planOptions,
    from: list('state', 'What is there (default: `url` of the environment, else the development database)'),
    to: list('state', 'What should be there (default: the schema files)'),
    ...decisionOptions,
    format: text('format', 'sql, or Atlas\'s "{{ sql . }}"; json for scripts'),
  },
  details: `A state is a postgres:// URL, a file, a folder of schema files or a glob (each also as file://), or
migrations://DIR?format=goose. Standard output is the SQL that leads from one to the other and nothing else;
it is empty when they are equal. Every plan is run on a scratch database before it is printed.
What could be a rename is asked about on a terminal; with --json and --decisions the exit code is 3 while an answer is missing.`,
  examples: [
    'schema diff --from "postgres://app@localhost:5432/app" --to "file://schema.sql"',
    'schema diff --from old.sql --to "schema/**/*.sql" --dev-url docker://postgres/17/dev',
    'schema diff --env prod',
  ],
  async run({ options, io, talk }) {
    const started = performance.now()
    const format = options.json ? 'json' : parseFormat(options.format, ['sql', 'json'])
    const strategy = oneOf('strategy', options.strategy, ['dev', 'online', 'atomic'])
    const states = await openStates(options, { io, talk })
    try {
      const { planStates } = await import('@savepoint/core')
      const to = await states.desired(options.to)
      const from = await states.database(options.from)
      const decisions = await openDecisions(options, { io, talk })
      const planned = await talk.during('planning', () =>
        planStates(from, to, { ...states, ...decisions, ...(strategy ? { strategy } : {}) }),
      )
      const { plan, warnings, unproved, findings, missing } = planned
      if (format === 'json') io.stdout(renderJson(planned))
      else io.stdout(renderSql(planned))
      await sayWarnings(findings, unproved ? [...warnings, unproved] : warnings, { io, talk })
      if (isUndecided(missing, options)) {
        sayMissing(missing, talk)
        return exitCodes.undecided
      }
      sayCandidates(missing, talk)
      if (plan.steps.length === 0) talk.say('no differences')
      talk.say(talk.style.dim(`planned in ${Math.round(performance.now() - started)} ms`))
      return exitCodes.done
    } finally {
      await states.close()
    }
  },
})
