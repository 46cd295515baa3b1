import type { Kind } from '../model/facts.js'
import type { AnyObject, Catalog, CatalogObject, ObjectId } from '../model/object.js'
import type { Destruction, Hazard, PlanOptions, StepAction } from '../model/plan.js'
import type { PrivilegeTarget } from '../extract/privileges.js'

/** One statement of a kind, before it becomes a step. A plain string says nothing but its SQL. */
export type Statement =
  | string
  | {
      sql: string
      /** What is run instead, where `sql` leaves out a secret. See `Step.run`. */
      run?: string
      hazards?: Hazard[]
      destroys?: Destruction
      /** False: cannot run inside a transaction. */
      transactional?: boolean
      action?: StepAction
    }

/** How an object that stays is changed where it stands. */
export interface Alteration {
  statements: Statement[]
  /**
   * Says of an object that depends on this one whether it is in the way: then it is dropped before and created anew after,
   * with all that depends on it in turn. Absent: nothing is in the way.
   */
  disturbs?: (dependent: AnyObject) => boolean
}

/**
 * A statement that has to wait for more than the object itself: a replica identity for its index, OWNED BY for the column.
 * Nothing ever waits for it.
 */
export interface LateStatement {
  statement: Statement
  needs: ObjectId[]
}

/** What the planner knows when it asks a kind for statements. */
export interface PlanContext {
  from: Catalog
  to: Catalog
  /** Of the server that runs the plan. */
  version: number
  strategy: NonNullable<PlanOptions['strategy']>
  /** What belongs to an object, in the order of the catalog it is asked from. */
  childrenIn(catalog: Catalog, parent: ObjectId): readonly AnyObject[]
  /** Links of tables that inherit from this one or are its partitions, in either catalog. */
  heirs(table: ObjectId): readonly CatalogObject<'inheritance'>[]
  /** The plan makes it: it is new, or dropped and made anew. */
  isCreated(id: ObjectId): boolean
  /** It goes, for good or to come back. */
  isDropped(id: ObjectId): boolean
  /** The type is built anew while columns hold values of it: they are converted through text. */
  isRebuilt(id: ObjectId | undefined): boolean
  /** A column of a table, old or new, holds values of the type, also within arrays, domains and other composites. */
  isStored(type: ObjectId): boolean
  /** The base type that the function is a part of in that catalog, and whether it is the one that reads it. */
  baseTypeOf(id: ObjectId, side: 'from' | 'to'): { type: ObjectId; input: boolean } | undefined
  /** The child is part of its parent's CREATE statement, and needs none of its own. */
  isInlined(id: ObjectId): boolean
  /** Texts of everything that the plan makes or changes, for a kind that must know whether something is used at once. */
  createdTexts(): readonly string[]
}

/**
 * Everything the planner knows about a kind. Adding a kind is adding a file with one of these and the reader of its catalog, and
 * naming both in `registry.ts`. Order among objects, comments, owners, privileges and security labels are not its business.
 */
export interface KindDefinition<K extends Kind = Kind> {
  kind: K
  /** Among statements that could come in any order, lower is created earlier and dropped later. */
  weight: number
  /**
   * The object as ALTER, DROP, COMMENT ON and SECURITY LABEL ON name it: `TABLE public.users`, `TRIGGER t ON public.users`,
   * `FUNCTION public.f(integer)`.
   */
  target(object: CatalogObject<K>): string
  /**
   * As ALTER … OWNER TO names it; absent for kinds without an owner of their own, undefined where it follows another's. `from` is
   * absent when the object is created.
   */
  ownerTarget?(object: CatalogObject<K>, from?: CatalogObject<K>): string | undefined
  /** As GRANT … ON names it, and what kind of list it is; absent for kinds without privileges. */
  grantTarget?(object: CatalogObject<K>): { on: string; target: PrivilegeTarget; column?: string }
  /** What comes with it and has a comment and privileges of its own: the sequence of an identity column. */
  companion?(object: CatalogObject<K>): AnyObject | undefined
  /** Whether COMMENT ON exists for it. @default true */
  commentable?: boolean
  /** What its own name occupies, so that what comes waits for what goes: `relation public.users`, `type public.mood`. */
  slots?(object: CatalogObject<K>): string[]
  /** Without comment, owner and privileges, which are added. Empty where its parent's statement makes it. */
  create(object: CatalogObject<K>, context: PlanContext): Statement[]
  /** See `LateStatement`. `from` is absent when the object is created. */
  late?(to: CatalogObject<K>, from: CatalogObject<K> | undefined, context: PlanContext): LateStatement[]
  /** `recreate`: Postgres cannot change it in place. Asked when hashes differ or when a type it uses is rebuilt. */
  alter(from: CatalogObject<K>, to: CatalogObject<K>, context: PlanContext): Alteration | 'recreate'
  /** Default: `DROP` and the target. */
  drop?(object: CatalogObject<K>, context: PlanContext): Statement[]
  /**
   * For types: statements that move the old one out of the way under a free name while columns are converted to the new one,
   * and the statement that drops it afterwards.
   */
  moveAway?(object: CatalogObject<K>): { statements: Statement[]; drop: Statement[] }
  /**
   * A stand-in with the same columns that needs nothing but types, for objects that need each other in a circle: made first and replaced
   * later, or put in place of the object before it is dropped.
   */
  standIn?(object: CatalogObject<K>, columns: readonly AnyObject[], verb: 'CREATE' | 'CREATE OR REPLACE'): Statement
  /** What replaces the stand-in. */
  replaceStandIn?(object: CatalogObject<K>, context: PlanContext): Statement
  /** ALTER … RENAME TO; `from` still has its old name. Absent where Postgres has none. */
  rename?(from: CatalogObject<K>, name: string): string
  /** May be part of its parent's CREATE statement. The planner decides whether that is possible. */
  inlines?(object: CatalogObject<K>, parent: AnyObject): boolean
  /** Its parent's DROP takes it along. @default true */
  dropsWithParent?: boolean
}

export function sqlOf(statement: Statement): string {
  return typeof statement === 'string' ? statement : statement.sql
}
