import type { AuthOptions } from './better-auth.js'

/** Postgres schema that the app's own queries will use, as far as the config shows it; nothing is connected to. */
export function runtimeSchema(options: AuthOptions): string | undefined {
  const { database } = options
  if (!database) return undefined
  if (database.schemaName) return database.schemaName
  const probe = database.db?.selectFrom?.('probe').selectAll().compile().sql
  const qualifier = probe ? /from "((?:[^"]|"")+)"\."/.exec(probe)?.[1] : undefined
  if (qualifier) return qualifier.replaceAll('""', '"')
  return searchPath(database.options?.options) ?? searchPathOfUrl(database.options?.connectionString)
}

/** First schema of `-c search_path=…` in libpq's `options`. */
function searchPath(options: string | undefined): string | undefined {
  const list = options ? /search_path\s*=\s*([^\s]+)/.exec(options)?.[1] : undefined
  return list?.split(',')[0]?.replaceAll(/^["\\]+|["\\]+$/g, '')
}

function searchPathOfUrl(url: string | undefined): string | undefined {
  if (!url || !URL.canParse(url)) return undefined
  return searchPath(new URL(url).searchParams.get('options') ?? undefined)
}
