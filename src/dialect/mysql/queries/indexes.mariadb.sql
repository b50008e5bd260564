-- Indexes, one row a part: table, name, whether it admits duplicates, column, order, prefix, kind, comment, whether the
-- optimizer looks at it, expression.
SELECT CAST(s.table_name AS CHAR),
       CAST(s.index_name AS CHAR),
       CAST(s.non_unique AS CHAR),
       CAST(s.column_name AS CHAR),
       CAST(s.collation AS CHAR),
       CAST(s.sub_part AS CHAR),
       CAST(s.index_type AS CHAR),
       CAST(s.index_comment AS CHAR),
       IF(s.ignored = 'YES', 'NO', 'YES'),
       NULL
  FROM information_schema.statistics s
 WHERE s.table_schema = DATABASE()
 ORDER BY s.table_name, s.index_name, s.seq_in_index
