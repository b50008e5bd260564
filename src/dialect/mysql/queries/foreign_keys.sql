-- Foreign keys, a row for each and a row for each of its columns: table, name, column (NULL for the key's own row, which comes
-- first), database referred to (NULL for this one), table and column referred to, rules on update and deletion. They stand in
-- two views that have no index, so joining them would look through all of one for every row of the other.
SELECT f.in_table, f.name, f.column_name, f.to_database, f.to_table, f.to_column, f.on_update, f.on_delete
  FROM (
    SELECT CAST(r.table_name AS CHAR) AS in_table,
           CAST(r.constraint_name AS CHAR) AS name,
           0 AS position,
           CAST(NULL AS CHAR) AS column_name,
           CAST(NULL AS CHAR) AS to_database,
           CAST(NULL AS CHAR) AS to_table,
           CAST(NULL AS CHAR) AS to_column,
           CAST(r.update_rule AS CHAR) AS on_update,
           CAST(r.delete_rule AS CHAR) AS on_delete
      FROM information_schema.referential_constraints r
     WHERE r.constraint_schema = DATABASE()
     UNION ALL
    SELECT CAST(k.table_name AS CHAR),
           CAST(k.constraint_name AS CHAR),
           k.ordinal_position,
           CAST(k.column_name AS CHAR),
           CAST(IF(k.referenced_table_schema = DATABASE(), NULL, k.referenced_table_schema) AS CHAR),
           CAST(k.referenced_table_name AS CHAR),
           CAST(k.referenced_column_name AS CHAR),
           CAST(NULL AS CHAR),
           CAST(NULL AS CHAR)
      FROM information_schema.key_column_usage k
     WHERE k.table_schema = DATABASE()
       AND k.referenced_table_name IS NOT NULL
  ) f
 ORDER BY CAST(f.in_table AS BINARY), CAST(f.name AS BINARY), f.position
