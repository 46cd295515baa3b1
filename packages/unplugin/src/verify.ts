import { createBuildError } from './message.js'
import type { Project } from './project.js'
import { createTerminalHost } from './terminal-host.js'

/**
 * What every build does first. With the loop: waits until the development database stands at the schema files;
 * without: the build-time check.
 *
 * @throws the bundler's error when the schema is red
 */
export async function verify(project: Project, loop: boolean): Promise<void> {
  const errors = loop ? await loopErrors(project) : await project.check()
  if (errors.length > 0) throw createBuildError(errors, project.root)
}

async function loopErrors(project: Project) {
  const engine = await project.startLoop(createTerminalHost())
  // The bundler may have seen the save before the engine did: asking for a run makes sure that this build judges the same files.
  const { diagnostics } = await engine.run()
  return diagnostics.filter(({ severity }) => severity === 'error')
}
