-- Columns of tables in their order; of views only those with a comment.
SELECT a.attrelid,
       a.attname,
       format_type(a.atttypid, a.atttypmod),
       a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid),
       a.attidentity,
       a.attgenerated,
       CASE WHEN a.attcollation <> t.typcollation AND a.attcollation <> 0 THEN
            CASE WHEN pg_collation_is_visible(co.oid) THEN co.collname::text
                 ELSE format('"%s"."%s"', replace(con.nspname, '"', '""'), replace(co.collname, '"', '""')) END END,
       cd.description,
       en.nspname,
       e.typname,
       t.typelem <> 0 AND t.typlen = -1,
       a.attinhcount > 0 AND NOT a.attislocal,
       CASE WHEN a.attstorage <> t.typstorage THEN
            CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END END,
       CASE WHEN coalesce(a.attstattarget, -1) >= 0 THEN a.attstattarget END,
       {compression},
       s.nspname,
       s.relname,
       s.deptype,
       CASE WHEN s.seqrelid IS NOT NULL THEN
            json_build_object('type', format_type(s.seqtypid, NULL), 'start', s.seqstart::text,
                              'increment', s.seqincrement::text, 'minimum', s.seqmin::text, 'maximum', s.seqmax::text,
                              'cache', s.seqcache::text, 'cycle', s.seqcycle) END,
       a.attnum,
       s.seqrelid,
       {not_null}
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_description cd ON cd.classoid = 'pg_class'::regclass AND cd.objoid = a.attrelid
                             AND cd.objsubid = a.attnum
  LEFT JOIN pg_collation co ON co.oid = a.attcollation
  LEFT JOIN pg_namespace con ON con.oid = co.collnamespace
  LEFT JOIN pg_type e ON e.oid = CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN t.typelem ELSE t.oid END
                     AND e.typtype = 'e'
  LEFT JOIN pg_namespace en ON en.oid = e.typnamespace
  LEFT JOIN (SELECT sd.refobjid, sd.refobjsubid, sd.deptype, sn.nspname, sc.relname, q.*
               FROM pg_depend sd
               JOIN pg_class sc ON sc.oid = sd.objid AND sc.relkind = 'S'
               JOIN pg_namespace sn ON sn.oid = sc.relnamespace
               JOIN pg_sequence q ON q.seqrelid = sc.oid
              WHERE sd.classid = 'pg_class'::regclass AND sd.refclassid = 'pg_class'::regclass
                AND sd.deptype IN ('a', 'i')
                AND (sd.deptype = 'i'
                     OR EXISTS (SELECT 1
                                  FROM pg_attrdef ad
                                  JOIN pg_depend dd ON dd.classid = 'pg_attrdef'::regclass AND dd.objid = ad.oid
                                                   AND dd.refclassid = 'pg_class'::regclass AND dd.refobjid = sc.oid
                                 WHERE ad.adrelid = sd.refobjid AND ad.adnum = sd.refobjsubid))) s
         ON s.refobjid = a.attrelid AND s.refobjsubid = a.attnum
 {not_null_constraint}
 WHERE n.nspname = ANY ({schemas})
   AND (c.relkind IN ('r', 'p') AND NOT c.relispartition
        OR c.relkind IN ('v', 'm') AND cd.description IS NOT NULL)
   AND a.attnum > 0
   AND NOT a.attisdropped
 ORDER BY a.attrelid, a.attnum
