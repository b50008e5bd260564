-- What is held in the catalog's own words. Every part gives: kind, schema, name, the owning relation's schema and name, the
-- statement that creates it, the statement that drops it where that is not `DROP` and its name, its comment, and the class
-- and oid it is found by in pg_depend.
SELECT 'schema', NULL::text, n.nspname::text, NULL::text, NULL::text,
       format('CREATE SCHEMA %I', n.nspname),
       NULL::text, obj_description(n.oid, 'pg_namespace'), 'pg_namespace', n.oid
  FROM pg_namespace n
 WHERE n.nspname = ANY ({schemas})
   AND n.nspname <> 'public'
   AND n.nspname IS DISTINCT FROM {default}
UNION ALL
SELECT 'extension', NULL, e.extname, NULL, NULL,
       format('CREATE EXTENSION %I', e.extname)
       || CASE WHEN {default} = n.nspname THEN ''
               WHEN n.nspname = 'pg_catalog' OR c.schema IS NOT NULL THEN ''
               ELSE format(' WITH SCHEMA %I', n.nspname) END,
       NULL,
       nullif(obj_description(e.oid, 'pg_extension'), a.comment), 'pg_extension', e.oid
  FROM pg_extension e
  JOIN pg_namespace n ON n.oid = e.extnamespace
  LEFT JOIN pg_available_extensions a ON a.name = e.extname
  LEFT JOIN pg_available_extension_versions c ON c.name = e.extname AND c.version = e.extversion
 WHERE e.extname <> 'plpgsql'
   AND (n.nspname = ANY ({schemas}) OR n.nspname = 'pg_catalog')
UNION ALL
SELECT 'collation', n.nspname, o.collname, NULL, NULL,
       format('CREATE COLLATION %s (provider = %s%s%s)',
              CASE WHEN n.nspname = {default} THEN format('%I', o.collname) ELSE format('%I.%I', n.nspname, o.collname) END,
              CASE o.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
              CASE WHEN NOT o.collisdeterministic THEN ', deterministic = false' ELSE '' END,
              {collation_locale}),
       NULL, obj_description(o.oid, 'pg_collation'), 'pg_collation', o.oid
  FROM pg_collation o
  JOIN pg_namespace n ON n.oid = o.collnamespace
 WHERE n.nspname = ANY ({schemas})
   AND {unextended}('pg_collation'::regclass, o.oid)
