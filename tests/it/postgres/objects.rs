//! Pairs for every kind of object: up, read back equals, down, read back equals, and `pg_dump` agrees both times. Everything
//! in the database counts, every schema and every privilege.

use std::panic::AssertUnwindSafe;

use sea_gen::diff::diff;

use super::database::Database;
use super::{assert_same, migrate, migrate_back, normalize, versions};
use crate::support;

/// A name, the database before, and the database after.
const PAIRS: &[(&str, &str, &str)] = &[
    (
        "a schema comes with all that is in it",
        "",
        "CREATE SCHEMA shop; COMMENT ON SCHEMA shop IS 'x'; CREATE TYPE shop.kind AS ENUM ('a'); CREATE TABLE shop.item (id serial PRIMARY KEY, k shop.kind DEFAULT 'a'); CREATE TABLE part (id int REFERENCES shop.item); CREATE VIEW shop.v AS SELECT i.id FROM shop.item i JOIN part p ON p.id = i.id; CREATE FUNCTION shop.f() RETURNS int LANGUAGE sql AS 'select 1'; CREATE INDEX i ON shop.item (k);",
    ),
    (
        "two schemas, one name",
        "CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.t (x int); CREATE TABLE b.t (x int); CREATE TABLE t (x int);",
        "CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.t (x bigint); CREATE TABLE b.t (x int, y text); CREATE VIEW b.v AS SELECT t.x FROM a.t;",
    ),
    (
        "odd schema names",
        "CREATE SCHEMA \"Odd \"\"One\";",
        "CREATE SCHEMA \"Odd \"\"One\"; CREATE TYPE \"Odd \"\"One\".\"E'\" AS ENUM ('x'); CREATE TABLE \"Odd \"\"One\".\"T.t\" (\"a.b\" \"Odd \"\"One\".\"E'\" DEFAULT 'x'); CREATE DOMAIN \"Odd \"\"One\".\"D d\" AS int CHECK (VALUE > 0); CREATE SEQUENCE \"Odd \"\"One\".\"S s\";",
    ),
    (
        "a domain and its column",
        "",
        "CREATE DOMAIN positive AS integer DEFAULT 1 NOT NULL CONSTRAINT above CHECK (VALUE > 0); COMMENT ON DOMAIN positive IS 'x'; COMMENT ON CONSTRAINT above ON DOMAIN positive IS 'y'; CREATE TABLE t (a positive, b positive[]);",
    ),
    (
        "a domain changes in place",
        "CREATE DOMAIN d AS text DEFAULT 'a' CONSTRAINT one CHECK (VALUE <> ''); CREATE TABLE t (a d);",
        "CREATE DOMAIN d AS text NOT NULL CONSTRAINT one CHECK (VALUE <> 'x') CONSTRAINT two CHECK (length(VALUE) < 9); CREATE TABLE t (a d);",
    ),
    (
        "a domain changes its base",
        "CREATE DOMAIN d AS integer CHECK (VALUE > 0); CREATE TABLE t (a d DEFAULT 1, b d[]); CREATE VIEW v AS SELECT a FROM t; CREATE FUNCTION f(x d) RETURNS d LANGUAGE sql AS 'select x'; CREATE INDEX i ON t (a);",
        "CREATE DOMAIN d AS bigint CHECK (VALUE > 0); CREATE TABLE t (a d DEFAULT 1, b d[]); CREATE VIEW v AS SELECT a FROM t; CREATE FUNCTION f(x d) RETURNS d LANGUAGE sql AS 'select x'; CREATE INDEX i ON t (a);",
    ),
    (
        "a domain over a domain, with a function in its check",
        "",
        "CREATE FUNCTION ok(x int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'select x > 0'; CREATE DOMAIN d AS int CHECK (ok(VALUE)); CREATE DOMAIN c AS d CHECK (VALUE < 10); CREATE FUNCTION takes(x c) RETURNS c LANGUAGE sql AS 'select x'; CREATE TABLE t (a c DEFAULT takes(1::c));",
    ),
    (
        "the function in a check changes its arguments",
        "CREATE FUNCTION ok(x int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'select x > 0'; CREATE TABLE t (a int CHECK (ok(a)), b boolean DEFAULT ok(1), g boolean GENERATED ALWAYS AS (ok(a)) STORED); CREATE INDEX i ON t (ok(a)); CREATE VIEW v AS SELECT ok(a) FROM t; CREATE POLICY p ON t USING (ok(a));",
        "CREATE FUNCTION ok(y int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'select y > 0'; CREATE TABLE t (a int CHECK (ok(a)), b boolean DEFAULT ok(1), g boolean GENERATED ALWAYS AS (ok(a)) STORED); CREATE INDEX i ON t (ok(a)); CREATE VIEW v AS SELECT ok(a) FROM t; CREATE POLICY p ON t USING (ok(a));",
    ),
    (
        "a column moves to a domain and another from one",
        "CREATE DOMAIN d AS text CHECK (VALUE <> ''); CREATE TABLE t (a text DEFAULT 'x', b d);",
        "CREATE DOMAIN d AS text CHECK (VALUE <> ''); CREATE TABLE t (a d DEFAULT 'x', b varchar(9));",
    ),
    (
        "a domain goes with its column",
        "CREATE DOMAIN d AS int; CREATE TABLE t (x int, a d);",
        "CREATE TABLE t (x int);",
    ),
    (
        "a domain over an enum whose values change",
        "CREATE TYPE m AS ENUM ('a', 'b'); CREATE DOMAIN d AS m; CREATE TABLE t (a m, c d);",
        "CREATE TYPE m AS ENUM ('b', 'c'); CREATE DOMAIN d AS m; CREATE TABLE t (a m, c d);",
    ),
    (
        "a composite type",
        "",
        "CREATE TYPE money_of AS (amount numeric(10,2), currency text COLLATE \"C\"); COMMENT ON TYPE money_of IS 'x'; COMMENT ON COLUMN money_of.amount IS 'y'; CREATE TABLE t (a money_of, b money_of[]); CREATE FUNCTION f(m money_of) RETURNS numeric LANGUAGE sql AS 'select m.amount';",
    ),
    (
        "a composite type gains and loses attributes",
        "CREATE TYPE c AS (a int, b text); CREATE TABLE t (x c);",
        "CREATE TYPE c AS (a int, d date); CREATE TABLE t (x c);",
    ),
    (
        "a composite type's attribute changes its type",
        "CREATE TYPE c AS (a int, b text); CREATE TABLE t (x c, y c[]); CREATE FUNCTION f(m c) RETURNS text LANGUAGE sql AS 'select m.b';",
        "CREATE TYPE c AS (a bigint, b text); CREATE TABLE t (x c, y c[]); CREATE FUNCTION f(m c) RETURNS text LANGUAGE sql AS 'select m.b';",
    ),
    (
        "a range type",
        "",
        "CREATE FUNCTION diff(a time, b time) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'select extract(epoch from a - b)'; CREATE TYPE timerange AS RANGE (subtype = time, subtype_diff = diff); COMMENT ON TYPE timerange IS 'x'; CREATE TABLE t (a timerange, b timemultirange);",
    ),
    (
        "a range type changes",
        "CREATE TYPE span AS RANGE (subtype = float4); CREATE TABLE t (a span);",
        "CREATE TYPE span AS RANGE (subtype = float8); CREATE TABLE t (a span);",
    ),
    (
        "an aggregate",
        "",
        "CREATE FUNCTION step(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS $$select coalesce($1 || ', ', '') || $2$$; CREATE AGGREGATE list(text) (SFUNC = step, STYPE = text, INITCOND = ''); COMMENT ON AGGREGATE list(text) IS 'x'; CREATE AGGREGATE total(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0', PARALLEL = SAFE); CREATE TABLE t (a text); CREATE VIEW v AS SELECT list(a) FROM t;",
    ),
    (
        "an aggregate changes under a view",
        "CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0'); CREATE TABLE t (a int); CREATE VIEW v AS SELECT total(a) AS x FROM t;",
        "CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '1'); CREATE TABLE t (a int); CREATE VIEW v AS SELECT total(a) AS x FROM t;",
    ),
    (
        "sequences",
        "CREATE SEQUENCE kept; CREATE SEQUENCE gone; CREATE TABLE t (a int);",
        "CREATE SEQUENCE kept AS integer START 5 INCREMENT 5 MINVALUE 5 MAXVALUE 500 CACHE 3 CYCLE; CREATE SEQUENCE fresh INCREMENT -1; COMMENT ON SEQUENCE fresh IS 'x'; CREATE TABLE t (a int); ALTER SEQUENCE kept OWNED BY t.a;",
    ),
    (
        "a default from a shared sequence",
        "CREATE TABLE t (a text, n int);",
        "CREATE SEQUENCE numbers; CREATE TABLE t (a text DEFAULT 'N' || nextval('numbers'), n int DEFAULT nextval('numbers')); CREATE TABLE u (n int DEFAULT nextval('numbers'));",
    ),
    (
        "policies and row security",
        "CREATE TABLE t (a int, owner name); ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY old ON t USING (a > 0); CREATE POLICY shared ON t FOR SELECT USING (a > 1);",
        "CREATE TABLE t (a bigint, owner name); ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY; CREATE POLICY shared ON t FOR UPDATE TO postgres, sea_gen_one USING (a > 1) WITH CHECK (owner = current_user); CREATE POLICY strict ON t AS RESTRICTIVE FOR INSERT WITH CHECK (true); COMMENT ON POLICY shared ON t IS 'x';",
    ),
    (
        "a policy that asks another table",
        "CREATE TABLE m (who name, team int); CREATE TABLE t (team int); CREATE POLICY p ON t USING (team IN (SELECT m.team FROM m WHERE who = current_user));",
        "CREATE TABLE m (who name, team bigint); CREATE TABLE t (team bigint); CREATE POLICY p ON t USING (team IN (SELECT m.team FROM m WHERE who = current_user)); CREATE TABLE z (a int); CREATE TABLE b (a int); CREATE POLICY q ON b USING (a IN (SELECT a FROM z));",
    ),
    (
        "rules",
        "CREATE TABLE t (a int, b text); CREATE TABLE log (a int); CREATE RULE noted AS ON INSERT TO t DO ALSO INSERT INTO log VALUES (new.a);",
        "CREATE TABLE t (a bigint, b text); CREATE TABLE log (a bigint); CREATE RULE noted AS ON INSERT TO t DO ALSO INSERT INTO log VALUES (new.a); CREATE RULE quiet AS ON DELETE TO t WHERE old.b = ';' DO INSTEAD NOTHING; COMMENT ON RULE quiet ON t IS 'x'; ALTER TABLE t DISABLE RULE quiet; CREATE VIEW v AS SELECT a FROM t; CREATE RULE through AS ON INSERT TO v DO INSTEAD INSERT INTO t VALUES (new.a, 'v');",
    ),
    (
        "exclusion constraints",
        "CREATE TABLE t (room text, during tstzrange, CONSTRAINT once EXCLUDE USING gist (during WITH &&));",
        "CREATE TABLE t (room text, during tstzrange, CONSTRAINT once EXCLUDE USING gist (during WITH &&) WHERE (room <> ''), CONSTRAINT later EXCLUDE USING btree (room WITH =) DEFERRABLE INITIALLY DEFERRED); COMMENT ON CONSTRAINT once ON t IS 'x';",
    ),
    (
        "an exclusion constraint of an extension",
        "CREATE TABLE t (room int, during tstzrange);",
        "CREATE EXTENSION btree_gist; CREATE TABLE t (room int, during tstzrange, EXCLUDE USING gist (room WITH =, during WITH &&));",
    ),
    (
        "extensions",
        "CREATE EXTENSION citext; CREATE TABLE t (a citext);",
        "CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE EXTENSION pg_trgm SCHEMA ext; COMMENT ON EXTENSION pg_trgm IS 'ours'; CREATE TABLE t (a ext.citext, b text); CREATE INDEX i ON t USING gin (b ext.gin_trgm_ops);",
    ),
    ("an extension goes", "CREATE EXTENSION citext; CREATE TABLE t (a citext);", "CREATE TABLE t (a text);"),
    (
        "partitions",
        "",
        "CREATE TABLE log (id bigint, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day); CREATE INDEX log_day ON log (day); CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2024-02-01'); CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM ('2024-02-01') TO ('2024-03-01') PARTITION BY LIST (id); CREATE TABLE a_sub PARTITION OF log_2 FOR VALUES IN (1, 2); CREATE TABLE rest PARTITION OF log DEFAULT; COMMENT ON TABLE rest IS 'x'; CREATE VIEW v AS SELECT id FROM log_1;",
    ),
    (
        "a partition takes other rows",
        "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2); CREATE VIEW v AS SELECT a FROM p1;",
        "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1, 3); CREATE TABLE p4 PARTITION OF p FOR VALUES IN (4); CREATE VIEW v AS SELECT a FROM p1;",
    ),
    (
        "a column comes to a partitioned table",
        "CREATE TABLE p (a int, b text) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE INDEX i ON p (b);",
        "CREATE TABLE p (a int, b varchar(9), c int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE INDEX i ON p (b); CREATE INDEX j ON p (c);",
    ),
    (
        "inheritance",
        "CREATE TABLE base (a int, CHECK (a > 0)); CREATE TABLE child (b int) INHERITS (base); CREATE TABLE gone () INHERITS (child);",
        "CREATE TABLE base (a bigint, c text, CHECK (a > 0)); CREATE TABLE child (b int, d int) INHERITS (base); CREATE TABLE fresh (e int) INHERITS (child); CREATE INDEX i ON fresh (a);",
    ),
    (
        "statistics",
        "CREATE TABLE t (a int, b int, c text); CREATE STATISTICS gone ON a, b FROM t;",
        "CREATE TABLE t (a int, b int, c text); CREATE STATISTICS s (ndistinct, dependencies) ON a, b FROM t; COMMENT ON STATISTICS s IS 'x'; CREATE STATISTICS e ON lower(c), a FROM t;",
    ),
    (
        "comments on everything",
        "CREATE TABLE t (a int PRIMARY KEY, u int UNIQUE, CHECK (a > 0)); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end'; CREATE PROCEDURE p() LANGUAGE sql AS ''; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); COMMENT ON TRIGGER g ON t IS 'old';",
        "CREATE TABLE t (a int PRIMARY KEY, u int UNIQUE, CHECK (a > 0)); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end'; CREATE PROCEDURE p() LANGUAGE sql AS ''; CREATE TRIGGER g BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f(); COMMENT ON TRIGGER g ON t IS 'old'; COMMENT ON FUNCTION f() IS 'a'; COMMENT ON PROCEDURE p() IS 'b'; COMMENT ON CONSTRAINT t_pkey ON t IS 'c'; COMMENT ON INDEX t_u_key IS 'd'; COMMENT ON CONSTRAINT t_u_key ON t IS 'e'; COMMENT ON CONSTRAINT t_a_check ON t IS 'f';",
    ),
    (
        "a comment outlives the function it is on",
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'select 1'; COMMENT ON FUNCTION f IS 'x'; CREATE TABLE t (a int DEFAULT f(1));",
        "CREATE FUNCTION f(b int) RETURNS int LANGUAGE sql AS 'select 1'; COMMENT ON FUNCTION f IS 'x'; CREATE TABLE t (a int DEFAULT f(1));",
    ),
    (
        "triggers on and off",
        "CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end'; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE t DISABLE TRIGGER g; CREATE TRIGGER h BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();",
        "CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end'; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); CREATE TRIGGER h BEFORE INSERT OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE t ENABLE ALWAYS TRIGGER h;",
    ),
    (
        "replica identity and clustering",
        "CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL UNIQUE); CREATE INDEX i ON t (b); ALTER TABLE t CLUSTER ON i;",
        "CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL UNIQUE); CREATE INDEX i ON t (b DESC); ALTER TABLE t CLUSTER ON i; ALTER TABLE t REPLICA IDENTITY USING INDEX t_b_key; CREATE TABLE u (a int); ALTER TABLE u REPLICA IDENTITY FULL;",
    ),
    (
        "settings of tables",
        "CREATE TABLE t (a int) WITH (fillfactor = 50);",
        "CREATE UNLOGGED TABLE t (a int) WITH (fillfactor = 60);",
    ),
    (
        "index parts",
        "CREATE TABLE t (a text, b text, c int[]); CREATE INDEX i ON t (a);",
        "CREATE TABLE t (a text, b text, c int[]); CREATE INDEX i ON t (a COLLATE \"C\" text_pattern_ops DESC NULLS LAST, b NULLS FIRST); CREATE INDEX j ON t USING gin (c) WITH (fastupdate = off); CREATE UNIQUE INDEX k ON t (a) NULLS NOT DISTINCT; CREATE INDEX l ON t USING hash (a); CREATE INDEX m ON t USING brin (a) WITH (pages_per_range = 8);",
    ),
    (
        "overloaded and volatile routines",
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql VOLATILE AS 'select 1'; CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS 'select 1';",
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5 SECURITY DEFINER SET search_path = public AS 'select 1'; CREATE FUNCTION f(a int, b int DEFAULT 2, OUT c int, VARIADIC d int[] DEFAULT '{}') LANGUAGE sql AS 'select 1'; CREATE PROCEDURE p(INOUT a int) LANGUAGE plpgsql AS 'begin a := 1; end'; CREATE FUNCTION w() RETURNS TABLE (x int, y text) LANGUAGE sql ROWS 3 AS $$select 1, 'a;b'$$;",
    ),
    (
        "standard bodies",
        "",
        "CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS bigint LANGUAGE sql RETURN (SELECT count(*) FROM t); CREATE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC INSERT INTO t VALUES (1); DELETE FROM t; END; CREATE VIEW v AS SELECT f(); CREATE FUNCTION g() RETURNS SETOF v LANGUAGE sql AS 'select * from v';",
    ),
    (
        "materialized views",
        "CREATE TABLE t (a int, b text); CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE INDEX i ON m (a);",
        "CREATE TABLE t (a bigint, b text); CREATE MATERIALIZED VIEW m WITH (fillfactor = 70) AS SELECT a, b FROM t; CREATE UNIQUE INDEX i ON m (a); CREATE INDEX j ON m (lower(b)); COMMENT ON MATERIALIZED VIEW m IS 'x'; COMMENT ON COLUMN m.a IS 'y'; CREATE VIEW over AS SELECT a FROM m;",
    ),
    (
        "view options",
        "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t WHERE a > 0;",
        "CREATE TABLE t (a int); CREATE VIEW v WITH (security_barrier, check_option = local) AS SELECT a FROM t WHERE a > 0; CREATE VIEW w WITH (security_invoker) AS SELECT a FROM v;",
    ),
    (
        "a trigger on a view",
        "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t;",
        "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end'; CREATE TRIGGER g INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION f();",
    ),
    (
        "privileges",
        "CREATE TABLE t (a int, b int); GRANT SELECT, INSERT ON t TO sea_gen_one; GRANT UPDATE (a) ON t TO sea_gen_two; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'; CREATE SCHEMA s; CREATE SEQUENCE q;",
        "CREATE TABLE t (a int, b int); GRANT SELECT ON t TO sea_gen_one WITH GRANT OPTION; GRANT SELECT ON t TO PUBLIC; GRANT UPDATE (b) ON t TO sea_gen_two; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'; REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC; CREATE SCHEMA s; GRANT USAGE ON SCHEMA s TO sea_gen_one; CREATE SEQUENCE q; GRANT USAGE ON SEQUENCE q TO sea_gen_one; CREATE VIEW v AS SELECT a FROM t; GRANT SELECT ON v TO sea_gen_one; CREATE DOMAIN d AS int; REVOKE USAGE ON TYPE d FROM PUBLIC;",
    ),
    (
        "a privilege outlives its view's replacement",
        "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t; GRANT SELECT ON v TO sea_gen_one; COMMENT ON VIEW v IS 'x';",
        "CREATE TABLE t (a bigint); CREATE VIEW v AS SELECT a FROM t; GRANT SELECT ON v TO sea_gen_one; COMMENT ON VIEW v IS 'x';",
    ),
    (
        "a foreign server and table",
        "",
        "CREATE EXTENSION postgres_fdw; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'x', dbname 'it''s'); CREATE FOREIGN TABLE ft (a int NOT NULL, b text OPTIONS (column_name 'c')) SERVER far OPTIONS (table_name 'u'); COMMENT ON FOREIGN TABLE ft IS 'x'; COMMENT ON COLUMN ft.a IS 'y'; CREATE VIEW v AS SELECT a FROM ft;",
    ),
    (
        "a collation",
        "CREATE TABLE t (a text);",
        "CREATE COLLATION german (provider = icu, locale = 'de-DE'); COMMENT ON COLLATION german IS 'x'; CREATE COLLATION c_like (locale = 'C'); CREATE TABLE t (a text COLLATE german, b text COLLATE c_like); CREATE INDEX i ON t (a COLLATE c_like);",
    ),
    (
        "an enum among everything",
        "CREATE TYPE m AS ENUM ('a', 'b'); CREATE TABLE t (a m DEFAULT 'a'); CREATE FUNCTION f(x m) RETURNS m LANGUAGE sql AS 'select x'; CREATE VIEW v AS SELECT f(a) FROM t WHERE a = 'a'; CREATE POLICY p ON t USING (a = 'a'); CREATE TABLE u (a m, x int GENERATED ALWAYS AS (CASE WHEN a = 'b' THEN 1 END) STORED);",
        "CREATE TYPE m AS ENUM ('b', 'a'); CREATE TABLE t (a m DEFAULT 'a'); CREATE FUNCTION f(x m) RETURNS m LANGUAGE sql AS 'select x'; CREATE VIEW v AS SELECT f(a) FROM t WHERE a = 'a'; CREATE POLICY p ON t USING (a = 'a'); CREATE TABLE u (a m, x int GENERATED ALWAYS AS (CASE WHEN a = 'b' THEN 1 END) STORED);",
    ),
    (
        "identity details",
        "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY, b int);",
        "CREATE TABLE t (a int GENERATED BY DEFAULT AS IDENTITY (START 5 INCREMENT 2), b int GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME other CACHE 7));",
    ),
    (
        "constraints of every kind",
        "CREATE TABLE t (a int, b int, c int); CREATE TABLE r (a int PRIMARY KEY, b int, UNIQUE (a, b));",
        "CREATE TABLE r (a int PRIMARY KEY, b int, UNIQUE (a, b)); CREATE TABLE t (a int REFERENCES r DEFERRABLE INITIALLY DEFERRED, b int, c int, CHECK (a > 0) NO INHERIT, UNIQUE (b) INCLUDE (c) DEFERRABLE, FOREIGN KEY (a, b) REFERENCES r (a, b) MATCH FULL ON DELETE SET NULL); ALTER TABLE t ADD CONSTRAINT n CHECK (b > 0) NOT VALID;",
    ),
    (
        "everything goes",
        "CREATE SCHEMA s; CREATE DOMAIN s.d AS int; CREATE TYPE s.e AS ENUM ('a'); CREATE TYPE s.c AS (x s.d, y s.e); CREATE FUNCTION s.f(x s.c) RETURNS s.d LANGUAGE sql AS 'select 1::s.d'; CREATE SEQUENCE s.q; CREATE TABLE s.t (a s.d DEFAULT nextval('s.q'), b s.e, c s.c, d int DEFAULT 1 CHECK (d > s.f(NULL))); CREATE VIEW s.v AS SELECT s.f(c) FROM s.t; CREATE POLICY p ON s.t USING (s.f(c) > 0); CREATE RULE r AS ON UPDATE TO s.t DO ALSO SELECT * FROM s.v; CREATE STATISTICS s.st ON a, b FROM s.t; CREATE MATERIALIZED VIEW s.m AS SELECT * FROM s.v; GRANT SELECT ON s.t TO sea_gen_one;",
        "",
    ),
    // For all schemas: it stays until the database goes, so it is the last.
    (
        "privileges of objects to come",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO sea_gen_two;",
        "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO sea_gen_one WITH GRANT OPTION; ALTER DEFAULT PRIVILEGES FOR ROLE sea_gen_two IN SCHEMA public GRANT USAGE ON SEQUENCES TO PUBLIC;",
    ),
];

