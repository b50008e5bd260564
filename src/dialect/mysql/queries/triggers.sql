-- Triggers in the order they fire: table, name, time, event, statement.
SELECT CAST(t.event_object_table AS CHAR),
       CAST(t.trigger_name AS CHAR),
       CAST(t.action_timing AS CHAR),
       CAST(t.event_manipulation AS CHAR),
       CAST(t.action_statement AS CHAR)
  FROM information_schema.triggers t
 WHERE t.trigger_schema = DATABASE()
 ORDER BY t.event_object_table, t.action_timing, t.event_manipulation, t.action_order
