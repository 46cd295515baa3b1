import { describe, expect, it } from 'vitest'
import { availableServers, createTestDatabase } from './database.js'
import { isMissing } from './requirement.js'

describe.each(availableServers())('a test database on %s', (server) => {
  it('is empty and answers', async () => {
    const database = await createTestDatabase(server)
    const { rows } = await database.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM pg_class WHERE relnamespace = $1::regnamespace',
      ['public'],
    )
    expect(rows).toEqual([{ n: 0 }])
    await database.close()
  })
})

it.skipIf(isMissing('native'))('native Postgres 18 is there [needs native]', () => {
  expect(availableServers()).toContain('18')
})
