export { connect, type DatabaseSession } from './connect.js'
export { createDatabase, databaseName, dropDatabase } from './create.js'
export { describeTarget } from './failure.js'
export { waitForDatabase, type WaitOptions } from './wait.js'
