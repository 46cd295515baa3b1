import type { Catalog } from './model/object.js'
import type { RenameCandidate } from './model/plan.js'

/** What could be a rename from `from` to `to`, by structure. Never acted upon by itself. */
export function renameCandidates(_from: Catalog, _to: Catalog): RenameCandidate[] {
  throw new Error('renameCandidates() is being written')
}
