-- Events: name, whether once or again and again, time of the one, value and unit of the interval, first and last time (all in
-- the session's time zone where the server can tell), status, what becomes of it when it is done, comment, body.
-- Where nobody says when an event begins, it begins when it is created.
SELECT CAST(e.event_name AS CHAR),
       CAST(e.event_type AS CHAR),
       CAST(COALESCE(CONVERT_TZ(e.execute_at, e.time_zone, @@time_zone), e.execute_at) AS CHAR),
       CAST(e.interval_value AS CHAR),
       CAST(e.interval_field AS CHAR),
       CAST(NULLIF(COALESCE(CONVERT_TZ(e.starts, e.time_zone, @@time_zone), e.starts), e.created) AS CHAR),
       CAST(COALESCE(CONVERT_TZ(e.ends, e.time_zone, @@time_zone), e.ends) AS CHAR),
       CAST(e.status AS CHAR),
       CAST(e.on_completion AS CHAR),
       CAST(e.event_comment AS CHAR),
       CAST(e.event_definition AS CHAR)
  FROM information_schema.events e
 WHERE e.event_schema = DATABASE()
 ORDER BY e.event_name
