import { quoteIdentifier, quoteQualified, type AnyObject, type Catalog } from '@savepoint/catalog'

/**
 * SQL that drops an object of scratch with everything that depends on it. undefined where the object can only go with
 * the one that it belongs to (a column, a default), or where dropping it by itself is not worth the risk.
 */
export function dropText(object: AnyObject, catalog: Catalog): string | undefined {
  const name = quoteQualified(object.schema ?? '', object.name)
  switch (object.kind) {
    case 'table':
    case 'foreign table':
    case 'view':
    case 'materialized view':
    case 'sequence':
    case 'index':
    case 'domain':
      return `DROP ${object.kind.toUpperCase()} IF EXISTS ${name} CASCADE`
    case 'enum':
    case 'composite':
    case 'range':
      return `DROP TYPE IF EXISTS ${name} CASCADE`
    case 'function':
    case 'procedure':
      return `DROP ${object.kind.toUpperCase()} IF EXISTS ${name}(${object.facts.signature}) CASCADE`
    case 'trigger':
    case 'policy':
    case 'rule': {
      const owner = object.parent === undefined ? undefined : catalog.objects.get(object.parent)
      if (!owner) return undefined
      return `DROP ${object.kind.toUpperCase()} IF EXISTS ${quoteIdentifier(object.name)} ON ${quoteQualified(owner.schema ?? '', owner.name)}`
    }
    case 'constraint': {
      const owner = object.parent === undefined ? undefined : catalog.objects.get(object.parent)
      if (owner?.kind !== 'table') return undefined
      return `ALTER TABLE IF EXISTS ${quoteQualified(owner.schema ?? '', owner.name)} DROP CONSTRAINT IF EXISTS ${quoteIdentifier(object.name)} CASCADE`
    }
    default:
      return undefined
  }
}

/** A foreign key that went with the table it points to, to be put back by its definition; undefined for anything else. */
export function putBackText(object: AnyObject, catalog: Catalog): string | undefined {
  if (object.kind !== 'constraint' || object.facts.type !== 'foreign key' || object.facts.inherited) return undefined
  const owner = object.parent === undefined ? undefined : catalog.objects.get(object.parent)
  if (!owner) return undefined
  return `ALTER TABLE ${quoteQualified(owner.schema ?? '', owner.name)} ADD CONSTRAINT ${quoteIdentifier(object.name)} ${object.facts.definition}`
}
