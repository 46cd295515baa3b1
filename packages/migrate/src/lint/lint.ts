import { MigrateError, type MigrateWarning } from '../error.js'
import type { MigrationDirectory } from '../directory/directory.js'
import { captureFile, type CapturedFile } from '../apply/capture.js'
import { buildsConcurrently, classifyStatement } from '../apply/statement-kind.js'
import { compareStrings, type FormatName, type MigrationFile } from '../formats/format.js'
import { parseFileDirectives } from '../formats/atlas.js'
import { readHead } from '../formats/statement-text.js'
import { decodeText, splitLines } from '../scanner/text.js'
import { postgresScanner } from '../scanner/postgres.js'
import { scanText } from '../formats/statement-text.js'

/**
 * Finds what the tool itself would refuse (SP4015) and what other tools that work on the same directory would read otherwise,
 * drop or pass over (SP4025). Looks at files only; what a change does to data is not seen here.
 *
 * @param files only these; all where absent
 */
export function lintDirectory(
  directory: MigrationDirectory,
  files: readonly MigrationFile[] = directory.files,
): MigrateWarning[] {
  const found: MigrateWarning[] = []
  if (directory.fault) found.push(directory.fault)
  for (const { name, reason, version } of directory.skipped)
    if (version === undefined)
      found.push(warn(name, `${name}: ${reason}`, undefined, 'Rename it, or move it elsewhere.'))
  found.push(...lintOrder(directory))
  for (const file of files) {
    try {
      found.push(...lintFile(directory, file))
    } catch (error) {
      if (!(error instanceof MigrateError)) throw error
      found.push(error)
    }
  }
  return found
}

const warn = (file: string, message: string, line?: number, fix?: string): MigrateWarning => ({
  code: 'SP4025',
  message,
  file,
  ...(line === undefined ? {} : { line }),
  ...(fix === undefined ? {} : { fix }),
})

function lintFile(directory: MigrationDirectory, file: MigrationFile): MigrateWarning[] {
  const format = directory.format.name
  const lintStatements = (captured: CapturedFile): MigrateWarning[] =>
    format === 'flyway' ? lintFlyway(captured) : lintTransaction(format, captured)
  const up = captureFile(directory, file, 'up')
  const found = lintBytes(directory, file)
  const cut = format === 'goose' ? lintGoose(directory, file, up) : []
  found.push(...cut)
  if (format === 'dbmate') found.push(...lintDbmate(directory, file))
  if (format === 'golang-migrate' && file.down === undefined)
    found.push(warn(file.name, `${file.name} has no .down.sql beside it`))
  // What goose cuts out of a body would be judged as statements that nobody wrote.
  if (!cut.some(({ message }) => message.includes('cuts'))) found.push(...lintStatements(up))
  if (file.down !== undefined) found.push(...lintStatements(captureFile(directory, file, 'down')))
  return found
}

/** What hashes, directives and scanners stumble over: CRLF, a byte-order mark, a comment at the end without a line end. */
function lintBytes(directory: MigrationDirectory, { name }: MigrationFile): MigrateWarning[] {
  const found: MigrateWarning[] = []
  const head = readHead(directory.source, name)
  if (head.startsWith('\uFEFF'))
    found.push(
      warn(name, `${name} begins with a byte-order mark, which Postgres refuses`, 1, 'Save it as UTF-8 without one.'),
    )
  if (head.includes('\r\n')) {
    const lost = parseFileDirectives(head.replaceAll('\r\n', '\n')).length > parseFileDirectives(head).length
    found.push(
      warn(
        name,
        lost
          ? `${name} has CRLF line ends: Atlas does not see its directives`
          : `${name} has CRLF line ends: atlas.sum is over raw bytes`,
        1,
        'Use LF, and add `*.sql -text` to .gitattributes.',
      ),
    )
  }
  let last = ''
  let lastLine = 0
  let ended = true
  for (const piece of decodeText(directory.source.open(name), name)) {
    ended = piece.endsWith('\n')
    const lines = (last + piece).split('\n')
    lastLine += lines.length - 1
    last = (lines.at(-1) ?? '').slice(0, 200)
  }
  if (!ended && last.trimStart().startsWith('--') && directory.format.name !== 'goose')
    found.push(
      warn(
        name,
        `${name}: Atlas takes a last comment without a line end for a statement`,
        lastLine + 1,
        'End the file with a line end.',
      ),
    )
  return found
}

/** The file of the direction that was read. */
const capturedName = ({ file, direction }: CapturedFile): string =>
  direction === 'up' ? file.name : (file.down ?? file.name)

function lintTransaction(format: FormatName, captured: CapturedFile): MigrateWarning[] {
  const { options, total } = captured
  const name = capturedName(captured)
  const inside = options.transaction !== 'none'
  const found: MigrateWarning[] = []
  let index = 0
  for (const { text, line } of captured.statements()) {
    index++
    const kind = classifyStatement(text)
    const lone = format === 'golang-migrate' && total === 1
    if (kind === 'outside' && inside && !lone)
      found.push(
        warn(
          name,
          `${name}:${line}: statement ${index} cannot run in a transaction, and the file does not say so`,
          line,
          outsideFix(format),
        ),
      )
    if (
      (kind === 'begin' || kind === 'commit') &&
      inside &&
      (format === 'atlas' || format === 'goose' || format === 'dbmate')
    )
      found.push(
        warn(
          name,
          `${name}:${line}: ${format} has a transaction open here already`,
          line,
          'Leave it out, or say that the file runs without one.',
        ),
      )
  }
  return found
}

