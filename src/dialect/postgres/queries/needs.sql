-- What definitions stand on: class and oid of the definition, class and oid of what it needs, and its column.
SELECT DISTINCT
       CASE WHEN d.classid = 'pg_constraint'::regclass AND k.contypid <> 0 THEN 'pg_type'
            WHEN d.classid = 'pg_class'::regclass AND c.relkind = 'c' THEN 'pg_type'
            ELSE d.classid::regclass::text END,
       CASE WHEN d.classid = 'pg_constraint'::regclass AND k.contypid <> 0 THEN k.contypid
            WHEN d.classid = 'pg_class'::regclass AND c.relkind = 'c' THEN c.reltype
            ELSE d.objid END,
       CASE WHEN rt.typrelid <> 0 AND rc.relkind <> 'c' THEN 'pg_class' ELSE d.refclassid::regclass::text END,
       CASE WHEN rt.oid IS NULL THEN d.refobjid
            WHEN rt.typrelid <> 0 AND rc.relkind <> 'c' THEN rt.typrelid
            WHEN rt.typelem <> 0 AND rt.typlen = -1 THEN rt.typelem
            ELSE rt.oid END,
       d.refobjsubid
  FROM pg_depend d
  LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
  LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
  LEFT JOIN pg_type rt ON d.refclassid = 'pg_type'::regclass AND rt.oid = d.refobjid
  LEFT JOIN pg_class rc ON rc.oid = rt.typrelid
 WHERE d.objid >= 16384
   AND d.refobjid >= 16384
   AND d.deptype IN ('n', 'a', 'x')
   AND (d.classid IN ('pg_type'::regclass, 'pg_proc'::regclass, 'pg_policy'::regclass, 'pg_rewrite'::regclass,
                      'pg_statistic_ext'::regclass, 'pg_foreign_server'::regclass, 'pg_collation'::regclass)
        OR d.classid = 'pg_constraint'::regclass AND (k.contype = 'x' OR k.contypid <> 0)
        OR d.classid = 'pg_class'::regclass AND (c.relkind IN ('c', 'f', 'S') OR c.relispartition))
UNION ALL
-- A foreign key of one partition holds what it refers to, and leans on the key there.
SELECT 'pg_constraint', k.oid, r.class, r.oid, 0
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid AND c.relispartition
 CROSS JOIN LATERAL (
       SELECT 'pg_class', k.confrelid UNION ALL SELECT 'pg_class', k.conindid UNION ALL
       SELECT 'pg_constraint', other.oid FROM pg_constraint other WHERE other.conindid = k.conindid AND other.contype IN ('p', 'u')
       ) r (class, oid)
 WHERE k.contype = 'f' AND k.conparentid = 0
UNION ALL
-- An index of one partition comes with the table's index or key, and so does a key that is made of it.
SELECT 'pg_class', h.inhrelid, r.class, r.oid, 0
  FROM pg_inherits h
  JOIN pg_class c ON c.oid = h.inhrelid AND c.relkind IN ('i', 'I')
 CROSS JOIN LATERAL (
       SELECT 'pg_class', h.inhparent UNION ALL
       SELECT 'pg_constraint', k.oid FROM pg_constraint k WHERE k.conindid = h.inhparent AND k.contype IN ('p', 'u')
       ) r (class, oid)
UNION ALL
SELECT 'pg_constraint', k.oid, 'pg_class', h.inhparent, 0
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid AND c.relispartition
  JOIN pg_inherits h ON h.inhrelid = k.conindid
 WHERE k.contype IN ('p', 'u') AND k.conparentid = 0
