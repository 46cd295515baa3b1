import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { serverUrl } from '../../../../test/support/database.js'
import { DiagnosticError } from '../diagnostics/index.js'
import { connect } from './connect.js'
import { createDatabase, dropDatabase } from './create.js'
import { waitForDatabase } from './wait.js'

async function codesOf(promise: Promise<unknown>): Promise<string[]> {
  const error = await promise.catch((thrown: unknown) => thrown)
  return error instanceof DiagnosticError
    ? error.diagnostics.map(({ code, message }) => `${code} ${message}`)
    : [String(error)]
}

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 1
}

it('says why there is no connection, without the password', async () => {
  const port = await freePort()
  const url = `postgres://app:s3cret@127.0.0.1:${port}/app`
  expect(await codesOf(connect(url))).toEqual([`SP2002 127.0.0.1:${port}/app refused the connection`])
})

it('gives up waiting when the time is over', async () => {
  const port = await freePort()
  const retries: string[] = []
  const waiting = waitForDatabase({
    url: `postgres://127.0.0.1:${port}/app`,
    timeout: 600,
    onRetry: (reason) => retries.push(reason),
  })
  expect(await codesOf(waiting)).toEqual([`SP2002 127.0.0.1:${port}/app did not answer within 0.6 s`])
  expect(retries.length).toBeGreaterThan(0)
})

const server = serverUrl('18')

describe.skipIf(!server)('on a server [needs native]', () => {
  const name = `e "${randomBytes(4).toString('hex')}" é`
  const url = (server ?? '').replace(/\/postgres$/, `/${encodeURIComponent(name)}`)
  afterAll(async () => {
    await dropDatabase(url)
  })

  it('waits no longer than needed, and not for what will not come', async () => {
    expect(await waitForDatabase({ url: server ?? '', timeout: 5000 })).toBeLessThan(5000)
    const missing = (server ?? '').replace(/\/postgres$/, '/nowhere')
    expect((await codesOf(waitForDatabase({ url: missing, timeout: 60_000 })))[0]).toContain('does not exist')
  })

  it('makes a database once and drops it once, whatever its name', async () => {
    expect(await createDatabase(url)).toEqual({ name, created: true })
    expect(await createDatabase(url)).toEqual({ name, created: false })
    const session = await connect(url)
    expect((await session.query('SELECT current_database() AS name')).rows).toEqual([{ name }])
    expect(await dropDatabase(url)).toEqual({ name, dropped: true })
    expect(await dropDatabase(url)).toEqual({ name, dropped: false })
    await session.close()
  })
})
