-- Checks: table, name, level, clause, whether it is enforced.
SELECT CAST(c.table_name AS CHAR),
       CAST(c.constraint_name AS CHAR),
       CAST(c.level AS CHAR),
       CAST(c.check_clause AS CHAR),
       'YES'
  FROM information_schema.check_constraints c
 WHERE c.constraint_schema = DATABASE()
 ORDER BY c.table_name, c.constraint_name
