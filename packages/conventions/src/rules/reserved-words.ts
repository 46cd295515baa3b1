import { quoteIdentifier } from '@savepoint/catalog'
import type { Plugin } from '@savepoint/core/plugin'
import { createConvention, type ConventionOptions } from '../convention.js'

/** No table or column is named by a keyword: it would need quotes in every query, and `select * from user` does not fail. */
export function reservedWords(options: Omit<ConventionOptions, 'mode'> = {}): Plugin {
  return createConvention('reserved-words', options, (_catalog, selection) => {
    const tables = selection.tables
    return [...tables, ...tables.flatMap(({ id }) => selection.of('column', id))]
      .filter(({ name }) => /^[a-z_][a-z0-9_]*$/.test(name) && quoteIdentifier(name) !== name)
      .map(({ id, kind, name }) => ({
        object: id,
        message: `the ${kind} name "${name}" is a keyword of Postgres`,
        fix: `give it another name, and say -- @renamed from=${name} so that its data stays`,
      }))
  })
}
