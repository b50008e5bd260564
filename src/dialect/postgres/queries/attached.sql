-- What hangs on tables and views, in the same columns as definitions.sql.
SELECT 'exclusion', NULL::text, k.conname::text, n.nspname::text, c.relname::text,
       format(E'ALTER TABLE %s\n    ADD CONSTRAINT %I %s', c.oid::regclass, k.conname, pg_get_constraintdef(k.oid)),
       NULL::text, obj_description(k.oid, 'pg_constraint'), 'pg_constraint', k.oid
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas})
   AND k.contype = 'x'
   AND k.conparentid = 0
   AND NOT c.relispartition
   AND {unextended}('pg_class'::regclass, c.oid)
UNION ALL
SELECT 'policy', NULL, p.polname, n.nspname, c.relname,
       format('CREATE POLICY %I ON %s', p.polname, c.oid::regclass)
       || CASE WHEN NOT p.polpermissive THEN ' AS RESTRICTIVE' ELSE '' END
       || CASE p.polcmd WHEN 'r' THEN ' FOR SELECT' WHEN 'a' THEN ' FOR INSERT' WHEN 'w' THEN ' FOR UPDATE'
                        WHEN 'd' THEN ' FOR DELETE' ELSE '' END
       || CASE WHEN p.polroles = '{0}' THEN ''
               ELSE ' TO ' || (SELECT string_agg(CASE WHEN r.oid = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r.oid)) END,
                                                 ', ' ORDER BY pg_get_userbyid(r.oid)) FROM unnest(p.polroles) r (oid)) END
       || coalesce(E'\n    USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
       || coalesce(E'\n    WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', ''),
       NULL, obj_description(p.oid, 'pg_policy'), 'pg_policy', p.oid
  FROM pg_policy p
  JOIN pg_class c ON c.oid = p.polrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas})
   AND {unextended}('pg_class'::regclass, c.oid)
UNION ALL
SELECT 'rule', NULL, r.rulename, n.nspname, c.relname,
       -- Only so is the table named as it is found from here.
       rtrim(pg_get_ruledef(r.oid, true), ';'),
       NULL, obj_description(r.oid, 'pg_rewrite'), 'pg_rewrite', r.oid
  FROM pg_rewrite r
  JOIN pg_class c ON c.oid = r.ev_class
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas})
   AND r.rulename <> '_RETURN'
   AND {unextended}('pg_class'::regclass, c.oid)
UNION ALL
SELECT 'setting', NULL, 'state of rule ' || r.rulename, n.nspname, c.relname,
       format('ALTER TABLE %s %s RULE %I', c.oid::regclass,
              CASE r.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, r.rulename),
       format('ALTER TABLE %s ENABLE RULE %I', c.oid::regclass, r.rulename), NULL, 'rule_state', r.oid
  FROM pg_rewrite r
  JOIN pg_class c ON c.oid = r.ev_class
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas})
   AND r.rulename <> '_RETURN'
   AND r.ev_enabled <> 'O'
   AND {unextended}('pg_class'::regclass, c.oid)
UNION ALL
SELECT 'setting', NULL, 'state of trigger ' || t.tgname, n.nspname, c.relname,
       format('ALTER TABLE %s %s TRIGGER %I', c.oid::regclass,
              CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, t.tgname),
       format('ALTER TABLE %s ENABLE TRIGGER %I', c.oid::regclass, t.tgname), NULL, 'trigger:' || t.tgname, c.oid
  FROM pg_trigger t
  JOIN pg_class c ON c.oid = t.tgrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas})
   AND NOT t.tgisinternal
   AND {own_trigger}
   AND t.tgenabled <> 'O'
UNION ALL
SELECT 'setting', NULL, 'cluster', n.nspname, c.relname,
       format('ALTER TABLE %s CLUSTER ON %I', c.oid::regclass, i.relname),
       format('ALTER TABLE %s SET WITHOUT CLUSTER', c.oid::regclass), NULL, 'index:' || i.relname, c.oid
  FROM pg_index x
  JOIN pg_class c ON c.oid = x.indrelid
  JOIN pg_class i ON i.oid = x.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas})
   AND x.indisclustered
   AND {unextended}('pg_class'::regclass, c.oid)
