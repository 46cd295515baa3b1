import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { availableServers, createTestDatabase, type TestDatabase } from '../../../test/support/database.js'
import { isServerError } from './server-error.js'

describe.each(availableServers())('an error of %s', (server) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase(server)
  })
  afterAll(() => database.close())

  it('is known as the answer of the server, with its SQLSTATE', async () => {
    const error: unknown = await database.query('SELECT * FROM missing').catch((thrown: unknown) => thrown)
    expect(isServerError(error)).toBe(true)
    expect(error).toMatchObject({ code: '42P01' })
  })
})

it.each(['EPIPE', 'EROFS', 'EPERM'])('%s of the system is no answer of a server', (code) => {
  expect(isServerError(Object.assign(new Error(`write ${code}`), { code }))).toBe(false)
})
