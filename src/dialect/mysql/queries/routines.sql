-- Functions, procedures and whatever else the server counts as routines: kind, name, result, body, language, whether it is
-- deterministic, what it does with data, whose rights count, comment, character set of the result, the database's.
SELECT CAST(r.routine_type AS CHAR),
       CAST(r.routine_name AS CHAR),
       CAST(r.dtd_identifier AS CHAR),
       CAST(r.routine_definition AS CHAR),
       CAST(COALESCE(r.external_language, 'SQL') AS CHAR),
       CAST(r.is_deterministic AS CHAR),
       CAST(r.sql_data_access AS CHAR),
       CAST(r.security_type AS CHAR),
       CAST(r.routine_comment AS CHAR),
       CAST(r.character_set_name AS CHAR),
       CAST(@@character_set_database AS CHAR)
  FROM information_schema.routines r
 WHERE r.routine_schema = DATABASE()
 ORDER BY r.routine_type, r.routine_name
