import type { QualifiedName } from '../sources/tree.js'

/** What one statement, or one command of an ALTER TABLE, does: the syntax tree without its forms. */
export type Change =
  | { kind: 'create schema'; name: string; guarded: boolean }
  | ({ kind: 'create table'; temporary: boolean; partitionOf?: QualifiedName } & OfTable &
      Guarded & { columns: readonly ColumnDefinition[]; constraints: readonly ConstraintDefinition[] })
  | ({
      kind: 'drop'
      what: DroppedThing
      names: readonly QualifiedName[]
      cascade: boolean
      concurrently: boolean
    } & Guarded)
  | ({ kind: 'add column'; column: ColumnDefinition } & OfTable & Guarded)
  | ({ kind: 'drop column'; name: string; cascade: boolean } & OfTable & Guarded)
  | ({ kind: 'alter column type'; name: string; type: TypeName; collation: boolean } & OfTable)
  | ({ kind: 'set not null' | 'drop not null' | 'set default' | 'drop default'; name: string } & OfTable)
  | ({ kind: 'add identity' | 'set generated expression'; name: string } & OfTable)
  | ({ kind: 'add constraint'; constraint: ConstraintDefinition } & OfTable)
  | ({ kind: 'drop constraint'; name: string; cascade: boolean } & OfTable & Guarded)
  | ({ kind: 'validate constraint'; name: string } & OfTable)
  | { kind: 'rename'; what: RenamedThing; table?: QualifiedName; from: QualifiedName; to: string }
  | { kind: 'set schema'; what: string; name: QualifiedName; schema: string }
  | ({ kind: 'create index'; name?: string; unique: boolean; concurrently: boolean; only: boolean } & OfTable &
      Guarded & { columns: readonly string[] })
  | ({ kind: 'set logged'; logged: boolean } & OfTable)
  | ({ kind: 'set access method' | 'set tablespace' } & OfTable)
  | ({ kind: 'replica identity'; mode: 'default' | 'full' | 'nothing' | 'index' } & OfTable)
  | ({ kind: 'set options'; options: Readonly<Record<string, string>> } & OfTable)
  | ({ kind: 'row security'; what: 'enable' | 'disable' | 'force' | 'no force' } & OfTable)
  | ({ kind: 'attach partition'; partition: QualifiedName } & OfTable)
  | ({ kind: 'detach partition'; partition: QualifiedName; concurrently: boolean } & OfTable)
  | ({ kind: 'create trigger'; name: string; replace: boolean } & OfTable)
  | ({ kind: 'create policy' | 'alter policy'; name: string } & OfTable)
  | { kind: 'create function'; name: QualifiedName; language: string; body: string }
  | { kind: 'create view'; name: QualifiedName; replace: boolean }
  | { kind: 'create type' | 'create sequence' | 'create extension'; name: QualifiedName; guarded: boolean }
  | { kind: 'add enum value'; type: QualifiedName; value: string; placed: boolean; guarded: boolean }
  | { kind: 'rename enum value'; type: QualifiedName; from: string; to: string }
  | { kind: 'constrain domain'; domain: QualifiedName; isNew: boolean }
  | { kind: 'revoke' }
  | { kind: 'truncate'; tables: readonly QualifiedName[]; cascade: boolean }
  | ({ kind: 'delete all' } & OfTable)
  | { kind: 'lock table'; tables: readonly QualifiedName[] }
  | { kind: 'vacuum full' | 'cluster'; table?: QualifiedName }
  | { kind: 'reindex'; name?: QualifiedName; concurrently: boolean }
  | { kind: 'refresh materialized view'; name: QualifiedName; concurrently: boolean }
  | { kind: 'drop database'; name: string }
  | { kind: 'update extension'; name: string }
  | { kind: 'transaction'; what: 'begin' | 'commit' | 'rollback' }
  | { kind: 'set variable'; name: string; values: readonly string[] }
  /** Cannot run inside a transaction, and is none of the above. */
  | { kind: 'outside transaction' }

interface OfTable {
  table: QualifiedName
}

interface Guarded {
  /** IF EXISTS, IF NOT EXISTS, OR REPLACE. */
  guarded: boolean
}

export type DroppedThing =
  | 'table'
  | 'schema'
  | 'index'
  | 'view'
  | 'materialized view'
  | 'sequence'
  | 'type'
  | 'domain'
  | 'function'
  | 'trigger'
  | 'policy'
  | 'rule'
  | 'extension'
  | 'other'

export type RenamedThing = 'table' | 'view' | 'column' | 'constraint' | 'index' | 'schema' | 'other'

export interface TypeName {
  /** As the parser has it: `int4`, `varchar`, `serial`, `public.mood`; names of pg_catalog without the schema. */
  name: string
  modifiers: number
  array: boolean
}

export interface ColumnDefinition {
  name: string
  type: TypeName
  notNull: boolean
  primaryKey: boolean
  unique: boolean
  identity: boolean
  generated?: 'stored' | 'virtual'
  /** Names of the functions that the default calls; absent without a default. */
  defaultCalls?: readonly QualifiedName[]
  constraints: readonly ConstraintDefinition[]
  /** In the statement. */
  offset: number
}

export interface ConstraintDefinition {
  type: 'primary key' | 'unique' | 'check' | 'foreign key' | 'exclude' | 'not null'
  name?: string
  columns: readonly string[]
  references?: QualifiedName
  /** ADD … USING INDEX. */
  usingIndex: boolean
  notValid: boolean
  /** Columns that a check says are not null. */
  provesNotNull: readonly string[]
  offset: number
}
