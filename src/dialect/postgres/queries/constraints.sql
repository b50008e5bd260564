-- Keys, foreign keys and checks of tables that are not partitions.
SELECT k.conrelid,
       k.conname,
       k.contype,
       (SELECT json_agg(a.attname ORDER BY u.position)
          FROM unnest(k.conkey) WITH ORDINALITY u (number, position)
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number),
       fn.nspname,
       f.relname,
       (SELECT json_agg(a.attname ORDER BY u.position)
          FROM unnest(k.confkey) WITH ORDINALITY u (number, position)
          JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number),
       k.confupdtype,
       k.confdeltype,
       k.confmatchtype,
       k.condeferrable,
       k.condeferred,
       k.convalidated,
       k.connoinherit,
       CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END,
       {set_columns},
       {nulls_not_distinct},
       (SELECT json_agg(a.attname ORDER BY u.position)
          FROM unnest(x.indkey) WITH ORDINALITY u (number, position)
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number
         WHERE u.position > x.indnkeyatts),
       {enforced},
       obj_description(k.oid, 'pg_constraint'),
       array_to_json(xc.reloptions),
       coalesce(c.relkind = 'p' AND NOT x.indisvalid, false),
       CASE WHEN c.relkind = 'p' THEN k.oid END,
       {period}
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_class f ON f.oid = k.confrelid
  LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
  LEFT JOIN pg_index x ON x.indexrelid = k.conindid AND k.contype IN ('p', 'u')
  LEFT JOIN pg_class xc ON xc.oid = x.indexrelid
 WHERE n.nspname = ANY ({schemas})
   AND NOT c.relispartition
   AND k.contype IN ('p', 'u', 'f', 'c')
   AND k.conparentid = 0
   AND k.conislocal
 ORDER BY k.conrelid, k.conname
