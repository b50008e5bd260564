-- Functions and procedures, in the database's own words.
SELECT n.nspname,
       p.proname,
       oidvectortypes(p.proargtypes),
       p.prokind,
       pg_get_functiondef(p.oid),
       p.oid
  FROM pg_proc p
  JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname = ANY ({schemas})
   AND p.prokind IN ('f', 'p', 'w')
   AND NOT EXISTS (SELECT 1 FROM pg_depend d
                    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
 ORDER BY n.nspname, p.proname, 3
