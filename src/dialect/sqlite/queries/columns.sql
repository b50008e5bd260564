SELECT object.name, field.name, field."notnull", field.dflt_value, field.pk, field.hidden
FROM main.sqlite_schema AS object
JOIN pragma_table_xinfo(object.name, 'main') AS field
WHERE object.type = 'table'
  AND object.name NOT LIKE 'sqlite\_%' ESCAPE '\'
  AND object.sql NOT LIKE 'create virtual%'
ORDER BY object.name, field.cid
