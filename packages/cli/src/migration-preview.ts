import type { ApplyOptions } from '@savepoint/migrate'
import type { Io } from './io.js'
import { countErrors, lintFiles, renderFindings } from './migration-lint.js'
import { renderStatus } from './migration-status.js'
import { showPath } from './migrations.js'
import type { MigrationTarget } from './migration-target.js'
import { count } from './terminal/report.js'
import type { Talk } from './terminal/talk.js'

/**
 * What a person looks at before migrations run where it matters: the findings of lint in what is pending, the status, the
 * statements, and the question.
 *
 * @returns whether to go on; true without a question when nothing is pending
 */
export async function previewApply(
  { connection, directory, settings, name, path, config }: MigrationTarget,
  apply: ApplyOptions,
  { io, talk }: { io: Io; talk: Talk },
): Promise<boolean> {
  const { applyMigrations, readStatus } = await import('@savepoint/migrate')
  const status = await readStatus(connection, directory, settings)
  const statements: string[] = []
  let scripts = 0
  const { applied: files } = await applyMigrations(connection, directory, {
    ...apply,
    dryRun: true,
    onProgress(event) {
      if (event.type === 'file') statements.push(talk.style.bold(event.file.name))
      if (event.type === 'statement') statements.push(`  ${event.statement.text.trim().replaceAll('\n', '\n  ')}`)
      if (event.type === 'script') {
        scripts++
        statements.push(talk.style.dim(`${event.name} (${event.phase} script)`))
      }
    },
  })
  const what = [count(files.length, 'migration'), ...(scripts > 0 ? [count(scripts, 'script')] : [])].join(' and ')
  if (files.length > 0) {
    const log = (level: string, message: string): void => (level === 'debug' ? talk.debug(message) : talk.say(message))
    const linted = await talk.during('replaying', () => lintFiles(directory, path, files, { config, log }))
    for (const line of renderFindings(linted, { style: talk.style, directory: showPath(path, io) })) talk.say(line)
    talk.say(`${count(files.length, 'migration')} looked at, ${count(countErrors(linted), 'error')}\n`)
  }
  talk.say(renderStatus(status))
  for (const line of statements) talk.say(line)
  if (files.length + scripts === 0) return true
  const yes = await io.confirm(`Apply ${what} to ${name}?`)
  if (!yes) talk.say('nothing was changed')
  return yes
}
