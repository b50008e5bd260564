-- Columns: table, name, type, nullable, default, extra, generation expression, collation, comment, spatial reference system.
SELECT CAST(c.table_name AS CHAR),
       CAST(c.column_name AS CHAR),
       CAST(c.column_type AS CHAR),
       CAST(c.is_nullable AS CHAR),
       CAST(c.column_default AS CHAR),
       CAST(c.extra AS CHAR),
       CAST(c.generation_expression AS CHAR),
       CAST(c.collation_name AS CHAR),
       CAST(c.column_comment AS CHAR),
       CAST(c.srs_id AS CHAR)
  FROM information_schema.columns c
 WHERE c.table_schema = DATABASE()
 ORDER BY c.table_name, c.ordinal_position
