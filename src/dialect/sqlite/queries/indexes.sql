-- What implements a key or a unique constraint (origin 'pk', 'u') is read with the constraint.
SELECT object.name, idx.name, idx."unique", part.cid, part.name, part."desc", part.coll
FROM main.sqlite_schema AS object
JOIN pragma_index_list(object.name, 'main') AS idx
JOIN pragma_index_xinfo(idx.name, 'main') AS part
WHERE object.type = 'table'
  AND object.name NOT LIKE 'sqlite\_%' ESCAPE '\'
  AND object.sql NOT LIKE 'create virtual%'
  AND idx.origin = 'c'
  AND part.key = 1
ORDER BY object.name, idx.name, part.seqno
