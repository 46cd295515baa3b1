import { join } from 'node:path'
import { replaceFile } from '../emit/emit.js'
import { nodeFileSystem, type FileSystem } from '../emit/file-system.js'

/**
 * What somebody said yes to, in a file, so that an answer outlives the process that asked. Each answer is used once: a
 * column that is filled again later is asked about again.
 */
export interface Decisions {
  /** Ids that were accepted and not used yet. */
  accepted(): Promise<ReadonlySet<string>>
  accept(ids: readonly string[]): Promise<void>
  /**
   * A run has succeeded: the answers in `ids` were used, and all others that were accepted before it had nothing to say yes
   * to any more. None of them counts again.
   */
  settle(ids: readonly string[]): Promise<void>
}

interface DecisionsFile {
  /** For the next run; a person or a script may write ids here too. */
  accepted: string[]
  /** What was done on which day, newest last. */
  applied: { id: string; at: string }[]
}

// Enough to see what happened last week; the file is for people.
const keptHistory = 100

/** Decisions of a project in `.savepoint/decisions.json`. The file is read each time: a person or a script may edit it. */
export function createDecisions(stateDirectory: string, files: FileSystem = nodeFileSystem): Decisions {
  const path = join(stateDirectory, 'decisions.json')

  async function read(): Promise<DecisionsFile> {
    const text = await files.read(path)
    if (text === undefined) return { accepted: [], applied: [] }
    try {
      const value = JSON.parse(text) as Partial<DecisionsFile> | null
      return {
        accepted: Array.isArray(value?.accepted) ? value.accepted.filter((id) => typeof id === 'string') : [],
        applied: Array.isArray(value?.applied) ? value.applied : [],
      }
    } catch {
      // Half-edited. Nothing counts as accepted, which is the safe reading; the next answer writes the file anew.
      return { accepted: [], applied: [] }
    }
  }
  const write = (content: DecisionsFile): Promise<void> =>
    replaceFile(path, `${JSON.stringify(content, null, 2)}\n`, files)

  return {
    accepted: async () => new Set((await read()).accepted),
    async accept(ids) {
      const content = await read()
      await write({ ...content, accepted: [...new Set([...content.accepted, ...ids])] })
    },
    async settle(ids) {
      const { accepted, applied } = await read()
      if (accepted.length === 0) return
      const at = new Date().toISOString()
      await write({ accepted: [], applied: [...applied, ...ids.map((id) => ({ id, at }))].slice(-keptHistory) })
    },
  }
}
