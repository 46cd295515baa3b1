import { describe, expect, it } from 'vitest'
import { cutSections } from './sections.js'

const inside = (sql: string) => ({ sql, transactional: true })
const outside = (sql: string) => ({ sql, transactional: false })

describe('sections of a plan', () => {
  it('are none for an empty plan and one for a plan that stays in a transaction', () => {
    expect(cutSections([])).toEqual([])
    expect(cutSections([inside('a'), inside('b')])).toEqual([
      { transactional: true, steps: [inside('a'), inside('b')] },
    ])
  })

  it('begin anew at every step that must run outside', () => {
    const sections = cutSections([inside('a'), outside('b'), outside('c'), inside('d'), inside('e')])
    expect(sections.map(({ transactional, steps }) => [transactional, steps.map((step) => step.sql).join()])).toEqual([
      [true, 'a'],
      [false, 'b'],
      [false, 'c'],
      [true, 'd,e'],
    ])
  })
})
