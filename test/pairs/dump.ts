import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import type { PGlite } from '@electric-sql/pglite'

/** Version of the `pg_dump` on this machine's path: it reads servers of that version and older. */
function installedVersion(): number | undefined {
  const { stdout } = spawnSync('pg_dump', ['--version'], { encoding: 'utf8' })
  const version = /\d+/.exec(stdout ?? '')?.[0]
  return version === undefined ? undefined : Number(version)
}

let known: { version: number | undefined } | undefined

/** Whether `pg_dump` can read a server of that name: PGlite always, by the one that is made for it. */
export function canDump(server: string): boolean {
  if (server === 'pglite') return true
  known ??= { version: installedVersion() }
  return known.version !== undefined && known.version >= Number(server)
}

const run = promisify(execFile)

/** What `pg_dump` says about the schema of the database behind `url`, as `readDump` gives it. */
export async function dumpNative(url: string): Promise<string[]> {
  const { stdout } = await run('pg_dump', ['--schema-only', '--dbname', url], { maxBuffer: 2 ** 28 })
  return readDump(stdout)
}

export async function dumpPglite(pg: PGlite): Promise<string[]> {
  const { pgDump } = await import('@electric-sql/pglite-tools/pg_dump')
  return readDump(await (await pgDump({ pg, args: ['--schema-only'] })).text())
}

const entryRE =
  /^--\n-- (?:Data for )?Name: (.*?); Type: (.*?); Schema: (.*?); Owner: (.*?)(?:; Tablespace: .*)?\n--\n/gm
const settingRE = /^SET (?:default_tablespace|default_table_access_method) = .*;\n/gm
const settledTypes = new Set(['TABLE', 'INDEX', 'CONSTRAINT', 'MATERIALIZED VIEW'])
// Columns, grants and members, whose order says nothing.
const unorderedTypes = new Set(['TABLE', 'FOREIGN TABLE', 'ACL', 'DEFAULT ACL'])
// Names that Postgres made, which stay when a table or a column is renamed.
const generatedNotNullRE = /CONSTRAINT (?:\w+_not_null\d*|"[^"]+_not_null\d*") NOT NULL/g
const tagsRE = /(?<=WHEN TAG IN \()[^)]*/
const optionsRE = /(?<=\bWITH \()[^()]*/g
const passwordRE = /\b(password) '(?:[^']|'')*'/g
const inheritsRE = /^INHERITS \(/m

/** The entries of a dump, one object each, sorted: two dumps say the same exactly when these are equal. */
export function readDump(text: string): string[] {
  const entries: { type: string; name: string; text: string }[] = []
  const heirs = new Set<string>()
  const heads = [...text.matchAll(entryRE)]
  const settings = new Map<string, string>()
  const note = (part: string): void => {
    for (const [line] of part.matchAll(settingRE)) settings.set(line.split(' ')[1] ?? '', line.trim())
  }
  note(text.slice(0, heads[0]?.index ?? text.length))
  for (const [at, head] of heads.entries()) {
    const [whole, name = '', type = '', schema = '', owner = ''] = head
    const start = head.index + whole.length
    const end = heads[at + 1]?.index ?? text.lastIndexOf('--\n-- PostgreSQL database dump complete')
    const part = text.slice(start, end)
    // A setting stands after the entry before it, and so at the end of that one's part.
    const body = part.replace(settingRE, '').trim()
    const isHeir = inheritsRE.test(body)
    if (isHeir) heirs.add(`${schema} ${name}`)
    const standing = settledTypes.has(type) ? ` ${[...settings.values()].sort().join(' ')}` : ''
    entries.push({
      type,
      name: `${schema} ${name}`,
      text: `pg_dump ${type} ${name} in ${schema}:${standing} ${normalise(body, { type, owner, isHeir })}`,
    })
    note(part)
  }
  return entries
    .filter(({ type, text: said }) => type !== 'ACL' || !said.endsWith(': '))
    .filter(({ type, name }) => type !== 'DEFAULT' || !heirs.has(name.slice(0, name.lastIndexOf(' '))))
    .map((entry) => entry.text)
    .sort()
}

/**
 * Without what no statement can change: the order of columns, and whether a child has declared a column itself, by which pg_dump
 * decides where to write it. Nor does the order of grants, of storage
 * parameters and of an event trigger's tags say anything.
 */
function normalise(body: string, { type, owner, isHeir }: { type: string; owner: string; isHeir: boolean }): string {
  const text = body
    .replace(generatedNotNullRE, 'NOT NULL')
    .replace(tagsRE, (tags) => tags.split(', ').sort().join(', '))
    .replace(passwordRE, '$1 …')
    .replace(optionsRE, (options) => options.split(', ').sort().join(', '))
  if (!unorderedTypes.has(type)) return text
  const lines = text
    .split('\n')
    .map((line) => line.replace(/,$/, ''))
    .filter((line) => !isHeir || !line.startsWith('    '))
  return withoutOwnOptions(lines, owner).sort().join('\n')
}

/** Owners may grant whatever they have, whether or not they were given the right to. */
function withoutOwnOptions(lines: readonly string[], owner: string): string[] {
  const revokes = new Set(lines.filter((line) => line.startsWith('REVOKE ALL ON ')))
  const role = /^[a-z_][a-z0-9_]*$/.test(owner) ? owner : `"${owner}"`
  const implied = lines.flatMap((line) => {
    const target = line.startsWith('GRANT ALL ON ') && line.endsWith(` TO ${role} WITH GRANT OPTION;`)
    const revoke = line.replace(/^GRANT (.*) TO .*$/, `REVOKE $1 FROM ${role};`)
    return target && revokes.has(revoke) ? [line, revoke] : []
  })
  return lines.filter((line) => !implied.includes(line))
}
