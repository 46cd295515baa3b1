import { join, resolve } from 'node:path'
import { DiagnosticError } from '../diagnostics/index.js'
import { suggestNearest } from '../diagnostics/suggestion.js'
import type { DatabaseSetting } from './server.js'

/** The forms that a `database` or `scratch` setting may have, as messages show them. */
const forms = [
  '`pglite:` (embedded, under .savepoint/)',
  '`pglite:PATH`',
  '`pglite:memory`',
  '`postgres://user@host:5432/name`',
  '`docker://postgres/17/dev`',
  '`native:`',
  '`native:PATH`',
].join(', ')

const schemes = ['pglite', 'postgres', 'postgresql', 'docker', 'docker+postgres', 'native']

// Short names of images, as Atlas has them: https://atlasgo.io/concepts/dev-database
const images: Readonly<Record<string, string>> = {
  pgvector: 'pgvector/pgvector',
  postgis: 'postgis/postgis',
}

/**
 * Reads a `database` or `scratch` setting. Pure: no file is looked at, nothing is started.
 *
 * @param text what the config or `--dev-url` says
 * @param context `root`: where relative paths start from and `.savepoint/` lies; `name`: of the setting, for the message
 * @throws SP5002 for anything else
 */
export function parseDatabaseSetting(text: string, context: { root: string; name?: string }): DatabaseSetting {
  const { root, name = 'database' } = context
  const trimmed = text.trim()
  const colon = trimmed.indexOf(':')
  const scheme = trimmed.slice(0, Math.max(colon, 0)).toLowerCase()
  const rest = trimmed.slice(colon + 1)
  switch (scheme) {
    case 'pglite':
      if (rest === 'memory' || rest === '//memory') return { kind: 'pglite' }
      return { kind: 'pglite', directory: rest === '' ? join(root, '.savepoint', 'pglite') : resolve(root, rest) }
    case 'native':
      return { kind: 'native', directory: rest === '' ? join(root, '.savepoint', 'native') : resolve(root, rest) }
    case 'postgres':
    case 'postgresql':
      if (!URL.canParse(trimmed) || !rest.startsWith('//'))
        throw wrongSetting(name, trimmed, 'it is not a URL', 'special characters of a password must be percent-encoded')
      return { kind: 'postgres', url: trimmed }
    case 'docker':
    case 'docker+postgres':
      return parseDocker(trimmed, rest, name)
    default: {
      const nearest = scheme === '' ? undefined : suggestNearest(scheme, schemes)
      throw wrongSetting(
        name,
        trimmed,
        scheme === '' ? 'it does not begin with a scheme' : `"${scheme}:" is not known`,
        nearest ? `did you mean \`${nearest}:\`?` : undefined,
      )
    }
  }
}

// `docker://IMAGE/TAG/DATABASE`; IMAGE may hold slashes itself. `docker+postgres://_/IMAGE:TAG/DATABASE` as Atlas writes it.
function parseDocker(text: string, rest: string, name: string): DatabaseSetting {
  const [path = ''] = rest.replace(/^\/\//, '').split('?')
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '_')
  const tagged = segments.findIndex((segment, index) => index > 0 && segment.includes(':'))
  const firstTagged = segments.length <= 2 && segments[0]?.includes(':') ? 0 : tagged
  let image: string
  let tag: string
  let database: string | undefined
  if (firstTagged >= 0) {
    const [last = '', version = ''] = (segments[firstTagged] ?? '').split(':')
    image = [...segments.slice(0, firstTagged), last].join('/')
    tag = version
    database = segments[firstTagged + 1]
  } else {
    const split = Math.max(1, segments.length - 2)
    image = segments.slice(0, split).join('/')
    tag = segments[split] ?? ''
    database = segments[split + 1]
  }
  const known = /^(mysql|mariadb|sqlite|sqlserver|clickhouse|maria)$/.exec(image)
  if (known) throw wrongSetting(name, text, `${known[1]} is not Postgres`)
  if (image === '' || tag === '') throw wrongSetting(name, text, 'it lacks an image or a tag')
  return { kind: 'docker', image: images[image] ?? image, tag, database: database ?? 'postgres' }
}

function wrongSetting(name: string, text: string, why: string, hint?: string): DiagnosticError {
  return new DiagnosticError([
    {
      code: 'SP5002',
      severity: 'error',
      message: `${name}: "${redactUrl(text)}" names no database`,
      why: hint ? `${why}; ${hint}` : why,
      fix: `allowed are ${forms}`,
    },
  ])
}

/** The text with every password in it replaced by `***`: in the user part of a URL, and in `password=` of its query. */
export function redactUrl(text: string): string {
  return text
    .replaceAll(/(\b[a-z][\w+.-]*:\/\/[^\s/:@?#]*):[^\s]*@(?=[^\s@]*(?:\s|$))/gi, '$1:***@')
    .replaceAll(/([?&](?:ssl)?password=)[^\s&#]*/gi, '$1***')
}