UNION ALL
SELECT 'setting', NULL, 'replica identity', n.nspname, c.relname,
       format('ALTER TABLE %s REPLICA IDENTITY %s', c.oid::regclass,
              CASE c.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING'
                                  ELSE (SELECT format('USING INDEX %I', i.relname) FROM pg_index x
                                          JOIN pg_class i ON i.oid = x.indexrelid
                                         WHERE x.indrelid = c.oid AND x.indisreplident) END),
       format('ALTER TABLE %s REPLICA IDENTITY DEFAULT', c.oid::regclass), NULL,
       coalesce('index:' || (SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
                              WHERE x.indrelid = c.oid AND x.indisreplident), 'nothing'), c.oid
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas})
   AND c.relkind IN ('r', 'p')
   AND (c.relreplident IN ('f', 'n')
        OR c.relreplident = 'i' AND EXISTS (SELECT 1 FROM pg_index x WHERE x.indrelid = c.oid AND x.indisreplident))
   AND {unextended}('pg_class'::regclass, c.oid)
UNION ALL
SELECT 'statistics', n.nspname, s.stxname, NULL, NULL,
       regexp_replace(pg_get_statisticsobjdef(s.oid), '^CREATE STATISTICS \S+ ',
                      format('CREATE STATISTICS %s ', CASE WHEN n.nspname = {default} THEN format('%I', s.stxname)
                                                           ELSE format('%I.%I', n.nspname, s.stxname) END)),
       NULL, obj_description(s.oid, 'pg_statistic_ext'), 'pg_statistic_ext', s.oid
  FROM pg_statistic_ext s
  JOIN pg_namespace n ON n.oid = s.stxnamespace
 WHERE n.nspname = ANY ({schemas})
UNION ALL
SELECT 'comment', NULL, 'trigger ' || t.tgname, n.nspname, c.relname,
       format('COMMENT ON TRIGGER %I ON %s IS %L', t.tgname, c.oid::regclass, obj_description(t.oid, 'pg_trigger')),
       format('COMMENT ON TRIGGER %I ON %s IS NULL', t.tgname, c.oid::regclass), NULL, 'trigger:' || t.tgname, c.oid
  FROM pg_trigger t
  JOIN pg_class c ON c.oid = t.tgrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas})
   AND NOT t.tgisinternal
   AND {own_trigger}
   AND obj_description(t.oid, 'pg_trigger') IS NOT NULL
UNION ALL
SELECT 'comment', NULL, 'primary key', n.nspname, c.relname,
       format('COMMENT ON CONSTRAINT %I ON %s IS %L', k.conname, c.oid::regclass, obj_description(k.oid, 'pg_constraint')),
       format('COMMENT ON CONSTRAINT %I ON %s IS NULL', k.conname, c.oid::regclass), NULL, 'primary_key', c.oid
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas})
   AND k.contype = 'p'
   AND k.oid IN (SELECT xc.objoid FROM pg_description xc WHERE xc.classoid = 'pg_constraint'::regclass AND xc.objsubid = 0)
   AND {unextended}('pg_class'::regclass, c.oid)
UNION ALL
SELECT 'comment', NULL, 'index behind ' || k.conname, n.nspname, c.relname,
       format('COMMENT ON INDEX %s IS %L', k.conindid::regclass, obj_description(k.conindid, 'pg_class')),
       format('COMMENT ON INDEX %s IS NULL', k.conindid::regclass), NULL, 'constraint:' || k.conname, c.oid
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas})
   AND k.contype IN ('p', 'u', 'x')
   AND k.conparentid = 0
   AND k.conindid IN (SELECT xc.objoid FROM pg_description xc WHERE xc.classoid = 'pg_class'::regclass AND xc.objsubid = 0)
   AND {unextended}('pg_class'::regclass, c.oid)
UNION ALL
SELECT 'comment', NULL, CASE p.prokind WHEN 'p' THEN 'procedure ' ELSE 'function ' END || p.oid::regprocedure, NULL, NULL,
       format('COMMENT ON %s %s IS %L', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::regprocedure,
              obj_description(p.oid, 'pg_proc')),
       format('COMMENT ON %s %s IS NULL', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::regprocedure),
       NULL, 'routine', p.oid
  FROM pg_proc p
  JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname = ANY ({schemas})
   AND p.prokind <> 'a'
   AND obj_description(p.oid, 'pg_proc') IS NOT NULL
   AND {unextended}('pg_proc'::regclass, p.oid)
UNION ALL
SELECT 'comment', NULL, 'constraint ' || k.conname || ' of domain ' || t.oid::regtype, NULL, NULL,
       format('COMMENT ON CONSTRAINT %I ON DOMAIN %s IS %L', k.conname, t.oid::regtype, obj_description(k.oid, 'pg_constraint')),
       format('COMMENT ON CONSTRAINT %I ON DOMAIN %s IS NULL', k.conname, t.oid::regtype), NULL, 'type', t.oid
  FROM pg_constraint k
  JOIN pg_type t ON t.oid = k.contypid
  JOIN pg_namespace n ON n.oid = t.typnamespace
 WHERE n.nspname = ANY ({schemas})
   AND k.oid IN (SELECT xc.objoid FROM pg_description xc WHERE xc.classoid = 'pg_constraint'::regclass AND xc.objsubid = 0)
   AND {unextended}('pg_type'::regclass, t.oid)
