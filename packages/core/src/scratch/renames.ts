import type { AnyObject, Catalog, Rename } from '@savepoint/catalog'
import type { Diagnostic } from '../diagnostics/index.js'
import { unmatchedRename, type RenameAnnotation, type RenamedThing } from '../sources/annotations.js'
import type { QualifiedName } from '../sources/tree.js'

const kindsOf: Record<RenamedThing, ReadonlySet<string>> = {
  schema: new Set(['schema']),
  relation: new Set(['table', 'view', 'materialized view', 'sequence', 'foreign table']),
  column: new Set(['column']),
  constraint: new Set(['constraint']),
  index: new Set(['index']),
  type: new Set(['enum', 'domain', 'composite', 'range', 'type']),
  'enum value': new Set(['enum']),
  attribute: new Set(['composite']),
  function: new Set(['function', 'procedure', 'aggregate']),
  trigger: new Set(['trigger']),
  policy: new Set(['policy']),
}

/**
 * Finds the objects that rename annotations speak of. An annotation whose rename has happened already (the old name is
 * gone, the new one is there) is left out in silence: it stays in the file until every database has followed.
 *
 * @param from the catalog to be changed, `to` the desired one
 * @returns `blocked`: renames that cannot happen because the new name exists already; each has its diagnostic too
 */
export function resolveRenames(
  annotations: readonly RenameAnnotation[],
  from: Catalog,
  to: Catalog,
): { renames: Rename[]; diagnostics: Diagnostic[]; blocked: Rename[] } {
  const renames: Rename[] = []
  const blocked: Rename[] = []
  const diagnostics: Diagnostic[] = []
  // Owners first: the column of a renamed table is looked for in the table of the old name.
  const sorted = [...annotations].sort((a, b) => Number(a.owner !== undefined) - Number(b.owner !== undefined))
  for (const annotation of sorted) {
    const target = findTarget(annotation, to)
    if (!target) {
      diagnostics.push(unmatchedRename(annotation, 'The object that the annotation stands at is not in the schema.'))
      continue
    }
    const rename =
      annotation.thing === 'enum value'
        ? renameLabel(annotation, target, from, renames)
        : renameObject(annotation, target, from, to, renames)
    if (typeof rename === 'string') diagnostics.push(unmatchedRename(annotation, rename))
    else if (rename && from.objects.has(rename.to) && !rename.label) {
      // Old and new name are both in the database: the new one must have been made by someone else, or by a save that
      // came before the annotation.
      diagnostics.push(
        unmatchedRename(annotation, `The database has both "${annotation.from.name}" and "${target.name}".`),
      )
      blocked.push(rename)
    } else if (rename) renames.push(rename)
  }
  return { renames, diagnostics, blocked }
}

function findTarget(annotation: RenameAnnotation, to: Catalog): AnyObject | undefined {
  const kinds = kindsOf[annotation.thing]
  const path =
    annotation.thing === 'enum value' || annotation.thing === 'attribute' ? annotation.owner : annotation.name
  const found = [...to.objects.values()].filter((object) => {
    if (!kinds.has(object.kind) || object.name !== path?.name) return false
    const owner = object.parent === undefined ? undefined : to.objects.get(object.parent)
    if (annotation.owner && path === annotation.name) return owner !== undefined && isNamed(owner, annotation.owner)
    return isNamed(object, path)
  })
  // Without a schema in the file, `public` is what the search path says unless only another one has it.
  return found.find(({ schema }) => schema === 'public') ?? found[0]
}

function isNamed({ schema, name }: AnyObject, path: QualifiedName): boolean {
  return name === path.name && (path.schema === undefined || schema === path.schema)
}

/** A rename, nothing to do (undefined), or why the annotation fits nothing. */
function renameObject(
  { from: old, thing }: RenameAnnotation,
  target: AnyObject,
  from: Catalog,
  to: Catalog,
  renames: readonly Rename[],
): Rename | undefined | string {
  const schema = old.schema ?? target.schema
  const parent = target.parent === undefined ? undefined : idBefore(target.parent, renames)
  const before = [...from.objects.values()].find((object) => {
    if (object.kind !== target.kind || object.name !== old.name) return false
    if (target.parent !== undefined) return object.parent === parent || object.parent === target.parent
    if ('signature' in object.facts && 'signature' in target.facts && object.facts.signature !== target.facts.signature)
      return false
    return thing === 'schema' || object.schema === schema
  })
  if (before && before.id !== target.id) {
    // Both exist and shall exist: nothing was renamed.
    if (to.objects.has(before.id)) return `"${old.name}" is still defined in the schema files.`
    return { from: before.id, to: target.id }
  }
  if (from.objects.has(target.id) || isNewOwner(target, from)) return undefined
  return `The database has no ${thing} "${old.name}".`
}

function idBefore(id: string, renames: readonly Rename[]): string {
  return renames.find((rename) => rename.to === id && !rename.label)?.from ?? id
}

// In a database where the whole table is new there is nothing to rename.
function isNewOwner(target: AnyObject, from: Catalog): boolean {
  return from.objects.size === 0 || (target.parent !== undefined && !from.objects.has(target.parent))
}

function renameLabel(
  { name, from: old }: RenameAnnotation,
  target: AnyObject,
  from: Catalog,
  renames: readonly Rename[],
): Rename | undefined | string {
  const before = from.objects.get(idBefore(target.id, renames))
  if (before?.kind !== 'enum') return undefined
  const { labels } = before.facts
  if (labels.includes(old.name) && !labels.includes(name.name))
    return { from: before.id, to: target.id, label: { from: old.name, to: name.name } }
  return labels.includes(name.name) ? undefined : `The type has no label "${old.name}".`
}
