-- Tables with their columns and foreign keys: an array of them for every 200 places in the list of objects.
-- The foreign key declared last is numbered 0. The list is cut up as in others.sql; each of the two can be sent by itself.
WITH RECURSIVE part (start) AS (
  SELECT min(rowid) FROM main.sqlite_schema
  UNION ALL
  SELECT start + 200 FROM part WHERE start + 200 <= (SELECT max(rowid) FROM main.sqlite_schema)
)
SELECT (
  SELECT json_group_array(json_array(
    'table', object.name, object.sql,
    (
      SELECT json_group_array(json_array('column', field.name, field."notnull", field.dflt_value, field.pk, field.hidden))
      FROM pragma_table_xinfo(object.name, 'main') AS field
    ),
    (
      SELECT json_group_array(json_array('key', reference.id, reference."table", reference."from", reference."to",
                                         reference.on_update, reference.on_delete))
      FROM pragma_foreign_key_list(object.name, 'main') AS reference
    )
  ))
  FROM main.sqlite_schema AS object
  WHERE object.rowid BETWEEN part.start AND part.start + 199
    AND object.type = 'table'
    AND object.name NOT LIKE 'sqlite\_%' ESCAPE '\'
    AND object.sql NOT LIKE 'create virtual%'
)
FROM part
