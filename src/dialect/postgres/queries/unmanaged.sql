-- What the model has no place for: kind, schema, name, and the table it belongs to.
SELECT 'comment of schema', NULL, n.nspname::text, NULL::text
  FROM pg_namespace n
 WHERE n.nspname = {default} AND obj_description(n.oid, 'pg_namespace') <> 'standard public schema'
UNION ALL
SELECT 'operator', n.nspname::text, o.oid::regoperator::text, NULL::text
  FROM pg_operator o
  JOIN pg_namespace n ON n.oid = o.oprnamespace
 WHERE n.nspname = ANY ({schemas}) AND {unextended}('pg_operator'::regclass, o.oid)
UNION ALL
SELECT 'operator class', n.nspname, o.opcname, NULL
  FROM pg_opclass o
  JOIN pg_namespace n ON n.oid = o.opcnamespace
 WHERE n.nspname = ANY ({schemas}) AND {unextended}('pg_opclass'::regclass, o.oid)
UNION ALL
SELECT 'operator family', n.nspname, o.opfname, NULL
  FROM pg_opfamily o
  JOIN pg_namespace n ON n.oid = o.opfnamespace
 WHERE n.nspname = ANY ({schemas}) AND {unextended}('pg_opfamily'::regclass, o.oid)
UNION ALL
SELECT 'cast', NULL, format('(%s AS %s)', format_type(o.castsource, NULL), format_type(o.casttarget, NULL)), NULL
  FROM pg_cast o
 WHERE o.oid >= 16384 AND {unextended}('pg_cast'::regclass, o.oid)
   -- A range type comes with one of its own.
   AND NOT EXISTS (SELECT 1 FROM pg_depend d
                    WHERE d.classid = 'pg_cast'::regclass AND d.objid = o.oid AND d.deptype = 'i')
UNION ALL
SELECT 'conversion', n.nspname, o.conname, NULL
  FROM pg_conversion o
  JOIN pg_namespace n ON n.oid = o.connamespace
 WHERE n.nspname = ANY ({schemas}) AND {unextended}('pg_conversion'::regclass, o.oid)
UNION ALL
SELECT 'text search configuration', n.nspname, o.cfgname, NULL
  FROM pg_ts_config o
  JOIN pg_namespace n ON n.oid = o.cfgnamespace
 WHERE n.nspname = ANY ({schemas}) AND {unextended}('pg_ts_config'::regclass, o.oid)
UNION ALL
SELECT 'text search dictionary', n.nspname, o.dictname, NULL
  FROM pg_ts_dict o
  JOIN pg_namespace n ON n.oid = o.dictnamespace
 WHERE n.nspname = ANY ({schemas}) AND {unextended}('pg_ts_dict'::regclass, o.oid)
UNION ALL
SELECT 'base type', n.nspname, t.typname, NULL
  FROM pg_type t
  JOIN pg_namespace n ON n.oid = t.typnamespace
 WHERE n.nspname = ANY ({schemas}) AND t.typtype IN ('b', 'p') AND t.typelem = 0
   AND {unextended}('pg_type'::regclass, t.oid)
UNION ALL
SELECT 'foreign data wrapper', NULL, w.fdwname, NULL
  FROM pg_foreign_data_wrapper w
 WHERE {unextended}('pg_foreign_data_wrapper'::regclass, w.oid)
UNION ALL
SELECT 'foreign server', NULL, s.srvname, NULL
  FROM pg_foreign_server s
 WHERE {unextended}('pg_foreign_server'::regclass, s.oid)
   AND {unextended}('pg_foreign_data_wrapper'::regclass, s.srvfdw)
UNION ALL
SELECT 'user mapping', NULL, u.srvname || ' for ' || coalesce(u.usename, 'public'), NULL
  FROM pg_user_mappings u
UNION ALL
SELECT 'event trigger', NULL, e.evtname, NULL
  FROM pg_event_trigger e
 WHERE {unextended}('pg_event_trigger'::regclass, e.oid)
UNION ALL
SELECT 'publication', NULL, p.pubname, NULL FROM pg_publication p
UNION ALL
SELECT 'language', NULL, l.lanname, NULL
  FROM pg_language l
 WHERE l.oid >= 16384 AND {unextended}('pg_language'::regclass, l.oid)
UNION ALL
SELECT 'access method', NULL, m.amname, NULL
  FROM pg_am m
 WHERE m.oid >= 16384 AND {unextended}('pg_am'::regclass, m.oid)
