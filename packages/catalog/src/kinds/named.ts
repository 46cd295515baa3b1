import type { PrivilegeTarget } from '../extract/privileges.js'
import { quoteIdentifier, quoteQualified } from '../identifier.js'
import type { Kind } from '../model/facts.js'
import type { CatalogObject } from '../model/object.js'
import type { KindDefinition } from './kind.js'

/** The part of a kind's definition that follows from how its objects are called. */
type Named<K extends Kind> = Required<
  Pick<KindDefinition<K>, 'target' | 'ownerTarget' | 'grantTarget' | 'slots' | 'rename'>
>

export const nameOf = (object: { schema?: string; name: string }): string => quoteQualified(object.schema, object.name)

/** Of a relation that ALTER calls `keyword`; GRANT calls them all tables. Its row type has the same name. */
export const namedRelation = <K extends Kind>(keyword: string): Named<K> =>
  named(keyword, { keyword: 'TABLE', target: 'table' }, ['relation', 'type'])

/** Of a type. A composite is a relation as well. */
export const namedType = <K extends Kind>(keyword: 'TYPE' | 'DOMAIN', slots = ['type']): Named<K> =>
  named(keyword, { keyword, target: 'type' }, slots)

function named<K extends Kind>(
  keyword: string,
  grants: { keyword: string; target: PrivilegeTarget },
  slots: readonly string[],
): Named<K> {
  const target = (object: CatalogObject<K>): string => `${keyword} ${nameOf(object)}`
  return {
    target,
    ownerTarget: target,
    grantTarget: (object) => ({ on: `${grants.keyword} ${nameOf(object)}`, target: grants.target }),
    slots: (object) => slots.map((slot) => `${slot} ${nameOf(object)}`),
    rename: (from, name) => `ALTER ${target(from)} RENAME TO ${quoteIdentifier(name)}`,
  }
}
