import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { catalogue } from './catalogue.js'

const folder = fileURLToPath(new URL('../../../../docs/errors/', import.meta.url))
const codes = Object.keys(catalogue)

it('every code has its page and every page its code', () => {
  const pages = readdirSync(folder).map((name) => name.replace(/\.md$/, ''))
  expect(pages.sort()).toEqual([...codes].sort())
})

describe.each(Object.entries(catalogue))('%s', (code, title) => {
  const page = (): string => readFileSync(`${folder}${code}.md`, 'utf8')

  it('has the title of the catalogue', () => {
    expect(page().split('\n', 1)[0]).toBe(`# ${code}: ${title}`)
  })

  it('has the four sections, none of them empty', () => {
    const sections = page().split(/^## /m).slice(1)
    expect(sections.map((section) => section.split('\n', 1)[0])).toEqual(['Message', 'Cause', 'Example', 'Fix'])
    for (const section of sections) expect(section.split('\n').slice(1).join('').trim()).not.toBe('')
  })
})
