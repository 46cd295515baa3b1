import type { Config } from './config.js'
import { suggestNearest } from '../diagnostics/suggestion.js'
import { migrationFormats } from './migration-format.js'

/** One wrong value of a config. */
export interface ConfigProblem {
  /** Where the value stands: `['environments', 'prod', 'database']`. */
  path: readonly string[]
  message: string
  fix?: string
}

/** What may stand at one place of the config: a value that is accepted, or an object with these fields, or with entries of one rule. */
interface Rule {
  /** In words, after "expected". */
  allowed: string
  accepts?(value: unknown): boolean
  fields?: Readonly<Record<string, Rule>>
  entries?: Rule
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''
const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every(isText)
const isTextOrList = (value: unknown): boolean => isText(value) || isTextList(value)
const isFlag = (value: unknown): boolean => typeof value === 'boolean'

const formatRule: Rule = {
  allowed: `one of ${migrationFormats.map((format) => `'${format}'`).join(', ')}`,
  accepts: (value) => migrationFormats.some((format) => format === value),
}
const text: Rule = { allowed: 'a text', accepts: isText }
const flag: Rule = { allowed: 'true or false', accepts: isFlag }
const isOneOf = (value: unknown, list: readonly string[]): boolean => list.some((each) => each === value)
const oneOf = (...list: string[]): Rule => ({
  allowed: list.map((each) => `'${each}'`).join(' or '),
  accepts: (value) => isOneOf(value, list),
})
const isPattern = (value: unknown): boolean => value instanceof RegExp || (isText(value) && isExpression(value))
const pattern: Rule = { allowed: 'a regular expression', accepts: isPattern }
const namePattern: Rule = {
  allowed: 'a regular expression, or { match, message }',
  accepts: isPattern,
  fields: { match: pattern, message: text },
}
const namingRule: Rule = {
  allowed: 'an object of patterns',
  fields: {
    match: pattern,
    message: text,
    schema: namePattern,
    table: namePattern,
    column: namePattern,
    index: namePattern,
    foreignKey: namePattern,
    check: namePattern,
  },
}
const names: Rule = { allowed: 'a list of schema names', accepts: isTextList }
const globs: Rule = { allowed: 'a glob or a list of globs', accepts: isTextOrList }
const database: Rule = {
  allowed: "'pglite:', 'pglite:PATH', 'postgres://…', 'docker://postgres/17/dev' or 'native:'",
  accepts: isText,
}

const settings: Record<Exclude<keyof Config, 'plugins' | 'environments'>, Rule> = {
  schema: {
    allowed: 'a glob, a list of globs, or { pre, schema, post, repeatable }',
    accepts: isTextOrList,
    fields: {
      pre: globs,
      schema: globs,
      post: globs,
      repeatable: {
        allowed: "true, false, 'pre' or 'post'",
        accepts: (value) => isFlag(value) || isOneOf(value, ['pre', 'post']),
      },
    },
  },
  database,
  allowRemote: flag,
  scratch: database,
  migrations: {
    allowed: 'a directory, { directory, format }, or false',
    accepts: (value) => isText(value) || value === false,
    fields: { directory: text, format: formatRule },
  },
  client: {
    allowed: 'a directory, { directory, queries, … }, or false',
    accepts: (value) => isText(value) || value === false,
    fields: {
      directory: text,
      queries: globs,
      layout: oneOf('declaration', 'typescript'),
      declarations: text,
      prepare: flag,
      searchPath: text,
      types: {
        allowed: 'an object of options',
        fields: {
          singular: flag,
          columnNames: oneOf('database', 'camelCase'),
          brandedIds: flag,
          enumValues: flag,
          kysely: {
            ...flag,
            allowed: 'true, false or { driver }',
            fields: { driver: oneOf('pg', 'postgres.js', 'pglite') },
          },
          validators: {
            ...oneOf('zod', 'valibot', 'standard'),
            accepts: (value) => value === false || isOneOf(value, ['zod', 'valibot', 'standard']),
          },
          int8: oneOf('bigint', 'string', 'number'),
          arrayElementsNotNull: flag,
        },
      },
    },
  },
  seeds: globs,
  include: names,
  exclude: names,
  strict: flag,
  lockTimeout: {
    allowed: 'milliseconds, 0 or more',
    accepts: (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  },
  lockRetries: {
    allowed: 'a whole number, 0 or more',
    accepts: (value) => Number.isInteger(value) && Number(value) >= 0,
  },
  lint: {
    allowed: 'an object of codes, families or names of rules, and naming',
    fields: { naming: namingRule },
    entries: oneOf('error', 'warning', 'info', 'off'),
  },
  databaseUrlVariable: {
    allowed: 'the name of an environment variable, or false',
    accepts: (value) => value === false || (typeof value === 'string' && /^[A-Za-z_]\w*$/.test(value)),
  },
}

const root: Rule = {
  allowed: 'an object, as `export default defineConfig({ … })` gives it',
  fields: {
    ...settings,
    plugins: { allowed: 'a list of plugins, each an object with a name', accepts: isPluginList },
    environments: {
      allowed: 'an object of environments by name',
      entries: {
        allowed: 'an object of settings',
        fields: { ...settings, url: { ...text, allowed: 'a postgres:// URL' } },
      },
    },
  },
}

/** Every wrong value and unknown field of what a config file exports; empty when it is a `Config`. Pure. */
export function findConfigProblems(value: unknown): ConfigProblem[] {
  return check(value, root, [])
}

/** Narrows what `findConfigProblems` found nothing wrong with. */
export function isConfig(value: unknown): value is Config {
  return findConfigProblems(value).length === 0
}

function check(value: unknown, rule: Rule, path: readonly string[]): ConfigProblem[] {
  if (rule.accepts?.(value)) return []
  if (!isPlainObject(value) || !(rule.fields || rule.entries)) return [describeProblem(value, rule, path)]
  return Object.entries(value).flatMap(([key, entry]) => {
    const inner = rule.fields && Object.hasOwn(rule.fields, key) ? rule.fields[key] : rule.entries
    if (!inner) return [describeUnknownField(key, Object.keys(rule.fields ?? {}), path)]
    return entry === undefined ? [] : check(entry, inner, [...path, key])
  })
}

function isExpression(value: string): boolean {
  try {
    return new RegExp(value) instanceof RegExp
  } catch {
    return false
  }
}

function describeProblem(value: unknown, rule: Rule, path: readonly string[]): ConfigProblem {
  const name = path.length === 0 ? 'the config' : path.join('.')
  return { path, message: `${name}: expected ${rule.allowed}, got ${describeValue(value)}` }
}

function describeUnknownField(key: string, allowed: readonly string[], path: readonly string[]): ConfigProblem {
  const nearest = suggestNearest(key, allowed)
  return {
    path: [...path, key],
    message: `${[...path, key].join('.')}: there is no such setting`,
    fix: `${nearest ? `Did you mean \`${nearest}\`? ` : ''}Allowed here: ${allowed.join(', ')}.`,
  }
}

// A text could be a connection string with a password, so values of that form are named by their kind only.
function describeValue(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return value.includes('://') ? 'a URL' : JSON.stringify(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'undefined') return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list with ${describeOddOne(value)}`
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function describeOddOne(list: readonly unknown[]): string {
  const odd = list.find((entry) => !isText(entry)) ?? list[0]
  return Array.isArray(odd) ? 'a list in it' : `${describeValue(odd)} in it`
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isPluginList(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => !entry || isPluginList(entry) || isPlugin(entry))
}

function isPlugin(value: unknown): boolean {
  return isPlainObject(value) && isText(value['name'])
}
