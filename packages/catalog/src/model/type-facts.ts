import type { ObjectId } from './object.js'

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
