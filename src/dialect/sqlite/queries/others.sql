-- Everything but tables that hold rows; an index with its parts. An array of them for every 200 places in the list of objects.
-- What implements a key or a unique constraint has no text; it is read with the constraint.
WITH RECURSIVE part (start) AS (
  SELECT min(rowid) FROM main.sqlite_schema
  UNION ALL
  SELECT start + 200 FROM part WHERE start + 200 <= (SELECT max(rowid) FROM main.sqlite_schema)
)
SELECT (
  SELECT json_group_array(json_array(
    object.type, object.name, object.tbl_name, object.sql,
    CASE object.type WHEN 'index' THEN (
      SELECT json_group_array(json_array('part', part.name, part."desc", part.coll))
      FROM pragma_index_xinfo(object.name, 'main') AS part
      WHERE part.key = 1
    ) END
  ))
  FROM main.sqlite_schema AS object
  WHERE object.rowid BETWEEN part.start AND part.start + 199
    AND (object.type <> 'table' OR object.sql LIKE 'create virtual%')
    AND object.name NOT LIKE 'sqlite\_%' ESCAPE '\'
    AND object.sql IS NOT NULL
)
FROM part
