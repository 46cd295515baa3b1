import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { availableServers } from '../../../../test/support/database.js'
import { createJourneys, type Journeys } from '../testing/journey.js'
import { roundTrips } from '../testing/round-trips.js'

describe.each(availableServers())('there and back on %s', (server) => {
  let journeys: Journeys
  beforeAll(async () => {
    journeys = await createJourneys(server)
  })
  afterAll(() => journeys.close())

  const cases = roundTrips.filter(({ since }) => since === undefined || server === 'pglite' || Number(server) >= since)

  it.each(cases)('$name', async ({ from, to, rows }) => {
    const there = await journeys.travel(from, to, rows === undefined ? {} : { rows })
    expect(there.left).toEqual([])
    const back = await journeys.travel(to, from)
    expect(back.left).toEqual([])
    expect(await journeys.reprint(to)).toEqual([])
  })
})
