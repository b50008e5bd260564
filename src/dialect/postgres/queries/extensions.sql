-- Extensions in schemas that are not read, whose types and routines objects of other schemas may have.
SELECT e.extname, n.nspname
  FROM pg_extension e
  JOIN pg_namespace n ON n.oid = e.extnamespace
 WHERE n.nspname <> ALL ({schemas})
   AND n.nspname <> 'pg_catalog'
 ORDER BY 1
