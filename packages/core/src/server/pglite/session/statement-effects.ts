import { findAdvisoryCall, type AdvisoryCall } from './advisory-locks.js'
import { scanStatements, type Token } from './sql-scanner.js'

/** What a statement does to its session, where one shared backend would do it to all. */
export type Effect =
  | { kind: 'listen'; channel: string }
  /** `*` is all. */
  | { kind: 'unlisten'; channel: string }
  | { kind: 'discard all' }
  | { kind: 'deallocate all' }
  /** Gives back every advisory lock. */
  | { kind: 'unlock all' }
  /** Sets or resets settings; `names` are those that look like custom ones. */
  | { kind: 'settings'; names: string[] }
  | { kind: 'temporary table' }
  | { kind: 'create extension'; name: string }
  | { kind: 'list extensions' }
  | { kind: 'copy from client' }

export interface StatementAnalysis {
  /** The text to run instead. */
  sql: string
  effects: Effect[]
  /** Number of statements in the text. */
  statements: number
  /** It may ask for COPY data, even if not recognised as such. */
  mayCopy: boolean
  /** Of a text of one statement. */
  advisory?: AdvisoryCall
}

// A cheap first look at every text: words that count only where a statement begins, and words that count anywhere.
const interestingRE =
  /(?:^|[;/\n])\s*(?:listen|unlisten|prepare|execute|deallocate|discard|set|reset)\b|\b(?:set_config|stdin|temp|temporary|extension|pg_available_extension\w*|pg_\w*advisory_\w+)\b/i
const setConfigRE = /\bset_config\b/i
const customNameRE = /\b[a-z_][\w$]*(?:\.[a-z_][\w$]*)+/gi

/** Nobody listens on it: `UNLISTEN` of one session must not end the listening of another. */
export const deafChannel = 'savepoint: nobody'

/** The same tag in front and another behind, for statements that run as something else. */
export const tagReplacements: Readonly<Record<string, string>> = {
  'DISCARD SEQUENCES': 'DISCARD ALL',
  'DISCARD PLANS': 'DEALLOCATE ALL',
}

/** A first look, at text whose other than ASCII letters may be decoded wrongly: false for nearly every statement. */
export const isInteresting = (sql: string): boolean => interestingRE.test(sql)

/** Whose statements they are. */
export interface SessionNames {
  /** Gives a session's prepared statement its name on the backend. */
  renameStatement(name: string): string
  /** The role that the client connected as. */
  user: string
}

/**
 * Finds what in `sql` must not reach a shared backend as it stands.
 *
 * @returns undefined for ordinary statements, which is nearly always
 */
export function analyseStatement(sql: string, { renameStatement, user }: SessionNames): StatementAnalysis | undefined {
  const effects: Effect[] = []
  const edits: { start: number; end: number; text: string }[] = []
  const statements = scanStatements(sql)
  for (const tokens of statements) {
    const [first, second] = tokens
    if (first?.kind !== 'word') continue
    switch (first.value) {
      case 'listen':
        if (second) effects.push({ kind: 'listen', channel: second.value })
        break
      case 'unlisten':
        if (!second) break
        effects.push({ kind: 'unlisten', channel: second.value })
        edits.push({ start: second.start, end: second.end, text: `"${deafChannel}"` })
        break
      case 'discard':
        if (second?.value !== 'all') break
        effects.push({ kind: 'discard all' })
        edits.push({ start: second.start, end: second.end, text: 'SEQUENCES' })
        break
      case 'prepare':
        if (second && second.value !== 'transaction') edits.push(rename(second, renameStatement))
        break
      case 'execute':
        if (second) edits.push(rename(second, renameStatement))
        break
      case 'deallocate': {
        const name = second?.kind === 'word' && second.value === 'prepare' ? tokens[2] : second
        if (!name) break
        if (name.kind === 'word' && name.value === 'all') {
          effects.push({ kind: 'deallocate all' })
          edits.push({ start: first.start, end: name.end, text: 'DISCARD PLANS' })
        } else edits.push(rename(name, renameStatement))
        break
      }
      case 'copy':
        if (isCopyFromClient(tokens)) effects.push({ kind: 'copy from client' })
        break
      case 'create':
        if (/^(?:temp|temporary|local|global)$/.test(second?.value ?? '')) effects.push({ kind: 'temporary table' })
        else if (second?.value === 'extension') {
          const name = tokens[2]?.value === 'if' ? tokens[5] : tokens[2]
          if (name) effects.push({ kind: 'create extension', name: name.value })
        } else if (second?.value === 'or' && /^temp(?:orary)?$/.test(tokens[3]?.value ?? ''))
          effects.push({ kind: 'temporary table' })
        break
      case 'set':
      case 'reset': {
        // To a backend without a client there is no role that it began with, and RESET leaves it as it is.
        const isIdentity = second?.value === 'session' && tokens[2]?.value === 'authorization'
        const login = `SET SESSION AUTHORIZATION ${quoteName(user)}`
        const last = tokens[isIdentity && first.value === 'set' ? 3 : 2]
        if (isIdentity && last && (first.value === 'reset' || last.value === 'default'))
          edits.push({ start: first.start, end: last.end, text: login })
        effects.push({ kind: 'settings', names: customNames(sql.slice(first.start, tokens.at(-1)?.end)) })
        break
      }
      default:
        if (tokens.some((token) => token.value.startsWith('pg_available_extension')))
          effects.push({ kind: 'list extensions' })
        // Anywhere in it: the body of a DO block is one string.
        if (setConfigRE.test(sql))
          effects.push({ kind: 'settings', names: customNames(sql.slice(first.start, tokens.at(-1)?.end)) })
    }
  }
  const [only] = statements
  const advisory = statements.length === 1 && only ? findAdvisoryCall(sql, only) : undefined
  if (advisory?.action === 'unlock all') effects.push({ kind: 'unlock all' })
  const mayCopy = /\bcopy\b/i.test(sql) && /\bstdin\b/i.test(sql)
  if (effects.length === 0 && edits.length === 0 && !mayCopy && !advisory) return undefined
  let rewritten = sql
  for (const edit of edits.reverse()) rewritten = rewritten.slice(0, edit.start) + edit.text + rewritten.slice(edit.end)
  return { sql: rewritten, effects, statements: statements.length, mayCopy, ...(advisory ? { advisory } : {}) }
}

function rename(token: Token, renameStatement: (name: string) => string) {
  return { start: token.start, end: token.end, text: quoteName(renameStatement(token.value)) }
}

const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

function isCopyFromClient(tokens: readonly Token[]): boolean {
  let depth = 0
  return tokens.some((token, index) => {
    if (token.kind === 'symbol' && token.value === '(') depth++
    if (token.kind === 'symbol' && token.value === ')') depth--
    const next = tokens[index + 1]
    return (
      depth === 0 && token.kind === 'word' && token.value === 'from' && next?.kind === 'word' && next.value === 'stdin'
    )
  })
}

const customNames = (sql: string): string[] => sql.replaceAll('"', '').match(customNameRE) ?? []
