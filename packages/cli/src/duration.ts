import { UsageError } from './usage.js'

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/**
 * Reads a length of time as Go tools write it: `500ms`, `30s`, `1m30s`; a bare number means seconds.
 *
 * @returns milliseconds
 * @throws UsageError naming the option
 */
export function parseDuration(value: string, option: string): number {
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value) * 1000
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  if (parts.length > 0 && parts.map(([whole]) => whole).join('') === value)
    return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (units[unit ?? ''] ?? 0), 0)
  throw new UsageError(`--${option} takes a length of time such as 30s, 500ms or 1m30s, not "${value}"`)
}
