import type { Connection } from '@savepoint/catalog'

// A second reading of a database, written apart from the extractor of `@savepoint/catalog` on purpose: whatever the
// extractor is blind to, a plan cannot carry over, and only a reader that shares no query with it can tell.
//
// Every query returns one column of text. `to_jsonb(row) ->> 'column'` reads columns that older servers lack.
// Left out, because SQL cannot or need not restore it: oids, column numbers, dropped columns, sequence values, statistics, data,
// and whether an inherited column or constraint was declared by the child as well (no statement changes that, and keeps the data).

const extensionMember = (catalog: string, oid: string): string =>
  `EXISTS (SELECT FROM pg_depend member WHERE member.classid = '${catalog}'::regclass AND member.objid = ${oid} AND member.deptype = 'e')`

const userSchema = (alias: string): string => `${alias}.nspname !~ '^pg_' AND ${alias}.nspname <> 'information_schema'`

// An owner may grant whatever the list says of it.
const privileges = (acl: string, kind: string, owner: string): string => `(
  SELECT coalesce(string_agg(entry, ',' ORDER BY entry COLLATE "C"), '-') FROM (
    SELECT CASE grantee WHEN 0 THEN 'public' WHEN ${owner} THEN '(owner)' ELSE grantee::regrole::text END || '=' ||
      string_agg(privilege_type || CASE WHEN is_grantable AND grantee <> ${owner} THEN '*' ELSE '' END, '+' ORDER BY privilege_type COLLATE "C") AS entry
    FROM aclexplode(coalesce(${acl}, acldefault(${kind}, ${owner}))) GROUP BY grantee) grants)`

const columnPrivileges = (acl: string): string => `(
  SELECT coalesce(string_agg(CASE grantee WHEN 0 THEN 'public' ELSE grantee::regrole::text END || '=' || privilege_type ||
    CASE WHEN is_grantable THEN '*' ELSE '' END, ',' ORDER BY grantee::regrole::text COLLATE "C", privilege_type COLLATE "C"), '-')
  FROM aclexplode(${acl}))`

const sorted = (array: string): string =>
  `(SELECT coalesce(string_agg(item, ',' ORDER BY item COLLATE "C"), '-') FROM unnest(${array}) item)`

