export { bool, bytea, int8, int8Number, json, nothing, number, numeric, timestamptz, vector } from './codecs.js'
export { array, composite, multirange, range, text, type Range } from './containers.js'
export { bind } from './bind.js'
