import { tokens } from '../sql/lexer.js'

export interface StatementShape {
  /** First word, lower case; `(` for a query in parentheses. */
  verb: string
  /** The statement that a WITH list belongs to, lower case; else the verb. */
  mainVerb: string
  /** What PREPARE and a function body take: everything but utility statements. What we do not know, the server shall refuse. */
  preparable: boolean
  hasResult: boolean
  hasParameters: boolean
}

const queryVerbs = new Set(['select', 'insert', 'update', 'delete', 'merge', 'values', 'table'])

const utilityVerbs = new Set(
  (
    'call notify listen unlisten set reset show truncate lock explain do declare fetch move close refresh vacuum analyze analyse checkpoint ' +
    'discard load create alter drop comment grant revoke security reindex cluster import reassign begin start commit rollback end abort ' +
    'savepoint release prepare execute deallocate copy'
  ).split(' '),
)

/** What can be said of a statement without a server. */
export function statementShape(text: string): StatementShape {
  let depth = 0
  let verb = ''
  let mainVerb = ''
  let returning = false
  let hasParameters = false
  for (const token of tokens(text)) {
    if (token.kind === 'space' || token.kind === 'comment') continue
    const part = text.slice(token.start, token.end)
    if (token.kind === 'parameter') hasParameters = true
    if (verb === '') verb = part.toLowerCase()
    if (part === '(') depth++
    else if (part === ')') depth--
    else if (token.kind === 'word' && depth === 0) {
      const word = part.toLowerCase()
      if (mainVerb === '' && (verb !== 'with' || queryVerbs.has(word))) mainVerb = word
      if (word === 'returning') returning = true
    }
  }
  // `(SELECT …) UNION …` has its verbs inside the parentheses.
  if (verb === '(') mainVerb = 'select'
  const preparable = !utilityVerbs.has(verb)
  const writes = mainVerb === 'insert' || mainVerb === 'update' || mainVerb === 'delete' || mainVerb === 'merge'
  return { verb, mainVerb, preparable, hasResult: preparable && (!writes || returning), hasParameters }
}
