import { quoteQualified } from '../identifier.js'
import type { ObjectId } from '../model/object.js'

/** What `typeReference` of `fragments.ts` gives. */
export interface TypeReference {
  kind: string
  schema: string
  name: string
}

export function typeIdOf(reference: TypeReference | null): { typeId?: ObjectId } {
  return reference ? { typeId: `${reference.kind} ${quoteQualified(reference.schema, reference.name)}` } : {}
}
