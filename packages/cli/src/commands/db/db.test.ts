import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serverUrl } from '../../../../../test/support/database.js'
import { type } from '../../testing/terminal.js'

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'savepoint-db-'))
  writeFileSync(join(cwd, 'package.json'), '{}')
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const server = serverUrl('18')

describe.skipIf(!server)('on a server [needs native]', () => {
  const name = `e_${randomBytes(4).toString('hex')}`
  const url = (server ?? '').replace(/\/postgres$/, `/${name}`)
  afterAll(async () => {
    await type(['db', 'drop', '--url', url, '--auto-approve'], { cwd })
  })

  it('creates once', async () => {
    expect(await type(`db create --url ${url}`, { cwd })).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: expect.stringContaining('created 127.0.0.1:'),
    })
    expect(await type(`db create --url ${url} --wait`, { cwd })).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('exists already'),
    })
  })

  it('says what the server refused in the words of the server', async () => {
    const template = url.replace(/\/[^/]*$/, '/template0')
    const { exitCode, stderr } = await type(`db drop --url ${template} --auto-approve`, { cwd })
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/SP2007: cannot drop a template database/)
  })

  it('waits for it', async () => {
    expect(await type(`wait --timeout 30s --url ${url}`, { cwd })).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('answered after'),
    })
  })

  it('drops only after a yes', async () => {
    expect(await type(`db drop --url ${url}`, { cwd })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('give --auto-approve'),
    })
    expect(await type(`db drop --url ${url}`, { cwd, answers: [false] })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('nothing was changed'),
    })
    expect(await type(`db drop --url ${url}`, { cwd, answers: [true] })).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('dropped'),
    })
  })
})

it('does not touch a database elsewhere', async () => {
  const url = 'postgres://app:s3cret@db.example.com/app'
  const { exitCode, stderr } = await type(`db drop --url ${url} --auto-approve`, { cwd })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('SP2001: db.example.com:5432/app is not on this machine')
  expect(stderr).not.toContain('s3cret')
})

it('has nothing to do for the embedded database', async () => {
  expect(await type('wait', { cwd })).toMatchObject({ exitCode: 0 })
  expect(await type('db create', { cwd })).toMatchObject({ exitCode: 0 })
})

it('takes only what is a URL and a time', async () => {
  expect(await type('wait --url localhost', { cwd })).toMatchObject({ exitCode: 2 })
  expect(await type('wait --timeout soon', { cwd })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('such as 30s'),
  })
})
