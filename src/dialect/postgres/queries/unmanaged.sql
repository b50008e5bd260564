-- What the model has no place for: kind, schema, name, and the table it belongs to.
SELECT 'sequence', n.nspname, c.relname, NULL::name
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'S'
   AND n.nspname = ANY ({schemas})
   AND NOT EXISTS (SELECT 1 FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                      AND (d.deptype IN ('e', 'i')
                           OR d.deptype = 'a' AND EXISTS (
                               SELECT 1 FROM pg_attrdef ad
                                 JOIN pg_depend dd ON dd.classid = 'pg_attrdef'::regclass AND dd.objid = ad.oid
                                                  AND dd.refclassid = 'pg_class'::regclass AND dd.refobjid = c.oid
                                WHERE ad.adrelid = d.refobjid AND ad.adnum = d.refobjsubid)))
UNION ALL
SELECT CASE t.typtype WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type' ELSE 'composite type' END,
       n.nspname, t.typname, NULL
  FROM pg_type t
  JOIN pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_class c ON c.oid = t.typrelid
 WHERE n.nspname = ANY ({schemas})
   AND (t.typtype IN ('d', 'r') OR t.typtype = 'c' AND c.relkind = 'c')
   AND NOT EXISTS (SELECT 1 FROM pg_depend d
                    WHERE (d.classid, d.objid) IN (('pg_type'::regclass, t.oid), ('pg_class'::regclass, t.typrelid))
                      AND d.deptype = 'e')
UNION ALL
SELECT 'policy', n.nspname, p.polname, c.relname
  FROM pg_policy p
  JOIN pg_class c ON c.oid = p.polrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas})
UNION ALL
SELECT 'rule', n.nspname, r.rulename, c.relname
  FROM pg_rewrite r
  JOIN pg_class c ON c.oid = r.ev_class
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas})
   AND r.rulename <> '_RETURN'
   AND NOT EXISTS (SELECT 1 FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
UNION ALL
SELECT 'statistics', n.nspname, s.stxname, NULL
  FROM pg_statistic_ext s
  JOIN pg_namespace n ON n.oid = s.stxnamespace
 WHERE n.nspname = ANY ({schemas})
UNION ALL
SELECT 'collation', n.nspname, o.collname, NULL
  FROM pg_collation o
  JOIN pg_namespace n ON n.oid = o.collnamespace
 WHERE n.nspname = ANY ({schemas})
   AND NOT EXISTS (SELECT 1 FROM pg_depend d
                    WHERE d.classid = 'pg_collation'::regclass AND d.objid = o.oid AND d.deptype = 'e')
UNION ALL
SELECT 'aggregate', n.nspname, p.proname, NULL
  FROM pg_proc p
  JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname = ANY ({schemas})
   AND p.prokind = 'a'
   AND NOT EXISTS (SELECT 1 FROM pg_depend d
                    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT 'comment on trigger', n.nspname, t.tgname, c.relname
  FROM pg_trigger t
  JOIN pg_class c ON c.oid = t.tgrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas})
   AND NOT t.tgisinternal
   AND obj_description(t.oid, 'pg_trigger') IS NOT NULL
UNION ALL
SELECT 'comment on routine', n.nspname, p.proname, NULL
  FROM pg_proc p
  JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname = ANY ({schemas})
   AND p.prokind <> 'a'
   AND obj_description(p.oid, 'pg_proc') IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM pg_depend d
                    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
 ORDER BY 1, 2, 3
