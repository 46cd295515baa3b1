import { classes } from '../extract/classes.js'
import { defineReader, type QueryContext } from '../extract/reader.js'
import { normalisePrivileges } from '../extract/privileges.js'
import { quoteIdentifier, quoteQualified } from '../identifier.js'
import type { SequenceOptions } from '../model/facts.js'
import type { CatalogObject, ObjectId } from '../model/object.js'
import { dropSequenceHazard } from './hazards.js'
import type { KindDefinition, LateStatement, Statement } from './kind.js'
import { nameOf } from './named.js'
import { changedSequenceClauses, clampPosition, sequenceClauses, setPersistence } from './sequence-options.js'

interface Row {
  oid: number
  schema: string
  name: string
  persistence: string
  type: string
  start: string
  increment: string
  minimum: string
  maximum: string
  cache: string
  cycle: boolean
  owner: string
  acl: string[] | null
  dependency: string | null
  relation: number | null
  attribute: number | null
  owner_schema: string | null
  owner_table: string | null
  owner_kind: string | null
  owner_column: string | null
  identity: string | null
}

// As a list of oids that is known before the scan, so that sequences are found by an index; an OR over two tables reads all.
function inScope(context: QueryContext): string {
  const { pg_class } = classes
  if (context.inScope([pg_class, 'oid']) === 'true') return 'true'
  return `s.seqrelid = ANY (ARRAY(
        SELECT oid FROM pg_catalog.pg_class WHERE ${context.inScope([pg_class, 'oid'])}
        UNION ALL SELECT objid FROM pg_catalog.pg_depend WHERE classid = ${pg_class} AND refclassid = ${pg_class}
          AND deptype IN ('a', 'i') AND ${context.inScope([pg_class, 'refobjid'])}))`
}

/** Sequences, also those of identity columns, which become a part of the column's facts. */
export const sequenceReader = defineReader<Row>({
  name: 'sequences',
  classes: [classes.pg_class],
  sql: (context) => `SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relpersistence AS persistence,
      format_type(s.seqtypid, NULL) AS type, s.seqstart::text AS start, s.seqincrement::text AS increment,
      s.seqmin::text AS minimum, s.seqmax::text AS maximum, s.seqcache::text AS cache, s.seqcycle AS cycle,
      pg_get_userbyid(c.relowner) AS owner, c.relacl::text[] AS acl,
      d.deptype AS dependency, d.refobjid AS relation, d.refobjsubid AS attribute,
      tn.nspname AS owner_schema, t.relname AS owner_table, t.relkind AS owner_kind, a.attname AS owner_column, a.attidentity AS identity
    FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_depend d ON d.classid = ${classes.pg_class} AND d.objid = c.oid AND d.objsubid = 0
      AND d.refclassid = ${classes.pg_class} AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
    LEFT JOIN pg_catalog.pg_class t ON t.oid = d.refobjid LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE c.relpersistence <> 't' AND ${context.inSchemas('c.relnamespace')}
      AND ${context.notMember(classes.pg_class, 'c.oid')}
      AND ${inScope(context)}
    ORDER BY c.oid`,
  read(row, sink) {
    const options: SequenceOptions = {
      type: row.type,
      start: row.start,
      increment: row.increment,
      minimum: row.minimum,
      maximum: row.maximum,
      cache: row.cache,
      cycle: row.cycle,
    }
    const persistence = row.persistence === 'u' ? 'unlogged' : 'permanent'
    if (row.dependency === 'i') {
      const column = sink.at(classes.pg_class, row.relation ?? 0, row.attribute ?? 0)
      if (column?.kind !== 'column') return
      const comment = sink.comment(classes.pg_class, row.oid)
      const privileges = normalisePrivileges(row.acl, 'sequence', row.owner, sink.version)
      column.facts.identity = {
        mode: row.identity === 'a' ? 'always' : 'by default',
        sequence: {
          ...options,
          schema: row.schema,
          name: row.name,
          persistence,
          ...(comment !== undefined && { comment }),
          ...(privileges.length > 0 && { privileges }),
        },
      }
      sink.alias(classes.pg_class, row.oid, 0, column.id)
      return
    }
    const ownedBy: ObjectId | undefined =
      row.owner_column === null || row.owner_table === null
        ? undefined
        : `column ${quoteQualified(row.owner_schema ?? undefined, row.owner_table)}.${quoteIdentifier(row.owner_column)}`
    sink.add({
      kind: 'sequence',
      identity: quoteQualified(row.schema, row.name),
      schema: row.schema,
      name: row.name,
      owner: row.owner,
      acl: { items: row.acl, target: 'sequence' },
      facts: { ...options, persistence, ...(ownedBy !== undefined && { ownedBy }) },
      classid: classes.pg_class,
      objid: row.oid,
    })
  },
})

