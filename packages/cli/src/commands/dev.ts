import type { Engine } from '@savepoint/core'
import { defineCommand } from '../command.js'
import type { Io } from '../io.js'
import { projectOptions } from '../project.js'
import type { Talk } from '../terminal/talk.js'

const keys = [
  ['a', 'accept every step that waits for a decision'],
  ['r', 'run again'],
  ['q', 'quit'],
  ['h', 'show this help'],
] as const

export const command = defineCommand({
  options: projectOptions,
  details: `Watches the schema files. On each save the development database, the draft migration and the generated types
follow. When a dev server runs the loop already, this joins it.

Keys on a terminal: ${keys.map(([key, what]) => `${key} ${what}`).join(', ')}.`,
  examples: ['dev', 'dev --env staging'],
  async run({ options, io, talk }) {
    const { acquireEngine } = await import('@savepoint/core')
    const { createTerminalHost } = await import('../terminal/host.js')
    const host = createTerminalHost({ talk, root: io.cwd, now: () => new Date() })
    const { engine, release } = await acquireEngine({
      root: io.cwd,
      ...(options.config === undefined ? {} : { configFile: options.config }),
      ...(options.env === undefined ? {} : { environment: options.env }),
      host,
    })
    const quitting = new AbortController()
    const ended = new Promise<void>((resolve) => {
      for (const signal of [io.signal, quitting.signal]) {
        if (signal.aborted) resolve()
        else signal.addEventListener('abort', () => resolve(), { once: true })
      }
    })
    const stopListening = io.onKey((key) => void obey(key, { engine, talk, quit: () => quitting.abort() }))
    try {
      await Promise.race([engine.start(), ended])
      if (!io.signal.aborted && !quitting.signal.aborted) introduce(engine, io, talk)
      await ended
    } finally {
      stopListening()
      await release()
    }
    return 0
  },
})

function introduce(engine: Engine, io: Io, talk: Talk): void {
  const { style } = talk
  const row = (label: string, value: string): void =>
    talk.say(`  ${style.success('➜')}  ${style.bold(label.padEnd(9))} ${value}`)
  if (engine.databaseUrl !== undefined) row('Database:', engine.databaseUrl)
  if (engine.owner !== 'this') row('Joined:', `the loop of process ${engine.owner}`)
  const count = engine.watchedFiles().length
  row('Watching:', `${count} file${count === 1 ? '' : 's'}`)
  if (io.interactive) talk.say(style.dim('  ➜  press h for help'))
}

async function obey(key: string, { engine, talk, quit }: { engine: Engine; talk: Talk; quit(): void }): Promise<void> {
  switch (key) {
    case 'a':
      if (engine.state.pending.length === 0) talk.say('nothing waits for a decision')
      else await engine.accept('all').catch((error: unknown) => talk.fail(String(error)))
      return
    case 'r':
      await engine.run()
      return
    case 'q':
      quit()
      return
    case 'h':
      for (const [name, what] of keys) talk.say(`  ${talk.style.bold(name)}  ${what}`)
  }
}
