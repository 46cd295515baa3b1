import { referenceOf, type StandaloneKind } from './standalone.js'

const optional = (column: string): string => `NULLIF(${column}, 0)::regproc::text`

const parserQuery = `
  SELECT p.oid, n.nspname AS schema, p.prsname AS name, format('%I.%I', n.nspname, p.prsname) AS reference,
    jsonb_strip_nulls(jsonb_build_object('start', p.prsstart::regproc::text, 'token', p.prstoken::regproc::text, 'end', p.prsend::regproc::text,
      'headline', ${optional('p.prsheadline')}, 'lexTypes', p.prslextype::regproc::text)) AS facts
  FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace WHERE p.oid >= 16384`

export const textSearchParserKind: StandaloneKind<'text search parser'> = {
  kind: 'text search parser',
  keyword: 'TEXT SEARCH PARSER',
  renames: true,
  catalog: 'pg_ts_parser',
  weight: 26,
  owned: false,
  query: () => parserQuery,
  create(object) {
    const { start, token, end, headline, lexTypes } = object.facts
    const options = [
      `START = ${start}`,
      `GETTOKEN = ${token}`,
      `END = ${end}`,
      `LEXTYPES = ${lexTypes}`,
      ...(headline ? [`HEADLINE = ${headline}`] : []),
    ]
    return [`CREATE TEXT SEARCH PARSER ${referenceOf(object)} (${options.join(', ')})`]
  },
  alter: () => undefined,
}

const templateQuery = `
  SELECT t.oid, n.nspname AS schema, t.tmplname AS name, format('%I.%I', n.nspname, t.tmplname) AS reference,
    jsonb_strip_nulls(jsonb_build_object('init', ${optional('t.tmplinit')}, 'lexize', t.tmpllexize::regproc::text)) AS facts
  FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace WHERE t.oid >= 16384`

export const textSearchTemplateKind: StandaloneKind<'text search template'> = {
  kind: 'text search template',
  keyword: 'TEXT SEARCH TEMPLATE',
  renames: true,
  catalog: 'pg_ts_template',
  weight: 27,
  owned: false,
  query: () => templateQuery,
  create(object) {
    const { init, lexize } = object.facts
    return [`CREATE TEXT SEARCH TEMPLATE ${referenceOf(object)} (${init ? `INIT = ${init}, ` : ''}LEXIZE = ${lexize})`]
  },
  alter: () => undefined,
}

const dictionaryQuery = `
  SELECT d.oid, n.nspname AS schema, d.dictname AS name, format('%I.%I', n.nspname, d.dictname) AS reference, pg_get_userbyid(d.dictowner) AS owner,
    jsonb_build_object('template', (SELECT format('%I.%I', tn.nspname, t.tmplname) FROM pg_ts_template t JOIN pg_namespace tn ON tn.oid = t.tmplnamespace WHERE t.oid = d.dicttemplate),
      'options', coalesce(d.dictinitoption, '')) AS facts
  FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace WHERE d.oid >= 16384`

/** `a = 'x', "B" = E'it''s'` → the name and value texts, as they stand. */
function readOptions(text: string): Map<string, string> {
  const options = new Map<string, string>()
  const optionRE = /("(?:[^"]|"")*"|[^\s=,"]+)\s*=\s*(E?'(?:[^'\\]|''|\\.)*'|[^\s,']+)/g
  for (const [, name = '', value = ''] of text.matchAll(optionRE)) options.set(name, value)
  return options
}

export const textSearchDictionaryKind: StandaloneKind<'text search dictionary'> = {
  kind: 'text search dictionary',
  keyword: 'TEXT SEARCH DICTIONARY',
  renames: true,
  catalog: 'pg_ts_dict',
  weight: 28,
  owned: true,
  query: () => dictionaryQuery,
  create(object) {
    const { template, options } = object.facts
    return [
      `CREATE TEXT SEARCH DICTIONARY ${referenceOf(object)} (TEMPLATE = ${template}${options ? `, ${options}` : ''})`,
    ]
  },
  alter(from, to) {
    if (from.facts.template !== to.facts.template) return undefined
    const before = readOptions(from.facts.options)
    const after = readOptions(to.facts.options)
    const changes = [
      ...[...before.keys()].filter((name) => !after.has(name)),
      ...[...after].filter(([name, value]) => before.get(name) !== value).map(([name, value]) => `${name} = ${value}`),
    ]
    // The catalog keeps the options in the order in which they were given; the same ones in another order need a new dictionary.
    if (changes.length === 0) return undefined
    return [`ALTER TEXT SEARCH DICTIONARY ${referenceOf(to)} (${changes.join(', ')})`]
  },
}

const configurationQuery = `
  SELECT k.oid, n.nspname AS schema, k.cfgname AS name, format('%I.%I', n.nspname, k.cfgname) AS reference, pg_get_userbyid(k.cfgowner) AS owner,
    jsonb_build_object('parser', (SELECT format('%I.%I', pn.nspname, p.prsname) FROM pg_ts_parser p JOIN pg_namespace pn ON pn.oid = p.prsnamespace WHERE p.oid = k.cfgparser),
      'mappings', coalesce((
        SELECT jsonb_agg(jsonb_build_object('token', quote_ident(t.alias), 'dictionaries', t.dictionaries) ORDER BY t.alias COLLATE "C")
        FROM (SELECT tokens.alias, jsonb_agg(m.mapdict::regdictionary::text ORDER BY m.mapseqno) AS dictionaries
              FROM pg_ts_config_map m JOIN ts_token_type(k.cfgparser) tokens ON tokens.tokid = m.maptokentype
              WHERE m.mapcfg = k.oid GROUP BY tokens.alias) t), '[]')) AS facts
  FROM pg_ts_config k JOIN pg_namespace n ON n.oid = k.cfgnamespace WHERE k.oid >= 16384`

export const textSearchConfigurationKind: StandaloneKind<'text search configuration'> = {
  kind: 'text search configuration',
  keyword: 'TEXT SEARCH CONFIGURATION',
  renames: true,
  catalog: 'pg_ts_config',
  weight: 29,
  owned: true,
  query: () => configurationQuery,
  create(object) {
    const reference = referenceOf(object)
    return [
      `CREATE TEXT SEARCH CONFIGURATION ${reference} (PARSER = ${object.facts.parser})`,
      ...object.facts.mappings.map(
        ({ token, dictionaries }) =>
          `ALTER TEXT SEARCH CONFIGURATION ${reference} ADD MAPPING FOR ${token} WITH ${dictionaries.join(', ')}`,
      ),
    ]
  },
  alter(from, to) {
    if (from.facts.parser !== to.facts.parser) return undefined
    const statement = `ALTER TEXT SEARCH CONFIGURATION ${referenceOf(to)}`
    const before = new Map(from.facts.mappings.map(({ token, dictionaries }) => [token, dictionaries.join(', ')]))
    const after = new Map(to.facts.mappings.map(({ token, dictionaries }) => [token, dictionaries.join(', ')]))
    return [
      ...[...before.keys()]
        .filter((token) => !after.has(token))
        .map((token) => `${statement} DROP MAPPING FOR ${token}`),
      ...[...after]
        .filter(([token, dictionaries]) => before.get(token) !== dictionaries)
        .map(
          ([token, dictionaries]) =>
            `${statement} ${before.has(token) ? 'ALTER' : 'ADD'} MAPPING FOR ${token} WITH ${dictionaries}`,
        ),
    ]
  },
}
