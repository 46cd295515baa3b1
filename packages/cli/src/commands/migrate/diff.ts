import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { cutSections, type Step } from '@savepoint/catalog'
import type { StatePlan } from '@savepoint/core'
import type { MigrationStatement } from '@savepoint/migrate'
import { oneOf } from '../../arguments.js'
import { defineCommand, flag, list, text } from '../../command.js'
import { decisionOptions, isUndecided, openDecisions, sayCandidates, sayMissing } from '../../decisions.js'
import { editFiles } from '../../editor.js'
import { exitCodes } from '../../exit-codes.js'
import { directoryOptions, locateDirectory, pickName, showPath } from '../../migrations.js'
import { readLockTimeout } from '../../migration-target.js'
import { parseFormat } from '../../output-format.js'
import { renderJson, renderSql, sayWarnings } from '../../plan-text.js'
import { openStates, planOptions } from '../../states.js'
import { catchUpDevelopment } from '../../development-history.js'

export const command = defineCommand({
  arguments: '[name]',
  options: {
    ...planOptions,
    ...directoryOptions,
    name: text('name', 'Name of the migration; the same as the argument'),
    to: list('state', 'What the migrations should lead to (default: the schema files)'),
    apply: flag('Apply it to the development database and write the generated types'),
    edit: flag('Open the new file in $EDITOR, and write the sum again afterwards'),
    ...decisionOptions,
    'lock-timeout': text('time', 'How long to wait for another run on the development database (default: 10s)'),
    'dry-run': flag('Print the SQL on standard output, write nothing'),
    format: text('format', 'sql, also as Atlas\'s "{{ sql . }}"'),
  },
  details: `Replays the migrations directory on scratch, plans from there to the schema files, proves the plan and, where the
format has one, the way back, and writes the migration with its sum. What could be a rename is asked about on a terminal; with
--json and --decisions nothing is written and the exit code is 3 while an answer is missing.`,
  examples: ['migrate diff add_email', 'migrate diff --env dev --name "add email"', 'migrate diff add_email --apply'],
  async run({ args, options, io, talk }) {
    const started = performance.now()
    parseFormat(options.format, ['sql'])
    const name = pickName(args[0], options.name)
    readLockTimeout(options['lock-timeout'])
    const strategy = oneOf('strategy', options.strategy, ['dev', 'online', 'atomic'])
    const states = await openStates(options, { io, talk })
    try {
      const { planStates, readMigrationFormat } = await import('@savepoint/core')
      const migrate = await import('@savepoint/migrate')
      const { path, format } = await locateDirectory(options, states.config, io)
      const from = { kind: 'migrations', directory: path, format: readMigrationFormat(format) } as const
      if (existsSync(path)) migrate.validateDirectory(migrate.readDirectory(path, { format }))
      const to = await states.desired(options.to)
      const decisions = await openDecisions(options, { io, talk })
      const planned = await talk.during('planning', () =>
        planStates(from, to, {
          ...states,
          ...decisions,
          ...(strategy ? { strategy } : {}),
          withDown: format !== 'atlas',
        }),
      )
      const { plan, warnings, unproved, findings, missing } = planned
      if (options.json) io.stdout(renderJson(planned))
      if (isUndecided(missing, options)) {
        sayMissing(missing, talk)
        return exitCodes.undecided
      }
      const time = talk.style.dim(`planned in ${Math.round(performance.now() - started)} ms`)
      if (plan.steps.length === 0) {
        talk.say('The migration directory is synced with the desired state, no changes to be made')
        talk.say(time)
        if (options.apply)
          await catchUpDevelopment({ options, config: states.config, planned, states, apply: true }, { io, talk })
        return exitCodes.done
      }
      if (options['dry-run'] && !options.json) io.stdout(renderSql(planned))
      if (!options['dry-run']) {
        mkdirSync(path, { recursive: true })
        const written = migrate.writeMigration(migrate.readDirectory(path, { format }), {
          name,
          ...renderMigration(planned),
        })
        const files = written.flatMap((migration) => migration.files).map((file) => join(path, file))
        if (options.edit) {
          await editFiles(files, io)
          migrate.hashDirectory(migrate.readDirectory(path, { format }))
        }
        for (const file of files) talk.success(`wrote ${showPath(file, io)}`)
      }
      sayCandidates(missing, talk)
      if (planned.down) for (const { what } of planned.lost) talk.warn(`the way back does not bring back ${what}`)
      await sayWarnings(findings, unproved ? [...warnings, unproved] : warnings, { io, talk })
      talk.say(time)
      if (!options['dry-run'])
        await catchUpDevelopment(
          { options, config: states.config, planned, states, apply: options.apply },
          { io, talk },
        )
      return exitCodes.done
    } finally {
      await states.close()
    }
  },
})

function renderMigration({ preamble, plan, down, sectionDowns, lost }: StatePlan): {
  up: MigrationStatement[]
  down?: MigrationStatement[]
} {
  const settings = preamble.map((sql): MigrationStatement => ({ sql }))
  const back = (steps: readonly Step[]): MigrationStatement[] => [
    ...settings,
    ...steps.map((step) => withLost(renderStep(step), step, lost)),
  ]
  // A plan that leaves its transaction becomes several files, each with its own way back.
  const sections = sectionDowns && cutSections(plan.steps)
  if (sections && sections.length > 1) {
    const up = sections.flatMap(({ steps }, section) =>
      steps.map((step, index): MigrationStatement => {
        const reverse = index === 0 ? back(sectionDowns[section] ?? []) : undefined
        return { ...renderStep(step), ...(reverse && { reverse }) }
      }),
    )
    return { up: [...settings, ...up] }
  }
  return { up: [...settings, ...plan.steps.map(renderStep)], ...(down ? { down: back(down) } : {}) }
}

function renderStep({ sql, action, object, transactional }: Step): MigrationStatement {
  return { sql, comment: `${action} ${object}`, transactional }
}

/** The comment of a step of the way back says what it makes anew without what was in it. */
function withLost(
  statement: MigrationStatement,
  { action, object }: Step,
  lost: StatePlan['lost'],
): MigrationStatement {
  const found = action === 'create' ? lost.find(({ id }) => id === object) : undefined
  return found ? { ...statement, comment: `${statement.comment}, without ${found.what}` } : statement
}
