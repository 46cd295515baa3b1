import { addressKey } from '../catalog.js'
import { flattenConditions } from '../conditions.js'
import { hashOfText } from '../hash.js'
import { readers } from '../kinds/registry.js'
import type { Facts, Kind } from '../model/facts.js'
import type { AnyObject, Catalog, CatalogObject, ObjectId, SecurityLabel, UnmodelledObject } from '../model/object.js'
import { resolveDependencies, type DependencyRow } from './dependencies.js'
import { normalisePrivileges } from './privileges.js'
import type { Draft, Sink } from './reader.js'
import type { LabelRow, RemarkRow } from './remarks.js'

/** Rows by the name of the query that gave them. */
export type Found = ReadonlyMap<string, readonly unknown[]>

/** Makes a catalog of what the queries gave. */
export function collect(found: Found, version: number, currentUser: string): Catalog {
  const rows = <Row>(name: string): readonly Row[] => (found.get(name) ?? []) as readonly Row[]
  const collector = new Collector(version, currentUser)
  for (const row of rows<RemarkRow>('comments')) collector.comments.set(keyOf(row), row.text)
  for (const row of rows<LabelRow>('labels')) {
    const labels = collector.labels.get(keyOf(row)) ?? []
    labels.push({ provider: row.provider, label: row.text })
    collector.labels.set(keyOf(row), labels)
  }
  for (const reader of readers) for (const row of rows<never>(reader.name)) reader.read(row, collector)
  const links = rows<DependencyRow>('dependencies')
  for (const row of links) if (row.extension !== null) collector.goesWith(row, row.extension)
  const objects = collector.finish()
  const { dependencies, outside } = resolveDependencies(links, collector.addresses)
  return {
    version,
    user: currentUser,
    objects,
    dependencies,
    unmodelled: rows<UnmodelledObject>('unmodelled'),
    addresses: collector.addresses,
    outside,
  }
}

const keyOf = (row: RemarkRow): string => addressKey(row.classid, row.objid, row.objsubid)

const conditionRE = /\) (?:AND|OR) | ON TRUE/
const printedFacts = new Set([
  'definition',
  'expression',
  'default',
  'predicate',
  'using',
  'check',
  'where',
  'partitionKey',
])

/** What only a second reading of the same text tells apart is equal. */
const flattened = (key: string, value: unknown): unknown =>
  typeof value === 'string' && printedFacts.has(key) ? flattenConditions(value) : value

class Collector implements Sink {
  readonly comments = new Map<string, string>()
  readonly labels = new Map<string, SecurityLabel[]>()
  readonly addresses = new Map<string, ObjectId>()
  readonly #objects = new Map<ObjectId, AnyObject>()
  readonly #compared = new Map<ObjectId, () => unknown>()

  constructor(
    readonly version: number,
    readonly currentUser: string,
  ) {}

  add<K extends Kind>(draft: Draft<K>): ObjectId {
    const id = `${draft.kind} ${draft.identity}`
    const key = addressKey(draft.classid, draft.objid, draft.objsubid)
    const comment = this.comments.get(key)
    const labels = this.labels.get(key)
    const object: CatalogObject<K> = {
      id,
      kind: draft.kind,
      ...(draft.schema !== undefined && { schema: draft.schema }),
      name: draft.name,
      ...(draft.parent !== undefined && { parent: draft.parent }),
      ...(draft.owner !== undefined && draft.owner !== this.currentUser && { owner: draft.owner }),
      ...(comment !== undefined && { comment }),
      privileges: draft.acl
        ? normalisePrivileges(draft.acl.items, draft.acl.target, draft.acl.owner ?? draft.owner, this.version)
        : [],
      ...(labels && { securityLabels: labels.sort((a, b) => (a.provider < b.provider ? -1 : 1)) }),
      facts: draft.facts,
      hash: '',
      address: { classid: draft.classid, objid: Number(draft.objid), objsubid: Number(draft.objsubid ?? 0) },
    }
    // The union over all kinds is what the map holds; TypeScript cannot see that one generic member belongs to it.
    this.#objects.set(id, object as unknown as AnyObject)
    this.addresses.set(key, id)
    const { compared, ignored } = draft
    if (compared) this.#compared.set(id, () => compared(object.facts))
    else if (ignored) {
      this.#compared.set(id, () => {
        // JSON leaves out what is undefined; an object that has lost keys is slow to write.
        const counting: { [Name in keyof Facts[K]]?: Facts[K][Name] | undefined } = { ...object.facts }
        for (const name of ignored) counting[name] = undefined
        return counting
      })
    }
    return id
  }

  alias(classid: number, objid: number | string, objsubid: number | string, id: ObjectId): void {
    this.addresses.set(addressKey(classid, objid, objsubid), id)
  }

  comment(classid: number, objid: number | string, objsubid: number | string = 0): string | undefined {
    return this.comments.get(addressKey(classid, objid, objsubid))
  }

  at(classid: number, objid: number | string, objsubid: number | string = 0): AnyObject | undefined {
    const id = this.addresses.get(addressKey(classid, objid, objsubid))
    return id === undefined ? undefined : this.#objects.get(id)
  }

  /** ALTER … DEPENDS ON EXTENSION */
  goesWith({ classid, objid, objsubid }: DependencyRow, extension: string): void {
    const object = this.at(Number(classid), objid, objsubid)
    if (object) object.extensions = [...(object.extensions ?? []), extension].sort()
  }

  finish(): ReadonlyMap<ObjectId, AnyObject> {
    for (const object of this.#objects.values()) {
      const facts = this.#compared.get(object.id)?.() ?? object.facts
      const { owner, comment, privileges, securityLabels, extensions } = object
      // Readers build the facts of a kind in one order of keys, so they need no sorting, which would take a third of the whole time.
      const counting = [facts, owner ?? null, comment ?? null, privileges, securityLabels ?? null, extensions]
      const text = JSON.stringify(counting)
      object.hash = hashOfText(conditionRE.test(text) ? JSON.stringify(counting, flattened) : text)
    }
    return this.#objects
  }
}
