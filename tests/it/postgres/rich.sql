CREATE SCHEMA app;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s "fine"');
COMMENT ON TYPE mood IS 'how it feels';
CREATE TYPE app.level AS ENUM ('low', 'high');
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $body$
begin
  new.b := 'touched; $$ really';
  return new;
end
$body$;
CREATE FUNCTION double_of(value integer, times integer DEFAULT 2) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT AS 'select value * times';
CREATE FUNCTION app.hello() RETURNS text LANGUAGE sql AS $$ select 'hello' $$;
CREATE PROCEDURE tidy(INOUT counted integer) LANGUAGE plpgsql AS $$ begin counted := 0; end $$;

CREATE TABLE base (
    id bigint GENERATED ALWAYS AS IDENTITY (START WITH 100 INCREMENT BY 5) PRIMARY KEY,
    n2 serial,
    a text NOT NULL,
    b text COLLATE "C",
    g integer GENERATED ALWAYS AS (length(a)) STORED,
    m mood NOT NULL DEFAULT 'ok',
    ms mood[] DEFAULT '{ok,sad}',
    l app.level,
    ints integer[] DEFAULT '{1,2}',
    matrix text[][],
    j jsonb DEFAULT '{}'::jsonb,
    n numeric(10,3) DEFAULT -1.5,
    ts timestamptz(3) DEFAULT now(),
    plain timestamp,
    span interval day to second(3),
    bits bit(5), vbits varbit(7),
    address inet, hardware macaddr, net cidr,
    range tstzrange, words tsvector,
    u uuid DEFAULT gen_random_uuid(),
    ch char(3) DEFAULT 'abc', vc varchar, vcn varchar(20) DEFAULT 'x',
    o oid, x xml, mm money, pt point, ct time(2), ctz timetz, r real DEFAULT 1.5, dp double precision,
    u1 integer, u2 integer, u3 integer, by bytea DEFAULT '\x00ff',
    flag boolean NOT NULL DEFAULT false,
    neg integer DEFAULT -5,
    CONSTRAINT named_check CHECK (n > 0 AND a <> ''),
    CHECK (u1 < 100) NO INHERIT,
    CONSTRAINT uq_nulls UNIQUE NULLS NOT DISTINCT (u1),
    CONSTRAINT uq_include UNIQUE (u2) INCLUDE (a),
    CONSTRAINT uq_deferred UNIQUE (u3) DEFERRABLE INITIALLY DEFERRED
) WITH (fillfactor = 70);
COMMENT ON TABLE base IS 'the table''s \ comment';
COMMENT ON COLUMN base.a IS 'a column''s comment';
COMMENT ON CONSTRAINT named_check ON base IS 'why';
ALTER TABLE base ALTER COLUMN b SET STORAGE EXTERNAL;
ALTER TABLE base ALTER COLUMN vc SET STATISTICS 500;

CREATE INDEX ix_plain ON base (a);
COMMENT ON INDEX ix_plain IS 'an index''s comment';
CREATE INDEX ix_desc ON base (a DESC NULLS LAST, b);
CREATE INDEX ix_first ON base (a NULLS FIRST, b DESC);
CREATE INDEX ix_partial ON base (a) WHERE n > 5 AND m = 'ok';
CREATE INDEX ix_expression ON base (lower(a), (u1 + u2) DESC);
CREATE UNIQUE INDEX ix_unique_expression ON base (lower(b));
CREATE INDEX ix_include ON base (a) INCLUDE (b);
CREATE INDEX ix_opclass ON base (a text_pattern_ops);
CREATE INDEX ix_collation ON base (a COLLATE "C");
CREATE INDEX ix_gin ON base USING gin (j jsonb_path_ops);
CREATE INDEX ix_brin ON base USING brin (ts) WITH (pages_per_range = 16);
CREATE INDEX ix_hash ON base USING hash (a);
CREATE INDEX ix_gist ON base USING gist (words tsvector_ops (siglen = 100));
CREATE UNIQUE INDEX ix_nulls ON base (vc) NULLS NOT DISTINCT;

CREATE TABLE child (
    id integer PRIMARY KEY DEFERRABLE,
    b bigint REFERENCES base (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    full_b bigint CONSTRAINT fk_full REFERENCES base (id) MATCH FULL ON UPDATE SET NULL ON DELETE RESTRICT
);
ALTER TABLE child ADD CONSTRAINT fk_unchecked FOREIGN KEY (b) REFERENCES base (id) NOT VALID;
ALTER TABLE child ADD CONSTRAINT check_unchecked CHECK (id > 0) NOT VALID;
CREATE TABLE pair (k1 integer, k2 integer, PRIMARY KEY (k2, k1));
CREATE TABLE pair_child (
    x integer, y integer,
    CONSTRAINT fk_pair FOREIGN KEY (y, x) REFERENCES pair (k2, k1) ON DELETE SET NULL (y)
);
CREATE TABLE app.base (id integer PRIMARY KEY, level app.level, self integer REFERENCES app.base (id));
CREATE TABLE across (id integer PRIMARY KEY, o integer REFERENCES app.base (id), l app.level DEFAULT 'low');
CREATE TABLE "a parent" (id integer NOT NULL, note text, CHECK (id > 0));
CREATE TABLE a_heir (more integer) INHERITS ("a parent");
CREATE UNLOGGED TABLE unlogged (id smallserial PRIMARY KEY);
CREATE TABLE parted (id integer NOT NULL, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE INDEX ON parted (day);
CREATE TABLE empty ();
CREATE TABLE old_name (id serial);
ALTER TABLE old_name RENAME TO new_name;
CREATE TABLE both_ways (id integer PRIMARY KEY, other integer);
CREATE TABLE and_back (id integer PRIMARY KEY, other integer REFERENCES both_ways);
ALTER TABLE both_ways ADD FOREIGN KEY (other) REFERENCES and_back;
CREATE TABLE "Weird ""Name" (
    "Col Name" integer PRIMARY KEY,
    "select" text DEFAULT 'it''s',
    e text DEFAULT E'a\\b''c' CHECK (e <> E'\n$$'),
    "cast" text DEFAULT ('x'::text || 'y'),
    day date DEFAULT current_date,
    "naïve ☃" text
);
COMMENT ON COLUMN "Weird ""Name"."naïve ☃" IS E'line\nbreak $$ \\';
CREATE INDEX "Weird index ""☃" ON "Weird ""Name" (lower("naïve ☃")) WHERE "select" <> '$$;';

CREATE TRIGGER base_touch BEFORE INSERT OR UPDATE OF a ON base FOR EACH ROW
    WHEN (new.a <> 'x;') EXECUTE FUNCTION touch();
CREATE FUNCTION first_pair() RETURNS pair LANGUAGE sql AS 'select * from pair limit 1';
CREATE VIEW reader WITH (security_barrier = true) AS SELECT id, a, m FROM base WHERE flag;
COMMENT ON VIEW reader IS 'reads';
COMMENT ON COLUMN reader.a IS 'a view''s column';
CREATE VIEW a_reader_of_views AS SELECT id FROM reader UNION ALL SELECT id FROM child;
CREATE MATERIALIZED VIEW stored AS SELECT id, a FROM base;
CREATE UNIQUE INDEX stored_id ON stored (id);
CREATE TRIGGER reader_insert INSTEAD OF INSERT ON reader FOR EACH ROW EXECUTE FUNCTION touch();
