import { readFile } from 'node:fs/promises'
import { relative, sep } from 'node:path'
import { listScriptStatements, type Script } from '@savepoint/migrate'
import type { RepeatablePhase, ResolvedConfig } from '../config/config.js'
import { DiagnosticError } from '../diagnostics/index.js'
import { findPhaseFiles } from '../sources/reader.js'

/** A script as it stands on disk. */
export interface ScriptFile extends Script {
  /** Absolute path. */
  path: string
}

/** What runs around every apply, by phase; empty where the config says that a phase is managed. */
export type RepeatableScripts = Readonly<Record<RepeatablePhase, readonly ScriptFile[]>>

const none: RepeatableScripts = { pre: [], post: [] }

/**
 * Reads the files of the phases that the config calls repeatable.
 *
 * @throws DiagnosticError SP1007 for a file that cannot be read
 */
export async function readRepeatableScripts({
  repeatable,
  root,
  schema,
}: Pick<ResolvedConfig, 'repeatable' | 'root' | 'schema'>): Promise<RepeatableScripts> {
  if (repeatable.length === 0) return none
  const files = await findPhaseFiles(root, schema)
  const read = (phase: RepeatablePhase): Promise<ScriptFile[]> =>
    Promise.all(
      files
        .filter((file) => file.phase === phase && repeatable.includes(phase))
        .map(async ({ path }) => ({
          path,
          // One name on every machine: it is part of what tells whether a script changed.
          name: relative(root, path).replaceAll(sep, '/'),
          sql: await readText(path),
        })),
    )
  const [pre, post] = await Promise.all([read('pre'), read('post')])
  return { pre, post }
}

async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '')
  } catch (cause) {
    throw new DiagnosticError(
      [
        {
          code: 'SP1007',
          severity: 'error',
          message: `the script cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
          location: { file: path, line: 1, column: 1 },
        },
      ],
      { cause },
    )
  }
}

/** One statement of a script with its place. */
export interface ScriptStatement {
  sql: string
  /** Absolute path. */
  file: string
  line: number
  column: number
}

/** The statements of scripts, one after the other. */
export async function listStatementsOf(scripts: readonly ScriptFile[]): Promise<ScriptStatement[]> {
  const lists = scripts.map(async (script) =>
    (await listScriptStatements(script)).map(({ text, line, column }) => ({
      sql: text,
      file: script.path,
      line,
      column,
    })),
  )
  return (await Promise.all(lists)).flat()
}

/** What replays: the pre scripts, `replayed`, the post scripts. */
export async function withScripts(
  { statements }: { statements: readonly ScriptStatement[] },
  { pre, post }: RepeatableScripts,
): Promise<{ statements: readonly ScriptStatement[] }> {
  return { statements: [...(await listStatementsOf(pre)), ...statements, ...(await listStatementsOf(post))] }
}
