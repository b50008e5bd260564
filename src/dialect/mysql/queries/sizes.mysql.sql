-- The server answers from a cache that may be a day old unless it is told otherwise.
SELECT /*+ SET_VAR(information_schema_stats_expiry = 0) */
       table_schema, table_name, table_schema = DATABASE(), coalesce(table_rows, 0),
       coalesce(data_length, 0) + coalesce(index_length, 0)
  FROM information_schema.tables
 WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'
