import { MigrateError } from '../error.js'
import { trimSpace, wordsRE } from '../scanner/atlas.js'
import { decodeText, splitLines, type Statement } from '../scanner/text.js'
import {
  compareNumbers,
  createFormatError,
  membersByEnding,
  findDuplicate,
  type Direction,
  type FileOptions,
  type Format,
  type MigrationFile,
  type SkippedFile,
} from './format.js'
import { renderReverse, renderStatements, terminate } from './statement-text.js'

const documentation = 'https://github.com/pressly/goose#sql-migrations'
const annotations = [
  'Up',
  'Down',
  'StatementBegin',
  'StatementEnd',
  'NO TRANSACTION',
  'ENVSUB ON',
  'ENVSUB OFF',
] as const
type Annotation = (typeof annotations)[number]

const isAnnotationLine = (line: string): boolean => trimSpace(line).startsWith('--') && line.includes('+goose')

function parseAnnotation(line: string): Annotation | { fault: string } {
  if (/^[ \t]/.test(line)) return { fault: 'an annotation must stand at the beginning of its line' }
  const text = trimSpace(line.replaceAll('--', '').replace('+goose', ''))
  if (text.includes('+goose')) return { fault: 'two annotations stand in one line' }
  const found = annotations.find((annotation) => annotation.toLowerCase() === text.toLowerCase())
  return found ?? { fault: `"${text}" is not an annotation; known are ${annotations.join(', ')}` }
}

// goose looks at words only: the last one before the first that begins with `--`.
function endsStatement(line: string): boolean {
  let last = ''
  for (const word of line.match(wordsRE) ?? []) {
    if (word.startsWith('--')) break
    last = word
  }
  return last.endsWith(';')
}

// `${VAR}`, `${VAR:-default}`, `${VAR-default}`, `${VAR:?message}`, `$VAR`; `$$` and `\$` stand for a dollar.
const variableRE = /\\\$|\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?])([^}]*))?\}|\$([A-Za-z_][A-Za-z0-9_]*)/g

function substitute(line: string, fail: (message: string) => never): string {
  return line.replace(variableRE, (whole: string, braced?: string, operator?: string, word?: string, bare?: string) => {
    const name = braced ?? bare
    if (name === undefined) return '$'
    const value = process.env[name]
    const missing = value === undefined || (value === '' && operator?.startsWith(':') === true)
    if (!missing || operator === undefined) return value ?? ''
    return operator.endsWith('?') ? fail(`variable ${name} is not set: ${word ?? ''}`) : (word ?? '')
  })
}

/**
 * goose's own reading of a file, line by line. Source: pressly/goose, internal/sqlparser/parser.go.
 * @param lines of the whole file
 */
export function* parseGoose(
  lines: Iterable<{ line: string; number: number }>,
  name: string,
  direction: Direction,
): Generator<Statement> {
  let section: Direction | undefined
  let block: 'none' | 'begun' | 'ended' = 'none'
  let substituting = false
  let buffer: string[] = []
  let comments: string[] = []
  let first = { line: 1, column: 1 }
  let last = 0
  const fail = (message: string, line: number): never => {
    throw createFormatError(name, message, line, `See ${documentation}.`)
  }
  const unfinished = (line: number): void => {
    if (trimSpace(buffer.join('\n')))
      fail('the statement has no end; goose wants a line that ends in ";"', first.line || line)
  }
  for (const { line: raw, number } of lines) {
    let line = raw
    last = number
    if (section === undefined && trimSpace(line) === '') continue
    if (isAnnotationLine(line)) {
      const annotation = parseAnnotation(line)
      if (typeof annotation === 'object') return fail(annotation.fault, number)
      switch (annotation) {
        case 'Up':
          if (section !== undefined) fail('a second "-- +goose Up" stands here', number)
          section = 'up'
          continue
        case 'Down':
          if (section !== 'up' || block === 'begun') fail('"-- +goose Down" must follow "-- +goose Up"', number)
          unfinished(number)
          section = 'down'
          block = 'none'
          continue
        case 'StatementBegin':
          if (section === undefined || block === 'begun')
            fail('"-- +goose StatementBegin" must stand inside Up or Down and outside another block', number)
          block = 'begun'
          continue
        case 'StatementEnd':
          if (block !== 'begun') fail('"-- +goose StatementEnd" has no "-- +goose StatementBegin"', number)
          block = 'ended'
          break
        case 'NO TRANSACTION':
          continue
        case 'ENVSUB ON':
          substituting = true
          continue
        case 'ENVSUB OFF':
          substituting = false
          continue
      }
    }
    if (buffer.length === 0 && (trimSpace(line).startsWith('--') || line === '')) {
      if (line === '' || isAnnotationLine(line)) comments = []
      else if (section === direction) comments.push(`${line}\n`)
      continue
    }
    if (block !== 'ended') {
      if (substituting) line = substitute(line, (message) => fail(message, number))
      if (buffer.length === 0) first = { line: number, column: line.length - line.trimStart().length + 1 }
      buffer.push(line)
    }
    if (section === undefined) fail('text stands before "-- +goose Up"', number)
    if (section !== direction) {
      buffer = []
      continue
    }
    if (block === 'ended' || (block === 'none' && endsStatement(line))) {
      yield { text: trimSpace(buffer.join('\n')), comments, ...first }
      comments = []
      buffer = []
      block = 'none'
    }
  }
  if (section === undefined) fail('must start with "-- +goose Up"', 1)
  if (block === 'begun') fail('"-- +goose StatementEnd" is missing', last)
  unfinished(last)
}