UNION ALL
SELECT 'comment', NULL, 'column ' || a.attname || ' of type ' || t.oid::regtype, NULL, NULL,
       format('COMMENT ON COLUMN %s.%I IS %L', t.oid::regtype, a.attname, col_description(c.oid, a.attnum)),
       format('COMMENT ON COLUMN %s.%I IS NULL', t.oid::regtype, a.attname), NULL, 'type', t.oid
  FROM pg_class c
  JOIN pg_type t ON t.oid = c.reltype
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
 WHERE n.nspname = ANY ({schemas})
   AND c.relkind = 'c'
   AND col_description(c.oid, a.attnum) IS NOT NULL
   AND {unextended}('pg_type'::regclass, t.oid)
UNION ALL
SELECT 'comment', NULL, 'column ' || a.attname, n.nspname, c.relname,
       format('COMMENT ON COLUMN %s.%I IS %L', c.oid::regclass, a.attname, col_description(c.oid, a.attnum)),
       format('COMMENT ON COLUMN %s.%I IS NULL', c.oid::regclass, a.attname), NULL, 'nothing', c.oid
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
 WHERE n.nspname = ANY ({schemas})
   AND (c.relispartition OR c.relkind = 'f')
   AND col_description(c.oid, a.attnum) IS NOT NULL
   AND {unextended}('pg_class'::regclass, c.oid)
UNION ALL
-- What one partition has that its table has not.
SELECT 'partition_part', NULL, 'index ' || i.relname, n.nspname, c.relname,
       replace(pg_get_indexdef(i.oid, 0, true), ' ON ONLY ', ' ON '),
       format('DROP INDEX %s', i.oid::regclass), NULL, 'pg_class', i.oid
  FROM pg_index x
  JOIN pg_class i ON i.oid = x.indexrelid
  JOIN pg_class c ON c.oid = x.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas})
   AND c.relispartition AND c.relkind IN ('r', 'p') AND NOT i.relispartition
   AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x'))
UNION ALL
-- An index that is attached to the table's index is made along with that one, and named so.
SELECT 'partition_part', NULL, 'name of the index under ' || pi.relname, n.nspname, c.relname,
       format('ALTER INDEX %s RENAME TO %I', u.qualified || quote_ident(u.name), i.relname),
       format('ALTER INDEX %s RENAME TO %I', i.oid::regclass, u.name), NULL, 'pg_class', i.oid
  FROM pg_index x
  JOIN pg_class i ON i.oid = x.indexrelid
  JOIN pg_class c ON c.oid = x.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_inherits h ON h.inhrelid = i.oid
  JOIN pg_class pi ON pi.oid = h.inhparent
  LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.contype IN ('p', 'u') AND k.conrelid = c.oid
 CROSS JOIN LATERAL (
       SELECT CASE WHEN n.nspname = {default} THEN '' ELSE quote_ident(n.nspname) || '.' END,
              c.relname || CASE WHEN k.contype = 'p' THEN '_pkey'
                                ELSE '_' || (SELECT string_agg(a.attname, '_' ORDER BY a.attnum)
                                               FROM pg_attribute a
                                              WHERE a.attrelid = pi.oid AND a.attnum > 0)
                                     || CASE WHEN k.contype = 'u' THEN '_key' ELSE '_idx' END END) u (qualified, name)
 WHERE n.nspname = ANY ({schemas})
   AND c.relispartition
   AND (k.oid IS NULL OR k.conparentid <> 0)
   AND octet_length(u.name) < 64
   AND NOT (starts_with(i.relname, u.name) AND substr(i.relname, length(u.name) + 1) ~ '^[0-9]*$')
