import { print, type AnyObject, type Catalog, type Kind } from '@savepoint/catalog'

/** A schema file. */
export interface SchemaFile {
  /** Relative, with slashes: `public/tables.sql`, `extensions.sql`. */
  path: string
  text: string
}

// Kinds that one looks for in the file of another; all others lie in files of their own.
const files: Partial<Record<Kind, string>> = {
  schema: 'schema',
  'foreign table': 'tables',
  statistics: 'tables',
  'materialized view': 'views',
  enum: 'types',
  domain: 'types',
  composite: 'types',
  range: 'types',
  procedure: 'functions',
  aggregate: 'functions',
  'operator class': 'operators',
  'operator family': 'operators',
  'text search configuration': 'text_search',
  'text search dictionary': 'text_search',
  'text search parser': 'text_search',
  'text search template': 'text_search',
  'foreign data wrapper': 'foreign_servers',
  server: 'foreign_servers',
  'user mapping': 'foreign_servers',
  'publication table': 'publications',
  'publication schema': 'publications',
  membership: 'roles',
}

/**
 * A catalog as schema files: a folder for each Postgres schema with a file for each sort of object, and beside the folders what lies in
 * no schema. What belongs to a table stands in the file of the table. The files make an empty database equal to the catalog when
 * they are read as schema files, which may stand in any order.
 */
export function splitCatalog(catalog: Catalog): SchemaFile[] {
  const texts = new Map<string, string>()
  const folders = nameFolders(catalog)
  for (const { sql, id } of print(catalog)) {
    // Whoever reads schema files makes functions before what their bodies name.
    if (sql.startsWith('SET check_function_bodies = ')) continue
    const path = pathOf(catalog.objects.get(id), catalog, folders)
    texts.set(path, `${texts.get(path) ?? ''}${texts.has(path) ? '\n' : ''}${sql};\n`)
  }
  return [...texts].map(([path, text]) => ({ path, text })).sort((a, b) => (a.path < b.path ? -1 : 1))
}

function pathOf(object: AnyObject | undefined, catalog: Catalog, folders: ReadonlyMap<string, string>): string {
  const parent = catalog.objects.get(object?.parent ?? '')
  if (parent) return pathOf(parent, catalog, folders)
  if (!object) return 'other.sql'
  const file = files[object.kind] ?? plural(object.kind)
  // An extension lies in a schema, but is the whole database's.
  if (object.kind === 'extension') return `${file}.sql`
  const folder = folders.get(object.kind === 'schema' ? object.name : (object.schema ?? ''))
  return folder === undefined ? `${file}.sql` : `${folder}/${file}.sql`
}

function plural(kind: Kind): string {
  const name = kind.replaceAll(' ', '_')
  return /(?:s|x|ch)$/.test(name) ? `${name}es` : name.replace(/y$/, 'ie').concat('s')
}

/** Folders that every file system can hold and that no two schemas share, also where it takes `App` and `app` for the same. */
function nameFolders(catalog: Catalog): Map<string, string> {
  const folders = new Map<string, string>()
  const taken = new Set<string>()
  for (const object of catalog.objects.values()) {
    const name = object.kind === 'schema' ? object.name : object.schema
    if (name === undefined || folders.has(name)) continue
    const safe = encodeURIComponent(name).replace(
      /[.*'()!~]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
    )
    let folder = safe
    for (let number = 2; taken.has(folder.toLowerCase()); number++) folder = `${safe}-${number}`
    taken.add(folder.toLowerCase())
    folders.set(name, folder)
  }
  return folders
}
