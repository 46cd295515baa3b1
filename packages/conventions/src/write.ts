import { loadParser, readStatements, type Statement } from '@savepoint/core'
import type { PluginContext } from '@savepoint/core/plugin'
import { MagicString } from 'magic-string'
import type { Finding } from './convention.js'

/**
 * Edits the user's files: columns go to the end of their table's list, other statements after the table's own.
 * Nothing else in a file is touched.
 *
 * @returns the findings that could not be written: no file of the user's defines the object, its statement has no column
 *   list, or nothing may be written here
 */
export async function writeFindings(findings: readonly Finding[], context: PluginContext): Promise<Finding[]> {
  await loadParser()
  const left: Finding[] = []
  const byFile = new Map<string, Finding[]>()
  for (const finding of findings) {
    const location = context.locate(finding.object)
    if (location) byFile.set(location.file, [...(byFile.get(location.file) ?? []), finding])
    else left.push(finding)
  }
  for (const [file, own] of byFile) {
    let unwritten: readonly Finding[] = own
    const mayEdit = await context.edit(file, (text) => {
      const edited = editText(text, own, file, context)
      unwritten = edited.left
      return edited.text
    })
    left.push(...(mayEdit ? unwritten : own))
    if (mayEdit && unwritten.length < own.length)
      context.log('info', `wrote ${own.length - unwritten.length} of its rules into ${file}`)
  }
  return left
}

function editText(
  text: string,
  findings: readonly Finding[],
  file: string,
  context: PluginContext,
): { text: string; left: Finding[] } {
  const { statements } = readStatements({ path: file, phase: 'schema', text, hash: '' })
  const edit = new MagicString(text)
  const left: Finding[] = []
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  for (const finding of findings) {
    const location = context.locate(finding.object)
    const statement = location && statementAt(statements, location.line, location.column)
    const close = statement && finding.columns ? closingParenthesis(statement.sql) : undefined
    if (!statement || (finding.columns && close === undefined)) {
      left.push(finding)
      continue
    }
    if (finding.columns && close !== undefined) addColumns(edit, text, statement, close, finding.columns, newline)
    for (const sql of finding.sql ?? [])
      edit.appendRight(endOfStatement(text, statement), `${newline}${newline}${sql.replaceAll('\n', newline)};`)
  }
  return { text: edit.toString(), left }
}

function statementAt(statements: readonly Statement[], line: number, column: number): Statement | undefined {
  return statements.findLast((one) => one.line < line || (one.line === line && one.column <= column))
}

function endOfStatement(text: string, statement: Statement): number {
  const end = statement.offset + statement.sql.length
  const semicolon = text.indexOf(';', end)
  return semicolon < 0 ? end : semicolon + 1
}

/** Puts columns after the last one of the list, in the indentation of the first. */
function addColumns(
  edit: MagicString,
  text: string,
  statement: Statement,
  close: number,
  columns: readonly string[],
  newline: string,
): void {
  const { sql, offset } = statement
  const list = sql.slice(0, close)
  const indentation = /\(\s*?\r?\n([ \t]*)/.exec(list)?.[1]
  // After the last character that is code: a comment behind the last column must not swallow the comma.
  const last = offset + lastCode(list)
  const separator = indentation === undefined ? ' ' : newline + indentation
  const isEmpty = text[last - 1] === '('
  edit.appendLeft(
    last,
    `${isEmpty ? '' : ','}${isEmpty && indentation === undefined ? '' : separator}${columns.join(`,${separator}`)}`,
  )
}

/** Offset of the parenthesis that closes the column list of CREATE TABLE; undefined for one without a list. */
function closingParenthesis(sql: string): number | undefined {
  let depth = 0
  for (const { text, index } of codeTokens(sql)) {
    if (text === '(') depth++
    if (text === ')' && --depth === 0) return index
  }
  return undefined
}

function lastCode(sql: string): number {
  let end = 0
  for (const { text, index } of codeTokens(sql)) end = index + text.length
  return end
}

// Comments and white space fall between the matches.
const tokensRE = /--[^\n]*|\/\*[\s\S]*?\*\/|\$([A-Za-z_]*)\$[\s\S]*?\$\1\$|'(?:[^']|'')*'|"(?:[^"]|"")*"|[^\s]/g

function* codeTokens(sql: string): Iterable<{ text: string; index: number }> {
  for (const { 0: text, index } of sql.matchAll(tokensRE)) if (!/^(?:--|\/\*)/.test(text)) yield { text, index }
}
