import type { NamingRules } from '../../config/lint.js'
import type { LintRule } from '../rule.js'
import { dataDependent } from './data-dependent.js'
import { destructive } from './destructive.js'
import { incompatible } from './incompatible.js'
import { locks } from './locks.js'
import { createNaming } from './naming.js'
import { security } from './security.js'
import { style } from './style.js'
import { transactions } from './transactions.js'

/** In the order in which their findings about one statement are said: what is worst comes first. */
export function builtInRules(naming: NamingRules): readonly LintRule[] {
  return [destructive, dataDependent, incompatible, locks, transactions, security, createNaming(naming), style]
}
