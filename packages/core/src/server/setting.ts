import { join, resolve } from 'node:path'
import { DiagnosticError } from '../diagnostics/index.js'
import type { DatabaseSetting } from './server.js'

/**
 * Reads a `database` or `scratch` setting. Pure.
 *
 * @param where `root`: absolute path that relative ones start from; `name`: the setting's own, for the message
 * @throws DiagnosticError SP5002 naming the forms that exist
 */
export function parseDatabaseSetting(text: string, { root, name }: { root: string; name: string }): DatabaseSetting {
  if (/^postgres(?:ql)?:\/\//.test(text)) return { kind: 'postgres', url: text }
  const [, scheme, rest = ''] = /^(pglite|native):(?:\/\/)?(.*)$/.exec(text) ?? []
  if (scheme === 'pglite') {
    if (rest === 'memory') return { kind: 'pglite' }
    return { kind: 'pglite', directory: rest === '' ? join(root, '.savepoint', 'pglite') : resolve(root, rest) }
  }
  if (scheme === 'native')
    return { kind: 'native', directory: rest === '' ? join(root, '.savepoint', 'native') : resolve(root, rest) }
  const [, image, tag, database] = /^docker:\/\/([^:]+?)\/([^/]+)\/([^/]+)$/.exec(text) ?? []
  if (image && tag && database) return { kind: 'docker', image, tag, database }
  throw new DiagnosticError([
    {
      code: 'SP5002',
      severity: 'error',
      message: `${name}: this is no database`,
      fix: 'Write pglite:, pglite:PATH, pglite:memory, postgres://…, docker://postgres/17/dev, native: or native:PATH.',
    },
  ])
}
