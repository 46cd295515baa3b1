import { spawn } from 'node:child_process'
import type { Io } from './io.js'
import { UsageError } from './usage.js'

/**
 * Opens files in the person's editor and waits until it is closed.
 *
 * @throws UsageError when no editor is named, Error when it ends badly
 */
export async function editFiles(files: readonly string[], io: Io): Promise<void> {
  const editor = io.env['VISUAL'] ?? io.env['EDITOR']
  if (!editor) throw new UsageError('--edit needs the environment variable EDITOR')
  // $EDITOR may hold arguments, as `code --wait` does.
  const [program = '', ...args] = editor.split(/\s+/)
  const child = spawn(program, [...args, ...files], { stdio: 'inherit', cwd: io.cwd })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`${program} ended with code ${code}`)
}
