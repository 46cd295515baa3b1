import { hash } from 'node:crypto'

/** Of plain data; keys in any order and absent or undefined keys give the same hash. */
export function hashOf(value: unknown): string {
  return hashOfText(canonical(value))
}

export function hashOfText(text: string): string {
  return hash('sha1', text, 'base64url')
}

/** JSON with sorted keys and without undefined ones, so that equal data is equal text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  let text = ''
  for (const [key, member] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
    if (member !== undefined) text += `${text ? ',' : ''}${JSON.stringify(key)}:${canonical(member)}`
  return `{${text}}`
}
