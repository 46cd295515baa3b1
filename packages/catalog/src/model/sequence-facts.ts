import type { ObjectId } from './object.js'

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

export interface SequenceFacts extends SequenceOptions {
  persistence: 'permanent' | 'unlogged'
  /** OWNED BY */
  ownedBy?: ObjectId
}
