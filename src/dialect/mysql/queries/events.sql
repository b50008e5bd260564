-- Events: name.
SELECT CAST(e.event_name AS CHAR)
  FROM information_schema.events e
 WHERE e.event_schema = DATABASE()
 ORDER BY e.event_name
