-- Parameters of routines: kind and name of the routine, mode, name, type, character set, the database's.
SELECT CAST(p.routine_type AS CHAR),
       CAST(p.specific_name AS CHAR),
       CAST(p.parameter_mode AS CHAR),
       CAST(p.parameter_name AS CHAR),
       CAST(p.dtd_identifier AS CHAR),
       CAST(p.character_set_name AS CHAR),
       CAST(@@character_set_database AS CHAR)
  FROM information_schema.parameters p
 WHERE p.specific_schema = DATABASE()
   AND p.ordinal_position > 0
 ORDER BY p.routine_type, p.specific_name, p.ordinal_position
