-- Tables divided into partitions: name.
SELECT DISTINCT CAST(p.table_name AS CHAR)
  FROM information_schema.partitions p
 WHERE p.table_schema = DATABASE()
   AND p.partition_name IS NOT NULL