UNION ALL
SELECT 'domain', n.nspname, t.typname, NULL, NULL,
       format('CREATE DOMAIN %s AS %s', t.oid::regtype, format_type(t.typbasetype, t.typtypmod))
       || CASE WHEN t.typcollation <> b.typcollation AND t.typcollation <> 0
               THEN E'\n    COLLATE ' || t.typcollation::regcollation ELSE '' END
       || coalesce(E'\n    DEFAULT ' || t.typdefault, '')
       || CASE WHEN t.typnotnull THEN E'\n    NOT NULL' ELSE '' END
       || coalesce((SELECT string_agg(format(E'\n    CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), ''
                                      ORDER BY k.conname)
                      FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'), ''),
       NULL, obj_description(t.oid, 'pg_type'), 'pg_type', t.oid
  FROM pg_type t
  JOIN pg_namespace n ON n.oid = t.typnamespace
  JOIN pg_type b ON b.oid = t.typbasetype
 WHERE n.nspname = ANY ({schemas})
   AND t.typtype = 'd'
   AND {unextended}('pg_type'::regclass, t.oid)
UNION ALL
SELECT 'composite_type', n.nspname, t.typname, NULL, NULL,
       format('CREATE TYPE %s AS (', t.oid::regtype)
       || coalesce((SELECT string_agg(format(E'\n    %I %s', a.attname, format_type(a.atttypid, a.atttypmod))
                                      || CASE WHEN a.attcollation <> at.typcollation AND a.attcollation <> 0
                                              THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END,
                                      ',' ORDER BY a.attnum)
                      FROM pg_attribute a
                      JOIN pg_type at ON at.oid = a.atttypid
                     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '') || E'\n)',
       NULL, obj_description(t.oid, 'pg_type'), 'pg_type', t.oid
  FROM pg_type t
  JOIN pg_namespace n ON n.oid = t.typnamespace
  JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
 WHERE n.nspname = ANY ({schemas})
   AND t.typtype = 'c'
   AND {unextended}('pg_type'::regclass, t.oid)
UNION ALL
SELECT 'range_type', n.nspname, t.typname, NULL, NULL,
       format(E'CREATE TYPE %s AS RANGE (\n    SUBTYPE = %s', t.oid::regtype, r.rngsubtype::regtype)
       || {multirange}
       || CASE WHEN NOT oc.opcdefault
               THEN format(E',\n    SUBTYPE_OPCLASS = %s',
                           CASE WHEN pg_opclass_is_visible(oc.oid) THEN quote_ident(oc.opcname)
                                ELSE format('%I.%I', ocn.nspname, oc.opcname) END) ELSE '' END
       || CASE WHEN r.rngcollation <> 0 AND r.rngcollation <> b.typcollation
               THEN E',\n    COLLATION = ' || r.rngcollation::regcollation ELSE '' END
       || CASE WHEN r.rngcanonical <> 0 THEN E',\n    CANONICAL = ' || r.rngcanonical ELSE '' END
       || CASE WHEN r.rngsubdiff <> 0 THEN E',\n    SUBTYPE_DIFF = ' || r.rngsubdiff ELSE '' END || E'\n)',
       NULL, obj_description(t.oid, 'pg_type'), 'pg_type', t.oid
  FROM pg_type t
  JOIN pg_namespace n ON n.oid = t.typnamespace
  JOIN pg_range r ON r.rngtypid = t.oid
  JOIN pg_type b ON b.oid = r.rngsubtype
  JOIN pg_opclass oc ON oc.oid = r.rngsubopc
  JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace
 WHERE n.nspname = ANY ({schemas})
   AND t.typtype = 'r'
   AND {unextended}('pg_type'::regclass, t.oid)
UNION ALL
SELECT 'aggregate', n.nspname, p.proname || '(' || oidvectortypes(p.proargtypes) || ')', NULL, NULL,
       format(E'CREATE AGGREGATE %s(%s) (\n    SFUNC = %s,\n    STYPE = %s',
              CASE WHEN n.nspname = {default} THEN format('%I', p.proname) ELSE format('%I.%I', n.nspname, p.proname) END,
              CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END,
              a.aggtransfn, a.aggtranstype::regtype)
       || CASE WHEN a.aggtransspace > 0 THEN format(E',\n    SSPACE = %s', a.aggtransspace) ELSE '' END
       || CASE WHEN a.aggfinalfn <> 0 THEN format(E',\n    FINALFUNC = %s', a.aggfinalfn) ELSE '' END
       || CASE WHEN a.aggfinalextra THEN E',\n    FINALFUNC_EXTRA' ELSE '' END
       || CASE WHEN a.aggfinalfn <> 0 AND a.aggfinalmodify <> CASE WHEN a.aggkind = 'n' THEN 'r' ELSE 'w' END::"char"
               THEN E',\n    FINALFUNC_MODIFY = ' || CASE a.aggfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE'
                                                         ELSE 'READ_WRITE' END ELSE '' END
       || CASE WHEN a.aggcombinefn <> 0 THEN format(E',\n    COMBINEFUNC = %s', a.aggcombinefn) ELSE '' END
       || CASE WHEN a.aggserialfn <> 0 THEN format(E',\n    SERIALFUNC = %s', a.aggserialfn) ELSE '' END
       || CASE WHEN a.aggdeserialfn <> 0 THEN format(E',\n    DESERIALFUNC = %s', a.aggdeserialfn) ELSE '' END
       || CASE WHEN a.agginitval IS NOT NULL THEN format(E',\n    INITCOND = %L', a.agginitval) ELSE '' END
       || CASE WHEN a.aggmtransfn <> 0
               THEN format(E',\n    MSFUNC = %s,\n    MINVFUNC = %s,\n    MSTYPE = %s', a.aggmtransfn, a.aggminvtransfn,
                           a.aggmtranstype::regtype)
                    || CASE WHEN a.aggmfinalfn <> 0 THEN format(E',\n    MFINALFUNC = %s', a.aggmfinalfn) ELSE '' END
                    || CASE WHEN a.aggmfinalextra THEN E',\n    MFINALFUNC_EXTRA' ELSE '' END
                    || CASE WHEN a.aggminitval IS NOT NULL THEN format(E',\n    MINITCOND = %L', a.aggminitval) ELSE '' END
               ELSE '' END
       || CASE WHEN a.aggsortop <> 0 THEN format(E',\n    SORTOP = OPERATOR(%s.%s)', son.nspname, so.oprname) ELSE '' END
       || CASE p.proparallel WHEN 's' THEN E',\n    PARALLEL = SAFE' WHEN 'r' THEN E',\n    PARALLEL = RESTRICTED' ELSE '' END
       || CASE WHEN a.aggkind = 'h' THEN E',\n    HYPOTHETICAL' ELSE '' END || E'\n)',
       NULL, obj_description(p.oid, 'pg_proc'), 'pg_proc', p.oid
  FROM pg_aggregate a
  JOIN pg_proc p ON p.oid = a.aggfnoid
  JOIN pg_namespace n ON n.oid = p.pronamespace
  LEFT JOIN pg_operator so ON so.oid = a.aggsortop
  LEFT JOIN pg_namespace son ON son.oid = so.oprnamespace
 WHERE n.nspname = ANY ({schemas})
   AND {unextended}('pg_proc'::regclass, p.oid)
UNION ALL
SELECT 'sequence', n.nspname, c.relname, NULL, NULL,
       format('CREATE %sSEQUENCE %s', CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END, c.oid::regclass)
       || CASE WHEN q.seqtypid <> 'bigint'::regtype THEN ' AS ' || q.seqtypid::regtype ELSE '' END
       || CASE WHEN q.seqincrement <> 1 THEN ' INCREMENT BY ' || q.seqincrement ELSE '' END
       || CASE WHEN q.seqmin <> CASE WHEN q.seqincrement > 0 THEN 1 ELSE b.least END THEN ' MINVALUE ' || q.seqmin ELSE '' END
       || CASE WHEN q.seqmax <> CASE WHEN q.seqincrement > 0 THEN b.most ELSE -1 END THEN ' MAXVALUE ' || q.seqmax ELSE '' END
       || CASE WHEN q.seqstart <> CASE WHEN q.seqincrement > 0 THEN q.seqmin ELSE q.seqmax END
               THEN ' START WITH ' || q.seqstart ELSE '' END
       || CASE WHEN q.seqcache <> 1 THEN ' CACHE ' || q.seqcache ELSE '' END
       || CASE WHEN q.seqcycle THEN ' CYCLE' ELSE '' END,
       NULL, obj_description(c.oid, 'pg_class'), 'pg_class', c.oid
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_sequence q ON q.seqrelid = c.oid
  JOIN (VALUES ('smallint'::regtype, -32768::bigint, 32767::bigint),
               ('integer'::regtype, -2147483648, 2147483647),
               ('bigint'::regtype, -9223372036854775808, 9223372036854775807)) b (type, least, most) ON b.type = q.seqtypid
 WHERE n.nspname = ANY ({schemas})
   AND {unextended}('pg_class'::regclass, c.oid)
   AND {unnumbering}
UNION ALL
SELECT 'setting', NULL, 'owner of ' || c.oid::regclass, tn.nspname, t.relname,
       format('ALTER SEQUENCE %s OWNED BY %s.%I', c.oid::regclass, t.oid::regclass, a.attname),
       format('ALTER SEQUENCE %s OWNED BY NONE', c.oid::regclass), NULL, 'ownership', c.oid
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'a'
                  AND d.refclassid = 'pg_class'::regclass
  JOIN pg_class t ON t.oid = d.refobjid
  JOIN pg_namespace tn ON tn.oid = t.relnamespace
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
 WHERE n.nspname = ANY ({schemas})
   AND c.relkind = 'S'
   AND {unextended}('pg_class'::regclass, c.oid)
   AND {unnumbering}
UNION ALL
SELECT 'server', NULL, s.srvname, NULL, NULL,
       format('CREATE SERVER %I%s%s FOREIGN DATA WRAPPER %I', s.srvname,
              coalesce(' TYPE ' || quote_literal(s.srvtype), ''), coalesce(' VERSION ' || quote_literal(s.srvversion), ''), w.fdwname)
       || coalesce(' OPTIONS (' || (SELECT string_agg(format('%I %L', o.option_name, o.option_value), ', ')
                                      FROM pg_options_to_table(s.srvoptions) o) || ')', ''),
       NULL, obj_description(s.oid, 'pg_foreign_server'), 'pg_foreign_server', s.oid
  FROM pg_foreign_server s
  JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
 WHERE {unextended}('pg_foreign_server'::regclass, s.oid)
   AND EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_foreign_data_wrapper'::regclass AND d.objid = w.oid
                                           AND d.deptype = 'e')
UNION ALL
SELECT 'foreign_table', n.nspname, c.relname, NULL, NULL,
       format('CREATE FOREIGN TABLE %s (', c.oid::regclass)
       || coalesce((SELECT string_agg(format(E'\n    %I %s', a.attname, format_type(a.atttypid, a.atttypmod))
                                      || coalesce(' OPTIONS (' || (SELECT string_agg(format('%I %L', o.option_name, o.option_value), ', ')
                                                                     FROM pg_options_to_table(a.attfdwoptions) o) || ')', '')
                                      || coalesce(' DEFAULT ' || pg_get_expr(ad.adbin, ad.adrelid), '')
                                      || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END, ',' ORDER BY a.attnum)
                      FROM pg_attribute a
                      LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
                     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '')
       || coalesce((SELECT string_agg(format(E',\n    CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), '' ORDER BY k.conname)
                      FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'), '')
       || format(E'\n)\nSERVER %I', s.srvname)
       || coalesce(E'\nOPTIONS (' || (SELECT string_agg(format('%I %L', o.option_name, o.option_value), ', ')
                                        FROM pg_options_to_table(f.ftoptions) o) || ')', ''),
       NULL, obj_description(c.oid, 'pg_class'), 'pg_class', c.oid
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_foreign_table f ON f.ftrelid = c.oid
  JOIN pg_foreign_server s ON s.oid = f.ftserver
 WHERE n.nspname = ANY ({schemas})
   AND NOT c.relispartition
   AND {unextended}('pg_class'::regclass, c.oid)
UNION ALL
SELECT 'partition', n.nspname, c.relname, NULL, NULL,
       format(E'CREATE %sTABLE %s PARTITION OF %s\n    %s', CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END,
              c.oid::regclass, p.oid::regclass, pg_get_expr(c.relpartbound, c.oid))
       || CASE WHEN c.relkind = 'p' THEN E'\n    PARTITION BY ' || pg_get_partkeydef(c.oid) ELSE '' END
       || coalesce(E'\n    WITH (' || array_to_string(c.reloptions, ', ') || ')', ''),
       NULL, obj_description(c.oid, 'pg_class'), 'pg_class', c.oid
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_inherits i ON i.inhrelid = c.oid
  JOIN pg_class p ON p.oid = i.inhparent
 WHERE n.nspname = ANY ({schemas})
   AND c.relispartition
   AND c.relkind IN ('r', 'p')
