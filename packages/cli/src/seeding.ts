import type { ResolvedConfig } from '@savepoint/core'
import type { Io } from './io.js'
import { showPath } from './migrations.js'
import type { Talk } from './terminal/talk.js'
import { count } from './terminal/report.js'

/** Runs the config's seeds, or the named ones, one after the other. */
export async function seed(
  url: string,
  config: ResolvedConfig,
  names: readonly string[],
  { io, talk }: { io: Io; talk: Talk },
): Promise<void> {
  const { findSeeds, runSeed } = await import('@savepoint/core')
  const seeds = await findSeeds(config.seeds, names)
  for (const file of seeds) {
    const started = performance.now()
    await runSeed(url, file)
    talk.say(`${showPath(file.path, io)} ${talk.style.dim(`${Math.round(performance.now() - started)} ms`)}`)
  }
  talk.success(`${count(seeds.length, 'seed')} run`)
}
