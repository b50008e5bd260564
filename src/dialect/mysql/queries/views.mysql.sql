-- Views: name, query, check option, whose rights count. The catalog does not list the algorithm: `SHOW CREATE VIEW` does.
SELECT CAST(v.table_name AS CHAR),
       CAST(v.view_definition AS CHAR),
       CAST(v.check_option AS CHAR),
       CAST(v.security_type AS CHAR),
       'UNDEFINED'
  FROM information_schema.views v
 WHERE v.table_schema = DATABASE()
 ORDER BY v.table_name
