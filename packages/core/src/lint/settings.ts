import { lintAnalyzers, lintCode, namesCode, type LintSeverity } from '@savepoint/catalog'
import type { LintConfig } from '../config/lint.js'
import type { LintRuleCode } from './rule.js'

/** The weight of a code: what the config says of the code itself, of a rule's name, of an analyzer, of the family, or its own. */
export function resolveSeverity({ code, severity = 'warning' }: LintRuleCode, config: LintConfig): LintSeverity {
  let found: { narrowness: number; severity: LintSeverity } | undefined
  for (const [word, setting] of Object.entries(config)) {
    if (typeof setting !== 'string' || !namesCode(word, code)) continue
    const narrowness = narrownessOf(word, code)
    if (!found || narrowness > found.narrowness) found = { narrowness, severity: setting }
  }
  return found?.severity ?? severity
}

function narrownessOf(word: string, code: string): number {
  if (word.toUpperCase() === code.toUpperCase()) return 3
  if (lintCode(code)?.names.includes(word)) return 2
  return Object.hasOwn(lintAnalyzers, word.toLowerCase()) ? 1 : 0
}
