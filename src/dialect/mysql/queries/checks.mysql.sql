-- Checks: table, name, level, clause, whether it is enforced.
SELECT CAST(t.table_name AS CHAR),
       CAST(c.constraint_name AS CHAR),
       'Table',
       CAST(c.check_clause AS CHAR),
       CAST(t.enforced AS CHAR)
  FROM information_schema.check_constraints c
  JOIN information_schema.table_constraints t
    ON t.constraint_schema = c.constraint_schema
   AND t.constraint_name = c.constraint_name
   AND t.constraint_type = 'CHECK'
 WHERE c.constraint_schema = DATABASE()
   AND t.table_schema = DATABASE()
 ORDER BY t.table_name, c.constraint_name
