import { defaultPrivileges, normalisePrivileges, type PrivilegeTarget } from '../extract/privileges.js'
import type { AnyObject, Catalog, Privilege } from '../model/object.js'

/** What a new object carries because of ALTER DEFAULT PRIVILEGES that are in force while the plan runs. */
export type DefaultAcl = (object: AnyObject, target: PrivilegeTarget) => Privilege[]

const objectsOf: Partial<Record<PrivilegeTarget, string>> = {
  table: 'tables',
  sequence: 'sequences',
  function: 'functions',
  type: 'types',
  schema: 'schemas',
}

/**
 * Changes of default privileges come last in a plan, so what it creates is created under those of `from`, which belong to
 * the role that runs it.
 */
export function defaultAclOf(from: Catalog, version: number): DefaultAcl {
  const rules = [...from.objects.values()].flatMap((object) =>
    object.kind === 'default privilege' && object.facts.role === undefined ? [object] : [],
  )
  if (rules.length === 0) return () => []
  return (object, target) => {
    const objects = objectsOf[target]
    if (objects === undefined) return []
    const matching = rules.filter(({ facts }) => facts.objects === objects)
    const global = matching.find(({ schema }) => schema === undefined)
    const local = matching.find(({ schema }) => schema !== undefined && schema === object.schema)
    if (!global && !local) return []
    const defaults = defaultPrivileges(target, version)
    const items = new Map<string, { grantee: string; privilege: string; grantable: boolean }>()
    const add = (grantee: string, privilege: string, grantable = false): void => {
      items.set(`${grantee} ${privilege}`, { grantee, privilege, grantable })
    }
    if (global) for (const { grantee, privilege, grantable } of global.facts.grants) add(grantee, privilege, grantable)
    else {
      for (const privilege of defaults.owner) add('$owner', privilege)
      for (const privilege of defaults.public) add('public', privilege)
    }
    for (const { grantee, privilege, grantable } of local?.facts.grants ?? []) add(grantee, privilege, grantable)
    return normalisePrivileges([...items.values()], target, '$owner', version)
  }
}
