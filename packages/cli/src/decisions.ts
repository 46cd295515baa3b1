import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { MissingDecision, StateOptions } from '@savepoint/core'
import { flag, text } from './command.js'
import type { Io } from './io.js'
import type { Talk } from './terminal/talk.js'
import { UsageError } from './usage.js'

/** Options of commands that may meet a step that only a person can decide about. */
export const decisionOptions = {
  json: flag('Print the plan as JSON, with what nobody has decided under "missing_decisions"'),
  decisions: text('file', 'Answers to those, as JSON'),
}

interface DecisionValues {
  readonly json: boolean
  readonly decisions: string | undefined
}

/** What `planStates` needs to know of answers: those of the file, and on a terminal a person's. */
export async function openDecisions(
  { json, decisions: file }: DecisionValues,
  { io, talk }: { io: Io; talk: Talk },
): Promise<Pick<StateOptions, 'answers' | 'ask'>> {
  const answers = file === undefined ? undefined : await readAnswers(file, io)
  if (json || !io.interactive) return answers ? { answers } : {}
  return {
    ...(answers && { answers }),
    async ask({ kind, message, choices, key }) {
      // A plain drop is asked about with the plan.
      if (kind === 'drop') return undefined
      talk.quiet()
      const choice = await io.choose(`${message}. What happened?`, choices)
      if (choice === undefined) throw new UsageError(`nothing was decided about "${key}", and nothing was changed`)
      return choice
    },
  }
}

async function readAnswers(file: string, io: Io): Promise<ReadonlyMap<string, string>> {
  const { parseDecisions } = await import('@savepoint/core')
  let content: string
  try {
    content = await readFile(resolve(io.cwd, file), 'utf8')
  } catch (error) {
    throw new UsageError(`--decisions: ${error instanceof Error ? error.message : String(error)}`)
  }
  return parseDecisions(content, file)
}

/** Whether the command must end here: a script is told what is missing by JSON and the exit code. */
export function isUndecided(missing: readonly MissingDecision[], { json, decisions }: DecisionValues): boolean {
  return (json || decisions !== undefined) && missing.length > 0
}

/** For those who asked for nothing and see only the SQL: what is planned as a drop and could be a rename. */
export function sayCandidates(missing: readonly MissingDecision[], talk: Talk): void {
  for (const { kind, message, key } of missing)
    if (kind === 'rename or drop')
      talk.warn(
        `${message}. It is planned as a drop: write \`-- @renamed from=…\` above the new one, or answer "${key}" by --decisions.`,
      )
}

export function sayMissing(missing: readonly MissingDecision[], talk: Talk): void {
  talk.fail('decisions are missing, and nothing was changed:')
  for (const { key, message, choices } of missing) talk.say(`  "${key}": ${message}\n    ${choices.join(' | ')}`)
  talk.say(talk.style.dim('  answer them in a file for --decisions: { "decisions": { "<key>": "<choice>" } }'))
}
