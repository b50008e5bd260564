//! Statements that stay within their database, and such that do not.

use super::*;

fn expect(product: Product, inside: &[&str], beyond: &[&str]) {
    for sql in inside {
        assert_eq!(outside(product, sql), None, "{product}: {sql}");
    }
    for sql in beyond {
        assert!(outside(product, sql).is_some(), "{product}: {sql}");
    }
}

#[test]
fn aliases_and_columns_are_no_databases() {
    let inside = [
        "SELECT shop.a, shop.b FROM shop WHERE shop.c = 1 ORDER BY shop.d, shop.e",
        "SELECT s.a FROM t AS s JOIN u ON s.a = u.b, v WHERE v.x = s.y",
        "UPDATE t JOIN u ON t.a = u.a SET t.b = u.b, t.c = u.c",
        "INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE t.a = t.b, t.c = 1",
        "INSERT INTO t SELECT s.a, EXTRACT(YEAR FROM s.d), TRIM(LEADING 'x' FROM s.e) FROM s",
        "DELETE t FROM t JOIN u USING (a) WHERE t.a LIKE u.b AND t.c IN (SELECT v.d FROM v)",
        "CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW SET NEW.a = OLD.a, NEW.b = OLD.b",
        "CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW BEGIN UPDATE u SET u.n = u.n + 1, u.m = NEW.m; INSERT INTO l VALUES (NEW.a, NEW.b); END",
        "CREATE VIEW v AS SELECT t.a, (SELECT max(u.b) FROM u WHERE u.c = t.c) AS b FROM t",
        "SET @@SESSION.sql_mode = '', @a = @@GLOBAL.sql_mode",
        "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (b) ON DELETE CASCADE ON UPDATE CASCADE",
        "CREATE TABLE t (a int CHECK (a LIKE b), b timestamp ON UPDATE CURRENT_TIMESTAMP, KEY use_a (a))",
        "CREATE PROCEDURE p() BEGIN DECLARE c CURSOR FOR SELECT t.a, t.b FROM t; FETCH c INTO x, y; END",
        "INSERT INTO t VALUES ('UPDATE other.t SET a = 1; USE other')",
        "GRANT SELECT ON t TO app",
        "PREPARE s FROM 'UPDATE t SET a = 1'",
    ];
    let beyond = [
        "UPDATE other.t SET a = 1",
        "UPDATE `other` . `t` SET a = 1",
        "UPDATE /*! other. */ t SET a = 1",
        "UPDATE t, other.u SET a = 1",
        "UPDATE t JOIN u ON t.a = u.a, other.v SET t.b = 1",
        "INSERT other.t VALUES (1)",
        "INSERT IGNORE INTO other.t VALUES (1)",
        "INSERT INTO t SELECT a FROM (other.u)",
        "SELECT (SELECT a FROM other.t)",
        "DELETE FROM t USING t, other.u",
        "TRUNCATE other.t",
        "DROP TABLE IF EXISTS t, other.u",
        "RENAME TABLE t TO other.t",
        "ALTER TABLE t RENAME other.t",
        "CREATE TABLE t LIKE other.t",
        "CREATE INDEX i ON other.t (a)",
        "DROP INDEX i ON other.t",
        "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW DELETE FROM other.t",
        "CREATE TRIGGER other.tr BEFORE INSERT ON other.t FOR EACH ROW SET @a = 1",
        "CREATE VIEW v AS SELECT * FROM other.t",
        "SELECT other.f(1)",
        "CALL other.p",
        "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES other.u (b)",
        "USE other",
        "CREATE PROCEDURE p() BEGIN SELECT 1; DROP DATABASE other; END",
        "GRANT SELECT ON other.* TO app",
        "GRANT admin TO app",
        "CREATE USER app",
        "SET GLOBAL sql_mode = ''",
        "SET @a = 1, PERSIST max_connections = 1",
        "SET @@GLOBAL.sql_mode = ''",
        "SELECT 1 INTO OUTFILE '/tmp/a'",
        "PREPARE s FROM 'UPDATE other.t SET a = 1'",
        "PREPARE s FROM @text",
        "CREATE TABLE t (a int) ENGINE=FEDERATED CONNECTION='mysql://u@h/d/t'",
        "FLUSH TABLES",
        // Under another mode the string ends earlier.
        "SELECT '\\'; DELETE FROM other.t; -- '",
    ];
    for product in [Product::MySql, Product::MariaDb] {
        expect(product, &inside, &beyond);
    }
    expect(
        Product::MariaDb,
        &[],
        &["SELECT NEXT VALUE FOR other.s", "SELECT NEXTVAL(other.s)", "EXECUTE IMMEDIATE 'DROP TABLE other.t'"],
    );
}

#[test]
fn postgres_has_few_ways_out() {
    let inside = [
        "UPDATE audit.log SET a = other.b FROM other",
        "COPY t FROM '/tmp/a'",
        "ALTER TABLE t ADD COLUMN dblink text",
        "INSERT INTO t VALUES ('dblink(x)')",
        "DROP USER MAPPING FOR app SERVER s",
        "GRANT SELECT ON t TO app",
        "DO $$ BEGIN PERFORM 1; END $$",
        "DO $$ BEGIN EXECUTE 'DROP TABLE t'; END $$",
        crate::reading::GIVE_BACK,
        "DROP TABLE t",
    ];
    let beyond = [
        "CREATE USER MAPPING FOR app SERVER s",
        "DO $$ BEGIN EXECUTE format('DROP ROLE %I', 'app'); END $$",
        "SELECT * FROM dblink('dbname=other', 'DROP TABLE t') AS t(a text)",
        "SELECT public.dblink_exec('c', 'DROP TABLE t')",
        "DO $$ BEGIN PERFORM dblink_exec('c', 'DROP TABLE t'); END $$",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM dblink_exec(''c'', ''x''); END'",
        "COPY t TO PROGRAM 'sh'",
        "COPY t TO '/tmp/a'",
        "ALTER SYSTEM SET work_mem = '1MB'",
        "CREATE DATABASE other",
        "DROP DATABASE other",
        "ALTER DATABASE other SET work_mem = '1MB'",
        "CREATE ROLE app",
        "GRANT admin TO app",
        "GRANT CONNECT ON DATABASE other TO app",
        "SELECT pg_terminate_backend(1)",
        "CREATE SUBSCRIPTION s CONNECTION 'host=a' PUBLICATION p",
        "DO $$ BEGIN ALTER SYSTEM SET work_mem = '1MB'; END $$",
    ];
    expect(Product::Postgres, &inside, &beyond);
}

#[test]
fn sqlite_attaches() {
    let inside = ["UPDATE t SET attach = 1", "CREATE TABLE attach (a)", "VACUUM", "INSERT INTO t VALUES ('ATTACH x')"];
    let beyond = ["ATTACH DATABASE 'other.db' AS other", "VACUUM INTO 'other.db'", "SELECT load_extension('a')"];
    expect(Product::Sqlite, &inside, &beyond);
}
