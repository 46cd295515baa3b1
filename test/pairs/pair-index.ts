import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Two schemas of which each must be reachable from the other; what the columns mean stands in the fixtures' README. */
export interface Pair {
  /** `<tool>/<case>`. */
  name: string
  from: string
  to: string
  /** The right plan is empty in both directions. */
  noop: boolean
  roles: readonly string[]
  tablespaces: readonly string[]
  /** The files make, alter or drop what all databases of a server share, so nothing else may run beside them. */
  clusterWide: boolean
  extensions: readonly string[]
  loadsOn: { native: boolean; pglite: boolean }
}

const list = (cell: string | undefined): string[] => (cell ? cell.split(',') : [])

// Dumps of old servers create the language that every server has by now; without that one statement they are good pairs.
const loadsWithoutLanguage = (error: string | undefined): boolean =>
  /^1 of \d+ statements fail; first: extension "plpgsql" already exists$/.test(error ?? '')

/** Reads `INDEX.tsv` and the files of every pair below `folder`. */
export function readPairs(folder: string): Pair[] {
  const [header = '', ...lines] = readFileSync(join(folder, 'INDEX.tsv'), 'utf8').trimEnd().split('\n')
  const columns = header.split('\t')
  return lines.map((line) => {
    const cells = line.split('\t')
    const cell = (column: string): string | undefined => cells[columns.indexOf(column)]
    const name = `${cell('tool')}/${cell('case')}`
    const errors = [cell('from_error'), cell('to_error')].filter((error) => error !== undefined && error !== '')
    const loadable = (server: string): boolean =>
      cell(server) === 'both' || (errors.length > 0 && errors.every(loadsWithoutLanguage))
    return {
      name,
      from: readFileSync(join(folder, name, 'from.sql'), 'utf8'),
      to: readFileSync(join(folder, name, 'to.sql'), 'utf8'),
      noop: cell('expect') === 'noop',
      roles: list(cell('roles')),
      tablespaces: list(cell('tablespaces')),
      clusterWide: cell('cluster_objects') === 'yes',
      extensions: list(cell('extensions')),
      loadsOn: { native: loadable('pg18'), pglite: loadable('pglite') },
    }
  })
}

/** The pairs that load on a native server and need nothing of it that other databases share, every other one the other way round. */
export const independentPairs = (folder: string): Pick<Pair, 'name' | 'from' | 'to'>[] =>
  readPairs(folder)
    .filter(
      ({ loadsOn, clusterWide, tablespaces, roles }) =>
        loadsOn.native && !clusterWide && tablespaces.length === 0 && roles.length === 0,
    )
    .map(({ name, from, to }, index) => (index % 2 === 0 ? { name, from, to } : { name, from: to, to: from }))
