-- The last one declared is numbered 0.
SELECT object.name, reference.id, reference."table", reference."from", reference."to",
       reference.on_update, reference.on_delete
FROM main.sqlite_schema AS object
JOIN pragma_foreign_key_list(object.name, 'main') AS reference
WHERE object.type = 'table'
  AND object.name NOT LIKE 'sqlite\_%' ESCAPE '\'
  AND object.sql NOT LIKE 'create virtual%'
ORDER BY object.name, reference.id DESC, reference.seq
