-- No catalog shows what a procedure did, or that two tables have exchanged rows.
-- finds undecidable up 1
-- finds undecidable up 3
-- UP
CALL fill_totals();
-- gen: repeatable
CALL fill_totals();
ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u;
UPDATE t SET c = c + 1 WHERE c > 0;
-- DOWN
SELECT 1;
