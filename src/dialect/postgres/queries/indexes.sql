-- Indexes that do not back a constraint, of tables and of materialized views.
SELECT x.indrelid,
       i.relname,
       x.indisunique,
       am.amname,
       p.parts,
       pg_get_expr(x.indpred, x.indrelid),
       {nulls_not_distinct},
       array_to_json(i.reloptions),
       x.indisvalid OR c.relkind = 'p',
       obj_description(i.oid, 'pg_class'),
       CASE WHEN c.relkind = 'm' THEN pg_get_indexdef(x.indexrelid, 0, true) END,
       c.relkind = 'p' AND NOT x.indisvalid,
       CASE WHEN c.relkind = 'p' THEN x.indexrelid END
  FROM pg_index x
  JOIN pg_class i ON i.oid = x.indexrelid
  JOIN pg_class c ON c.oid = x.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_am am ON am.oid = i.relam
  JOIN (SELECT x.indexrelid,
               json_agg(json_build_object(
                   'column', CASE WHEN k.number <> 0 THEN a.attname END,
                   'expression', CASE WHEN k.number = 0 THEN pg_get_indexdef(x.indexrelid, k.position::int, false) END,
                   'included', k.position > x.indnkeyatts,
                   'descending', coalesce(x.indoption[k.position::int - 1] & 1, 0) = 1,
                   'nulls_first', coalesce(x.indoption[k.position::int - 1] & 2, 0) = 2,
                   'collation', CASE WHEN co.oid IS NOT NULL AND co.oid <> ia.attcollation_of_target THEN
                                     CASE WHEN pg_collation_is_visible(co.oid) THEN co.collname::text
                                          ELSE format('"%s"."%s"', replace(con.nspname, '"', '""'),
                                                      replace(co.collname, '"', '""')) END END,
                   'opclass', CASE WHEN NOT oc.opcdefault OR o.attoptions IS NOT NULL THEN
                                   CASE WHEN pg_opclass_is_visible(oc.oid) THEN quote_ident(oc.opcname)
                                        ELSE quote_ident(ocn.nspname) || '.' || quote_ident(oc.opcname) END
                                   || coalesce('(' || (SELECT string_agg(quote_ident(split_part(p, '=', 1)) || '='
                                                              || quote_literal(substr(p, strpos(p, '=') + 1)), ', ')
                                                         FROM unnest(o.attoptions) p) || ')', '') END)
                   ORDER BY k.position) AS parts
          FROM pg_index x
          JOIN pg_class c ON c.oid = x.indrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace
         CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY k (number, position)
          LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.number AND k.number <> 0
          LEFT JOIN pg_attribute o ON o.attrelid = x.indexrelid AND o.attnum = k.position
          LEFT JOIN pg_type ot ON ot.oid = o.atttypid
          LEFT JOIN LATERAL (SELECT coalesce(a.attcollation, ot.typcollation) AS attcollation_of_target) ia ON true
          LEFT JOIN pg_collation co ON k.position <= x.indnkeyatts AND co.oid = x.indcollation[k.position::int - 1]
          LEFT JOIN pg_namespace con ON con.oid = co.collnamespace
          LEFT JOIN pg_opclass oc ON k.position <= x.indnkeyatts AND oc.oid = x.indclass[k.position::int - 1]
          LEFT JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace
         WHERE n.nspname = ANY ({schemas})
         GROUP BY x.indexrelid) p ON p.indexrelid = x.indexrelid
 WHERE n.nspname = ANY ({schemas})
   AND c.relkind IN ('r', 'p', 'm')
   AND NOT c.relispartition
   AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x'))
 ORDER BY x.indrelid, i.relname
