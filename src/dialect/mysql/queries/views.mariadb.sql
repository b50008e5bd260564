-- Views: name, query, check option, whose rights count, algorithm, collation of the connection the view was
-- made by, where it is not this one's.
SELECT CAST(v.table_name AS CHAR),
       CAST(v.view_definition AS CHAR),
       CAST(v.check_option AS CHAR),
       CAST(v.security_type AS CHAR),
       CAST(v.algorithm AS CHAR),
       CAST(IF(v.collation_connection <> @@collation_connection
               AND SUBSTRING_INDEX(v.collation_connection, '_', 1) = v.character_set_client, v.collation_connection, NULL) AS CHAR)
  FROM information_schema.views v
 WHERE v.table_schema = DATABASE()
 ORDER BY v.table_name
