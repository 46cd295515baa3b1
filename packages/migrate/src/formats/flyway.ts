import type { SourceEntry } from '../directory/source.js'
import { postgresScanner } from '../scanner/postgres.js'
import { compareStrings, findDuplicate, type Format, type MigrationFile, type SkippedFile } from './format.js'
import { renderReverse, renderStatements, scanFile } from './statement-text.js'

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** The version as it stands in the name, with `_`; `''` for a repeatable file. */
function versionToken(path: string): string {
  const base = baseName(path).replace(/\.sql$/, '')
  if (base.startsWith('R')) return ''
  const at = base.indexOf('__')
  return (at < 0 ? base : base.slice(0, at)).slice(1)
}

const clamp = (part: bigint): bigint => {
  const limit = 2n ** 63n
  return part >= limit ? limit - 1n : part < -limit ? -limit : part
}

const parseParts = (version: string): bigint[] =>
  version
    .replaceAll('_', '.')
    .split('.')
    .map((part) => (/^[+-]?\d+$/.test(part) ? clamp(BigInt(part.replace(/^\+/, ''))) : 0n))

function compareVersions(a: string, b: string): number {
  const left = parseParts(a)
  const right = parseParts(b)
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [one, other] = [left[index], right[index]]
    if (one === undefined) return -1
    if (other === undefined) return 1
    if (one !== other) return one < other ? -1 : 1
  }
  return 0
}

// Flyway itself takes 1 and 1.0 for the same version; only atlas.sum's order tells them apart.
function compareAsFlyway(a: string, b: string): number {
  const pad = (version: string): string => version.replace(/(?:[._]0+)+$/, '')
  return compareVersions(pad(a), pad(b))
}

const considered = (name: string): boolean => /^[VBR]/.test(baseName(name)) && baseName(name).endsWith('.sql')

/**
 * Members of atlas.sum as Atlas picks them: a baseline drops what it compares to as a *string*, paths included.
 * Source: recorded directories; see the format's notes in `docs/migrations.md`.
 */
function selectMembers(names: readonly string[]): string[] {
  let baseline: string | undefined
  let versioned: string[] = []
  const repeatable: string[] = []
  for (const name of names.filter(considered)) {
    const token = versionToken(name)
    switch (baseName(name)[0]) {
      case 'B':
        if (baseline !== undefined && compareStrings(token, versionToken(baseline)) < 0) break
        baseline = name
        versioned = versioned.filter((one) => compareStrings(one, token) > 0)
        break
      case 'V':
        if (baseline === undefined || compareStrings(versionToken(baseline), token) < 0) versioned.push(name)
        break
      default:
        repeatable.push(name)
    }
  }
  const byVersion = (a: string, b: string): number => compareVersions(versionToken(a), versionToken(b))
  return [...(baseline === undefined ? [] : [baseline]), ...versioned.sort(byVersion), ...repeatable.sort(byVersion)]
}

const fileRE = /^([VBRU])([0-9][0-9._]*)?__(.+)\.sql$/

/** Files of Flyway: `V<version>__<name>.sql`, `U` to undo, `R` to repeat, `B` for a baseline; subfolders count. */
export const flyway: Format = {
  name: 'flyway',
  recursive: true,
  members: (entries: readonly SourceEntry[]) => selectMembers(entries.map(({ name }) => name)),
  list(names) {
    const files: MigrationFile[] = []
    const undo = new Map<string, string>()
    const skipped: SkippedFile[] = []
    for (const name of names.filter((one) => one.endsWith('.sql'))) {
      const [, kind, token, words = ''] = fileRE.exec(baseName(name)) ?? []
      const version = token?.replaceAll('_', '.')
      const description = words.replaceAll('_', ' ')
      if (kind === 'R' && version === undefined) files.push({ name, version: '', description, kind: 'repeatable' })
      else if (kind === undefined || version === undefined || kind === 'R')
        skipped.push({ name, reason: 'Flyway passes over it: the name is not V<version>__<name>.sql' })
      else if (kind === 'U') undo.set(version, name)
      else files.push({ name, version, description, kind: kind === 'B' ? 'baseline' : 'versioned' })
    }
    const fault = findDuplicate(files.filter(({ kind }) => kind === 'versioned'))
    const ordered = files.sort(
      (a, b) =>
        Number(a.kind === 'repeatable') - Number(b.kind === 'repeatable') ||
        (a.kind === 'repeatable'
          ? compareStrings(a.description, b.description)
          : compareAsFlyway(a.version, b.version)),
    )
    return {
      files: ordered.map((file) => {
        const down = file.kind === 'versioned' ? undo.get(file.version) : undefined
        return down === undefined ? file : { ...file, down }
      }),
      skipped,
      fault,
    }
  },
  compare: compareAsFlyway,
  normaliseVersion: (version) => version.replace(/^[VB]/, '').replaceAll('_', '.'),
  // Flyway looks at the statements and leaves the transaction out where one of them cannot run inside.
  options: () => ({}),
  statements(source, file, direction) {
    const name = direction === 'up' ? file.name : file.down
    return name === undefined ? [] : scanFile(source, name, postgresScanner)
  },
  serialise({ version, name, up, down }) {
    const base = `${version}${name ? `__${name}` : '__migration'}.sql`
    return [
      { name: `V${base}`, text: renderStatements(up) },
      { name: `U${base}`, text: renderReverse(down) },
    ]
  },
}