const kindsOf = (version: number): Record<string, string> => ({
  // The schema public is born with the database's owner for its owner; dumps of older servers hand it to the superuser, who is that.
  schema: `
    SELECT format('schema %I owner %s privileges %s', n.nspname,
      CASE WHEN n.nspname = 'public' AND n.nspowner IN ('pg_database_owner'::regrole, current_user::regrole) THEN '(of the database)' ELSE n.nspowner::regrole::text END, ${privileges('n.nspacl', `'n'`, 'n.nspowner')})
    FROM pg_namespace n WHERE ${userSchema('n')} AND NOT ${extensionMember('pg_namespace', 'n.oid')}`,

  extension: `
    SELECT format('extension %I version %s schema %I', x.extname, x.extversion, n.nspname)
    FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace`,

  relation: `
    SELECT format('relation %s kind %s persistence %s owner %s privileges %s options %s toast %s method %s tablespace %s identity %s rls %s %s of %s partition by %s bound %s parents %s definition %s',
      c.oid::regclass, c.relkind, c.relpersistence, c.relowner::regrole,
      CASE WHEN c.relkind IN ('i', 'I', 'c') THEN '-' ELSE ${privileges('c.relacl', `CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END`, 'c.relowner')} END,
      ${sorted('c.reloptions')},
      coalesce((SELECT ${sorted('t.reloptions')} FROM pg_class t WHERE t.oid = c.reltoastrelid), '-'),
      (SELECT amname FROM pg_am WHERE oid = c.relam),
      (SELECT spcname FROM pg_tablespace WHERE oid = c.reltablespace),
      c.relreplident, c.relrowsecurity, c.relforcerowsecurity, NULLIF(c.reloftype, 0)::regtype,
      pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid),
      (SELECT string_agg(i.inhparent::regclass::text, ',' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid),
      CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${userSchema('n')} AND c.relkind <> 't' AND NOT ${extensionMember('pg_class', 'c.oid')}`,

  column: `
    SELECT format('column %s.%I %s not null %s collation %s default %s identity %s generated %s storage %s compression %s statistics %s options %s fdw %s inherited %s privileges %s',
      c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
      (SELECT k.oid::regcollation FROM pg_collation k WHERE k.oid = a.attcollation),
      (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d WHERE d.adrelid = c.oid AND d.adnum = a.attnum),
      a.attidentity, a.attgenerated, CASE WHEN c.relkind IN ('v', 'c') THEN '-' ELSE a.attstorage::text END, a.attcompression,
      NULLIF(a.attstattarget, -1), ${sorted('a.attoptions')}, ${sorted('a.attfdwoptions')}, a.attinhcount, ${columnPrivileges('a.attacl')})
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${userSchema('n')} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
      AND NOT ${extensionMember('pg_class', 'c.oid')}`,

  // Column numbers of an index are part of its definition; statistics targets hang on its expression columns.
  'index column': `
    SELECT format('index column %s %s statistics %s', c.oid::regclass, a.attnum, a.attstattarget)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${userSchema('n')} AND c.relkind IN ('i', 'I') AND coalesce(a.attstattarget, -1) <> -1
      AND NOT ${extensionMember('pg_class', 'c.oid')}`,

  index: `
    SELECT format('index %s clustered %s identity %s valid %s parent %s %s', i.indexrelid::regclass, i.indisclustered, i.indisreplident, i.indisvalid,
      (SELECT string_agg(h.inhparent::regclass::text, ',') FROM pg_inherits h WHERE h.inhrelid = i.indexrelid), pg_get_indexdef(i.indexrelid))
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${userSchema('n')} AND NOT ${extensionMember('pg_class', 'i.indrelid')}`,

  // A server that names NOT NULL constraints keeps a generated name when the table or the column is renamed.
  constraint: `
    SELECT format('constraint %s on %s %s validated %s enforced %s inherited %s no inherit %s deferrable %s %s index %s parent %s',
      CASE WHEN k.contype = 'n' AND k.conname ~ '_not_null[0-9]*$' THEN '(generated)' ELSE quote_ident(k.conname) END,
      CASE WHEN k.conrelid <> 0 THEN k.conrelid::regclass::text ELSE k.contypid::regtype::text END,
      pg_get_constraintdef(k.oid), k.convalidated, to_jsonb(k) ->> 'conenforced', k.coninhcount > 0, k.contype IN ('c', 'n') AND k.connoinherit,
      k.condeferrable, k.condeferred, NULLIF(k.conindid, 0)::regclass,
      (SELECT p.conname || ' on ' || p.conrelid::regclass FROM pg_constraint p WHERE p.oid = k.conparentid))
    FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
    WHERE ${userSchema('n')} AND k.contype <> 't' AND NOT ${extensionMember('pg_class', 'k.conrelid')} AND NOT ${extensionMember('pg_type', 'k.contypid')}`,

  sequence: `
    SELECT format('sequence %s as %s start %s increment %s from %s to %s cache %s cycle %s owned by %s', s.seqrelid::regclass, s.seqtypid::regtype,
      s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
      (SELECT string_agg(d.deptype::text || ' ' || pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid), ',') FROM pg_depend d
       WHERE d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.deptype IN ('a', 'i') AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0))
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${userSchema('n')} AND NOT ${extensionMember('pg_class', 's.seqrelid')}`,

  type: `
    SELECT format('type %s kind %s owner %s privileges %s base %s default %s not null %s collation %s enum %s range %s', t.oid::regtype, t.typtype, t.typowner::regrole,
      ${privileges('t.typacl', `'T'`, 't.typowner')},
      CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) WHEN 'b' THEN
        concat_ws(' ', t.typinput, t.typoutput, t.typreceive, t.typsend, t.typmodin, t.typmodout, t.typanalyze, to_jsonb(t) ->> 'typsubscript', t.typlen, t.typbyval,
          t.typalign, t.typstorage, t.typcategory, t.typispreferred, t.typdelim, t.typelem::regtype, t.typcollation <> 0) END,
      coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault), t.typnotnull,
      CASE t.typtype WHEN 'd' THEN (SELECT k.oid::regcollation::text FROM pg_collation k WHERE k.oid = t.typcollation) END,
      (SELECT string_agg(quote_literal(e.enumlabel), ',' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
      (SELECT concat_ws(' ', r.rngsubtype::regtype, r.rngmultitypid::regtype, NULLIF(r.rngcollation, 0)::regcollation, oi.identity, r.rngcanonical, r.rngsubdiff)
       FROM pg_range r, pg_identify_object('pg_opclass'::regclass, r.rngsubopc, 0) oi WHERE r.rngtypid = t.oid))
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE ${userSchema('n')} AND t.typtype IN ('b', 'c', 'd', 'e', 'r', 'p') AND NOT ${extensionMember('pg_type', 't.oid')}
      AND NOT (t.typtype = 'b' AND t.typelem <> 0 AND EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid))
      AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND (c.relkind <> 'c' OR ${extensionMember('pg_class', 'c.oid')}))`,

  // Constructors of range types come with the type.
  function: `
    SELECT format('function %s returns %s owner %s privileges %s %s', p.oid::regprocedure, pg_get_function_result(p.oid), p.proowner::regrole, ${privileges('p.proacl', `'f'`, 'p.proowner')},
      CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) ELSE concat_ws(' ', 'aggregate', pg_get_function_arguments(p.oid), p.proparallel,
        (SELECT (to_jsonb(g) - 'aggfnoid' - 'aggtranstype' - 'aggmtranstype' - 'aggsortop')::text || ' ' || g.aggtranstype::regtype || ' ' || g.aggmtranstype::regtype || ' ' || g.aggsortop::regoper
         FROM pg_aggregate g WHERE g.aggfnoid = p.oid)) END)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${userSchema('n')} AND NOT ${extensionMember('pg_proc', 'p.oid')}
      AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_proc'::regclass AND i.objid = p.oid AND i.deptype = 'i')`,

  trigger: `
    SELECT format('trigger on %s enabled %s from %s: %s', t.tgrelid::regclass, t.tgenabled,
      (SELECT p.tgname || ' on ' || p.tgrelid::regclass FROM pg_trigger p WHERE p.oid = t.tgparentid), pg_get_triggerdef(t.oid))
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${userSchema('n')} AND (NOT t.tgisinternal ${version < 150000 ? 'OR t.tgparentid <> 0' : ''}) AND NOT ${extensionMember('pg_trigger', 't.oid')}`,

  rule: `
    SELECT format('rule on %s enabled %s: %s', r.ev_class::regclass, r.ev_enabled, pg_get_ruledef(r.oid))
    FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${userSchema('n')} AND r.rulename <> '_RETURN' AND NOT ${extensionMember('pg_class', 'c.oid')}`,

  policy: `
    SELECT format('policy %I on %s permissive %s for %s to %s using %s check %s', p.polname, p.polrelid::regclass, p.polpermissive, p.polcmd,
      (SELECT string_agg(CASE r WHEN 0 THEN 'public' ELSE r::regrole::text END, ',' ORDER BY r::regrole::text COLLATE "C") FROM unnest(p.polroles) r),
      pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    FROM pg_policy p`,

  'default privileges': `
    SELECT format('default privileges of %s in %s for %s: %s', d.defaclrole::regrole, (SELECT nspname FROM pg_namespace WHERE oid = d.defaclnamespace), d.defaclobjtype,
      ${privileges('d.defaclacl', 'd.defaclobjtype', 'd.defaclrole')})
    FROM pg_default_acl d`,

  cast: `
    SELECT format('cast %s to %s by %s context %s method %s', k.castsource::regtype, k.casttarget::regtype, NULLIF(k.castfunc, 0)::regprocedure, k.castcontext, k.castmethod)
    FROM pg_cast k WHERE k.oid >= 16384 AND NOT ${extensionMember('pg_cast', 'k.oid')}`,

  operator: `
    SELECT format('operator %s kind %s owner %s merges %s hashes %s result %s commutator %s negator %s code %s restrict %s join %s', o.oid::regoperator, o.oprkind, o.oprowner::regrole,
      o.oprcanmerge, o.oprcanhash, o.oprresult::regtype, NULLIF(o.oprcom, 0)::regoperator, NULLIF(o.oprnegate, 0)::regoperator,
      NULLIF(o.oprcode, 0)::regprocedure, o.oprrest, o.oprjoin)
    FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE ${userSchema('n')} AND NOT ${extensionMember('pg_operator', 'o.oid')}`,

  'operator family': `
    SELECT format('operator family %I.%I using %s owner %s operators %s functions %s', n.nspname, f.opfname, m.amname, f.opfowner::regrole,
      (SELECT string_agg(concat_ws(' ', a.amopstrategy, a.amopopr::regoperator, a.amoppurpose, (SELECT i.identity FROM pg_identify_object('pg_opfamily'::regclass, NULLIF(a.amopsortfamily, 0), 0) i)), ',' ORDER BY a.amopstrategy, a.amopopr::regoperator::text COLLATE "C")
       FROM pg_amop a WHERE a.amopfamily = f.oid),
      (SELECT string_agg(concat_ws(' ', a.amprocnum, a.amproclefttype::regtype, a.amprocrighttype::regtype, a.amproc::regprocedure), ',' ORDER BY a.amprocnum, a.amproclefttype::regtype::text COLLATE "C", a.amprocrighttype::regtype::text COLLATE "C")
       FROM pg_amproc a WHERE a.amprocfamily = f.oid))
    FROM pg_opfamily f JOIN pg_am m ON m.oid = f.opfmethod JOIN pg_namespace n ON n.oid = f.opfnamespace WHERE ${userSchema('n')} AND NOT ${extensionMember('pg_opfamily', 'f.oid')}`,

  'operator class': `
    SELECT format('operator class %I.%I using %s owner %s family %s for %s default %s stores %s', n.nspname, o.opcname, m.amname, o.opcowner::regrole,
      (SELECT i.identity FROM pg_identify_object('pg_opfamily'::regclass, o.opcfamily, 0) i), o.opcintype::regtype, o.opcdefault, NULLIF(o.opckeytype, 0)::regtype)
    FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod JOIN pg_namespace n ON n.oid = o.opcnamespace WHERE ${userSchema('n')} AND NOT ${extensionMember('pg_opclass', 'o.oid')}`,

  conversion: `
    SELECT format('conversion %I.%I owner %s from %s to %s by %s default %s', n.nspname, k.conname, k.conowner::regrole, pg_encoding_to_char(k.conforencoding), pg_encoding_to_char(k.contoencoding), k.conproc, k.condefault)
    FROM pg_conversion k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${userSchema('n')} AND NOT ${extensionMember('pg_conversion', 'k.oid')}`,

  transform: `
    SELECT format('transform for %s language %s from %s to %s', t.trftype::regtype, l.lanname, NULLIF(t.trffromsql, 0)::regprocedure, NULLIF(t.trftosql, 0)::regprocedure)
    FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang WHERE t.oid >= 16384 AND NOT ${extensionMember('pg_transform', 't.oid')}`,

  language: `
    SELECT format('language %I owner %s privileges %s trusted %s handler %s inline %s validator %s', l.lanname, l.lanowner::regrole, ${privileges('l.lanacl', `'l'`, 'l.lanowner')},
      l.lanpltrusted, NULLIF(l.lanplcallfoid, 0)::regproc, NULLIF(l.laninline, 0)::regproc, NULLIF(l.lanvalidator, 0)::regproc)
    FROM pg_language l WHERE l.oid >= 16384 AND NOT ${extensionMember('pg_language', 'l.oid')}`,

  'access method': `
    SELECT format('access method %I type %s handler %s', m.amname, m.amtype, m.amhandler) FROM pg_am m WHERE m.oid >= 16384 AND NOT ${extensionMember('pg_am', 'm.oid')}`,

  'text search configuration': `
    SELECT format('text search configuration %I.%I owner %s parser %s mappings %s', n.nspname, k.cfgname, k.cfgowner::regrole,
      (SELECT i.identity FROM pg_identify_object('pg_ts_parser'::regclass, k.cfgparser, 0) i),
      (SELECT string_agg(concat_ws(' ', m.maptokentype, m.mapseqno, m.mapdict::regdictionary), ',' ORDER BY m.maptokentype, m.mapseqno) FROM pg_ts_config_map m WHERE m.mapcfg = k.oid))
    FROM pg_ts_config k JOIN pg_namespace n ON n.oid = k.cfgnamespace WHERE ${userSchema('n')} AND NOT ${extensionMember('pg_ts_config', 'k.oid')}`,

  'text search dictionary': `
    SELECT format('text search dictionary %I.%I owner %s template %s options %s', n.nspname, d.dictname, d.dictowner::regrole,
      (SELECT i.identity FROM pg_identify_object('pg_ts_template'::regclass, d.dicttemplate, 0) i), d.dictinitoption)
    FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace WHERE ${userSchema('n')} AND NOT ${extensionMember('pg_ts_dict', 'd.oid')}`,

  'text search parser': `
    SELECT format('text search parser %I.%I %s %s %s %s %s', n.nspname, p.prsname, p.prsstart, p.prstoken, p.prsend, p.prsheadline, p.prslextype)
    FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace WHERE ${userSchema('n')} AND NOT ${extensionMember('pg_ts_parser', 'p.oid')}`,

  'text search template': `
    SELECT format('text search template %I.%I %s %s', n.nspname, t.tmplname, t.tmplinit, t.tmpllexize)
    FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace WHERE ${userSchema('n')} AND NOT ${extensionMember('pg_ts_template', 't.oid')}`,

  statistics: `
    SELECT format('statistics owner %s target %s %s', s.stxowner::regrole, NULLIF(s.stxstattarget, -1), pg_get_statisticsobjdef(s.oid))
    FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE ${userSchema('n')} AND NOT ${extensionMember('pg_statistic_ext', 's.oid')}`,

  collation: `
    SELECT format('collation %I.%I owner %s provider %s deterministic %s encoding %s collate %s ctype %s locale %s rules %s', n.nspname, k.collname, k.collowner::regrole, k.collprovider,
      k.collisdeterministic, k.collencoding, k.collcollate, k.collctype, coalesce(to_jsonb(k) ->> 'colllocale', to_jsonb(k) ->> 'colliculocale'), to_jsonb(k) ->> 'collicurules')
    FROM pg_collation k JOIN pg_namespace n ON n.oid = k.collnamespace WHERE ${userSchema('n')} AND NOT ${extensionMember('pg_collation', 'k.oid')}`,

  publication: `
    SELECT format('publication %I owner %s all %s insert %s update %s delete %s truncate %s root %s generated %s tables %s schemas %s', p.pubname, p.pubowner::regrole, p.puballtables, p.pubinsert,
      p.pubupdate, p.pubdelete, p.pubtruncate, p.pubviaroot, to_jsonb(p) ->> 'pubgencols',
      (SELECT string_agg(concat_ws(' ', r.prrelid::regclass${
        version < 150000
          ? ''
          : `, pg_get_expr(r.prqual, r.prrelid),
         (SELECT '(' || string_agg(a.attname, ',' ORDER BY a.attname COLLATE "C") || ')' FROM pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs))`
      }), ',' ORDER BY r.prrelid::regclass::text COLLATE "C")
       FROM pg_publication_rel r WHERE r.prpubid = p.oid),
      ${version < 150000 ? 'NULL' : `(SELECT string_agg(r.pnnspid::regnamespace::text, ',' ORDER BY r.pnnspid::regnamespace::text COLLATE "C") FROM pg_publication_namespace r WHERE r.pnpubid = p.oid)`})
    FROM pg_publication p`,

  // The connection string holds a password; that it is the same is seen without printing it.
  subscription: `
    SELECT format('subscription %I owner %s connection %s %s', s.subname, s.subowner::regrole, md5(s.subconninfo),
      to_jsonb(s) - 'oid' - 'subdbid' - 'subowner' - 'subskiplsn' - 'subconninfo')
    FROM pg_subscription s WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,

  'foreign-data wrapper': `
    SELECT format('foreign-data wrapper %I owner %s privileges %s handler %s validator %s options %s', w.fdwname, w.fdwowner::regrole, ${privileges('w.fdwacl', `'F'`, 'w.fdwowner')},
      NULLIF(w.fdwhandler, 0)::regproc, NULLIF(w.fdwvalidator, 0)::regproc, ${sorted('w.fdwoptions')})
    FROM pg_foreign_data_wrapper w WHERE NOT ${extensionMember('pg_foreign_data_wrapper', 'w.oid')}`,

  server: `
    SELECT format('server %I owner %s privileges %s wrapper %I type %s version %s options %s', s.srvname, s.srvowner::regrole, ${privileges('s.srvacl', `'S'`, 's.srvowner')},
      w.fdwname, s.srvtype, s.srvversion, ${sorted('s.srvoptions')})
    FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw WHERE NOT ${extensionMember('pg_foreign_server', 's.oid')}`,

  // A changed password is no difference: nobody compares them.
  'user mapping': `
    SELECT format('user mapping for %s server %I options %s', CASE m.umuser WHEN 0 THEN 'public' ELSE m.umuser::regrole::text END, s.srvname,
      (SELECT md5(string_agg(o, ',' ORDER BY o COLLATE "C")) FROM unnest(m.umoptions) o WHERE o !~* '^[^=]*(pass|secret|token|key)'))
    FROM pg_user_mapping m JOIN pg_foreign_server s ON s.oid = m.umserver`,

  'foreign table': `
    SELECT format('foreign table %s server %I options %s', f.ftrelid::regclass, s.srvname, ${sorted('f.ftoptions')})
    FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE NOT ${extensionMember('pg_class', 'f.ftrelid')}`,

  'event trigger': `
    SELECT format('event trigger %I owner %s on %s by %s enabled %s tags %s', e.evtname, e.evtowner::regrole, e.evtevent, e.evtfoid::regproc, e.evtenabled, ${sorted('e.evttags')})
    FROM pg_event_trigger e WHERE NOT ${extensionMember('pg_event_trigger', 'e.oid')}`,

  comment: `
    SELECT format('comment on %s: %s',
      CASE WHEN d.classoid = 'pg_constraint'::regclass AND (SELECT contype = 'n' AND conname ~ '_not_null[0-9]*$' FROM pg_constraint WHERE oid = d.objoid)
        THEN 'generated not null constraint' ELSE i.type || ' ' || i.identity END, d.description)
    FROM pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) i
    WHERE (d.objoid >= 16384 OR i.identity = 'public' AND i.type = 'schema') AND i.identity IS NOT NULL
      AND coalesce(i.schema, '') !~ '^pg_' AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e')`,

  'security label': `
    SELECT format('security label by %s on %s %s: %s', l.provider, i.type, i.identity, l.label)
    FROM pg_seclabel l, pg_identify_object(l.classoid, l.objoid, l.objsubid) i`,
})