/// What each pair starts from.
const EMPTY: &str = "DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' LOOP
        EXECUTE format('DROP EXTENSION %I CASCADE', name);
    END LOOP;
    FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', name);
    END LOOP;
    END $$;
    CREATE SCHEMA public; COMMENT ON SCHEMA public IS 'standard public schema';";

/// Roles belong to the server, so they are there before and after.
const ROLES: &str =
    "DO $$ BEGIN CREATE ROLE sea_gen_one; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$;
    DO $$ BEGIN CREATE ROLE sea_gen_two; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$;";

#[apply(test_on_postgres)]
fn every_kind_of_object_goes_up_and_down() {
    let url = support::url("DATABASE_URL_POSTGRES");
    let mut failures = Vec::new();
    let mut database = Database::create(&url, "object");
    let mut target = Database::create(&url, "object_target");
    database.psql(ROLES);
    let version = target.version();
    for (name, old, new) in PAIRS.iter().filter(|pair| versions::knows(version, pair)) {
        let trip = std::panic::catch_unwind(AssertUnwindSafe(|| {
            database.psql(&format!("{EMPTY} {old}"));
            target.psql(&format!("{EMPTY} {new}"));
            let before = database.whole_dump();
            let (old, new) = (database.introspect_everything(), target.introspect_everything());
            assert_eq!((old.unmanaged, new.unmanaged), (Vec::new(), Vec::new()));
            let (from, to) = (normalize(old.schema), normalize(new.schema));
            assert!(!diff(&from, &to, &[]).is_empty(), "nothing to do");

            migrate(&mut database, &from, &to);
            assert_same(&target.whole_dump(), &database.whole_dump());
            assert_eq!(normalize(database.introspect_everything().schema), to);

            migrate_back(&mut database, &from, &to);
            assert_same(&before, &database.whole_dump());
            assert_eq!(normalize(database.introspect_everything().schema), from);
        }));
        if trip.is_err() {
            failures.push(*name);
        }
    }
    assert!(failures.is_empty(), "these fail, each reported above: {failures:?}");
}
