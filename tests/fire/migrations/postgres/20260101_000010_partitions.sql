-- Partitions (postgres)

-- UP

CREATE TABLE reading_2 PARTITION OF reading FOR VALUES FROM (200) TO (300);

INSERT INTO reading SELECT id, 200 + id % 100, balance FROM account WHERE id < 3000;

-- gen: no transaction
ALTER TABLE reading DETACH PARTITION reading_0 CONCURRENTLY;

-- gen: no transaction
UPDATE reading SET value = value + 4;

ALTER TABLE reading_0 RENAME TO reading_old;

-- gen: no transaction
REINDEX TABLE reading_old;

-- DOWN

ALTER TABLE reading_old RENAME TO reading_0;

-- gen: no transaction
UPDATE reading SET value = value - 4;

-- gen: no transaction
ALTER TABLE reading DETACH PARTITION reading_2 CONCURRENTLY;

DROP TABLE reading_2;

ALTER TABLE reading_0 DROP CONSTRAINT IF EXISTS reading_0_day_check;

ALTER TABLE reading ATTACH PARTITION reading_0 FOR VALUES FROM (0) TO (100);