// $1: names of roles, or null for all of them.
const rolesQuery = `
  SELECT format('role %I %s settings %s comment %s', r.rolname,
    (to_jsonb(r) - 'oid' - 'rolpassword' - 'rolname' - 'rolconfig' - 'rolvaliduntil' || jsonb_build_object('until', NULLIF(r.rolvaliduntil, 'infinity')))::text,
    (SELECT string_agg(coalesce((SELECT datname FROM pg_database WHERE oid = s.setdatabase), '*') || ':' || setting, ',' ORDER BY setting COLLATE "C")
     FROM pg_db_role_setting s, unnest(s.setconfig) setting WHERE s.setrole = r.oid AND s.setdatabase = 0),
    shobj_description(r.oid, 'pg_authid'))
  FROM pg_roles r WHERE r.rolname !~ '^pg_' AND r.oid >= 16384 AND ($1::text[] IS NULL OR r.rolname = ANY ($1))
  UNION ALL
  SELECT format('membership %s in %s %s', m.member::regrole, m.roleid::regrole, to_jsonb(m) - 'oid' - 'roleid' - 'member' - 'grantor')
  FROM pg_auth_members m WHERE (m.member >= 16384 OR m.roleid >= 16384) AND ($1::text[] IS NULL OR m.member::regrole::text = ANY ($1))`

