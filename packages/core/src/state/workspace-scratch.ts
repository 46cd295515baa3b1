import { assumeTablespaces, openScratch, type ScratchDatabaseSession } from './scratch.js'
import { extensionsOf, tablespacesOf, type Side } from './sides.js'
import type { StateOptions } from './states.js'

/**
 * Opens an empty scratch database that can hold what the sides name.
 *
 * @param early one that was opened before the sides were known
 */
export async function openScratchFor(
  sides: readonly Side[],
  { config, log }: StateOptions,
  early?: Promise<ScratchDatabaseSession>,
): Promise<ScratchDatabaseSession> {
  const databases = sides.flatMap((side) => (side.kind === 'database' ? [side] : []))
  const scratch = await (early ?? openScratch({ config, extensions: sides.flatMap(extensionsOf), databases, log }))
  await assumeTablespaces(scratch, [...new Set(sides.flatMap(tablespacesOf))])
  return scratch
}
