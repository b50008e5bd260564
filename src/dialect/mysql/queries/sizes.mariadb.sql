SELECT
       table_schema, table_name, table_schema = DATABASE(), coalesce(table_rows, 0),
       coalesce(data_length, 0) + coalesce(index_length, 0)
  FROM information_schema.tables
 WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'
