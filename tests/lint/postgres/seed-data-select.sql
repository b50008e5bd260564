-- Rows made of rows.
-- UP
INSERT INTO p SELECT id + 100, a FROM t;
-- DOWN
SELECT 1;
