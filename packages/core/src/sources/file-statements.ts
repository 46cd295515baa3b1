import { createFrame, type Diagnostic } from '../diagnostics/index.js'
import { locate, positionAt } from './positions.js'
import { parseStatement } from './parse.js'
import { classify } from './roles.js'
import { splitAgain, splitStatements, type Fragment } from './split.js'
import type { SourceFile, Statement } from './source.js'

/** What one file holds. With an error among `diagnostics` the statements are those that could be read. */
export interface FileStatements {
  statements: readonly Statement[]
  diagnostics: readonly Diagnostic[]
  /** How the text was split, to split its next version faster. */
  fragments: readonly Fragment[]
}

// What pg_dump writes around its output since 2025, to keep psql from running commands out of the data.
const dumpGuardRE = /^\\(?:un)?restrict\b/

/**
 * Splits, parses and judges one file. Pure; needs `loadParser()` before.
 *
 * @param before what the same file held at the last read: statements that it had need not be parsed again
 */
export function readStatements(file: SourceFile, before?: FileStatements & { file: SourceFile }): FileStatements {
  // A faulty or doubtful statement has to be reported again, at its new place.
  const reported = new Set(before?.diagnostics.map(({ location }) => `${location?.line}:${location?.column}`))
  const sound = new Set(
    before?.statements.flatMap(({ sql, line, column }) => (reported.has(`${line}:${column}`) ? [] : sql)),
  )
  const { text } = file
  const statements: Statement[] = []
  const diagnostics: Diagnostic[] = []
  let place = { offset: 0, line: 1, column: 1 }
  const report = (offset: number, diagnostic: Omit<Diagnostic, 'location' | 'frame'>): void => {
    const location = { file: file.path, ...positionAt(text, offset) }
    diagnostics.push({ ...diagnostic, location, frame: createFrame(text, location) })
  }
  const fragments = before
    ? splitAgain(text, { text: before.file.text, fragments: before.fragments })
    : splitStatements(text)
  for (const fragment of fragments) {
    if (fragment.kind === 'meta') reportMetaCommand(text, fragment, report)
    else if (fragment.kind === 'unterminated') reportUnterminated(text, fragment, report)
    else if (fragment.kind === 'copy') reportCopy(fragment, report)
    else {
      place = { offset: fragment.start, ...positionAt(text, fragment.start, place) }
      const statement: Statement = {
        file: file.path,
        phase: file.phase,
        sql: text.slice(fragment.start, fragment.end),
        ...place,
        leading: text.slice(fragment.leadingStart, fragment.start),
        hash: fragment.hash,
      }
      if (fragment.trailing) statement.trailing = text.slice(fragment.trailing.start, fragment.trailing.end)
      for (const name of fragment.longIdentifiers) reportLongIdentifier(text, name, report)
      const problem = sound.has(statement.sql) ? undefined : judge(statement)
      if (problem) diagnostics.push(withFrame(problem, text))
      if (problem?.severity !== 'error') statements.push(statement)
    }
  }
  return { statements, diagnostics, fragments }
}

/** The diagnostic with the lines around its location; `text` is the whole file. */
export function withFrame(diagnostic: Diagnostic, text: string | undefined): Diagnostic {
  if (!diagnostic.location || text === undefined) return diagnostic
  const frame = createFrame(text, diagnostic.location)
  return frame === '' ? diagnostic : { ...diagnostic, frame }
}

/** The same, with the text of whichever file the location is in: a generated statement can be from one that is no schema file. */
export function withFrameOf(diagnostic: Diagnostic, texts: ReadonlyMap<string, string>): Diagnostic {
  return withFrame(diagnostic, texts.get(diagnostic.location?.file ?? ''))
}

type Report = (offset: number, diagnostic: Omit<Diagnostic, 'location' | 'frame'>) => void

/** A statement that does not parse, or that has no place in a schema file. */
function judge(statement: Statement): Diagnostic | undefined {
  const parsed = parseStatement(statement.sql)
  if ('error' in parsed) {
    return {
      code: 'SP1001',
      severity: 'error',
      message: capitalise(parsed.error),
      location: locate(statement, parsed.offset),
      why: 'Postgres cannot parse this statement.',
      fix: adviseOnSyntax(statement, parsed.offset),
    }
  }
  const role = classify(parsed.node)
  if (role.kind !== 'misplaced') return undefined
  return {
    code: 'SP1010',
    severity: role.severity,
    message: `${role.what} has no place in a schema file`,
    location: locate(statement, 0),
    why: role.why,
    fix: role.fix,
  }
}

