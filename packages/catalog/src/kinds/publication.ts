import { quoteIdentifier } from '../identifier.js'
import type { PublicationFacts } from '../model/standalone-facts.js'
import { referenceOf, type StandaloneKind, type StandaloneQuery } from './standalone.js'

// `to_jsonb(row) ->>` reads what servers before 18 lack.
const publicationQuery = `
  SELECT p.oid, NULL AS schema, p.pubname AS name, quote_ident(p.pubname) AS reference, pg_get_userbyid(p.pubowner) AS owner,
    jsonb_build_object('allTables', p.puballtables, 'viaRoot', p.pubviaroot,
      'publish', to_jsonb(array_remove(ARRAY[CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
        CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END], NULL)),
      'generatedColumns', CASE to_jsonb(p) ->> 'pubgencols' WHEN 's' THEN 'stored' ELSE 'none' END) AS facts
  FROM pg_publication p WHERE p.oid >= 16384`

function parameters(facts: PublicationFacts): string[] {
  return [
    `publish = '${facts.publish.join(', ')}'`,
    `publish_via_partition_root = ${facts.viaRoot}`,
    ...(facts.generatedColumns === 'stored' ? ['publish_generated_columns = stored'] : []),
  ]
}

const defaults = JSON.stringify(['insert', 'update', 'delete', 'truncate'])

export const publicationKind: StandaloneKind<'publication'> = {
  kind: 'publication',
  keyword: 'PUBLICATION',
  catalog: 'pg_publication',
  weight: 80,
  owned: true,
  query: () => publicationQuery,
  create(object) {
    const { facts } = object
    const plain = JSON.stringify(facts.publish) === defaults && !facts.viaRoot && facts.generatedColumns === 'none'
    return [
      `CREATE PUBLICATION ${referenceOf(object)}${facts.allTables ? ' FOR ALL TABLES' : ''}${plain ? '' : ` WITH (${parameters(facts).join(', ')})`}`,
    ]
  },
  alter(from, to) {
    // FOR ALL TABLES is decided when a publication is made.
    if (from.facts.allTables !== to.facts.allTables) return undefined
    const list = parameters(to.facts)
    if (from.facts.generatedColumns === 'stored' && to.facts.generatedColumns === 'none')
      list.push('publish_generated_columns = none')
    return [`ALTER PUBLICATION ${referenceOf(to)} SET (${list.join(', ')})`]
  },
}

// Column lists and row filters exist since Postgres 15.
const tableQuery = ({ version }: StandaloneQuery): string => `
  SELECT r.oid, NULL AS schema, c.relname AS name, format('%I TABLE %I.%I', p.pubname, n.nspname, c.relname) AS reference,
    jsonb_strip_nulls(jsonb_build_object('publication', quote_ident(p.pubname), 'table', format('%I.%I', n.nspname, c.relname)${
      version >= 150000
        ? `,
      'columns', (SELECT jsonb_agg(a.attname ORDER BY a.attname COLLATE "C") FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (r.prattrs)),
      'where', pg_get_expr(r.prqual, r.prrelid)`
        : ''
    })) AS facts,
    'pg_publication'::regclass::oid || ':' || p.oid AS parent
  FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace`

/** A publication's table, apart from the publication: Postgres forgets it when the table is dropped to be made anew. */
export const publicationTableKind: StandaloneKind<'publication table'> = {
  kind: 'publication table',
  keyword: 'PUBLICATION',
  catalog: 'pg_publication_rel',
  weight: 81,
  owned: false,
  commentable: false,
  query: tableQuery,
  create({ facts }) {
    const columns = facts.columns ? ` (${facts.columns.map(quoteIdentifier).join(', ')})` : ''
    const where = facts.where ? ` WHERE ${parenthesised(facts.where)}` : ''
    return [`ALTER PUBLICATION ${facts.publication} ADD TABLE ONLY ${facts.table}${columns}${where}`]
  },
  alter: () => undefined,
  drop: ({ facts }) => [`ALTER PUBLICATION ${facts.publication} DROP TABLE ONLY ${facts.table}`],
}

const parenthesised = (expression: string): string => (expression.startsWith('(') ? expression : `(${expression})`)

const schemaQuery = `
  SELECT r.oid, NULL AS schema, n.nspname AS name, format('%I SCHEMA %I', p.pubname, n.nspname) AS reference,
    jsonb_build_object('publication', quote_ident(p.pubname), 'schema', quote_ident(n.nspname)) AS facts,
    'pg_publication'::regclass::oid || ':' || p.oid AS parent
  FROM pg_publication_namespace r JOIN pg_publication p ON p.oid = r.pnpubid JOIN pg_namespace n ON n.oid = r.pnnspid`

export const publicationSchemaKind: StandaloneKind<'publication schema'> = {
  kind: 'publication schema',
  keyword: 'PUBLICATION',
  catalog: 'pg_publication_namespace',
  weight: 82,
  owned: false,
  commentable: false,
  since: 150000,
  query: () => schemaQuery,
  create: ({ facts }) => [`ALTER PUBLICATION ${facts.publication} ADD TABLES IN SCHEMA ${facts.schema}`],
  alter: () => undefined,
  drop: ({ facts }) => [`ALTER PUBLICATION ${facts.publication} DROP TABLES IN SCHEMA ${facts.schema}`],
}
