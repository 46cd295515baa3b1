import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile } from '../emit/emit.js'

/** What plugins with a `cacheKey` answered, kept for the next start. */
export interface AnswerStore {
  /** Returns undefined when it is not there, or one of the files that the plugin watched while it answered has changed. */
  load(question: Question): Promise<Answer | undefined>
  /** An answer that cannot be kept costs the next start its time, and is no failure. */
  save(question: Question, answer: Answer): Promise<void>
}

/** What was asked. Of each plugin and hook one answer is kept. */
export interface Question {
  /** Tells it from all others in the config, those of the same name among them. */
  plugin: string
  hook: string
  /** What the answer depends on besides the files. */
  cacheKey: string
  input: string
}

export interface Answer {
  /** Plain data. */
  values: readonly unknown[]
  /** Absolute paths of the files that it was made from. */
  files: readonly string[]
}

interface KeptAnswer {
  /** Hash of the question. */
  question: string
  values: readonly unknown[]
  /** Content hash by absolute path. */
  files: Record<string, string>
}

/**
 * @param directory absolute path; made when it is missing
 * @param packageVersion ours: what the answers look like may differ with it
 * @param codeFiles absolute paths of the config and what it imports, plugins of the project's own among them: with other code the answer may be another
 */
export function createAnswerStore(
  directory: string,
  packageVersion: string,
  codeFiles: readonly string[],
): AnswerStore {
  let code: Promise<string> | undefined
  const hashQuestion = async ({ hook, cacheKey, input }: Question): Promise<string> => {
    code ??= hashFiles(codeFiles).then((hashes) => JSON.stringify(hashes))
    return hash([packageVersion, await code, hook, cacheKey, input].join('\0'))
  }
  const fileOf = ({ plugin, hook }: Question): string => join(directory, `${hash(`${plugin}\0${hook}`)}.json`)
  return {
    async load(question) {
      try {
        const kept = JSON.parse(await readFile(fileOf(question), 'utf8')) as KeptAnswer
        if (kept.question !== (await hashQuestion(question))) return undefined
        const files = Object.keys(kept.files)
        if (JSON.stringify(await hashFiles(files)) !== JSON.stringify(kept.files)) return undefined
        return { values: kept.values, files }
      } catch {
        return undefined
      }
    },
    async save(question, { values, files }) {
      if (!isPlain(values)) return
      const kept: KeptAnswer = { question: await hashQuestion(question), values, files: await hashFiles(files) }
      await replaceFile(fileOf(question), JSON.stringify(kept)).catch(() => undefined)
    },
  }
}

async function hashFiles(files: readonly string[]): Promise<Record<string, string>> {
  const hashes = files.map(async (file): Promise<[string, string]> => {
    const content = await readFile(file).catch(() => undefined)
    return [file, content === undefined ? 'missing' : hash(content)]
  })
  return Object.fromEntries(await Promise.all(hashes))
}

function hash(content: string | Buffer): string {
  return createHash('sha1').update(content).digest('base64url')
}

/** A function, such as one that maps positions back, cannot be kept. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'function') return false
  if (typeof value !== 'object' || value === null) return true
  return Object.values(value).every(isPlain)
}
