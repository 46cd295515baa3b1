import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { lintCodes } from '@savepoint/catalog'
import { expect, it } from 'vitest'
import { repository } from './blocks.js'

it('the page on lint has every code, and none that there is not', () => {
  const page = readFileSync(join(repository, 'docs/lint.md'), 'utf8')
  const rows = [...page.matchAll(/^\| ([A-Z]{2}\d+) \| (.*?) \| (\w+) \| (.*?) \|$/gm)].map(
    ([, code, title, severity, names = '']) => ({
      code,
      title,
      severity,
      names: [...names.matchAll(/`([\w-]+)`/g)].map(([, name]) => name),
    }),
  )
  expect(rows).toEqual(lintCodes)
})

it('every code is reported by somebody, and nobody reports another', () => {
  const folders = [
    'packages/catalog/src/kinds',
    'packages/catalog/src/plan',
    'packages/core/src/lint',
    'packages/core/src/state',
  ]
  const sources = folders.flatMap((folder) =>
    readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
      .map((path) => readFileSync(join(repository, folder, path), 'utf8')),
  )
  const known = lintCodes.map(({ code }) => code)
  const families = new Set(known.map((code) => code.slice(0, 2)))
  const named = sources.flatMap((text) => [...text.matchAll(/'([A-Z]{2}\d{3})'/g)].map(([, code = '']) => code))
  const reported = new Set(named.filter((code) => families.has(code.slice(0, 2))))
  expect([...reported].sort()).toEqual([...known].sort())
})
