-- Foreign keys, one row a column: table, name, column, database referred to (NULL for this one), table and column referred
-- to, rules on update and deletion.
SELECT CAST(k.table_name AS CHAR),
       CAST(k.constraint_name AS CHAR),
       CAST(k.column_name AS CHAR),
       CAST(IF(k.referenced_table_schema = DATABASE(), NULL, k.referenced_table_schema) AS CHAR),
       CAST(k.referenced_table_name AS CHAR),
       CAST(k.referenced_column_name AS CHAR),
       CAST(r.update_rule AS CHAR),
       CAST(r.delete_rule AS CHAR)
  FROM information_schema.key_column_usage k
  JOIN information_schema.referential_constraints r
    ON r.constraint_schema = k.constraint_schema
   AND r.table_name = k.table_name
   AND r.constraint_name = k.constraint_name
 WHERE k.table_schema = DATABASE()
   AND r.constraint_schema = DATABASE()
   AND k.referenced_table_name IS NOT NULL
 ORDER BY k.table_name, k.constraint_name, k.ordinal_position
