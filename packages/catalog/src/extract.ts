import type { Connection } from './connection.js'
import type { Catalog } from './model/object.js'
import type { ExtractOptions } from './model/plan.js'

/** Reads everything that users defined in the database behind `connection`. */
export async function extract(_connection: Connection, _options: ExtractOptions = {}): Promise<Catalog> {
  throw new Error('extract() is being written')
}
