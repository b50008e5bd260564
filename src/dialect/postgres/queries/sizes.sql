-- Rows are what the last ANALYZE or VACUUM counted; -1 before the first. A partitioned table is what its partitions are.
SELECT n.nspname, c.relname, pg_table_is_visible(c.oid)::int,
       greatest(sum(l.reltuples), 0)::bigint, sum(pg_total_relation_size(l.oid))
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL (SELECT p.relid FROM pg_partition_tree(c.oid) p WHERE p.isleaf
                      UNION ALL SELECT c.oid WHERE c.relkind <> 'p' AND NOT c.relispartition) t
  JOIN pg_class l ON l.oid = t.relid
 WHERE c.relkind IN ('r', 'p', 'm')
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND n.nspname NOT LIKE 'pg\_toast%'
 GROUP BY 1, 2, 3
