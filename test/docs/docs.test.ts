import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type } from '../../packages/cli/src/testing/terminal.js'
import { createPglite } from '../support/database.js'
import { codeBlocks, documentationPages, repository, type CodeBlock } from './blocks.js'

const pages = documentationPages().map((page) => ({ page, blocks: codeBlocks(page) }))
const all = pages.flatMap(({ blocks }) => blocks)
const of = (...languages: string[]) => all.filter(({ language }) => languages.includes(language))

/** Blocks that are not code: output, trees of files, changes to look at. */
const notCode = new Set(['', 'text', 'diff', 'hcl', 'dockerfile', 'toml', 'go', 'html'])

it('every block says what language it is in', () => {
  const known = new Set(['sql', 'ts', 'js', 'sh', 'json', 'yaml', ...notCode])
  expect(
    all.filter(({ language }) => !known.has(language)).map(({ page, line, language }) => `${page}:${line} ${language}`),
  ).toEqual([])
})

it('every link between pages leads somewhere', () => {
  const broken: string[] = []
  for (const { page } of pages) {
    for (const [, target = ''] of readFileSync(join(repository, page), 'utf8').matchAll(
      /\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g,
    )) {
      if (!existsSync(normalize(join(repository, dirname(page), target)))) broken.push(`${page}: ${target}`)
    }
  }
  expect(broken).toEqual([])
})

describe('SQL', () => {
  const sqlPages = pages.filter(({ blocks }) => blocks.some(({ language }) => language === 'sql'))
  it.each(sqlPages)('of $page runs, block after block', async ({ blocks }) => {
    const pglite = await createPglite()
    try {
      for (const block of blocks.filter(({ language }) => language === 'sql')) {
        const outcome = await pglite.exec(block.text).then(
          () => 'ran',
          (error: unknown) => `${block.page}:${block.line}: ${error instanceof Error ? error.message : String(error)}`,
        )
        // ```sql fails: shown because Postgres refuses it. ```sql query: has parameters or macros, the client's own tests run such.
        if (block.words.includes('fails')) expect(outcome).not.toBe('ran')
        else if (!block.words.includes('query')) expect(outcome).toBe('ran')
        // Each block stands for itself unless it says that it goes on from the one before.
        if (!block.words.includes('continues'))
          await pglite.exec('ROLLBACK; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;')
      }
    } finally {
      await pglite.close()
    }
  })
})

it('TypeScript type-checks', () => {
  const blocks = of('ts')
  // Inside the repository, so that imports resolve as they do in a project that has the packages installed.
  mkdirSync(join(repository, 'test/.tmp'), { recursive: true })
  const folder = mkdtempSync(join(repository, 'test/.tmp/docs-'))
  try {
    for (const [index, { text, page, line }] of blocks.entries()) {
      writeFileSync(join(folder, `block${index}.ts`), `// ${page}:${line}\n${text}\nexport {}\n`)
      // A file that another block imports.
      const [, path] = /^\/\/ (plugins\/[\w-]+\.ts)\n/.exec(text) ?? []
      if (path === undefined) continue
      mkdirSync(join(folder, dirname(path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../../tsconfig.json',
        compilerOptions: {
          module: 'esnext',
          moduleResolution: 'bundler',
          allowImportingTsExtensions: true,
          exactOptionalPropertyTypes: false,
          noUncheckedIndexedAccess: false,
        },
        include: ['*.ts', '../../docs/ambient.d.ts'],
        exclude: [],
      }),
    )
    const { stdout } = spawnSync(
      process.execPath,
      [join(repository, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false'],
      { encoding: 'utf8' },
    )
    const errors = stdout
      .split('\n')
      .filter((line) => /block\d+\.ts.*error TS/.test(line))
      .map((line) =>
        line.replace(
          /^.*block(\d+)\.ts/,
          (_, index: string) => `${blocks[Number(index)]?.page}:${blocks[Number(index)]?.line}`,
        ),
      )
    expect(errors).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

it('JSON parses', () => {
  for (const { text } of of('json')) expect(() => JSON.parse(text)).not.toThrow()
})

describe('shell lines', () => {
  const lines = of('sh').flatMap((block) =>
    commandLines(block).map((command) => ({ command, at: `${block.page}:${block.line}` })),
  )

  it.each(lines.filter(({ command }) => /^npm (?:run )?\w/.test(command)))(
    '$command is a script of the repository or an npm command',
    ({ command }) => {
      const [, word = '', script] = command.split(/\s+/)
      const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
        scripts: Record<string, string>
      }
      if (word === 'run') expect(Object.keys(scripts)).toContain(script)
      else expect(['test', 'install', 'create', 'exec', 'ci', 'i']).toContain(word)
    },
  )

  it.each(lines.filter(({ command }) => /^(?:npx )?savepoint /.test(command)))(
    '$command is understood ($at)',
    async ({ command }) => {
      const words = splitWords(command.replace(/^(?:npx )?savepoint /, ''))
      const names = words.filter((word) => /^[a-z][a-z-]*$/.test(word))
      const flags = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0] ?? word)
      let help = ''
      // The longest run of leading words that names a command.
      for (let length = Math.min(names.length, 2); length > 0; length--) {
        const outcome = await type([...words.slice(0, length), '--help'], { cwd: repository })
        help = outcome.stdout + outcome.stderr
        if (outcome.exitCode === 0) break
      }
      for (const flag of flags) expect(help).toContain(flag)
      expect(help).toContain(words[0] ?? '')
    },
  )
})

/** The commands of a block: comments, prompts and continued lines taken apart. */
function commandLines({ text }: CodeBlock): string[] {
  return text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) =>
      line
        .replace(/^\$ /, '')
        .replace(/\s+#.*$/, '')
        .trim(),
    )
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((line) => line.split(/\s+(?:&&|\|)\s+/))
}

function splitWords(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  )
}
