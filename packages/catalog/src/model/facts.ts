import type { ColumnFacts, DefaultFacts } from './column-facts.js'
import type { ConstraintFacts, IndexFacts } from './constraint-facts.js'
import type { FunctionFacts, AggregateFacts } from './routine-facts.js'
import type { SequenceFacts } from './sequence-facts.js'
import type { TableFacts, ForeignTableFacts, InheritanceFacts } from './table-facts.js'
import type { TriggerFacts, RuleFacts, PolicyFacts } from './trigger-facts.js'
import type { EnumFacts, DomainFacts, CompositeFacts, RangeFacts } from './type-facts.js'
import type { ViewFacts, MaterializedViewFacts } from './view-facts.js'
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

export type * from './column-facts.js'
export type * from './constraint-facts.js'
export type * from './routine-facts.js'
export type * from './sequence-facts.js'
export type * from './table-facts.js'
export type * from './trigger-facts.js'
export type * from './type-facts.js'
export type * from './view-facts.js'

export interface SchemaFacts {}

export interface ExtensionFacts {
  version: string
  relocatable: boolean
  /** The version is not the one that CREATE EXTENSION takes by itself. Not compared. */
  pinned: boolean
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
