import { isServerError, type AnyObject, type ObjectId } from '@savepoint/catalog'
import type { NameIndex } from '../elaborate/names.js'
import type { Recorder } from '../elaborate/recorder.js'
import { runUnits } from '../elaborate/run.js'
import type { Unit } from '../elaborate/unit.js'
import { objectAt, rootOf, withParts } from './addresses.js'
import { dropText, putBackText } from './drop.js'
import type { UnitKey } from './provenance.js'
import type { ScratchSession } from './session.js'
import type { State, UnitChanges } from './state.js'

// Running these once more on an object that is still there changes nothing.
export const repeatable = new Set(['GrantStmt', 'CommentStmt', 'AlterOwnerStmt', 'SecLabelStmt'])

/** `CREATE FUNCTION` as `CREATE OR REPLACE FUNCTION`. */
function asReplacement(unit: Unit): Unit {
  if (unit.analysis.tolerant === 'or replace') return unit
  const sql = unit.statement.sql.replace(/^create\b/i, 'CREATE OR REPLACE')
  return { ...unit, statement: { ...unit.statement, sql } }
}

/** Takes away what removed statements made, and finds out what must run again because of it. */
export class Undo {
  /** Objects of the old state that are no longer there, with their parts. */
  gone = new Set<ObjectId>()
  readonly putBackOwners = new Set<ObjectId>()
  readonly toRun: Map<UnitKey, Unit>
  /** Routines that could be replaced in place, with the numbers of their run in the recorder's log. */
  readonly replaced = new Map<UnitKey, Unit>()
  readonly numbers = new Map<number, Unit>()
  /** Object and new unit of routines whose name and arguments stayed. */
  readonly #replaceable = new Map<ObjectId, UnitKey>()
  readonly #putBack: AnyObject[] = []
  readonly #dropped = new Set<ObjectId>()

  constructor(
    private readonly session: ScratchSession,
    private readonly state: State,
    private readonly units: ReadonlyMap<UnitKey, Unit>,
    private readonly changes: UnitChanges,
    private readonly index: NameIndex<Unit>,
    private readonly recorder: Recorder,
  ) {
    this.toRun = new Map(changes.added)
  }

  /** Returns why the result would be uncertain, undefined when all is well. */
  async run(): Promise<string | undefined> {
    let todo = this.#findFirst()
    for (;;) {
      if (todo.size === 0) todo = await this.#replace()
      if (todo.size === 0) break
      const texts: string[] = []
      for (const id of todo) {
        const object = this.state.catalog.objects.get(id)
        if (!object) continue
        const text = dropText(object, this.state.catalog)
        if (text !== undefined) texts.push(text)
        else if (object.parent === undefined) return `${id} cannot be dropped by itself.`
      }
      const problem = await this.#drop(texts)
      if (problem !== undefined) return problem
      for (const id of todo) this.#dropped.add(id)
      todo = this.#findNext()
    }
    return undefined
  }

  /** Foreign keys of tables that stayed. Returns why the result would be uncertain. */
  async putBack(): Promise<string | undefined> {
    const texts = this.#putBack.flatMap((object) => putBackText(object, this.state.catalog) ?? [])
    if (texts.length === 0) return undefined
    // A number of its own: under the last statement's, that one would be taken for what changed these tables.
    const mark = this.recorder.mark(this.recorder.number())
    try {
      await this.session.connection.query(`SET LOCAL search_path = '';${mark}${texts.join(';')}`)
      return undefined
    } catch (error) {
      if (!isServerError(error)) throw error
      return error.message
    }
  }

  #findFirst(): Set<ObjectId> {
    const { provenance } = this.state
    const ids = new Set<ObjectId>()
    for (const [key, unit] of this.changes.removed) {
      if (this.#isSuperseded(unit) || this.#isReplaceable(key, unit)) continue
      for (const id of [...provenance.made(key), ...provenance.changed(key)]) this.#addRoot(ids, id)
    }
    return ids
  }