const keywordAtLineStartRE = /^[ \t]*(?:create|alter|comment\s+on|grant|revoke|insert|drop)\b/i

function adviseOnSyntax(statement: Statement, offset: number): string {
  const { sql } = statement
  const before = sql.slice(0, offset)
  const lineStart = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1
  const rest = sql.slice(lineStart)
  if (lineStart > 0 && keywordAtLineStartRE.test(rest))
    return 'A semicolon is missing at the end of the statement before it.'
  if (/,\s*$/.test(before) && /^\s*\)/.test(sql.slice(offset)))
    return 'Remove the comma before the closing parenthesis.'
  if (offset >= sql.length) {
    const open = countOpenParentheses(sql)
    if (open > 0) return `Add ${open === 1 ? 'the missing closing parenthesis' : `${open} closing parentheses`}.`
    return 'The statement is not complete: write the rest of it, or remove it.'
  }
  const previousWord = /(\w+)\s*$/.exec(before)?.[1]
  return previousWord
    ? `Check what stands around "${previousWord}": a comma, a quote or a keyword is missing or too many.`
    : 'Check the spelling of the statement.'
}

function countOpenParentheses(sql: string): number {
  let depth = 0
  for (const char of sql) depth += char === '(' ? 1 : char === ')' ? -1 : 0
  return depth
}

function reportMetaCommand(text: string, fragment: Fragment, report: Report): void {
  const command = text.slice(fragment.start, fragment.end).trim()
  const isDumpGuard = dumpGuardRE.test(command)
  report(fragment.start, {
    code: 'SP1004',
    severity: isDumpGuard ? 'warning' : 'error',
    message: `${command.split(/\s/)[0]} is a command of psql, not SQL`,
    why: 'Backslash commands are carried out by psql itself; the server does not know them.',
    fix: isDumpGuard
      ? 'Nothing needs to be done: the line was skipped. Remove it to silence this.'
      : 'Remove the line. The database comes from the config, files are found by the globs in `schema`.',
  })
}

function reportCopy(fragment: Fragment, report: Report): void {
  // pg_dump writes empty blocks for tables without rows; there is nothing in them to lose.
  if (!fragment.rows) return
  report(fragment.start, {
    code: 'SP1005',
    severity: 'error',
    message: 'A COPY … FROM stdin block holds rows; schema files describe structure only',
    why: 'The rows of such a block are read by psql, and no row belongs to a schema.',
    fix: 'Remove the block with its rows, up to the line `\\.`; dump with `pg_dump --schema-only` to get none.',
  })
}

const openings: readonly [RegExp, string, string][] = [
  [/^\/\*/, 'A comment', 'Close it with `*/`.'],
  [/^(?:[uU]&)?"/, 'A quoted name', 'Close it with `"`.'],
  [/^\$/, 'A dollar-quoted text', 'Close it with the same tag that opens it.'],
  [/^/, 'A string', "Close it with `'`; a quote inside is written twice."],
]

function reportUnterminated(text: string, fragment: Fragment, report: Report): void {
  const offset = fragment.opening ?? fragment.start
  const opening = openings.find(([pattern]) => pattern.test(text.slice(offset, offset + 3)))
  report(offset, {
    code: 'SP1001',
    severity: 'error',
    message: `${opening?.[1] ?? 'A quote'} that begins here is never closed`,
    why: 'Everything up to the end of the file belongs to it.',
    fix: opening?.[2] ?? 'Close it.',
  })
}

function reportLongIdentifier(text: string, range: { start: number; end: number }, report: Report): void {
  const name = text.slice(range.start, range.end)
  const bytes = Buffer.byteLength(name.replaceAll('"', ''))
  report(range.start, {
    code: 'SP1009',
    severity: 'warning',
    message: `The identifier ${name} has ${bytes} bytes; Postgres keeps the first 63`,
    why: 'Two names that differ only behind the 63rd byte are one name to Postgres.',
    fix: 'Shorten it.',
  })
}

function capitalise(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
