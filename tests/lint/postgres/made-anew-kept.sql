-- What belongs to the view is read before it is dropped, and given back at the end.
-- UP
SELECT set_config('gen.kept', coalesce(string_agg(format('GRANT SELECT ON v TO %I', grantee), '; '), ''), false)
  FROM (VALUES ('"v"'::regclass, '"v"')) AS made (id, name) JOIN information_schema.table_privileges ON table_name = 'v';
DROP VIEW v;
CREATE VIEW v AS SELECT id FROM t;
DO $$ BEGIN EXECUTE current_setting('gen.kept'); PERFORM set_config('gen.kept', '', false); END $$;
-- DOWN
SELECT 1;
