import { readStrings } from './messages.js'
import type { Token } from './sql-scanner.js'

/** A call of one of the advisory lock functions, as far as it is understood. */
export interface AdvisoryCall {
  action: 'lock' | 'try' | 'unlock' | 'unlock all'
  shared: boolean
  /** Ends with the transaction, which has the backend to itself anyway. */
  transaction: boolean
  /** SQL expressions of the key: one bigint or two integers. */
  keys: string[]
  /** The statement with `false` in place of the call: not obtained, or not held. */
  refused: string
}

const functionRE = /^pg_(?:(try)_)?advisory_(?:(xact)_)?(lock|unlock)(?:_(shared|all))?$/

/** Finds the one call in a statement. Undefined when there is none, or when its key depends on a table's rows. */
export function findAdvisoryCall(sql: string, tokens: readonly Token[]): AdvisoryCall | undefined {
  const calls = tokens.flatMap((token, index) =>
    token.kind === 'word' && functionRE.test(token.value) && tokens[index + 1]?.value === '(' ? [index] : [],
  )
  const [at] = calls
  if (at === undefined || calls.length > 1) return undefined
  const name = tokens[at]
  const [, attempt, transaction, verb, suffix] = functionRE.exec(name?.value ?? '') ?? []
  const close = findClose(tokens, at + 1)
  const open = tokens[at + 1]
  const end = tokens[close]
  if (!name || !open || !end || tokens.slice(close).some((token) => token.value === 'from')) return undefined
  const keys = splitArguments(tokens.slice(at + 1, close + 1)).map(([start, stop]) => sql.slice(start, stop))
  const schema = tokens[at - 1]?.value === '.' ? tokens[at - 2] : undefined
  const start = (schema ?? name).start
  const next = tokens[close + 1]
  // A result column is named after the function, unless it has a name.
  const alias = !next || next.value === ',' ? ` AS ${name.value}` : ''
  const types = keys.length === 1 ? ['bigint'] : ['integer', 'integer']
  // Parameters stay in the text, so that their types are what they were.
  const never = keys.map((key, index) => `(${key})::${types[index]} IS NULL AND `).join('')
  const replacement = suffix === 'all' ? `''::pg_catalog.void` : `(${never}false)`
  return {
    action: suffix === 'all' ? 'unlock all' : verb === 'unlock' ? 'unlock' : attempt ? 'try' : 'lock',
    shared: suffix === 'shared',
    transaction: transaction !== undefined,
    keys,
    refused: `${sql.slice(0, start)}${replacement}${alias}${sql.slice(end.end)}`,
  }
}

function findClose(tokens: readonly Token[], open: number): number {
  let depth = 0
  for (let index = open; index < tokens.length; index++) {
    const token = tokens[index]
    if (token?.kind !== 'symbol') continue
    if (token.value === '(') depth++
    if (token.value === ')' && --depth === 0) return index
  }
  return tokens.length
}

/** Ranges of the arguments between the outer parentheses. */
function splitArguments(tokens: readonly Token[]): [number, number][] {
  const ranges: [number, number][] = []
  let depth = 0
  let start = tokens[0]?.end ?? 0
  for (const token of tokens) {
    if (token.kind !== 'symbol') continue
    if (token.value === '(') depth++
    else if (token.value === ')') depth--
    const isEnd = depth === 0 && token.value === ')'
    if (!isEnd && !(depth === 1 && token.value === ',')) continue
    if (tokens.length > 2) ranges.push([start, token.start])
    start = token.end
  }
  return ranges
}

/** SQL that computes a call's key, with the parameters of a Bind message as literals. */
export function createKeyQuery(keys: readonly string[], parameters: readonly (string | null)[]): string {
  const type = keys.length === 1 ? 'bigint' : 'integer'
  const expressions = keys.map((key) => {
    const filled = key.replaceAll(/\$(\d+)/g, (whole, number: string) => {
      const value = parameters[Number(number) - 1]
      return value === undefined ? whole : value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`
    })
    return `(${filled})::${type}`
  })
  return `SELECT ${expressions.join(', ')}`
}

/** Parameter values of a Bind message as text; binary ones are read as integers, which is what keys are. */
export function readParameters(bind: Buffer): (string | null)[] {
  let { offset } = readStrings(bind, 5, 2)
  const next16 = (): number => {
    const value = bind.readInt16BE(offset)
    offset += 2
    return value
  }
  const formats = Array.from({ length: next16() }, next16)
  return Array.from({ length: next16() }, (_, index) => {
    const length = bind.readInt32BE(offset)
    offset += 4
    if (length < 0) return null
    const value = bind.subarray(offset, offset + length)
    offset += length
    const format = formats.length === 1 ? formats[0] : (formats[index] ?? 0)
    if (format === 0) return value.toString()
    if (length === 8) return String(value.readBigInt64BE())
    return String(value.readIntBE(0, length))
  })
}

interface Held {
  exclusive: number
  shared: number
}

/**
 * Session-level advisory locks of many sessions on one backend, to which they are all one session that may take anything.
 * The locks are taken there too, so that `pg_locks` shows them; whether they may be, is decided here.
 */
export class AdvisoryLocks<Holder> {
  readonly #locks = new Map<string, Map<Holder, Held>>()

  /** Whether somebody else's lock is in the way. */
  conflicts(key: string, holder: Holder, shared: boolean): boolean {
    for (const [other, held] of this.#locks.get(key) ?? [])
      if (other !== holder && (held.exclusive > 0 || (!shared && held.shared > 0))) return true
    return false
  }

  isHeld(key: string, holder: Holder, shared: boolean): boolean {
    return (this.#locks.get(key)?.get(holder)?.[shared ? 'shared' : 'exclusive'] ?? 0) > 0
  }

  holdsAny(holder: Holder): boolean {
    for (const holders of this.#locks.values()) if (holders.has(holder)) return true
    return false
  }

  acquire(key: string, holder: Holder, shared: boolean): void {
    const holders = this.#locks.get(key) ?? new Map<Holder, Held>()
    this.#locks.set(key, holders)
    const held = holders.get(holder) ?? { exclusive: 0, shared: 0 }
    holders.set(holder, held)
    held[shared ? 'shared' : 'exclusive']++
  }

  release(key: string, holder: Holder, shared: boolean): void {
    const holders = this.#locks.get(key)
    const held = holders?.get(holder)
    if (!holders || !held) return
    held[shared ? 'shared' : 'exclusive']--
    if (held.exclusive + held.shared > 0) return
    holders.delete(holder)
    if (holders.size === 0) this.#locks.delete(key)
  }

  /** Gives up everything that a session holds. Returns the calls that do the same on the backend. */
  releaseAll(holder: Holder): string[] {
    const calls: string[] = []
    for (const [key, holders] of this.#locks) {
      const held = holders.get(holder)
      if (!held) continue
      for (let count = held.exclusive; count > 0; count--) calls.push(`pg_catalog.pg_advisory_unlock(${key})`)
      for (let count = held.shared; count > 0; count--) calls.push(`pg_catalog.pg_advisory_unlock_shared(${key})`)
      holders.delete(holder)
      if (holders.size === 0) this.#locks.delete(key)
    }
    return calls
  }
}
