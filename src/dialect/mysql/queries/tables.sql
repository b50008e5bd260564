-- Tables, views and sequences: name, kind, engine, collation, comment, options, and the database's own collation and name.
SELECT CAST(t.table_name AS CHAR),
       CAST(t.table_type AS CHAR),
       CAST(t.engine AS CHAR),
       CAST(t.table_collation AS CHAR),
       CAST(t.table_comment AS CHAR),
       CAST(t.create_options AS CHAR),
       CAST(@@collation_database AS CHAR),
       CAST(DATABASE() AS CHAR)
  FROM information_schema.tables t
 WHERE t.table_schema = DATABASE()
 ORDER BY t.table_name
