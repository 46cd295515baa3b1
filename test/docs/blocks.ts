import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repository = join(dirname(fileURLToPath(import.meta.url)), '../..')

/** A fenced block of a page. */
export interface CodeBlock {
  /** Path of the page, relative to the repository. */
  page: string
  /** Line of the opening fence, from 1. */
  line: number
  language: string
  /** Further words of the opening fence, such as `fails`. */
  words: readonly string[]
  text: string
}

/** README and everything below docs/. Pages of error codes show what is wrong on purpose and are left to their own test. */
export function documentationPages(): string[] {
  const pages = readdirSync(join(repository, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md') && !path.startsWith('errors'))
    .map((path) => join('docs', path))
  return ['README.md', ...pages.sort()]
}

export function codeBlocks(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: (CodeBlock & { indent: string; lines: string[] }) | undefined
  for (const [index, line] of readFileSync(join(repository, page), 'utf8').split('\n').entries()) {
    const [, indent = '', info] = /^(\s*)```(.*)$/.exec(line) ?? []
    if (info === undefined) {
      open?.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line)
    } else if (open) {
      blocks.push({
        page: open.page,
        line: open.line,
        language: open.language,
        words: open.words,
        text: `${open.lines.join('\n')}\n`,
      })
      open = undefined
    } else {
      const [language = '', ...words] = info.trim().split(/\s+/)
      open = { page: relative('.', page), line: index + 1, language, words, text: '', indent, lines: [] }
    }
  }
  if (open) throw new Error(`${page}:${open.line}: the block is not closed`)
  return blocks
}
