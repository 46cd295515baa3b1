import type { Reader } from '../extract/reader.js'
import type { AnyObject } from '../model/object.js'
import type { Kind } from '../model/facts.js'
import { aggregateKind, aggregateReader } from './aggregate.js'
import { columnKind, columnReader } from './column.js'
import { compositeKind, compositeReader } from './composite.js'
import { constraintKind, constraintReader } from './constraint.js'
import { defaultPrivilegeKind, defaultPrivilegeReader } from './default-privilege.js'
import { defaultKind } from './default.js'
import { domainKind, domainReader } from './domain.js'
import { enumKind, enumReader } from './enum.js'
import { extensionKind, extensionReader } from './extension.js'
import { foreignTableKind, foreignTableReader } from './foreign-table.js'
import { indexKind, indexReader } from './index-kind.js'
import { inheritanceKind, inheritanceReader } from './inheritance.js'
import type { KindDefinition } from './kind.js'
import { materializedViewKind, materializedViewReader } from './materialized-view.js'
import { policyKind, policyReader } from './policy.js'
import { rangeKind, rangeReader } from './range.js'
import { ruleKind, ruleReader } from './rule.js'
import { functionKind, functionReader, procedureKind } from './function.js'
import { triggerKind, triggerReader } from './trigger.js'
import { viewKind, viewReader } from './view.js'
import { schemaKind, schemaReader } from './schema.js'
import { sequenceKind, sequenceReader } from './sequence.js'
import { standaloneDefinitions, standaloneReaders } from './standalone-kinds.js'
import { tableKind, tableReader } from './table.js'

/** In the order in which rows are handed over: what others look up with `sink.at` comes first. */
export const readers: readonly Reader[] = [
  schemaReader,
  extensionReader,
  enumReader,
  compositeReader,
  domainReader,
  rangeReader,
  tableReader,
  foreignTableReader,
  viewReader,
  materializedViewReader,
  columnReader,
  inheritanceReader,
  sequenceReader,
  constraintReader,
  indexReader,
  functionReader,
  aggregateReader,
  triggerReader,
  ruleReader,
  policyReader,
  defaultPrivilegeReader,
  ...standaloneReaders,
]

const definitions: { [K in Kind]: KindDefinition<K> } = {
  schema: schemaKind,
  extension: extensionKind,
  table: tableKind,
  'foreign table': foreignTableKind,
  column: columnKind,
  default: defaultKind,
  inheritance: inheritanceKind,
  constraint: constraintKind,
  index: indexKind,
  sequence: sequenceKind,
  view: viewKind,
  'materialized view': materializedViewKind,
  enum: enumKind,
  domain: domainKind,
  composite: compositeKind,
  range: rangeKind,
  function: functionKind,
  procedure: procedureKind,
  aggregate: aggregateKind,
  trigger: triggerKind,
  rule: ruleKind,
  policy: policyKind,
  'default privilege': defaultPrivilegeKind,
  ...standaloneDefinitions,
}

/** The definition for an object's kind. */
export function kindOf(object: AnyObject): KindDefinition {
  // A definition takes objects of its own kind only, which no common type can say; this is the one place that pairs them.
  return definitions[object.kind] as unknown as KindDefinition
}
