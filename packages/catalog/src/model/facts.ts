import type { ObjectId, Privilege } from './object.js'
import type {
  AccessMethodFacts,
  BaseTypeFacts,
  CastFacts,
  CollationFacts,
  ConversionFacts,
  EventTriggerFacts,
  ForeignDataWrapperFacts,
  LanguageFacts,
  MembershipFacts,
  OperatorClassFacts,
  OperatorFacts,
  OperatorFamilyFacts,
  PublicationFacts,
  PublicationSchemaFacts,
  PublicationTableFacts,
  RoleFacts,
  ServerFacts,
  StatisticsFacts,
  SubscriptionFacts,
  TextSearchConfigurationFacts,
  TextSearchDictionaryFacts,
  TextSearchParserFacts,
  TextSearchTemplateFacts,
  TransformFacts,
  UserMappingFacts,
} from './standalone-facts.js'

/** Options of a sequence or of an identity column's sequence. Texts, since they can exceed 2^53. */
export interface SequenceOptions {
  type: string
  start: string
  increment: string
  minimum: string
  maximum: string
  cache: string
  cycle: boolean
}

export interface SchemaFacts {}

export interface ExtensionFacts {
  version: string
  relocatable: boolean
  /** The version is not the one that CREATE EXTENSION takes by itself. Not compared. */
  pinned: boolean
}

export interface TableFacts {
  persistence: 'permanent' | 'unlogged'
  /** Storage parameters as `name=value`, sorted; those of the TOAST table as `toast.name=value`. */
  options: string[]
  /** Absent: the server's default. */
  accessMethod?: string
  tablespace?: string
  /** `default`, `full`, `nothing`, or the index that USING INDEX names. */
  replicaIdentity: { mode: 'default' | 'full' | 'nothing' } | { mode: 'index'; index: string }
  /** INHERITS, in order. Empty for a partition. For reading only: the objects `inheritance …` are what is compared. */
  inherits: ObjectId[]
  /** The same where there are several: links to parents are objects of their own, all but their order. */
  parentOrder?: ObjectId[]
  /** Typed table: CREATE TABLE … OF. */
  ofType?: string
  /** PARTITION BY as Postgres prints it: `RANGE (created_at)`. */
  partitionKey?: string
  /** This table is a partition. `bound` as Postgres prints it: `FOR VALUES FROM (1) TO (2)` or `DEFAULT`. For reading only, too. */
  partitionOf?: { parent: ObjectId; bound: string }
  rowSecurity: boolean
  forceRowSecurity: boolean
  /** ALTER TABLE … CLUSTER ON. */
  clusterOn?: string
}

export interface ForeignTableFacts {
  server: string
  options: string[]
  inherits: ObjectId[]
  partitionOf?: { parent: ObjectId; bound: string }
}

export type Storage = 'plain' | 'main' | 'external' | 'extended'

export interface ColumnFacts {
  /** As `format_type` writes it with an empty search_path: `integer`, `character varying(20)`, `public.mood[]`. */
  type: string
  /** The user's own type behind `type` (of the elements, for an array). */
  typeId?: ObjectId
  notNull: boolean
  /** Postgres 18 names every NOT NULL; here where it says more than the generated name does, or where it has a comment. */
  notNullConstraint?: { name?: string; noInherit: boolean; notValid: boolean; comment?: string }
  /** The name of the NOT NULL constraint, whoever made it. Not compared. */
  notNullName?: string
  /** Declared by the table itself, and not only by a parent: Postgres 18 and later. */
  notNullLocal?: boolean
  /** Text of the default. For reading only: the object `default …` is what is compared. Absent for generated columns. */
  default?: string
  generated?: { mode: 'stored' | 'virtual'; expression: string }
  identity?: {
    mode: 'always' | 'by default'
    sequence: SequenceOptions & {
      schema: string
      name: string
      persistence: 'permanent' | 'unlogged'
      comment?: string
      /** Absent where they are the default. */
      privileges?: Privilege[]
    }
  }
  /** Quoted and qualified; absent when it is the type's own. */
  collation?: string
  /** Absent when it is the type's own. */
  storage?: Storage
  /** The type's own. Not compared. */
  typeStorage: Storage
  compression?: 'pglz' | 'lz4'
  /** SET STATISTICS */
  statistics?: number
  /** `n_distinct=…`, sorted */
  options: string[]
  /** FDW options of a foreign table's column, `name=value`. */
  foreignOptions?: string[]
  /** 1-based among the columns that exist. Not compared. */
  position: number
  /** Comes from a parent table (INHERITS, partition). */
  inherited: boolean
  /** Also declared by the table itself. */
  local: boolean
  /** Kind of the relation it belongs to. */
  of: 'table' | 'foreign table' | 'view' | 'materialized view'
}

