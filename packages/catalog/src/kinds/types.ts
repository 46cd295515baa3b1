import { quoteIdentifier, quoteQualified } from '../identifier.js'
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

/** Suffix of a type that makes room for its successor while columns are converted. */
const movedSuffix = '__savepoint_old'

/** `ALTER TYPE … RENAME` out of the way, and the DROP that follows when no column holds its values any more. */
export function moveTypeAway(
  type: { schema?: string; name: string },
  word: 'TYPE' | 'DOMAIN',
): { statements: string[]; drop: string[] } {
  const name = movedName(type.name)
  return {
    statements: [`ALTER ${word} ${quoteQualified(type.schema, type.name)} RENAME TO ${quoteIdentifier(name)}`],
    drop: [`DROP ${word} ${quoteQualified(type.schema, name)}`],
  }
}

/** Cut so that the suffix survives the 63 bytes that a name may have. */
export function movedName(name: string): string {
  let cut = name
  while (Buffer.byteLength(cut) + movedSuffix.length > 63) cut = [...cut].slice(0, -1).join('')
  return cut + movedSuffix
}
