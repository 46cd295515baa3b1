// Facts of the kinds that no column, index or constraint belongs to. References to other objects are quoted and qualified text,
// ready for SQL. All of them come out of one JSON object per row, so everything is a string, a boolean or a list.

/** `name=value` as the catalogs keep options, sorted. */
export type OptionList = string[]

export interface BaseTypeFacts {
  input: string
  output: string
  receive?: string
  send?: string
  modifierInput?: string
  modifierOutput?: string
  analyze?: string
  subscript?: string
  /** Bytes, or `variable`. */
  length: string
  byValue: boolean
  alignment: string
  storage: string
  category: string
  preferred: boolean
  default?: string
  element?: string
  delimiter: string
  collatable: boolean
}

export interface CollationFacts {
  provider: string
  deterministic: boolean
  locale?: string
  collate?: string
  characterType?: string
  /** A copy of `C` or `POSIX`, which hold for every encoding. */
  anyEncoding?: boolean
  rules?: string
}

export interface OperatorFacts {
  function: string
  left?: string
  right?: string
  /** `OPERATOR(schema.=)` */
  commutator?: string
  negator?: string
  restrict?: string
  join?: string
  hashes: boolean
  merges: boolean
}

export interface OperatorMember {
  number: string
  /** `schema.=(integer,integer)` */
  operator: string
  sortFamily?: string
}

export interface FunctionMember {
  number: string
  /** `integer, integer` */
  types: string
  function: string
}

export interface OperatorFamilyFacts {
  method: string
  /** Those that belong to the family and to none of its classes. */
  operators: OperatorMember[]
  functions: FunctionMember[]
}

export interface OperatorClassFacts {
  method: string
  /** Quoted and qualified. */
  family: string
  type: string
  default: boolean
  storage?: string
  operators: OperatorMember[]
  functions: FunctionMember[]
}

export interface CastFacts {
  source: string
  target: string
  function?: string
  method: 'function' | 'inout' | 'binary'
  context: 'explicit' | 'assignment' | 'implicit'
}

export interface ConversionFacts {
  from: string
  to: string
  function: string
  default: boolean
}

export interface TransformFacts {
  type: string
  language: string
  fromSql?: string
  toSql?: string
}

export interface LanguageFacts {
  trusted: boolean
  handler: string
  inline?: string
  validator?: string
}

export interface AccessMethodFacts {
  type: 'INDEX' | 'TABLE'
  handler: string
}

export interface EventTriggerFacts {
  event: string
  function: string
  tags: string[]
  enabled: 'origin' | 'disabled' | 'replica' | 'always'
}

export interface PublicationFacts {
  allTables: boolean
  /** `insert`, `update` … */
  publish: string[]
  viaRoot: boolean
  /** Postgres 18: publish_generated_columns. */
  generatedColumns: 'none' | 'stored'
}

/** One table in a publication: an object of its own, since it goes when the table is dropped or made anew. */
export interface PublicationTableFacts {
  publication: string
  table: string
  columns?: string[]
  where?: string
}

export interface PublicationSchemaFacts {
  publication: string
  schema: string
}

export interface SubscriptionFacts {
  /** Without what is secret in it. Absent where the reading role may not see it. */
  connection?: string
  publications: string[]
  enabled: boolean
  slot?: string
  /** Options of CREATE SUBSCRIPTION as `name=value`, those at their defaults left out. */
  options: OptionList
}

export interface ForeignDataWrapperFacts {
  handler?: string
  validator?: string
  options: OptionList
}

export interface ServerFacts {
  wrapper: string
  type?: string
  version?: string
  options: OptionList
}

export interface UserMappingFacts {
  /** `PUBLIC`, or the quoted name of a role. */
  user: string
  server: string
  /** Without those that are secret. */
  options: OptionList
}

export interface TextSearchParserFacts {
  start: string
  token: string
  end: string
  headline?: string
  lexTypes: string
}

export interface TextSearchTemplateFacts {
  init?: string
  lexize: string
}

export interface TextSearchDictionaryFacts {
  template: string
  /** `name = 'value'`, as the catalog keeps it. */
  options: string
}

export interface TextSearchConfigurationFacts {
  parser: string
  /** Dictionaries by token type, in their order. */
  mappings: { token: string; dictionaries: string[] }[]
}

export interface StatisticsFacts {
  /** As `pg_get_statisticsobjdef` prints it. */
  definition: string
  /** SET STATISTICS */
  target?: number
}

export interface RoleFacts {
  superuser: boolean
  createDatabase: boolean
  createRole: boolean
  inherit: boolean
  login: boolean
  replication: boolean
  bypassRowSecurity: boolean
  connectionLimit: number
  validUntil?: string
  /** Settings of the role in every database, `name=value`. */
  settings: OptionList
}

export interface MembershipFacts {
  role: string
  member: string
  admin: boolean
  /** Postgres 16 and later. */
  inherit?: boolean
  set?: boolean
}