UNION ALL
-- A key whose index is attached to an index of the table that is no key is made of the index that came with that one; it
-- cannot be dropped while the partition is attached.
SELECT 'partition_part', NULL, 'constraint ' || k.conname, n.nspname, c.relname,
       format(E'ALTER TABLE %s\n    ADD CONSTRAINT %I %s', c.oid::regclass, k.conname,
              coalesce(made.of_index, pg_get_constraintdef(k.oid))),
       format(CASE WHEN made.parent IS NULL THEN 'ALTER TABLE %1$s DROP CONSTRAINT %2$I'
                   ELSE E'ALTER TABLE %3$s DETACH PARTITION %1$s;\nALTER TABLE %1$s DROP CONSTRAINT %2$I;\n'
                        'ALTER TABLE %3$s ATTACH PARTITION %1$s %4$s' END,
              c.oid::regclass, k.conname, made.parent, pg_get_expr(c.relpartbound, c.oid)), NULL, 'pg_constraint', k.oid
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN LATERAL (
       SELECT x.indrelid::regclass AS parent,
              CASE WHEN octet_length(u.name) < 64
                   THEN format('%s USING INDEX %I%s', CASE k.contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END, u.name,
                               substring(pg_get_constraintdef(k.oid) FROM ' DEFERRABLE.*$')) END AS of_index
         FROM pg_inherits h
         JOIN pg_index x ON x.indexrelid = h.inhparent
        CROSS JOIN LATERAL (
              SELECT c.relname || '_' || (SELECT string_agg(a.attname, '_' ORDER BY a.attnum)
                                            FROM pg_attribute a
                                           WHERE a.attrelid = h.inhparent AND a.attnum > 0) || '_idx') u (name)
        WHERE h.inhrelid = k.conindid AND k.contype IN ('p', 'u')
          AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.conindid = h.inhparent AND p.contype IN ('p', 'u'))) made
       ON true
 WHERE n.nspname = ANY ({schemas})
   AND c.relispartition AND c.relkind IN ('r', 'p')
   AND k.conislocal AND k.coninhcount = 0 AND k.conparentid = 0
   AND k.contype IN ('p', 'u', 'x', 'f', 'c')
UNION ALL
SELECT 'partition_part', NULL, 'trigger ' || t.tgname, n.nspname, c.relname,
       pg_get_triggerdef(t.oid, true), format('DROP TRIGGER %I ON %s', t.tgname, c.oid::regclass), NULL, 'pg_trigger', t.oid
  FROM pg_trigger t
  JOIN pg_class c ON c.oid = t.tgrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas})
   AND c.relispartition AND NOT t.tgisinternal AND t.tgparentid = 0
UNION ALL
SELECT 'partition_part', NULL, s.name, n.nspname, c.relname,
       format('ALTER TABLE %s %s ROW LEVEL SECURITY', c.oid::regclass, s.word),
       format('ALTER TABLE %s %s ROW LEVEL SECURITY', c.oid::regclass, s.inverse), NULL, 'nothing', c.oid
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN (VALUES ('row security', 'ENABLE', 'DISABLE'), ('forced row security', 'FORCE', 'NO FORCE')) s (name, word, inverse)
    ON CASE s.word WHEN 'ENABLE' THEN c.relrowsecurity ELSE c.relforcerowsecurity END
 WHERE n.nspname = ANY ({schemas})
   AND c.relispartition
UNION ALL
SELECT 'partition_part', NULL, 'NULL in ' || a.attname, n.nspname, c.relname,
       format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', c.oid::regclass, a.attname),
       format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', c.oid::regclass, a.attname), NULL, 'nothing', c.oid
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_inherits h ON h.inhrelid = c.oid
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_attribute pa ON pa.attrelid = h.inhparent AND pa.attname = a.attname AND NOT pa.attisdropped
 WHERE n.nspname = ANY ({schemas})
   AND c.relispartition AND c.relkind IN ('r', 'p')
   AND a.attnotnull AND NOT pa.attnotnull
UNION ALL
SELECT 'partition_part', NULL, 'default of ' || a.attname, n.nspname, c.relname,
       format('ALTER TABLE %s ALTER COLUMN %I ', c.oid::regclass, a.attname)
       || coalesce('SET DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), 'DROP DEFAULT'),
       format('ALTER TABLE %s ALTER COLUMN %I ', c.oid::regclass, a.attname)
       || coalesce('SET DEFAULT ' || pg_get_expr(pd.adbin, pd.adrelid), 'DROP DEFAULT'), NULL, 'nothing', c.oid
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_inherits h ON h.inhrelid = c.oid
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  JOIN pg_attribute pa ON pa.attrelid = h.inhparent AND pa.attname = a.attname AND NOT pa.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_attrdef pd ON pd.adrelid = pa.attrelid AND pd.adnum = pa.attnum
 WHERE n.nspname = ANY ({schemas})
   AND c.relispartition AND c.relkind IN ('r', 'p')
   AND pg_get_expr(d.adbin, d.adrelid) IS DISTINCT FROM pg_get_expr(pd.adbin, pd.adrelid)
 ORDER BY 1, 4, 5, 2, 3
