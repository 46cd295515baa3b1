import type { Catalog } from '@savepoint/catalog'
import { generateTypes } from '@savepoint/client'
import type { ResolvedConfig } from '../../config/config.js'
import type { EmittedFile } from '../../emit/emit.js'

/** The files that the client's directory should hold for a catalog. */
export function generateClient(catalog: Catalog, _config: ResolvedConfig): EmittedFile[] {
  return generateTypes(catalog)
}
