import { readFileSync } from 'node:fs'

/** The file's text for a frame; empty when it cannot be read, since a frame is an extra. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
