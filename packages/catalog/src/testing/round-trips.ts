import type { RoundTrip } from './round-trip.js'
import { dependentTrips } from './round-trips-dependents.js'
import { lateTrips } from './round-trips-late.js'
import { routineTrips } from './round-trips-routines.js'
import { tableTrips } from './round-trips-tables.js'
import { typeTrips } from './round-trips-types.js'

export const roundTrips: readonly RoundTrip[] = [
  ...typeTrips,
  ...tableTrips,
  ...dependentTrips,
  ...routineTrips,
  ...lateTrips,
]
