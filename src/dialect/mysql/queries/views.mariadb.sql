-- Views: name, query, check option, whose rights count, algorithm.
SELECT CAST(v.table_name AS CHAR),
       CAST(v.view_definition AS CHAR),
       CAST(v.check_option AS CHAR),
       CAST(v.security_type AS CHAR),
       CAST(v.algorithm AS CHAR)
  FROM information_schema.views v
 WHERE v.table_schema = DATABASE()
 ORDER BY v.table_name
