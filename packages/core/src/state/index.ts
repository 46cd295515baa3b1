export { openDevelopment, type DevelopmentOptions, type OpenDevelopment } from './development.js'
export { describeMigrateError } from './migrations.js'
export { parseStateSpec, parseStateSpecs, type StateSpec } from './spec.js'
export { planStates, readState, type StateOptions, type StatePlan, type StateReading } from './states.js'