function* textLines(text: string): Generator<{ line: string; number: number }> {
  yield* splitLines([text])
}

/** A statement as it must stand in the file: bare where goose reads it back as it is, else between block markers. */
function renderGoose(sql: string): string {
  const text = terminate(sql)
  const annotated = text.split('\n').find(isAnnotationLine)
  if (annotated !== undefined)
    throw new MigrateError('SP4015', `goose would read a line of the statement as an annotation: ${annotated.trim()}`, {
      statement: sql,
      fix: 'Take "+goose" out of the comment; no marker can protect it.',
    })
  try {
    const found = [...parseGoose(textLines(`-- +goose Up\n${text}\n`), '', 'up')]
    if (found.length === 1 && found[0]?.text === text) return text
  } catch {
    // goose finds no end of the bare statement, so it needs the markers.
  }
  return `-- +goose StatementBegin\n${text}\n-- +goose StatementEnd`
}

const fileRE = /\.(?:sql|go)$/

/** Files of goose: both directions in one, `-- +goose` annotations. */
export const goose: Format = {
  name: 'goose',
  recursive: false,
  members: (entries) => membersByEnding(entries, '.sql'),
  list(names) {
    const files: MigrationFile[] = []
    const skipped: SkippedFile[] = []
    let fault: MigrateError | undefined
    for (const name of names.filter((one) => fileRE.test(one) && !one.endsWith('_test.go'))) {
      const [, digits, description = ''] = /^(\d+)_(.*)\.(?:sql|go)$/.exec(name) ?? []
      if (digits === undefined || BigInt(digits) === 0n) {
        if (name.endsWith('.go')) continue
        const fix = 'goose refuses the whole directory until the file has the form <number>_<name>.sql.'
        fault ??= createFormatError(name, 'has no version: a number above zero before the first "_"', undefined, fix)
        continue
      }
      const version = BigInt(digits).toString()
      if (name.endsWith('.sql')) files.push({ name, version, description, kind: 'versioned', down: name })
      else skipped.push({ name, version, reason: 'a Go migration: only a goose binary that contains it can run it' })
    }
    fault ??= findDuplicate(files)
    return { files: files.sort((a, b) => compareNumbers(a.version, b.version)), skipped, fault }
  },
  compare: compareNumbers,
  normaliseVersion: (version) => (/^\d+$/.test(version) ? BigInt(version).toString() : version),
  options(source, file): FileOptions {
    for (const { line } of splitLines(decodeText(source.open(file.name), file.name)))
      if (isAnnotationLine(line) && parseAnnotation(line) === 'NO TRANSACTION') return { transaction: 'none' }
    return {}
  },
  statements: (source, file, direction) =>
    parseGoose(splitLines(decodeText(source.open(file.name), file.name)), file.name, direction),
  serialise({ version, name, up, down, transactional }) {
    const head = transactional ? '' : '-- +goose NO TRANSACTION\n'
    const text = `${head}-- +goose Up\n${renderStatements(up, { render: renderGoose })}\n-- +goose Down\n${renderReverse(down, renderGoose)}`
    return [{ name: `${version}${name ? `_${name}` : ''}.sql`, text }]
  },
}
