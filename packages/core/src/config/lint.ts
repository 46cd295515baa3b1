/** A name's form: an expression, or one with a sentence that says it in words. */
export type NamingPattern = string | RegExp | { match: string | RegExp; message?: string }

/** NM101 to NM106. `match` holds for every kind of object that has no pattern of its own. */
export interface NamingRules {
  match?: string | RegExp
  message?: string
  schema?: NamingPattern
  table?: NamingPattern
  column?: NamingPattern
  index?: NamingPattern
  foreignKey?: NamingPattern
  check?: NamingPattern
}

/** How much a finding weighs; `off` does not look for it. */
export type LintSeveritySetting = 'error' | 'warning' | 'info' | 'off'

/**
 * Weights by code (`DS102`), family (`DS`), Atlas's name of an analyzer (`destructive`) or squawk's of a rule
 * (`prefer-identity`); of two that fit, the narrower counts. `naming` holds the patterns of names.
 */
export type LintConfig = { naming?: NamingRules } & { [name: string]: LintSeveritySetting | NamingRules | undefined }
