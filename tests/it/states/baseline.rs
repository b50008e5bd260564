//! The baseline of an adopted database: where it runs on an empty one, that prints itself as the adopted one does.
//!
//! Must not know how the baseline is written.

use sea_gen::schema::Product;
use sea_gen_runner::session::Rows;

use super::project::{Database, Project};
use crate::support::on_each;

on_each!(a_baseline_creates_the_database_as_it_prints_itself,);

const MYSQL: &str = "SET NAMES utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE club (id int PRIMARY KEY, name varchar(20) CHARACTER SET latin1 NOT NULL, note text,
    KEY by_name (name), FULLTEXT KEY words (note), KEY after_words USING BTREE (name, id), UNIQUE KEY once (name))
    ROW_FORMAT=DYNAMIC COMMENT='it''s a club';
CREATE TABLE member (id int PRIMARY KEY, club_id int, other_id int, KEY zz (other_id), KEY aa (club_id),
    CONSTRAINT refused FOREIGN KEY (club_id) REFERENCES club (id) ON DELETE RESTRICT ON UPDATE NO ACTION,
    CONSTRAINT passed FOREIGN KEY (other_id) REFERENCES club (id) ON DELETE SET NULL);
CREATE TABLE fast (id int, KEY hashed (id) USING HASH, KEY sorted (id) USING BTREE) ENGINE=MEMORY;
CREATE VIEW named (number, label) AS SELECT id, concat(name, ' é') FROM club;
CREATE TRIGGER note_it   BEFORE INSERT ON club FOR EACH ROW
    SET NEW.note = concat(NEW.name, 'x');
CREATE FUNCTION twice(n INT, t VARCHAR(10)) RETURNS INT DETERMINISTIC NO SQL COMMENT 'it''s' RETURN n * 2;
CREATE PROCEDURE nothing(
  IN a TINYINT UNSIGNED
  , OUT b INT
) BEGIN SET b = a; END";

const SQLITE: &str = "CREATE TABLE [club] ( [id] INTEGER CONSTRAINT pk_club PRIMARY KEY AUTOINCREMENT,
    `name` NVARCHAR(20)  NOT NULL COLLATE NOCASE, -- its name; not its number
    note BLOB SUB_TYPE TEXT DEFAULT NULL, CONSTRAINT once UNIQUE (name) ON CONFLICT IGNORE);
create table member (a INT REFERENCES club ON DELETE NO ACTION, b INT, CONSTRAINT pk_member PRIMARY KEY (a, b),
    FOREIGN KEY (b) REFERENCES club (id) ON UPDATE NO ACTION) WITHOUT ROWID;
CREATE INDEX  by_b ON member ( b  DESC );
CREATE VIEW named
  (number, label) AS SELECT id, name || '; ' FROM club;
CREATE TRIGGER note_it AFTER INSERT ON club BEGIN UPDATE club SET note = 'a;b' WHERE id = new.id; END";

const POSTGRES: &str = "CREATE TABLE base (id integer PRIMARY KEY, note text, said text DEFAULT 'a');
CREATE TABLE heir (extra integer DEFAULT 3) INHERITS (base);
ALTER TABLE heir ALTER COLUMN note SET DEFAULT 'x', ALTER COLUMN said DROP DEFAULT, ALTER COLUMN said SET NOT NULL;
CREATE TABLE grandchild () INHERITS (heir)";

fn schema(product: Product) -> &'static str {
    match product {
        Product::Postgres => POSTGRES,
        Product::MySql | Product::MariaDb => MYSQL,
        Product::Sqlite => SQLITE,
    }
}

/// What the database prints of itself, without what belongs to the runner.
fn printed(database: &Database) -> Vec<String> {
    let lines = |rows: &Rows, at: usize| rows.iter().map(|row| row.text(at).to_owned()).collect::<Vec<_>>();
    match database.product {
        Product::Sqlite => {
            let own = "name NOT LIKE 'sea_gen%' AND tbl_name NOT LIKE 'sea_gen%' AND sql IS NOT NULL";
            lines(&database.query(&format!("SELECT sql FROM sqlite_schema WHERE {own} ORDER BY type, name")), 0)
        }
        Product::Postgres => {
            let sql = "SELECT concat_ws(' ', c.relname, a.attname, a.attnotnull, a.attislocal, pg_get_expr(d.adbin, d.adrelid))
                FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
                WHERE c.relname IN ('base', 'heir', 'grandchild') AND a.attnum > 0 ORDER BY c.relname, a.attnum";
            lines(&database.query(sql), 0)
        }
        Product::MySql | Product::MariaDb => {
            let tables = ["club", "member", "fast"].map(|name| (format!("TABLE {name}"), vec![1]));
            let view = [("VIEW named".to_owned(), vec![1, 2, 3])];
            let bodies = ["TRIGGER note_it", "FUNCTION twice", "PROCEDURE nothing"];
            let bodies = bodies.map(|name| (name.to_owned(), vec![1, 2, 3, 4]));
            let shown = |(name, columns): (String, Vec<usize>)| {
                let rows = database.query(&format!("SHOW CREATE {name}"));
                columns.into_iter().flat_map(|at| lines(&rows, at)).collect::<Vec<_>>()
            };
            tables.into_iter().chain(view).chain(bodies).flat_map(shown).collect()
        }
    }
}

fn a_baseline_creates_the_database_as_it_prints_itself(product: Product) {
    let project = Project::new(product);
    project.database.execute(schema(product));
    project.run(&["init"]).with(0);
    let fresh = Database::create(product);
    project.run(&["up", "--database-url", &fresh.url]).with(0);
    assert_eq!(printed(&fresh), printed(&project.database));
    project.run(&["check", "--database-url", &fresh.url]).with(0);
    project.holds();
}