/** That a table is a partition, or INHERITS. */
export interface InheritanceFacts {
  parent: ObjectId
  /** Of a partition. */
  bound?: string
  /** What holds for every row of a partition, as an expression; not compared. */
  constraint?: string
  /** DETACH PARTITION … CONCURRENTLY was begun and not ended: nobody sees the partition in its table any more. */
  detachPending?: true
  /** Among several parents, from 1. */
  sequence: number
}

export interface DefaultFacts {
  expression: string
}

export interface ConstraintFacts {
  type: 'primary key' | 'unique' | 'check' | 'foreign key' | 'exclude' | 'trigger'
  /** As `pg_get_constraintdef` prints it, with NOT VALID and the like. */
  definition: string
  /** Column names, in order; empty for a check without columns. */
  columns: string[]
  /** Foreign keys: the table and the columns pointed to. */
  references?: { table: ObjectId; columns: string[] }
  deferrable: boolean
  deferred: boolean
  validated: boolean
  enforced: boolean
  noInherit: boolean
  inherited: boolean
  local: boolean
  /** The parent table's constraint that it is a part of. */
  partOf?: ObjectId
  /** Of the index behind it. */
  index?: {
    name: string
    options: string[]
    tablespace?: string
    statistics: Record<string, number>
    comment?: string
    nullsNotDistinct: boolean
    /** Of a partitioned table: not every partition has its part of it. */
    incomplete?: true
  }
  of: 'table' | 'foreign table' | 'domain'
}

export interface IndexFacts {
  /** As `pg_get_indexdef` prints it. */
  definition: string
  unique: boolean
  method: string
  /** Names of plain columns in the key and INCLUDE, in order; null for an expression. */
  columns: (string | null)[]
  predicate?: string
  valid: boolean
  /** Columns of the index with SET STATISTICS, by number. */
  statistics: Record<string, number>
  /** Storage parameters, sorted; also part of the definition. */
  options: string[]
  tablespace?: string
  /** A partition of this index of the parent table. */
  partitionOf?: ObjectId
}

export interface SequenceFacts extends SequenceOptions {
  persistence: 'permanent' | 'unlogged'
  /** OWNED BY */
  ownedBy?: ObjectId
}

export interface ViewFacts {
  /** As `pg_get_viewdef` prints it, without the final semicolon. */
  definition: string
  /** `security_invoker=true`, `check_option=local` …, sorted */
  options: string[]
}

export interface MaterializedViewFacts {
  definition: string
  options: string[]
  accessMethod?: string
  tablespace?: string
  populated: boolean
  clusterOn?: string
}

export interface EnumFacts {
  labels: string[]
}

export interface DomainFacts {
  base: string
  baseId?: ObjectId
  notNull: boolean
  notNullConstraint?: { name: string }
  default?: string
  collation?: string
}

export interface CompositeFacts {
  attributes: { name: string; type: string; typeId?: ObjectId; collation?: string; comment?: string }[]
}

export interface RangeFacts {
  subtype: string
  multirange: string
  operatorClass?: string
  collation?: string
  canonical?: string
  difference?: string
}