type Sequence = CatalogObject<'sequence'>

/** The sequence of an identity column as an object: for what is said of it by its own name. */
export function identitySequence(column: CatalogObject<'column'>): Sequence | undefined {
  if (column.facts.identity === undefined) return undefined
  const { schema, name, comment, privileges = [], ...facts } = column.facts.identity.sequence
  return {
    id: `sequence ${quoteQualified(schema, name)}`,
    kind: 'sequence',
    schema,
    name,
    ...(comment !== undefined && { comment }),
    privileges,
    facts,
    hash: '',
    address: column.address,
  }
}

export const sequenceKind: KindDefinition<'sequence'> = {
  kind: 'sequence',
  weight: 12,
  target: (sequence) => `SEQUENCE ${nameOf(sequence)}`,
  // Postgres lets the owner of a column's sequence follow the table's, and refuses to change it alone.
  ownerTarget: (sequence, from) =>
    from?.facts.ownedBy !== undefined && from.facts.ownedBy === sequence.facts.ownedBy
      ? undefined
      : `SEQUENCE ${nameOf(sequence)}`,
  grantTarget: (sequence) => ({ on: `SEQUENCE ${nameOf(sequence)}`, target: 'sequence' }),
  slots: (sequence) => [`relation ${nameOf(sequence)}`],
  create(sequence) {
    const { facts } = sequence
    const clauses = sequenceClauses(facts)
    if (facts.type !== 'bigint') clauses.unshift(`AS ${facts.type}`)
    const unlogged = facts.persistence === 'unlogged' ? 'UNLOGGED ' : ''
    return [`CREATE ${unlogged}SEQUENCE ${nameOf(sequence)}${clauses.map((clause) => ` ${clause}`).join('')}`]
  },
  late(sequence, from, context): LateStatement[] {
    const { ownedBy } = sequence.facts
    if (ownedBy === undefined) return []
    if (from?.facts.ownedBy === ownedBy && !context.isCreated(ownedBy)) return []
    return [
      {
        statement: `ALTER SEQUENCE ${nameOf(sequence)} OWNED BY ${ownedBy.replace(/^column /, '')}`,
        needs: [ownedBy],
      },
    ]
  },
  alter(from, to, context) {
    const statements: Statement[] = []
    const { ownedBy } = from.facts
    // A column that goes would take the sequence along.
    if (ownedBy !== undefined && (to.facts.ownedBy === undefined || context.isDropped(ownedBy)))
      statements.push(`ALTER SEQUENCE ${nameOf(to)} OWNED BY NONE`)
    const clauses = changedSequenceClauses(from.facts, to.facts)
    statements.push(...clampPosition(nameOf(to), from.facts, to.facts))
    if (clauses.length > 0) statements.push(`ALTER SEQUENCE ${nameOf(to)} ${clauses.join(' ')}`)
    if (from.facts.persistence !== to.facts.persistence)
      statements.push(setPersistence({ ...to, persistence: to.facts.persistence }))
    return { statements }
  },
  drop(sequence, context) {
    // DROP TABLE and DROP COLUMN take the sequences along that belong to them.
    const { ownedBy } = sequence.facts
    if (ownedBy !== undefined && context.isDropped(ownedBy)) return []
    return [
      {
        sql: `DROP SEQUENCE ${nameOf(sequence)}`,
        hazards: [dropSequenceHazard(nameOf(sequence))],
        destroys: { id: sequence.id, kind: 'sequence', schema: sequence.schema ?? '' },
      },
    ]
  },
  rename: (from, name) => `ALTER SEQUENCE ${nameOf(from)} RENAME TO ${quoteIdentifier(name)}`,
}
