// What only some queries need, apart from the run time so that it costs nobody else.
export { batch } from './batch.js'
export { camelCaseKey, camelCaseKeys } from './camel-case.js'
export { insertMany } from './copy.js'
export { assemble, type DynamicQuery, type Piece } from './dynamic.js'
export { execResult, type DriverResult } from './exec-result.js'
export { nested, promised, type Embed } from './nested.js'
