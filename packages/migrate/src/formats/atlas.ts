import { MigrateError } from '../error.js'
import { createAtlasScanner } from '../scanner/atlas.js'
import { parseDirective } from '../sum/ignore.js'
import {
  compareStrings,
  createFormatError,
  findDuplicate,
  membersByEnding,
  type FileOptions,
  type Format,
  type MigrationFile,
  type MigrationStatement,
} from './format.js'
import { readHead, renderStatements, scanFile, scanText, terminate } from './statement-text.js'

/** Version and description of a name, as Atlas splits it. */
export function splitName(name: string): { version: string; description: string } {
  const base = name.replace(/\.sql$/, '')
  const at = base.indexOf('_')
  return at < 0 ? { version: base, description: '' } : { version: base.slice(0, at), description: base.slice(at + 1) }
}

/**
 * Directives at the top of the file: comment lines that an empty line (or the end of the file) parts from the
 * first statement. A CRLF "empty" line does not count, as in Atlas.
 */
export function parseFileDirectives(text: string): { name: string; argument: string }[] {
  let rest = text
  const found: { name: string; argument: string }[] = []
  while (rest.startsWith('--') || rest.startsWith('#')) {
    const end = rest.indexOf('\n')
    if (end < 0) return []
    const directive = parseDirective(rest.slice(0, end).trim())
    if (directive) found.push(directive)
    rest = rest.slice(end + 1)
  }
  return rest === '' || /^[ \t]*\n/.test(rest) ? found : []
}

function readOptions(text: string, name: string): FileOptions {
  const directives = parseFileDirectives(text)
  const modes = directives.filter((directive) => directive.name === 'txmode').map(({ argument }) => argument)
  const mode = modes[0]
  if (modes.length > 1) throw createFormatError(name, `multiple txmode values found: [${modes.join(' ')}]`)
  if (mode === 'all') throw createFormatError(name, 'txmode "all" is not allowed in a file. Use "file" instead')
  if (mode !== undefined && mode !== 'none' && mode !== 'file')
    throw createFormatError(
      name,
      `unknown txmode "${mode}" found in file directive`,
      undefined,
      'Use "none" or "file".',
    )
  if (directives.some((directive) => directive.name === 'txtar'))
    throw createFormatError(
      name,
      'is a txtar archive with checks, which only Atlas Pro runs',
      undefined,
      'Write it as plain SQL.',
    )
  const checkpoint = directives.find((directive) => directive.name === 'checkpoint')
  return {
    ...(mode === undefined ? {} : { transaction: mode }),
    ...(checkpoint ? { checkpoint: checkpoint.argument } : {}),
  }
}

const capitalise = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

/** Plain `<version>_<description>.sql` files of Atlas. */
export const atlas: Format = {
  name: 'atlas',
  recursive: false,
  members: (entries) => membersByEnding(entries, '.sql'),
  list(names) {
    const files = names
      .filter((name) => name.endsWith('.sql'))
      .map((name): MigrationFile => ({ name, ...splitName(name), kind: 'versioned' }))
    return { files, skipped: [], fault: findDuplicate(files) }
  },
  compare: compareStrings,
  normaliseVersion: (version) => version,
  options: (source, file) => readOptions(readHead(source, file.name), file.name),
  statements: (source, file, direction) =>
    direction === 'up' ? scanFile(source, file.name, createAtlasScanner({ beginBlocks: true })) : [],
  serialise({ version, name, up, transactional }) {
    const directives = transactional ? [] : ['-- atlas:txmode none']
    const body = renderStatements(up.map((one) => ({ ...one, comment: one.comment && capitalise(one.comment) })))
    const fileName = `${version}${name ? `_${name}` : ''}.sql`
    const head = directives.map((line) => `${line}\n`).join('') + (directives.length > 0 ? '\n' : '')
    if (scansTo(head + body, up.map(written))) return [{ name: fileName, text: head + body }]
    // A delimiter that no statement contains keeps together what Atlas's scanner would split.
    const delimiter = '\n-- end --\n'
    const delimited = `-- atlas:delimiter \\n-- end --\\n\n${head}${renderStatements(up, { render: (sql) => `${terminate(sql)}${delimiter}` })}`
    if (scansTo(delimited, up.map(written))) return [{ name: fileName, text: delimited }]
    const odd = up.find((one) => !scansTo(`${terminate(one.sql)}\n`, [written(one)]))
    throw new MigrateError('SP4015', `${fileName}: Atlas cannot read one of the statements`, {
      file: fileName,
      statement: odd?.sql,
      why: "Atlas's scanner knows neither nested comments nor a backslash before a quote in E'' strings.",
      fix: "Write '' instead of \\' and take nested comments apart.",
    })
  },
}

/** What a scanner yields for a statement that is written alone: comments before it are not part of it. */
const written = ({ sql }: MigrationStatement): string => scanText(terminate(sql))[0]?.text ?? terminate(sql)

function scansTo(text: string, expected: readonly string[]): boolean {
  try {
    const found = scanText(text, createAtlasScanner({ beginBlocks: true }))
    return found.length === expected.length && found.every((statement, index) => statement.text === expected[index])
  } catch {
    // A text that Atlas cannot scan does not scan to what was meant.
    return false
  }
}