export interface FunctionFacts {
  /** Input arguments' types, comma separated: what makes the overload. */
  signature: string
  /** Whole argument list with names, modes and defaults. */
  arguments: { name?: string; mode: 'in' | 'out' | 'inout' | 'variadic' | 'table'; type: string; default?: string }[]
  /** Absent for procedures. */
  returns?: string
  language: string
  /** As `pg_get_functiondef` prints it. */
  definition: string
  /** String body, or the SQL-standard body. */
  body: string
  atomic: boolean
  volatility: 'immutable' | 'stable' | 'volatile'
  parallel: 'safe' | 'restricted' | 'unsafe'
  strict: boolean
  securityDefiner: boolean
  leakproof: boolean
  window: boolean
  returnsSet: boolean
  cost: number
  rows: number
  support?: string
  config: string[]
}

export interface AggregateFacts {
  signature: string
  /** Everything between the parentheses of CREATE AGGREGATE, one option each. */
  options: string[]
  returns: string
  parallel: 'safe' | 'restricted' | 'unsafe'
  /** Argument list as `pg_get_function_arguments` prints it. */
  arguments: string
}

export interface TriggerFacts {
  /** As `pg_get_triggerdef` prints it. */
  definition: string
  enabled: 'origin' | 'disabled' | 'replica' | 'always'
  constraint: boolean
  /** Cloned from the partitioned table's trigger. */
  inherited: boolean
}

export interface RuleFacts {
  definition: string
  enabled: 'origin' | 'disabled' | 'replica' | 'always'
}

export interface PolicyFacts {
  command: 'all' | 'select' | 'insert' | 'update' | 'delete'
  permissive: boolean
  /** Sorted; `public` for PUBLIC. */
  roles: string[]
  using?: string
  check?: string
}

export interface DefaultPrivilegeFacts {
  /** Absent: the role that read the catalog. */
  role?: string
  objects: 'tables' | 'sequences' | 'functions' | 'types' | 'schemas' | 'large objects'
  /** What a new object of the role gets, sorted: additions within a schema, the whole list otherwise. */
  grants: { grantee: string; privilege: string; grantable: boolean }[]
}

/** Plain data per kind. A kind is added here and as a file under `kinds/`. */
export interface Facts {
  schema: SchemaFacts
  extension: ExtensionFacts
  table: TableFacts
  'foreign table': ForeignTableFacts
  inheritance: InheritanceFacts
  column: ColumnFacts
  default: DefaultFacts
  constraint: ConstraintFacts
  index: IndexFacts
  sequence: SequenceFacts
  view: ViewFacts
  'materialized view': MaterializedViewFacts
  enum: EnumFacts
  domain: DomainFacts
  composite: CompositeFacts
  range: RangeFacts
  function: FunctionFacts
  procedure: FunctionFacts
  aggregate: AggregateFacts
  trigger: TriggerFacts
  rule: RuleFacts
  policy: PolicyFacts
  'default privilege': DefaultPrivilegeFacts
  type: BaseTypeFacts
  collation: CollationFacts
  operator: OperatorFacts
  'operator class': OperatorClassFacts
  'operator family': OperatorFamilyFacts
  cast: CastFacts
  conversion: ConversionFacts
  transform: TransformFacts
  language: LanguageFacts
  'access method': AccessMethodFacts
  'event trigger': EventTriggerFacts
  publication: PublicationFacts
  'publication table': PublicationTableFacts
  'publication schema': PublicationSchemaFacts
  subscription: SubscriptionFacts
  'foreign data wrapper': ForeignDataWrapperFacts
  server: ServerFacts
  'user mapping': UserMappingFacts
  'text search configuration': TextSearchConfigurationFacts
  'text search dictionary': TextSearchDictionaryFacts
  'text search parser': TextSearchParserFacts
  'text search template': TextSearchTemplateFacts
  statistics: StatisticsFacts
  role: RoleFacts
  membership: MembershipFacts
}

export type Kind = keyof Facts
