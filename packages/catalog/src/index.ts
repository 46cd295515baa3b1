export type { Connection } from './connection.js'