/**
 * Everything that the connected database defines, one object a line, sorted; two databases are the same exactly when
 * the lines are. `roles` adds those roles of the server (`true`: all), which its databases share.
 */
export async function observe(
  connection: Connection,
  options: { roles?: true | readonly string[] } = {},
): Promise<string[]> {
  const roles = options.roles ?? []
  const { rows: before } = await connection.query<{ path: string; version: string }>(
    `SELECT current_setting('search_path') AS path, current_setting('server_version_num') AS version`,
  )
  await connection.query(`SELECT set_config('search_path', 'pg_catalog', false), set_config('jit', 'off', false)`)
  try {
    const text = Object.values(kindsOf(Number(before[0]?.version)))
      .map((query) => `SELECT line FROM (${query}) found (line)`)
      .join('\nUNION ALL\n')
    const { rows } = await connection.query<{ line: string }>(text)
    // The order of storage parameters says nothing.
    const found = rows.map(({ line }) =>
      /^(?:index|constraint) /.test(line)
        ? line.replace(/(?<= WITH \()[^()]*/, (list) => list.split(', ').sort().join(', '))
        : line,
    )
    if (roles === true || roles.length > 0) {
      const shared = await connection.query<{ line: string }>(`SELECT line FROM (${rolesQuery}) found (line)`, [
        roles === true ? null : roles,
      ])
      found.push(...shared.rows.map((row) => row.line))
    }
    return found.sort()
  } finally {
    await connection.query(`SELECT set_config('search_path', $1, false)`, [before[0]?.path ?? ''])
  }
}

/** The lines in which `actual` differs from `expected`: `- missing` it lacks, `+ extra` only it has. Empty when they are equal. */
export function compareObservations(actual: readonly string[], expected: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const line of expected) counts.set(line, (counts.get(line) ?? 0) + 1)
  for (const line of actual) counts.set(line, (counts.get(line) ?? 0) - 1)
  return [...counts]
    .filter(([, count]) => count !== 0)
    .map(([line, count]) => `${count > 0 ? '- missing' : '+ extra  '} ${line}`)
    .sort((a, b) => (a.slice(10) < b.slice(10) ? -1 : 1))
}
