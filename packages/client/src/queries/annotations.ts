import { splitStatements, tokens } from '../sql/lexer.js'
import { endsFragment } from './macros.js'
import { diagnosticAt, type QueryDiagnostic } from './diagnostics.js'

export const commands = [
  'one',
  'many',
  'exec',
  'execrows',
  'execresult',
  'copyfrom',
  'batchexec',
  'batchmany',
  'batchone',
] as const

export type QueryCommand = (typeof commands)[number]

/** A query as it stands in a file. */
export interface QueryDefinition {
  file: string
  /** As written, such as `GetUser`. */
  name: string
  command: QueryCommand
  /** The statement without its `;`, comments before its first token left out. */
  text: string
  /** UTF-16 offset of `text` in the file. */
  offset: number
  /** Offsets of the name in the file. */
  nameOffset: number
  /** Lines of comment that are documentation. */
  documentation: string[]
  /** `@param name text`. */
  parameterDocumentation: Map<string, string>
  /** Other `@word rest` lines, in order. */
  flags: { name: string; value: string; offset: number }[]
}

export interface QueryFile {
  /** As it shall stand in messages and generated files: relative to the project, with `/`. */
  path: string
  text: string
}

const metadataRE = /^(?:-- name: ([^\s]+) :([A-Za-z]+)\s*|\/\* name: ([^\s]+) :([A-Za-z]+)\s*\*\/)$/
const looksLikeMetadataRE = /^(?:--|\/\*)\s*name\b[^:]*:/
const nameRE = /^[\p{L}_][\p{L}\p{N}_]*$/u

/** Reads sqlc's annotations. Statements without one are left alone, as sqlc does. */
export function readQueries(file: QueryFile): { queries: QueryDefinition[]; diagnostics: QueryDiagnostic[] } {
  const queries: QueryDefinition[] = []
  const diagnostics: QueryDiagnostic[] = []
  // A byte order mark is no part of the first comment.
  const text = file.text.startsWith('\ufeff') ? ` ${file.text.slice(1)}` : file.text
  for (const piece of splitStatements(text)) {
    const query = readQuery(file, text, piece, diagnostics)
    if (query) queries.push(query)
  }
  return { queries, diagnostics }
}

function readQuery(
  file: QueryFile,
  fileText: string,
  piece: { text: string; start: number },
  diagnostics: QueryDiagnostic[],
): QueryDefinition | undefined {
  let found: { name: string; command: QueryCommand; nameOffset: number } | undefined
  let first: number | undefined
  let end = 0
  const comments: { text: string; offset: number }[] = []
  const report = (offset: number, problem: Parameters<typeof diagnosticAt>[3]): void => {
    diagnostics.push(diagnosticAt(file.path, fileText, piece.start + offset, problem))
  }
  for (const token of tokens(piece.text)) {
    if (token.kind === 'space') continue
    if (token.kind !== 'comment') {
      first ??= token.start
      end = token.end
      continue
    }
    const comment = piece.text.slice(token.start, token.end)
    if (isAtLineStart(piece.text, token.start, piece.start === 0) && looksLikeMetadataRE.test(comment)) {
      if (found) {
        report(token.start, {
          code: 'SP6007',
          message: `query ${found.name} is followed by another "name:" before it ends`,
          fix: 'end the statement before it with a semicolon',
        })
        return undefined
      }
      const read = readMetadata(comment)
      if ('problem' in read) {
        report(token.start, { code: 'SP6004', ...read.problem })
        return undefined
      }
      found = { ...read, nameOffset: piece.start + token.start + comment.indexOf(read.name, comment.indexOf(':')) }
    } else comments.push({ text: comment, offset: token.start })
    // An optional part may be the last one.
    if (first !== undefined && endsFragment(comment)) end = token.end
  }
  if (!found || first === undefined) return undefined
  const query: QueryDefinition = {
    file: file.path,
    ...found,
    text: piece.text.slice(first, end),
    offset: piece.start + first,
    documentation: [],
    parameterDocumentation: new Map(),
    flags: [],
  }
  for (const comment of comments)
    if (comment.offset < first) readComment(comment.text, piece.start + comment.offset, query)
  return query
}

function isAtLineStart(text: string, offset: number, isFirstPiece: boolean): boolean {
  if (offset === 0) return isFirstPiece
  return /[\r\n]/.test(text.charAt(offset - 1)) || (isFirstPiece && text.slice(0, offset).trim() === '')
}

function readMetadata(
  comment: string,
): { name: string; command: QueryCommand } | { problem: { message: string; fix: string } } {
  const known = commands.map((command) => `:${command}`).join(' ')
  const match = metadataRE.exec(comment)
  const name = match?.[1] ?? match?.[3]
  const command = match?.[2] ?? match?.[4]
  if (name === undefined || command === undefined)
    return {
      problem: {
        message: `"${comment.trim()}" is not an annotation of a query`,
        fix: `write "-- name: GetUser :one", with single spaces and one of ${known}`,
      },
    }
  if (!nameRE.test(name))
    return {
      problem: {
        message: `"${name}" cannot be a query's name`,
        fix: 'use letters, digits and _, beginning with a letter',
      },
    }
  const valid = commands.find((each) => each === command)
  if (valid) return { name, command: valid }
  if (command === 'execlastid')
    return { problem: { message: ':execlastid does not exist for Postgres', fix: 'add RETURNING id and use :one' } }
  return { problem: { message: `:${command} is not a command`, fix: `use one of ${known}` } }
}

function readComment(comment: string, offset: number, query: QueryDefinition): void {
  const body = comment.startsWith('--') ? comment.slice(2) : comment.slice(2, -2)
  for (const raw of body.split(/\r\n|\n|\r/)) {
    const line = raw.replace(/^\s*\*?\s?/, '').trimEnd()
    const parameter = /^@param\s+(\S+)\s*(.*)$/.exec(line)
    const flag = /^@([A-Za-z][\w-]*)\s*(.*)$/.exec(line)
    if (parameter) query.parameterDocumentation.set(parameter[1] ?? '', parameter[2] ?? '')
    else if (flag) query.flags.push({ name: flag[1] ?? '', value: flag[2] ?? '', offset })
    else if (line.trim() !== '') query.documentation.push(line)
  }
}