  /** A routine whose name and arguments stay can keep what depends on it: one trigger function may serve every table. */
  #isReplaceable(key: UnitKey, unit: Unit): boolean {
    const { kind, signature, defines } = unit.analysis
    const made = [...this.state.provenance.made(key)]
    const [id] = made
    if (kind !== 'CreateFunctionStmt' || made.length !== 1 || id === undefined) return false
    const successor = [...this.changes.added].find(
      ([, { analysis, searchPath }]) =>
        analysis.kind === kind &&
        analysis.signature === signature &&
        searchPath[0] === unit.searchPath[0] &&
        JSON.stringify(analysis.defines) === JSON.stringify(defines),
    )
    if (!successor) return false
    this.#replaceable.set(id, successor[0])
    return true
  }

  /** Replaces the routines that are still there; returns those that only a drop can change. */
  async #replace(): Promise<Set<ObjectId>> {
    const refused = new Set<ObjectId>()
    for (const [id, key] of this.#replaceable) {
      this.#replaceable.delete(id)
      const unit = this.toRun.get(key)
      if (!unit || this.gone.has(id)) continue
      const { failures, numbers } = await runUnits(
        this.session.connection,
        [{ unit: asReplacement(unit), splitClauses: false }],
        this.recorder,
      )
      if (failures.length > 0) {
        refused.add(id)
        continue
      }
      this.toRun.delete(key)
      this.replaced.set(key, unit)
      for (const number of numbers.keys()) this.numbers.set(number, unit)
      // OR REPLACE sets everything anew but owner, privileges and comment, so what ALTER had changed has to run again.
      for (const other of this.state.provenance.unitsOf(id)) {
        const later = this.units.get(other)
        if (later && !repeatable.has(later.analysis.kind)) this.toRun.set(other, later)
      }
    }
    return refused
  }

  /** The new text does everything that must be done: a comment replaces a comment. */
  #isSuperseded(unit: Unit): boolean {
    if (unit.analysis.kind !== 'CommentStmt') return false
    const target = commentTarget(unit)
    return [...this.changes.added.values()].some(
      (other) => other.analysis.kind === 'CommentStmt' && commentTarget(other) === target,
    )
  }

  /** Objects of the old state that a routine's unit of the new one stands for. */
  #idsOf(unit: Unit): Set<ObjectId> {
    const predecessors = [...this.changes.removed].filter(
      ([, { analysis }]) =>
        analysis.signature === unit.analysis.signature &&
        JSON.stringify(analysis.defines) === JSON.stringify(unit.analysis.defines),
    )
    return new Set(predecessors.flatMap(([key]) => [...this.state.provenance.made(key)]))
  }

  /** Adds the object, or the one that it can only be dropped with. */
  #addRoot(ids: Set<ObjectId>, id: ObjectId): void {
    const object = this.state.catalog.objects.get(id)
    if (!object) return
    const target = dropText(object, this.state.catalog) === undefined ? rootOf(object, this.state.catalog) : object
    if (!this.#dropped.has(target.id) && !this.gone.has(target.id)) ids.add(target.id)
  }

  async #drop(texts: readonly string[]): Promise<string | undefined> {
    const number = this.recorder.number()
    try {
      await this.session.connection.query(`${this.recorder.mark(number)}${texts.join(';')}`)
    } catch (error) {
      if (!isServerError(error)) throw error
      return error.message
    }
    // The log holds ALTER TABLE … DROP CONSTRAINT as a change of the table, too.
    const dropped = (await this.recorder.read(number)).filter(({ change }) => change === 'dropped')
    const ids = new Set(this.gone)
    for (const touch of dropped) {
      const id = objectAt(this.state.catalog, touch)
      // The row type of a table is an address of the table; a part that is unknown must not take the whole along.
      if (id !== undefined && (touch.objsubid === 0 || this.state.catalog.objects.get(id)?.parent !== undefined))
        ids.add(id)
    }
    this.gone = withParts(this.state.catalog, ids)
    return undefined
  }

  #findNext(): Set<ObjectId> {
    const { catalog, provenance } = this.state
    const ids = new Set<ObjectId>()
    this.#putBack.length = 0
    this.putBackOwners.clear()
    for (const id of this.gone) {
      const object = catalog.objects.get(id)
      if (object) this.#judgeGone(object, ids)
      for (const key of provenance.unitsOf(id)) {
        const unit = this.units.get(key)
        if (unit) this.toRun.set(key, unit)
      }
    }
    // A routine that was replaced and then went with something else is made like any other.
    for (const [key, unit] of this.replaced)
      if ([...this.#idsOf(unit)].some((id) => this.gone.has(id))) {
        this.replaced.delete(key)
        this.toRun.set(key, unit)
      }
    this.#addCopies()
    for (const [key, unit] of this.toRun) {
      if (this.changes.added.has(key)) continue
      for (const id of provenance.made(key)) if (!this.gone.has(id)) this.#addRoot(ids, id)
      if (repeatable.has(unit.analysis.kind)) continue
      for (const id of provenance.changed(key)) if (!this.gone.has(id)) this.#addRoot(ids, id)
    }
    return ids
  }

  /** A part that went although its owner stayed comes back by its own statement, by its definition, or with the owner. */
  #judgeGone(object: AnyObject, ids: Set<ObjectId>): void {
    const { catalog, provenance } = this.state
    if (object.parent === undefined || this.gone.has(object.parent)) return
    const maker = provenance.makerOf(object.id)
    if (maker !== undefined && provenance.made(maker).has(object.id) && provenance.made(maker).size === 1) return
    if (putBackText(object, catalog) !== undefined) {
      this.#putBack.push(object)
      this.putBackOwners.add(object.parent)
      return
    }
    this.#addRoot(ids, rootOf(object, catalog).id)
  }

  /** LIKE and CREATE TABLE AS took columns over; the server does not remember from where. */
  #addCopies(): void {
    const affected = new Set<Unit>([...this.toRun.values(), ...this.changes.removed.values()])
    for (const [key, unit] of this.units) {
      if (!unit.analysis.copies || this.toRun.has(key)) continue
      const isAffected = unit.analysis.references.some((reference) =>
        this.index.find(reference, unit.searchPath).some((definer) => affected.has(definer)),
      )
      if (isAffected) this.toRun.set(key, unit)
    }
  }
}

function commentTarget(unit: Unit): string {
  return unit.statement.sql.replace(/\s+is\s+(?:null|'(?:[^']|'')*')\s*$/i, '')
}
