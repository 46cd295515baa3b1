import type { Catalog } from '@savepoint/catalog'
import { generateTypes } from '@savepoint/client'
import type { ResolvedConfig } from '../../config/config.js'
import type { EmittedFile } from '../../emit/emit.js'

/**
 * The types of tables that the client's directory should hold for a catalog.
 * @param viewColumnsNotNull columns of views that are never NULL
 */
export function generateClient(
  catalog: Catalog,
  { client }: ResolvedConfig,
  viewColumnsNotNull: ReadonlySet<string>,
): EmittedFile[] {
  return generateTypes(catalog, { ...client?.types, viewColumnsNotNull })
}
