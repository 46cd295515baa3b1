import { UsageError } from './usage.js'

/**
 * Reads `--format`: a plain name, or the template that scripts give to Atlas for the same thing (`{{ sql . }}`,
 * `{{ sql . "  " }}`, `{{ json . }}`).
 *
 * @param allowed the command's formats, the default first
 * @throws UsageError naming what is allowed
 */
export function parseFormat<const Format extends string>(
  value: string | undefined,
  allowed: readonly [Format, ...Format[]],
): Format {
  if (value === undefined) return allowed[0]
  const template = /^\s*\{\{-?\s*(\w+)\s+\.(?:\s+"[^"]*")?\s*-?\}\}\s*$/.exec(value)?.[1]
  const format = allowed.find((name) => name === (template ?? value))
  if (format) return format
  const names = allowed.map((name) => `${name} (or "{{ ${name} . }}")`).join(', ')
  throw new UsageError(`--format takes ${names}, not ${value}`)
}
