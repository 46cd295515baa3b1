import type { EngineState, PendingDecision } from '@savepoint/core'
import { defineCommand, flag } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { projectOptions } from '../project.js'
import { count, renderDecision } from '../terminal/report.js'
import { UsageError } from '../usage.js'

export const command = defineCommand({
  arguments: '[...ids]',
  options: {
    ...projectOptions,
    all: flag('Accept every step that waits'),
    json: flag('Print what waits as JSON'),
  },
  details: `Says yes to steps that would destroy data. Without an id it lists what waits, one id a line.
The running loop does the work; when none runs, this runs it once.`,
  examples: ['accept', 'accept "drop column public.users.nickname"', 'accept --all'],
  async run({ args, options, io, talk }) {
    if (options.all && args.length > 0) throw new UsageError('give ids or --all, not both')
    const { acquireEngine, DiagnosticError } = await import('@savepoint/core')
    const { engine, release } = await acquireEngine({
      root: io.cwd,
      ...(options.config === undefined ? {} : { configFile: options.config }),
      ...(options.env === undefined ? {} : { environment: options.env }),
    })
    try {
      await engine.start()
      const failed = ({ status, diagnostics }: EngineState): void => {
        if (status === 'error') throw new DiagnosticError(diagnostics)
      }
      const before = await engine.settled()
      failed(before)
      if (args.length === 0 && !options.all) {
        list(before.pending, options.json, { stdout: io.stdout, say: talk.say, style: talk.style })
        return exitCodes.done
      }
      const after = await engine.accept(options.all ? 'all' : args)
      failed(after)
      talk.success(`${count(before.pending.length - after.pending.length, 'step')} accepted and applied`)
      for (const decision of after.pending) talk.say(renderDecision(decision, talk.style))
      return exitCodes.done
    } finally {
      await release()
    }
  },
})

function list(
  pending: readonly PendingDecision[],
  json: boolean,
  {
    stdout,
    say,
    style,
  }: { stdout(text: string): void; say(line: string): void; style: Parameters<typeof renderDecision>[1] },
): void {
  if (json) stdout(`${JSON.stringify({ pending }, null, 2)}\n`)
  else if (pending.length === 0) say('nothing waits for a decision')
  else {
    for (const decision of pending) {
      stdout(`${decision.id}\n`)
      say(renderDecision(decision, style))
    }
  }
}