/** Flyway runs a file without a transaction when it has to, but refuses to guess, and holds its lock in a transaction of its own. */
function lintFlyway(captured: CapturedFile): MigrateWarning[] {
  const name = capturedName(captured)
  const found: MigrateWarning[] = []
  const kinds = new Set<boolean>()
  for (const { text, line } of captured.statements()) {
    kinds.add(classifyStatement(text) === 'outside')
    if (buildsConcurrently(text))
      found.push(
        warn(
          name,
          `${name}:${line}: Flyway waits here for its own lock, for ever`,
          line,
          'Set `flyway.postgresql.transactional.lock=false`. Savepoint’s own lock is not in the way.',
        ),
      )
  }
  if (kinds.size > 1)
    found.push(
      warn(
        name,
        `${name} has statements that cannot run in a transaction beside others that can: Flyway refuses it`,
        1,
        'Put them into files of their own.',
      ),
    )
  return found
}

function outsideFix(format: string): string {
  const ways: Record<string, string> = {
    atlas: 'Begin the file with `-- atlas:txmode none` and an empty line.',
    goose: 'Add `-- +goose NO TRANSACTION`.',
    dbmate: 'Write `-- migrate:up transaction:false`.',
  }
  return ways[format] ?? 'Put it into a file of its own.'
}

/** The line buffer of goose. */
const gooseLineLimit = 4 * 1024 * 1024
// Atlas's expression is not grouped: it drops any line of the Up part that contains one of the last three words.
const droppedByAtlasRE = /-- \+goose Up|Down|StatementBegin|StatementEnd/

function lintGoose(directory: MigrationDirectory, file: MigrationFile, up: CapturedFile): MigrateWarning[] {
  const { name } = file
  const found: MigrateWarning[] = []
  const section: string[] = []
  let inUp = false
  let begun = -1
  for (const { line, number } of splitLines(decodeText(directory.source.open(name), name))) {
    const annotation = /^--.*\+goose\s+(\w+)/i.exec(line)?.[1]?.toLowerCase()
    if (line.length > gooseLineLimit)
      found.push(warn(name, `${name}:${number}: goose reads no line longer than 4 MiB`, number))
    if (annotation === 'up') inUp = true
    if (annotation === 'down') inUp = false
    if (annotation === 'statementbegin') begun = number
    if (annotation === 'statementend' && begun === number - 1)
      found.push(
        warn(
          name,
          `${name}:${number}: an empty statement block makes goose swallow the next line`,
          number,
          'Remove both markers.',
        ),
      )
    section.push(inUp && annotation === undefined ? line : '')
    if (inUp && annotation === undefined) {
      if (droppedByAtlasRE.test(line))
        found.push(
          warn(
            name,
            `${name}:${number}: Atlas drops this line when it reads the goose file: ${line.trim().slice(0, 60)}`,
            number,
            'Rename, if Atlas reads this directory.',
          ),
        )
    }
  }
  // A body that goose cuts at an inner line yields more statements than Postgres would see.
  const whole = scanText(section.join('\n'), postgresScanner)
  if (up.total > whole.length)
    found.push(
      warn(
        name,
        `${name}: goose cuts a statement at an inner line that ends in ";"`,
        whole[0]?.line,
        'Put `-- +goose StatementBegin` and `-- +goose StatementEnd` around the body.',
      ),
    )
  return found
}

function lintDbmate(directory: MigrationDirectory, { name }: MigrationFile): MigrateWarning[] {
  const found: MigrateWarning[] = []
  let inUp = false
  for (const { line, number } of splitLines(decodeText(directory.source.open(name), name))) {
    const marker = /^--\s*migrate:(up|down)(.*)$/.exec(line)
    if (marker) {
      inUp = marker[1] === 'up'
      if (inUp && (marker[2]?.trim() || !line.startsWith('-- migrate:')))
        found.push(warn(name, `${name}:${number}: Atlas does not know this marker and reads the file as empty`, number))
    } else if (inUp && line.includes('down'))
      found.push(
        warn(
          name,
          `${name}:${number}: Atlas drops this line when it reads the dbmate file: ${line.trim().slice(0, 60)}`,
          number,
          'Rename, if Atlas reads this directory.',
        ),
      )
  }
  return found
}

/** The tools order by name, by version text or by number; a directory where these differ runs differently in each. */
function lintOrder(directory: MigrationDirectory): MigrateWarning[] {
  const versioned = directory.files.filter(({ kind, version }) => kind === 'versioned' && /^\d+$/.test(version))
  const byNumber = [...versioned].sort((a, b) => (BigInt(a.version) < BigInt(b.version) ? -1 : 1))
  const byName = [...versioned].sort((a, b) => compareStrings(a.name, b.name))
  const at = byNumber.findIndex((file, index) => file !== byName[index])
  const [number, name] = [byNumber[at], byName[at]]
  if (!number || !name || directory.format.name === 'flyway') return []
  return [
    warn(
      name.name,
      `by number ${number.name} comes before ${name.name}, by name after it: goose and golang-migrate take the first order, Atlas and dbmate the second`,
      undefined,
      'Use versions of one width.',
    ),
  ]
}