UNION ALL
SELECT 'default privileges', n.nspname, pg_get_userbyid(d.defaclrole), NULL
  FROM pg_default_acl d
  LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
 WHERE d.defaclnamespace = 0 OR n.nspname = ANY ({schemas})
UNION ALL
SELECT 'partition', n.nspname, c.relname, NULL
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas}) AND c.relispartition AND c.relkind = 'f'
UNION ALL
SELECT 'NOT NULL that is not validated', n.nspname, k.conname, c.relname
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas}) AND k.contype = 'n' AND NOT k.convalidated
   AND (c.relispartition OR k.coninhcount > 0)
   AND {unextended}('pg_class'::regclass, c.oid)
UNION ALL
SELECT 'options of column', n.nspname, a.attname, c.relname
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas}) AND c.relkind IN ('r', 'p', 'm') AND a.attoptions IS NOT NULL AND NOT a.attisdropped
   AND {unextended}('pg_class'::regclass, c.oid)
UNION ALL
SELECT 'statistics target of index', n.nspname, i.relname, c.relname
  FROM pg_index x
  JOIN pg_class i ON i.oid = x.indexrelid
  JOIN pg_class c ON c.oid = x.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas})
   AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = i.oid AND coalesce(a.attstattarget, -1) >= 0)
   AND {unextended}('pg_class'::regclass, c.oid)
UNION ALL
SELECT 'statistics target of statistics', n.nspname, s.stxname, NULL
  FROM pg_statistic_ext s
  JOIN pg_namespace n ON n.oid = s.stxnamespace
 WHERE n.nspname = ANY ({schemas}) AND coalesce(s.stxstattarget, -1) >= 0
UNION ALL
SELECT 'tablespace of ' || CASE WHEN c.relkind IN ('i', 'I') THEN 'index' ELSE 'table' END, n.nspname, c.relname, NULL
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas}) AND c.reltablespace <> 0 AND c.relkind IN ('r', 'p', 'm', 'i', 'I')
   AND {unextended}('pg_class'::regclass, c.oid)
UNION ALL
SELECT 'access method of table', n.nspname, c.relname, NULL
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_am m ON m.oid = c.relam
 WHERE n.nspname = ANY ({schemas}) AND c.relkind IN ('r', 'p', 'm') AND m.amname <> 'heap'
   AND {unextended}('pg_class'::regclass, c.oid)
UNION ALL
SELECT 'type of table', n.nspname, c.relname, NULL
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas}) AND c.reloftype <> 0 AND {unextended}('pg_class'::regclass, c.oid)
UNION ALL
SELECT 'options of overflow table', n.nspname, c.relname, NULL
  FROM pg_class c
  JOIN pg_class o ON o.oid = c.reltoastrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas}) AND o.reloptions IS NOT NULL AND {unextended}('pg_class'::regclass, c.oid)
UNION ALL
SELECT 'text search parser', n.nspname, o.prsname, NULL
  FROM pg_ts_parser o
  JOIN pg_namespace n ON n.oid = o.prsnamespace
 WHERE n.nspname = ANY ({schemas}) AND {unextended}('pg_ts_parser'::regclass, o.oid)
UNION ALL
SELECT 'text search template', n.nspname, o.tmplname, NULL
  FROM pg_ts_template o
  JOIN pg_namespace n ON n.oid = o.tmplnamespace
 WHERE n.nspname = ANY ({schemas}) AND {unextended}('pg_ts_template'::regclass, o.oid)
UNION ALL
SELECT 'transform', NULL, format('for %s language %s', format_type(o.trftype, NULL), l.lanname), NULL
  FROM pg_transform o
  JOIN pg_language l ON l.oid = o.trflang
 WHERE {unextended}('pg_transform'::regclass, o.oid)
UNION ALL
SELECT 'subscription', NULL, o.subname, NULL
  FROM pg_subscription o
  JOIN pg_database d ON d.oid = o.subdbid AND d.datname = current_database()
UNION ALL
SELECT 'security label', NULL, l.objtype || ' ' || l.objname || ' by ' || l.provider, NULL
  FROM pg_seclabels l
 WHERE l.objtype NOT IN ('database', 'role', 'tablespace') AND l.objnamespace IN (SELECT n.oid FROM pg_namespace n WHERE n.nspname = ANY ({schemas}))
 ORDER BY 1, 2, 3
