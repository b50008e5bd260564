-- Triggers of tables and views, in the database's own words.
SELECT t.tgrelid, t.tgname, pg_get_triggerdef(t.oid, true), t.tgenabled
  FROM pg_trigger t
  JOIN pg_class c ON c.oid = t.tgrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY ({schemas})
   AND NOT t.tgisinternal
   AND NOT c.relispartition
 ORDER BY t.tgrelid, t.tgname
