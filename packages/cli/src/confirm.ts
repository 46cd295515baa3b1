import type { Io } from './io.js'
import type { Talk } from './terminal/talk.js'
import { UsageError } from './usage.js'

/**
 * Asks before something that cannot be taken back.
 *
 * @param approved `--auto-approve` was given: nobody is asked
 * @returns whether to go on; a no has been said then
 * @throws UsageError where there is nobody to ask
 */
export async function confirmOrRefuse(
  question: string,
  { approved, io, talk }: { approved: boolean; io: Io; talk: Talk },
): Promise<boolean> {
  if (approved) return true
  if (!io.interactive)
    throw new UsageError('there is no terminal to ask on; give --auto-approve to go on without a question')
  const answer = await io.confirm(question)
  if (!answer) talk.say('nothing was changed')
  return answer
}
