//! Tests of SQL files: the declared objects on each product, and the diagnostics.

use crate::entity::tests::said;
use crate::entity::{Model, Severity, SourceFile, read};
use crate::schema::{Action, Index, IndexTarget, ObjectName, Product, Table};

const BOOK: &str = r#"
    #[derive(DeriveEntityModel)]
    #[sea_orm(table_name = "book")]
    pub struct Model { #[sea_orm(primary_key)] id: i32, title: String, #[sea_orm(column_name = "Price")] price: i32, order: i32 }
"#;

fn files(path: &str, sql: &str) -> [SourceFile; 2] {
    let file = |path: &str, text: &str| SourceFile { path: path.into(), text: text.to_owned() };
    [file("e/book.rs", BOOK), file(path, sql)]
}

#[track_caller]
fn model(path: &str, sql: &str, product: Product) -> Model {
    let (model, diagnostics) = read(&files(path, sql), product);
    assert_eq!(diagnostics, [], "{product}");
    model
}

#[track_caller]
fn book(path: &str, sql: &str, product: Product) -> Table {
    model(path, sql, product).schema.tables.remove(&ObjectName::local("book")).unwrap_or_else(|| panic!("no book"))
}

#[track_caller]
fn index(path: &str, sql: &str, product: Product) -> Index {
    book(path, sql, product).indexes.into_values().next().unwrap_or_else(|| panic!("no index"))
}

#[track_caller]
fn error(sql: &str, message: &str, bytes: &str) {
    error_for("e/book.sql", sql, Product::Postgres, message, bytes);
}

#[track_caller]
fn error_for(path: &str, sql: &str, product: Product, message: &str, bytes: &str) {
    let said = said(&files(path, sql), product);
    let said: Vec<_> = said.iter().map(|said| (said.0, said.1.as_str(), said.2.as_str())).collect();
    assert_eq!(said, [(Severity::Error, message, bytes)]);
}

fn options(pairs: &[(&str, &str)]) -> crate::schema::Options {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_file_is_for_every_product_or_for_one() {
    let sql = "CREATE INDEX a ON book (title)";
    for product in Product::ALL {
        assert_eq!(book("e/book.sql", sql, product).indexes.len(), 1);
        assert_eq!(book("e/book.old.sql", sql, product).indexes.len(), 1);
        for meant in Product::ALL {
            let count = usize::from(meant == product);
            assert_eq!(book(&format!("e/book.{}.sql", meant.key()), sql, product).indexes.len(), count);
        }
    }
}

#[test]
fn words_that_are_names_further_on() {
    let sql = "CREATE INDEX a ON book (title) WHERE view(function, user) > 1";
    assert_eq!(index("e/book.sql", sql, Product::Sqlite).name.as_str(), "a");
}

#[test]
fn an_index_of_columns() {
    let sql = "create unique index if not exists book_title on book (title desc, id asc);";
    for product in Product::ALL {
        let index = index("e/book.sql", sql, product);
        assert_eq!(index.name.as_str(), "book_title");
        assert!(index.unique);
        let parts: Vec<_> = index.parts.iter().map(|part| (part.target.clone(), part.descending)).collect();
        let expected = [(IndexTarget::Column("title".into()), true), (IndexTarget::Column("id".into()), false)];
        assert_eq!(parts, expected);
        assert_eq!(index.method, None);
    }
}

#[test]
fn all_that_postgres_says_of_an_index() {
    let sql = "CREATE INDEX CONCURRENTLY a ON book USING gin ((lower(title)), title COLLATE \"C\" text_pattern_ops DESC NULLS LAST, id NULLS FIRST) \
               INCLUDE (\"order\") NULLS NOT DISTINCT WITH (fillfactor = 70) WHERE (id > 0 AND title <> 'a''b')";
    let index = index("e/book.postgres.sql", sql, Product::Postgres);
    assert_eq!(index.method.as_deref(), Some("gin"));
    assert_eq!(index.include, ["order".into()]);
    assert_eq!(index.predicate.as_ref().map(|predicate| predicate.text()), Some("id > 0 AND title <> 'a''b'"));
    assert_eq!(index.options, options(&[("nulls_not_distinct", "true"), ("with", "fillfactor=70")]));
    let [lower, title, id] = index.parts.as_slice() else { panic!("{:?}", index.parts) };
    assert!(matches!(&lower.target, IndexTarget::Expression(of) if of.text() == "lower(title)"));
    assert_eq!(title.options, options(&[("collation", "C"), ("opclass", "text_pattern_ops"), ("nulls", "last")]));
    assert_eq!(id.options, options(&[("nulls", "first")]));
}

#[test]
fn all_that_mysql_says_of_an_index() {
    let prefix = index("e/book.mysql.sql", "CREATE INDEX a ON book (title(20)) COMMENT 'short'", Product::MySql);
    let [title] = prefix.parts.as_slice() else { panic!("{:?}", prefix.parts) };
    assert_eq!(title.target, IndexTarget::Column("title".into()));
    assert_eq!(title.options, options(&[("prefix", "20")]));
    assert_eq!(prefix.comment.as_deref(), Some("short"));
    let full = index("e/book.mariadb.sql", "CREATE FULLTEXT INDEX a ON book (title)", Product::MariaDb);
    assert_eq!(full.method.as_deref(), Some("fulltext"));
    let sql = "CREATE VECTOR INDEX a ON book (title) COMMENT 'near' M=8 DISTANCE='cosine'";
    let near = index("e/book.mariadb.sql", sql, Product::MariaDb);
    assert_eq!(near.method.as_deref(), Some("vector"));
    assert_eq!(near.comment.as_deref(), Some("near"));
    assert_eq!(near.options, options(&[("distance", "cosine"), ("m", "8")]));
}

#[test]
fn a_not_null_with_a_name_is_an_option_of_its_column() {
    let sql = "ALTER TABLE ONLY book ADD CONSTRAINT has_title NOT NULL title NO INHERIT NOT VALID; ALTER TABLE book ADD NOT NULL id NOT VALID;";
    let book = book("e/book.postgres.sql", sql, Product::Postgres);
    let of = |name: &str| book.columns.get(&crate::schema::Name::from(name)).map(|column| column.options.clone());
    let terms = [("not_null", "has_title"), ("not_null_no_inherit", "true"), ("not_null_not_valid", "true")];
    assert_eq!(of("title"), Some(options(&terms)));
    assert_eq!(of("id"), Some(options(&[("not_null_not_valid", "true")])));
    let sql = "ALTER TABLE book ADD CONSTRAINT has_name NOT NULL name";
    error_for("e/book.postgres.sql", sql, Product::Postgres, "table `book` has no column `name`", "name");
    let sql = "ALTER TABLE book ADD CONSTRAINT has_title NOT NULL title DEFERRABLE";
    error_for("e/book.postgres.sql", sql, Product::Postgres, "this NOT NULL is not declared here", "ALTER TABLE");
}

#[test]
fn keys_over_periods_are_keys() {
    let sql = "ALTER TABLE book ADD CONSTRAINT k UNIQUE (id, title WITHOUT OVERLAPS); \
               ALTER TABLE book ADD CONSTRAINT f FOREIGN KEY (\"order\", PERIOD title) REFERENCES book (id, PERIOD title)";
    let book = book("e/book.postgres.sql", sql, Product::Postgres);
    let unique = book.uniques.values().next().map(|unique| (unique.columns.len(), unique.options.clone()));
    assert_eq!(unique, Some((2, options(&[("without_overlaps", "true")]))));
    let key = book.foreign_keys.values().next().map(|key| (key.columns.len(), key.options.clone()));
    assert_eq!(key, Some((2, options(&[("period", "true")]))));
}

#[test]
fn names_are_folded_as_the_product_does() {
    let sql = "CREATE INDEX Book_Price ON BOOK (\"Price\")";
    assert_eq!(index("e/book.sql", sql, Product::Postgres).name.as_str(), "book_price");
    assert_eq!(index("e/book.sql", sql, Product::MySql).name.as_str(), "Book_Price");
    // Only in PostgreSQL are `price` and `Price` different columns.
    let sql = "CREATE INDEX a ON book (price)";
    let part = index("e/book.sql", sql, Product::Sqlite).parts.remove(0);
    assert_eq!(part.target, IndexTarget::Column("Price".into()));
    error("CREATE INDEX a ON book (price)", "table `book` has no column `price`", "price");
}

#[test]
fn quoted_names_are_requoted_for_the_product() {
    let sql = "CREATE INDEX a ON book (id) WHERE \"order\" > 1; CREATE VIEW v AS -- why\n SELECT \"order\", 'a \"b\"' AS \"c``d\" FROM book;";
    let predicate = |product| index("e/book.sql", sql, product).predicate.map(|of| of.text().to_owned());
    assert_eq!(predicate(Product::Sqlite).as_deref(), Some("\"order\" > 1"));
    assert_eq!(predicate(Product::MySql).as_deref(), Some("`order` > 1"));
    let query = |product| {
        model("e/book.sql", sql, product)
            .schema
            .views
            .into_values()
            .map(|view| view.query.text().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(query(Product::Postgres), ["SELECT \"order\", 'a \"b\"' AS \"c``d\" FROM book"]);
    assert_eq!(query(Product::MariaDb), ["SELECT `order`, 'a \"b\"' AS `c````d` FROM book"]);
    let own = "CREATE VIEW v AS SELECT `order`, \"text\" AS b FROM book";
    let view = model("e/book.mysql.sql", own, Product::MySql).schema.views.into_values().next();
    assert_eq!(view.as_ref().map(|view| view.query.text()), Some("SELECT `order`, \"text\" AS b FROM book"));
    let backticks = "CREATE INDEX a ON book (`order`)";
    assert_eq!(index("e/book.sql", backticks, Product::Postgres).parts.len(), 1);
}

#[test]
fn a_schema_that_a_name_is_in_anyway_is_left_out() {
    let query = |sql: &str| {
        let view = model("e/book.postgres.sql", sql, Product::Postgres).schema.views.into_values().next();
        view.map(|view| view.query.text().to_owned()).unwrap_or_default()
    };
    let plain = query("CREATE VIEW public.v AS SELECT public.book.id, b.title FROM public.book AS b, public.book");
    assert_eq!(plain, "SELECT book.id, b.title FROM book AS b, book");
    let alias = query("CREATE VIEW v AS SELECT public.id FROM book AS public");
    assert_eq!(alias, "SELECT public.id FROM book AS public");
}

#[test]
fn views() {
    let sql = "CREATE OR REPLACE VIEW shop.cheap WITH (security_barrier = true) AS SELECT CAST(id AS text) AS id FROM book WITH LOCAL CHECK OPTION;";
    let view = model("e/book.postgres.sql", sql, Product::Postgres).schema.views.into_values().next();
    let Some(view) = view else { panic!("no view") };
    assert_eq!(view.name, ObjectName::qualified("shop", "cheap"));
    assert_eq!(view.query.text(), "SELECT CAST(id AS text) AS id FROM book");
    assert_eq!(view.options, options(&[("check_option", "local"), ("security_barrier", "true")]));
    let sql =
        "CREATE MATERIALIZED VIEW cheap AS SELECT 1 AS a WITH NO DATA; COMMENT ON MATERIALIZED VIEW cheap IS 'few'";
    let view = model("e/book.sql", sql, Product::Postgres).schema.views.into_values().next();
    assert!(view.is_some_and(|view| view.materialized
        && view.query.text() == "SELECT 1 AS a"
        && view.comment.as_deref() == Some("few")));
    error_for(
        "e/book.sql",
        "CREATE MATERIALIZED VIEW a AS SELECT 1",
        Product::Sqlite,
        "SQLite has no materialized views",
        "CREATE MATERIALIZED",
    );
    error("CREATE VIEW v (a) AS SELECT * FROM book", "names before a view's query need a query without `*`", "a");
    error("CREATE VIEW v (a, b) AS SELECT 1", "a view's columns are as many as its query has", "a");
    error("CREATE VIEW v AS SELECT 1; CREATE VIEW v AS SELECT 2", "two views are called `v`", "CREATE VIEW");
    error("CREATE TEMPORARY VIEW v AS SELECT 1", "a temporary view is not part of a schema", "CREATE TEMPORARY");
}

#[test]
fn what_is_not_taken_apart_is_kept_whole() {
    let path = "e/book.postgres.sql";
    for (sql, id, kept) in [
        ("CREATE EXTENSION IF NOT EXISTS citext;", "extension citext", "CREATE EXTENSION citext"),
        (
            "CREATE DOMAIN price AS numeric CHECK (VALUE > 0)",
            "domain price",
            "CREATE DOMAIN price AS numeric CHECK (VALUE > 0)",
        ),
        (
            "CREATE TYPE shop.money2 AS (a int, b text)",
            "composite type shop.money2",
            "CREATE TYPE shop.money2 AS (a int, b text)",
        ),
        (
            "CREATE TYPE years AS RANGE (subtype = int4)",
            "range type years",
            "CREATE TYPE years AS RANGE (subtype = int4)",
        ),
        ("CREATE SEQUENCE numbers", "sequence numbers", "CREATE SEQUENCE numbers"),
        (
            "CREATE POLICY own ON book FOR SELECT USING (id > 0)",
            "book.policy own",
            "CREATE POLICY own ON book FOR SELECT USING (id > 0)",
        ),
        (
            "ALTER TABLE ONLY book ADD CONSTRAINT apart EXCLUDE USING gist (title WITH =)",
            "book.exclusion constraint apart",
            "ALTER TABLE ONLY book ADD CONSTRAINT apart EXCLUDE USING gist (title WITH =)",
        ),
    ] {
        let model = model(path, sql, Product::Postgres);
        let found: Vec<_> = model
            .schema
            .definitions
            .values()
            .map(|found| (found.id.to_string(), found.create.text().to_owned()))
            .collect();
        assert_eq!(found, [(id.to_owned(), kept.to_owned())]);
    }
    error("CREATE POLICY own ON shelf USING (true)", "no entity declares a table `shelf`", "shelf");
    error("CREATE DOMAIN a AS int; CREATE DOMAIN a AS int", "`domain a` is declared twice", "CREATE DOMAIN");
    error_for(
        "e/book.sql",
        "CREATE DOMAIN a AS int",
        Product::MySql,
        "MySQL has no such thing: domain",
        "CREATE DOMAIN",
    );
}

#[test]
fn names_before_a_views_query_go_into_it() {
    let query = |path: &str, sql: &str, product| {
        let view = model(path, sql, product).schema.views.into_values().next();
        view.map(|view| view.query.text().to_owned()).unwrap_or_default()
    };
    let sql = "CREATE VIEW v (a, \"Order\") AS SELECT title AS t, \"order\" + 1 FROM book WHERE id > 0 ORDER BY 1";
    assert_eq!(
        query("e/book.sql", sql, Product::Postgres),
        "SELECT title AS a, \"order\" + 1 AS \"Order\" FROM book WHERE id > 0 ORDER BY 1"
    );
    assert_eq!(
        query("e/book.sql", sql, Product::MySql),
        "SELECT title AS a, `order` + 1 AS `Order` FROM book WHERE id > 0 ORDER BY 1"
    );
    let sql = "CREATE VIEW v (n) AS WITH x AS (SELECT id FROM book) (SELECT id FROM x) UNION ALL SELECT 2";
    assert_eq!(
        query("e/book.sqlite.sql", sql, Product::Sqlite),
        "WITH x AS (SELECT id FROM book) (SELECT id AS n FROM x) UNION ALL SELECT 2"
    );
}

#[test]
fn constraints_and_defaults() {
    let sql = "ALTER TABLE book ADD CONSTRAINT dear CHECK (id > 3) NOT VALID; ALTER TABLE book ADD CHECK (\"order\" > 0);
        ALTER TABLE book ADD CONSTRAINT once UNIQUE (title, id), ADD CONSTRAINT self FOREIGN KEY (\"order\") REFERENCES book (id) ON DELETE SET NULL ON UPDATE NO ACTION;
        ALTER TABLE book ALTER COLUMN title SET DEFAULT 'none';
        COMMENT ON TABLE book IS 'Books'; COMMENT ON COLUMN book.title IS 'Title';";
    let book = book("e/book.postgres.sql", sql, Product::Postgres);
    let checks: Vec<_> = book
        .checks
        .values()
        .map(|check| (check.name.as_str(), check.expression.text(), check.options.clone()))
        .collect();
    let expected =
        [("book_check", "\"order\" > 0", options(&[])), ("dear", "id > 3", options(&[("not_valid", "true")]))];
    assert_eq!(checks, expected);
    assert_eq!(book.uniques.get("once").map(|unique| unique.columns.clone()), Some(vec!["title".into(), "id".into()]));
    let key = book.foreign_keys.get("self");
    assert_eq!(key.map(|key| (key.on_delete, key.on_update)), Some((Some(Action::SetNull), None)));
    assert_eq!(book.comment.as_deref(), Some("Books"));
    let title = book.columns.get("title");
    assert_eq!(title.and_then(|title| title.comment.as_deref()), Some("Title"));
    assert!(title.is_some_and(|title| title.default.is_some()));
}

#[test]
fn bodies_are_kept_whole() {
    let trigger = "CREATE TRIGGER log AFTER UPDATE OF title ON book BEGIN UPDATE book SET title = CASE WHEN 1 THEN 'a;' ELSE 'b' END; SELECT 1; END";
    let table = book("e/book.sqlite.sql", &format!("{trigger};\nCREATE INDEX a ON book (id);"), Product::Sqlite);
    assert_eq!(table.triggers.get("log").map(|trigger| trigger.definition.text()), Some(trigger));
    assert_eq!(table.indexes.len(), 1);
    let procedure = "CREATE PROCEDURE p(IN n INT) BEGIN IF n > 0 THEN SELECT 1; END IF; WHILE n > 0 DO SET n = n - 1; END WHILE; END";
    let model_ = model("e/book.mysql.sql", &format!("{procedure}; CREATE INDEX a ON book (id)"), Product::MySql);
    let routine = model_.schema.routines.get(&ObjectName::local("p"));
    assert_eq!(routine.map(|routine| routine.definition.text()), Some(procedure));
    let function = "CREATE OR REPLACE FUNCTION shop.price_of(book integer, at text DEFAULT ';') RETURNS integer LANGUAGE sql AS $$ SELECT 1; $$";
    let model_ = model("e/book.postgres.sql", &format!("{function};"), Product::Postgres);
    let routine = model_.schema.routines.get(&ObjectName::qualified("shop", "price_of(integer, text)"));
    assert_eq!(routine.map(|routine| routine.definition.text()), Some(function));
}

#[test]
fn sql_that_is_none() {
    error("CREATE INDEX a ON book (title", "this is not SQL", "title");
    error("-- größer\nCREATE INDEX a OM book (title)", "this is not SQL", "OM");
    error("CREATE VIEW v AS SELEKT 1 FROM x", "this is not SQL", "SELEKT");
    error("CREATE INDEX a ON book (title) foo bar", "this is not SQL", "foo");
    error("CREATE INDEX é ON book (title);\nCREATE VIEW v AS SELECT 'open\n", "this is not SQL", "'open");
    error("WIBBLE", "this is not SQL", "WIBBLE");
}

#[test]
fn statements_that_declare_nothing() {
    for (sql, what, words) in [
        ("INSERT INTO book VALUES (1)", "INSERT", "INSERT INTO"),
        ("UPDATE book SET id = 1", "UPDATE", "UPDATE book"),
        ("delete from book", "DELETE", "delete from"),
        ("TRUNCATE book", "TRUNCATE", "TRUNCATE book"),
        ("SELECT 1", "SELECT", "SELECT"),
    ] {
        error(sql, &format!("`{what}` touches data, and a declaration has none"), words);
    }
    for (sql, what, words) in [
        ("GRANT admin TO joe", "GRANT", "GRANT admin"),
        ("CREATE ROLE joe", "CREATE ROLE", "CREATE ROLE"),
        ("ALTER USER joe PASSWORD 'x'", "ALTER USER", "ALTER USER"),
    ] {
        error(sql, &format!("`{what}` touches users and their rights, which are not declared here"), words);
    }
    error("DROP TABLE book", "a declaration says what there is", "DROP TABLE");
    error("CREATE TABLE book (id int)", "table `book` is declared already", "book");
    let divided = "CREATE TABLE log (id int) PARTITION BY RANGE (id)";
    error_for("e/b.sqlite.sql", divided, Product::Sqlite, "SQLite has no partitions", "CREATE TABLE");
    let of = "CREATE TABLE log_1 PARTITION OF log DEFAULT";
    error_for("e/b.postgres.sql", of, Product::Postgres, "no entity declares a table `log`", "log");
    error_for("e/b.mysql.sql", of, Product::MySql, "a partition is no table of its own on MySQL", "CREATE TABLE");
    for (sql, message) in [
        ("REVOKE SELECT ON book FROM joe", "a declaration says what there is, and nobody may do what is not granted"),
        ("GRANT FLY ON book TO joe", "`FLY` is no privilege of a table"),
        ("GRANT SELECT ON book TO CURRENT_USER", "`CURRENT_USER` is another role in every session"),
    ] {
        let words = sql.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        error_for("e/b.postgres.sql", sql, Product::Postgres, message, &words);
    }
    error("COMMIT", "this statement declares nothing that is known", "COMMIT");
    error("ALTER TABLE book DROP COLUMN id", "`DROP COLUMN id` is not declared here", "ALTER TABLE");
    let definer = "CREATE DEFINER = root TRIGGER t BEFORE INSERT ON book FOR EACH ROW SET NEW.id = 1";
    error_for(
        "e/b.mysql.sql",
        definer,
        Product::MySql,
        "a definer is a user, and users are not declared here",
        "CREATE DEFINER",
    );
}

#[test]
fn what_stands_on_something_else_than_a_table() {
    let of_view = "CREATE VIEW tall AS SELECT id FROM book; CREATE UNIQUE INDEX a ON tall (id)";
    let message = "`tall` is a view, and only materialized views of PostgreSQL have indexes";
    error_for("e/b.postgres.sql", of_view, Product::Postgres, message, "tall");
    let event = "CREATE EVENT TRIGGER a ON ddl_command_start EXECUTE FUNCTION f()";
    let message = "an event trigger belongs to the whole database, and is not declared here";
    error_for("e/b.postgres.sql", event, Product::Postgres, message, "CREATE EVENT");
    for (schedule, message) in [
        ("AT CURRENT_TIMESTAMP + INTERVAL 1 HOUR", "`AT CURRENT_TIMESTAMP` is another time in every database"),
        ("EVERY 1 DAY STARTS now()", "`STARTS now` is another time in every database"),
        ("EVERY 1 DAY ENDS CURRENT_TIMESTAMP", "`ENDS CURRENT_TIMESTAMP` is another time in every database"),
    ] {
        let event = format!("CREATE EVENT a ON SCHEDULE {schedule} DO SET @x = 1");
        error_for("e/b.mysql.sql", &event, Product::MySql, message, "CREATE EVENT");
    }
    let event = "CREATE DEFINER = root@localhost EVENT a ON SCHEDULE EVERY 1 DAY DO SET @x = 1";
    let message = "a definer is a user, and users are not declared here";
    error_for("e/b.mysql.sql", event, Product::MySql, message, "CREATE DEFINER");
    let sequence = "CREATE SEQUENCE s OWNED BY boook.id";
    error_for("e/b.postgres.sql", sequence, Product::Postgres, "no entity declares a table `boook`", "boook");
    let sequence = "CREATE SEQUENCE s OWNED BY book";
    error_for("e/b.postgres.sql", sequence, Product::Postgres, "a sequence is owned by a column", "CREATE SEQUENCE");
    let rule = "CREATE RULE a AS ON UPDATE TO boook DO INSTEAD NOTHING";
    error_for("e/b.postgres.sql", rule, Product::Postgres, "no entity declares a table `boook`", "boook");
}

#[test]
fn names_that_are_not_there_or_twice() {
    error("CREATE INDEX a ON boook (title)", "no entity declares a table `boook`", "boook");
    error("CREATE INDEX a ON book (titel)", "table `book` has no column `titel`", "titel");
    error("CREATE INDEX ON book (title)", "an index needs a name of its own", "CREATE INDEX");
    error("CREATE INDEX a ON book (id); CREATE INDEX a ON book (title)", "two indexes are called `a`", "a");
    error("ALTER TABLE boook ADD CHECK (true)", "no entity declares a table `boook`", "boook");
    error("ALTER TABLE book ADD UNIQUE (id)", "a constraint needs a name of its own", "ALTER TABLE");
    let twice = "ALTER TABLE book ADD CONSTRAINT c CHECK (id > 1); ALTER TABLE book ADD CONSTRAINT c CHECK (id > 2)";
    error(twice, "two constraints are called `c`", "c");
}

#[test]
fn the_schema_that_is_there_anyway_need_not_be_said() {
    let text = |schema: &str| {
        format!(
            "#[derive(DeriveEntityModel)] #[sea_orm(table_name = \"book\"{schema})] \
             pub struct Model {{ #[sea_orm(primary_key, comment = \"key\")] pub id: i32 }}"
        )
    };
    let file = |path: &str, text: &str| SourceFile { path: path.into(), text: text.to_owned() };
    let read = |schema: &str, product: Product| {
        let sidecar = file("entities/book.sql", "CREATE INDEX found ON public.book (id);");
        let files = [file("entities/book.rs", &text(schema)), sidecar];
        let (model, diagnostics) = crate::entity::read(&files, product);
        assert!(product != Product::Postgres || diagnostics.is_empty(), "{diagnostics:#?}");
        model.schema
    };
    let said = read(", schema_name = \"public\"", Product::Postgres);
    assert_eq!(said, read("", Product::Postgres));
    assert!(said.definitions.is_empty());
    let elsewhere = read(", schema_name = \"public\"", Product::MySql);
    assert!(elsewhere.tables.keys().all(|table| table.schema.is_some()));
}
