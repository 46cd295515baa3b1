import type { Reader } from '../extract/reader.js'
import { accessMethodKind } from './access-method.js'
import { baseTypeKind } from './base-type.js'
import { castKind } from './cast.js'
import { collationKind } from './collation.js'
import { conversionKind } from './conversion.js'
import { eventTriggerKind } from './event-trigger.js'
import { foreignDataWrapperKind } from './foreign-data-wrapper.js'
import { languageKind } from './language.js'
import { operatorClassKind } from './operator-class.js'
import { operatorFamilyKind } from './operator-family.js'
import { operatorKind } from './operator.js'
import { publicationKind, publicationSchemaKind, publicationTableKind } from './publication.js'
import { membershipKind, roleKind } from './role.js'
import { serverKind } from './server.js'
import { standaloneDefinition, standaloneReader } from './standalone.js'
import { statisticsKind } from './statistics.js'
import { subscriptionKind } from './subscription.js'
import {
  textSearchConfigurationKind,
  textSearchDictionaryKind,
  textSearchParserKind,
  textSearchTemplateKind,
} from './text-search.js'
import { transformKind } from './transform.js'
import { userMappingKind } from './user-mapping.js'

/** Read after relations, since some of these belong to one; a parent stands before its children. */
export const standaloneReaders: readonly Reader[] = [
  standaloneReader(roleKind),
  standaloneReader(membershipKind),
  standaloneReader(languageKind),
  standaloneReader(accessMethodKind),
  standaloneReader(collationKind),
  standaloneReader(baseTypeKind),
  standaloneReader(operatorKind),
  standaloneReader(operatorFamilyKind),
  standaloneReader(operatorClassKind),
  standaloneReader(castKind),
  standaloneReader(conversionKind),
  standaloneReader(transformKind),
  standaloneReader(textSearchParserKind),
  standaloneReader(textSearchTemplateKind),
  standaloneReader(textSearchDictionaryKind),
  standaloneReader(textSearchConfigurationKind),
  standaloneReader(foreignDataWrapperKind),
  standaloneReader(serverKind),
  standaloneReader(userMappingKind),
  standaloneReader(statisticsKind),
  standaloneReader(publicationKind),
  standaloneReader(publicationTableKind),
  standaloneReader(publicationSchemaKind),
  standaloneReader(subscriptionKind),
  standaloneReader(eventTriggerKind),
]

export const standaloneDefinitions = {
  role: standaloneDefinition(roleKind),
  membership: standaloneDefinition(membershipKind),
  language: standaloneDefinition(languageKind),
  'access method': standaloneDefinition(accessMethodKind),
  collation: standaloneDefinition(collationKind),
  type: standaloneDefinition(baseTypeKind),
  operator: standaloneDefinition(operatorKind),
  'operator family': standaloneDefinition(operatorFamilyKind),
  'operator class': standaloneDefinition(operatorClassKind),
  cast: standaloneDefinition(castKind),
  conversion: standaloneDefinition(conversionKind),
  transform: standaloneDefinition(transformKind),
  'text search parser': standaloneDefinition(textSearchParserKind),
  'text search template': standaloneDefinition(textSearchTemplateKind),
  'text search dictionary': standaloneDefinition(textSearchDictionaryKind),
  'text search configuration': standaloneDefinition(textSearchConfigurationKind),
  'foreign data wrapper': standaloneDefinition(foreignDataWrapperKind),
  server: standaloneDefinition(serverKind),
  'user mapping': standaloneDefinition(userMappingKind),
  statistics: standaloneDefinition(statisticsKind),
  publication: standaloneDefinition(publicationKind),
  'publication table': standaloneDefinition(publicationTableKind),
  'publication schema': standaloneDefinition(publicationSchemaKind),
  subscription: standaloneDefinition(subscriptionKind),
  'event trigger': standaloneDefinition(eventTriggerKind),
} as const
