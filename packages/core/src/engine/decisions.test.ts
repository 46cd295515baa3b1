import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createDecisions, type Decisions } from './decisions.js'

let directory: string
let decisions: Decisions
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'savepoint-decisions-'))
  decisions = createDecisions(directory)
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const file = (): string => join(directory, 'decisions.json')
const drop = 'drop column public.users.nickname'

it('an answer outlives the process that asked', async () => {
  await decisions.accept([drop])
  expect(await createDecisions(directory).accepted()).toEqual(new Set([drop]))
})

it('is used once, and what was done is written down', async () => {
  await decisions.accept([drop])
  await decisions.settle([drop])
  expect(await decisions.accepted()).toEqual(new Set())
  expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({
    accepted: [],
    applied: [{ id: drop, at: expect.stringMatching(/^\d{4}-/) }],
  })
})

it('does not wait for a later column of the same name when it found nothing to do', async () => {
  await decisions.accept([drop])
  await decisions.settle([])
  expect(await decisions.accepted()).toEqual(new Set())
})

it('a file that is half edited accepts nothing', async () => {
  writeFileSync(file(), '{ "accepted": ["drop')
  expect(await decisions.accepted()).toEqual(new Set())
  writeFileSync(file(), '{ "accepted": "everything" }')
  expect(await decisions.accepted()).toEqual(new Set())
})
