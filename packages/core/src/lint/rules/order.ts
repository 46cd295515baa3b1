import { lintCodes } from '@savepoint/catalog'
import type { LintRule } from '../rule.js'

/**
 * A migration that comes before one that is there already, said once of its file.
 *
 * @param newest name of the one that is there
 */
export function createOrderRule(newest: string): LintRule {
  return {
    codes: lintCodes.filter(({ code }) => code === 'SH801'),
    check: () => [],
    finish: () => [
      {
        code: 'SH801',
        message: `It comes before ${newest}, which is there already: databases that have run that one refuse it or pass it over.`,
        fix: 'Give it a newer version: `savepoint migrate rebase`.',
      },
    ],
  }
}
