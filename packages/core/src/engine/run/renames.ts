import type { AnyObject, Catalog, ObjectId, Rename } from '@savepoint/catalog'
import type { Diagnostic } from '../../diagnostics/index.js'
import { readRenames, unmatchedRename, type RenameAnnotation, type RenamedThing } from '../../sources/annotations.js'
import type { Statement } from '../../sources/source.js'

const kinds: Readonly<Record<RenamedThing, readonly AnyObject['kind'][]>> = {
  schema: ['schema'],
  relation: ['table', 'view', 'materialized view', 'sequence', 'foreign table'],
  column: ['column'],
  constraint: ['constraint'],
  index: ['index'],
  type: ['enum', 'domain', 'composite', 'range'],
  'enum value': ['enum'],
  attribute: ['composite'],
  function: ['function', 'procedure'],
  trigger: ['trigger'],
  policy: ['policy'],
}

/**
 * Turns the annotations of the files into renames between two catalogs. An annotation that was carried out already says
 * nothing; one whose old name neither catalog has is reported (SP3005).
 */
export function findRenames(
  statements: readonly Statement[],
  from: Catalog,
  to: Catalog,
): { renames: Rename[]; diagnostics: Diagnostic[] } {
  const renames: Rename[] = []
  const diagnostics: Diagnostic[] = []
  // Owners first, so that a column's old table is known by its old name.
  const annotations = readRenames(statements).sort((a, b) => Number(Boolean(a.owner)) - Number(Boolean(b.owner)))
  for (const annotation of annotations) {
    const target = findTarget(annotation, to)
    if (!target) {
      diagnostics.push(unmatchedRename(annotation, `The schema files define no ${annotation.thing} of the new name.`))
      continue
    }
    if (annotation.thing === 'enum value') {
      const rename = findLabel(annotation, target, from, renames)
      if (rename) renames.push(rename)
      continue
    }
    const source = findSource(annotation, target, from, renames)
    if (source && source.id !== target.id) renames.push({ from: source.id, to: target.id })
  }
  return { renames, diagnostics }
}

function findTarget({ thing, name, owner }: RenameAnnotation, to: Catalog): AnyObject | undefined {
  const isMember = owner !== undefined
  if (isMember && (thing === 'enum value' || thing === 'attribute'))
    return find(to, kinds[thing], owner.name, owner.schema)
  const relation = owner && find(to, [...kinds.relation, ...kinds.type], owner.name, owner.schema)
  if (isMember && !relation) return undefined
  return find(to, kinds[thing], name.name, name.schema, relation?.id)
}

/** The object of the old name, in the table that the new one's table was before. */
function findSource(
  annotation: RenameAnnotation,
  target: AnyObject,
  from: Catalog,
  renames: readonly Rename[],
): AnyObject | undefined {
  const { from: old } = annotation
  const parent = target.parent === undefined ? undefined : oldId(target.parent, renames)
  return find(from, [target.kind], old.name, old.schema ?? (parent ? undefined : target.schema), parent)
}

function findLabel(
  { name, from: old }: RenameAnnotation,
  target: AnyObject,
  from: Catalog,
  renames: readonly Rename[],
): Rename | undefined {
  const before = from.objects.get(oldId(target.id, renames))
  if (before?.kind !== 'enum' || !before.facts.labels.includes(old.name)) return undefined
  return { from: before.id, to: target.id, label: { from: old.name, to: name.name } }
}

function oldId(id: ObjectId, renames: readonly Rename[]): ObjectId {
  return renames.find((rename) => rename.to === id && !rename.label)?.from ?? id
}

function find(
  catalog: Catalog,
  allowed: readonly AnyObject['kind'][],
  name: string,
  schema: string | undefined,
  parent?: ObjectId,
): AnyObject | undefined {
  for (const object of catalog.objects.values()) {
    if (object.name !== name || !allowed.includes(object.kind)) continue
    if (parent !== undefined && object.parent !== parent) continue
    if (schema !== undefined && object.schema !== schema && object.kind !== 'schema') continue
    return object
  }
  return undefined
}
