import type { Catalog, Connection } from '@savepoint/catalog'
import type { PluginContext } from './context.js'

type Awaitable<Value> = Value | Promise<Value>

/** One object of a plugin's kind. Two are the same when their names are, and equal when their facts are (as JSON). */
export interface KindObject<Facts = unknown> {
  /** Unique within the kind; shown in plans behind the kind's name. */
  name: string
  /** Plain data: everything that counts for equality. */
  facts: Facts
}

/**
 * Objects that Postgres' own catalogs do not hold, such as the jobs of pg_cron or the configuration of pg_partman: they
 * stand in tables of an extension. What `desired` gives and what `read` finds are compared, and the statements that lead from
 * one to the other are proved on scratch. On save all of them, drops included, are applied in a transaction of their own after
 * that of the schema; in plans of commands and in migrations the drops stand before the schema's statements and the rest after
 * them.
 */
export interface ObjectKind<Facts = unknown> {
  /** As people call one of them: `cron job`. */
  name: string
  /** What should be there, given the desired schema. */
  desired(catalog: Catalog, context: PluginContext): Awaitable<readonly KindObject<Facts>[]>
  /**
   * What is there and belongs to this kind: of this, whatever `desired` does not name is dropped. It is asked of the
   * development database, and of scratch; where the extension is not installed it should find nothing. Only reads.
   */
  read(connection: Connection): Awaitable<readonly KindObject<Facts>[]>
  /** SQL, a statement or several. */
  create(object: KindObject<Facts>): string | readonly string[]
  /** @default drop and create */
  alter?(from: KindObject<Facts>, to: KindObject<Facts>): string | readonly string[]
  drop(object: KindObject<Facts>): string | readonly string[]
}

/** Types an object kind: its methods then know the facts that `read` gives. Returns what it was given. */
export function defineObjectKind<Facts>(kind: ObjectKind<Facts>): ObjectKind<Facts> {
  return kind
}
