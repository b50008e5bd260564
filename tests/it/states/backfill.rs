//! Rows that are there get a value when a column takes no NULL any more, there and back.
//!
//! Must not know how the statements are put together.

use sea_gen::schema::Product;

use super::data::MOOD;
use super::project::{PERSON, Project};
use crate::support::on_each;

on_each!(
    a_new_column_is_filled,
    a_column_that_took_null_is_filled,
    a_default_fills_by_itself,
    what_needs_no_value_is_refused,
    a_fill_reads_a_column_that_goes,
    a_fill_reads_a_column_before_it_is_cut_short,
    a_fill_reads_a_table_whose_name_a_view_takes,
    values_that_a_trigger_keeps_from_being_converted_are_not_dropped,
    values_that_a_trigger_keeps_from_being_replaced_stop_it,
    a_default_does_not_pass_for_a_converted_value,
    values_that_a_rule_keeps_from_being_converted_are_not_dropped,
    rows_that_a_trigger_adds_elsewhere_refute_nothing,
    values_that_a_key_keeps_apart_are_looked_at_first,
    who_may_read_a_column_may_read_it_converted,
    batches_that_a_trigger_takes_back_end,
    repeated_batches_that_a_trigger_takes_back_are_given_up,
    what_is_given_to_rows_is_read_from_what_they_held,
);

fn peopled(product: Product) -> Project {
    let project = Project::settled(product);
    project.database.execute("INSERT INTO person (id, email, age) VALUES (1, 'ann@example.org', NULL)");
    project
}

fn a_new_column_is_filled(product: Product) {
    let project = peopled(product);
    project.edit("person", "pub age", "pub rank: i32,\n    pub age");
    project.run(&["migration", "Rank", "--dry-run"]).with(0).mentions("--backfill person.rank=VALUE");
    let said = project.run(&["migration", "Rank", "--backfill", "person.rank=length(email) + 1"]).with(0);
    said.mentions("proven").keeps_silent_on("proven without rows").keeps_silent_on("not-null");
    assert!(project.newest().contains("-- changes data: existing rows get length(email) + 1 in person.rank"));
    project.run(&["up"]).with(0);
    assert_eq!(
        project
            .database
            .query("SELECT CAST(rank AS char(9)) FROM person".replace("rank", &project.quoted("rank")).as_str())
            .first()
            .unwrap()
            .text(0)
            .trim(),
        "16"
    );
    project.holds();
    project.finds_nothing();
    project.run(&["down"]).with(0);
    project.run(&["up"]).with(0);
    project.holds();
}

fn a_column_that_took_null_is_filled(product: Product) {
    let project = peopled(product);
    project.edit("person", "pub age: Option<i32>", "pub age: i32");
    project.run(&["migration", "Age", "--backfill", "person.age=-1"]).with(0);
    project.run(&["up"]).with(0);
    assert_eq!(project.database.query("SELECT CAST(age AS char(9)) FROM person").first().unwrap().text(0).trim(), "-1");
    project.holds();
    project.run(&["down"]).with(0);
    project.run(&["up"]).with(0);
    project.holds();
}

fn a_default_fills_by_itself(product: Product) {
    let project = peopled(product);
    project.edit("person", "pub age: Option<i32>", "#[sea_orm(default_value = 7)]\n    pub age: i32");
    project.run(&["migration", "Age"]).with(0);
    project.run(&["up"]).with(0);
    assert_eq!(project.database.query("SELECT CAST(age AS char(9)) FROM person").first().unwrap().text(0).trim(), "7");
    project.holds();
}

fn what_needs_no_value_is_refused(product: Product) {
    let project = peopled(product);
    project.edit("person", "pub age", "pub note: Option<String>,\n    pub age");
    let before = project.written();
    project.run(&["migration", "Note", "--backfill", "person.note='x'"]).with(1).mentions("needs no backfill");
    project.run(&["migration", "Note", "--backfill", "note"]).with(1).mentions("cannot be read");
    assert_eq!(project.written(), before);
}

impl Project {
    /// A name in the database's own quotes.
    fn quoted(&self, name: &str) -> String {
        sea_gen::dialect::of(self.product).quote(&name.into())
    }
}

impl Project {
    /// What one column of the only person holds.
    fn holds_in(&self, column: &str) -> String {
        let sql = format!("SELECT CAST({} AS char(20)) FROM person", self.quoted(column));
        self.database.query(&sql).first().expect("a person").text(0).trim().to_owned()
    }
}

fn a_fill_reads_a_column_that_goes(product: Product) {
    let project = peopled(product);
    project.edit("person", "pub email: String,", "pub address: String,");
    let new = ["--new", "person.address", "--allow", "drop-column:person.email"];
    let fill = ["--backfill", "person.address=email"];
    project.run(&[&["migration", "Address"][..], &new, &fill].concat()).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    assert_eq!(project.holds_in("address"), "ann@example.org");
    project.holds();
    project.finds_nothing();
}

fn a_fill_reads_a_column_before_it_is_cut_short(product: Product) {
    let project = Project::settled(product);
    let price = "#[sea_orm(column_type = \"Decimal(Some((10, 2)))\")]\n    pub price: Decimal,";
    project.edit("person", "pub age: Option<i32>,", price);
    project
        .run(&["migration", "Price", "--new", "person.price", "--allow", "*", "--backfill", "person.price=0"])
        .with(0);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO person (id, email, price) VALUES (1, 'ann@example.org', 12.34)");
    project.edit("person", price, "pub price: i32,\n    pub cents: i32,");
    let fill = ["--new", "person.cents", "--allow", "*", "--backfill", "person.cents=price * 100"];
    project.run(&[&["migration", "Cents"][..], &fill].concat()).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    // SQLite leaves a fraction in a column of whole numbers.
    let price = if product == Product::Sqlite { "12.34" } else { "12" };
    assert_eq!((project.holds_in("cents"), project.holds_in("price")), ("1234".to_owned(), price.to_owned()));
    project.holds();
}

fn a_fill_reads_a_table_whose_name_a_view_takes(product: Product) {
    let project = peopled(product);
    project.entity("pet", &PERSON.replace("\"person\"", "\"pet\""));
    project.run(&["migration", "Pet", "--new", "pet"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO pet (id, email) VALUES (1, 'cat@example.org')");
    std::fs::remove_file(project.path().join("entities/pet.rs")).expect("a removed file");
    let view = "CREATE VIEW pet AS SELECT id, email FROM person WHERE id > 1;\n";
    std::fs::write(project.path().join("entities/person.sql"), view).expect("a written file");
    project.edit("person", "pub age", "pub owner_of: String,\n    pub age");
    let value = "person.owner_of=coalesce((SELECT p.email FROM pet p WHERE p.id = person.id), 'none')";
    project.run(&["migration", "View", "--allow", "*", "--backfill", value]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    assert_eq!(project.holds_in("owner_of"), "cat@example.org");
    project.holds();
}

/// A settled project whose table has a trigger that takes an update of one column back.
fn guarded(product: Product, column: &str) -> Project {
    let project = Project::settled(product);
    guard(&project, product, column);
    project.database.execute("INSERT INTO person (id, email, age) VALUES (1, 'ann@example.org', 33)");
    project
}

/// Gives the table a trigger that takes an update of one column back.
fn guard(project: &Project, product: Product, column: &str) {
    let trigger = match product {
        Product::Postgres => format!(
            "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.{column} := OLD.{column}; RETURN NEW; END';\n\
             CREATE TRIGGER keep BEFORE UPDATE ON person FOR EACH ROW EXECUTE FUNCTION keep();"
        ),
        Product::MySql | Product::MariaDb => {
            format!("CREATE TRIGGER keep BEFORE UPDATE ON person FOR EACH ROW SET NEW.{column} = OLD.{column};")
        }
        Product::Sqlite => "CREATE TRIGGER keep BEFORE UPDATE ON person BEGIN SELECT RAISE(IGNORE); END;".to_owned(),
    };
    std::fs::write(project.path().join("entities/person.sql"), trigger).expect("a trigger beside the entity");
    project.run(&["migration", "Keep"]).with(0);
    project.run(&["up"]).with(0);
}

fn values_that_a_trigger_keeps_from_being_converted_are_not_dropped(product: Product) {
    let project = guarded(product, "email");
    project.edit("person", "pub email: String", "pub email: i32");
    project.run(&["migration", "Length", "--using", "person.email=length(email)"]).with(0);
    project.run(&["up"]).with(1).mentions(KEPT);
    project.has_ann();
}

/// A value that a trigger puts back is found before anything is changed.
fn values_that_a_trigger_keeps_from_being_replaced_stop_it(product: Product) {
    // SQLite has no enum types: there is nothing to replace.
    if product == Product::Sqlite {
        return;
    }
    let project = Project::new(product);
    let entity = PERSON.replacen("#[sea_orm::model]", MOOD, 1).replace("pub age: Option<i32>", "pub mood: Mood");
    project.entity("person", &entity);
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    guard(&project, product, "mood");
    project.database.execute("INSERT INTO person (id, email, mood) VALUES (1, 'ann@example.org', 'dull')");
    project.edit("person", "    #[sea_orm(string_value = \"dull\")]\n    Dull,\n", "");
    project.edit("person", "pub email", "pub size: Option<i32>,\n    pub email");
    project.run(&["migration", "Calm", "--replace", "person.mood:dull=calm"]).with(0);
    let said = project.run(&["up"]).with(1);
    said.mentions("a trigger or rule of person keeps dull in mood from being replaced (found: 1)");
    let person = project.database.query("SELECT * FROM person");
    assert!(person.first().expect("a row").get(3).is_none(), "a column came before the check");
    project.database.execute(&match product {
        Product::Postgres => "DROP TRIGGER keep ON person".to_owned(),
        Product::MySql | Product::MariaDb | Product::Sqlite => "DROP TRIGGER keep".to_owned(),
    });
    project.run(&["up"]).with(0);
    assert_eq!(project.database.query("SELECT id FROM person WHERE mood = 'calm'").len(), 1);
}

/// What is said of values that stay as they were.
const KEPT: &str = "a trigger or rule of person keeps values of email from being converted";

impl Project {
    /// The address is still there, in whatever column.
    #[track_caller]
    fn has_ann(&self) {
        let kept = self.database.query("SELECT * FROM person");
        let row = kept.first().expect("a row");
        assert!((0..4).any(|column| row.text(column) == "ann@example.org"), "the address is gone");
    }
}

fn a_default_does_not_pass_for_a_converted_value(product: Product) {
    let project = guarded(product, "email");
    project.edit("person", "pub email: String", "#[sea_orm(default_value = 7)]\n    pub email: i32");
    project.run(&["migration", "Length", "--using", "person.email=length(email)"]).with(0);
    project.run(&["up"]).with(1).mentions(KEPT);
    project.has_ann();
}

fn values_that_a_rule_keeps_from_being_converted_are_not_dropped(product: Product) {
    if product != Product::Postgres {
        return;
    }
    let project = Project::settled(product);
    let rule = "CREATE RULE keep AS ON UPDATE TO person DO INSTEAD NOTHING;";
    std::fs::write(project.path().join("entities/person.sql"), rule).expect("a rule beside the entity");
    project.run(&["migration", "Keep"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO person (id, email, age) VALUES (1, 'ann@example.org', 33)");
    project.edit("person", "pub email: String", "pub email: i32");
    project.run(&["migration", "Length", "--using", "person.email=length(email)"]).with(0);
    project.run(&["up"]).with(1).mentions(KEPT);
    project.has_ann();
}

fn who_may_read_a_column_may_read_it_converted(product: Product) {
    let (user, make, may) = match product {
        Product::Sqlite => return,
        Product::Postgres => {
            ("pg_monitor", "", "SELECT 1 WHERE has_column_privilege('pg_monitor', 'person', 'email', 'SELECT')")
        }
        Product::MySql | Product::MariaDb => (
            "`reader of one`@`localhost`",
            "CREATE USER IF NOT EXISTS `reader of one`@`localhost`;",
            "SELECT 1 FROM mysql.columns_priv WHERE db = DATABASE() AND table_name = 'person' AND column_name = 'email'",
        ),
    };
    let project = Project::settled(product);
    project.database.execute(&format!("{make} GRANT SELECT (email), UPDATE (age) ON person TO {user}"));
    project.edit("person", "pub email: String", "pub email: i32");
    project.run(&["migration", "Length", "--using", "person.email=length(email)"]).with(0);
    for way in ["up", "down", "up"] {
        project.run(&[way]).with(0).keeps_silent_on("rights granted");
        assert_eq!(project.database.query(may).len(), 1, "{way}");
    }
    if !make.is_empty() {
        let left = "SELECT 1 FROM mysql.columns_priv WHERE db = DATABASE() AND column_name NOT IN ('email', 'age')";
        assert_eq!(project.database.query(left).len(), 0, "rights on columns that are gone");
        project.database.execute(&format!("DROP USER {user}"));
    }
}

/// Values that would become the same are found before anything is changed.
fn values_that_a_key_keeps_apart_are_looked_at_first(product: Product) {
    let project = Project::settled(product);
    project.edit("person", "pub email: String", "#[sea_orm(unique)]\n    pub email: String");
    project.run(&["migration", "Unique"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO person (id, email, age) VALUES (1, 'aa', 1), (2, 'bb', 2)");
    project.edit("person", "pub email: String", "pub email: i32");
    project.run(&["migration", "Length", "--using", "person.email=length(email)"]).with(0);
    project.run(&["up"]).with(1).mentions("person would have the same email more than once (found: 1)");
    assert_eq!(project.database.query("SELECT email FROM person WHERE email = 'aa'").len(), 1);
    project.database.execute("UPDATE person SET email = 'bbb' WHERE id = 2");
    project.run(&["up"]).with(0);
    project.holds();
}

fn rows_that_a_trigger_adds_elsewhere_refute_nothing(product: Product) {
    let project = Project::settled(product);
    let log = "CREATE TABLE log (id int NOT NULL DEFAULT 1, what varchar(99));\n";
    let trigger = match product {
        Product::Postgres => {
            "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log (what) VALUES (NEW.email); RETURN NULL; END';\n\
             CREATE TRIGGER noted AFTER INSERT OR UPDATE ON person FOR EACH ROW EXECUTE FUNCTION note();"
        }
        Product::MySql | Product::MariaDb => {
            "CREATE TRIGGER noted AFTER UPDATE ON person FOR EACH ROW INSERT INTO log (what) VALUES (NEW.email);"
        }
        Product::Sqlite => {
            "CREATE TRIGGER noted AFTER UPDATE ON person BEGIN INSERT INTO log (what) VALUES (NEW.email); END;"
        }
    };
    std::fs::write(project.path().join("entities/person.sql"), format!("{log}{trigger}")).expect("a trigger");
    project.run(&["migration", "Log"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO person (id, email, age) VALUES (1, 'ann@example.org', NULL)");
    project.edit("person", "pub age: Option<i32>", "pub age: i32");
    project.run(&["migration", "Age", "--backfill", "person.age=id"]).with(0).mentions("proven");
    project.run(&["verify"]).with(0);
    project.run(&["up"]).with(0);
    project.holds();
}

fn batches_that_a_trigger_takes_back_end(product: Product) {
    let project = guarded(product, "age");
    project.database.execute("INSERT INTO person (id, email, age) VALUES (2, 'bob@example.org', NULL)");
    project.edit("person", "pub age: Option<i32>", "pub age: i32");
    project.run(&["migration", "Age", "--backfill", "person.age=id"]).with(0);
    let said = project.run(&["up"]).with(1);
    // Each row is changed once, so the batches end by themselves, and the constraint finds what is left.
    said.mentions(match product {
        Product::Postgres => "violates check constraint",
        Product::MySql => "Invalid use of NULL value",
        Product::MariaDb => "Data truncated for column",
        Product::Sqlite => "NULL",
    });
    assert_eq!(project.database.query("SELECT id FROM person WHERE age IS NULL").len(), 1, "it has no age still");
}

fn repeated_batches_that_a_trigger_takes_back_are_given_up(product: Product) {
    // A trigger of SQLite that ignores a row counts as no change, so the batches end by themselves.
    if product == Product::Sqlite {
        return;
    }
    let project = guarded(product, "age");
    project.database.execute("INSERT INTO person (id, email, age) VALUES (2, 'bob@example.org', NULL)");
    project.run(&["migration", "Fill", "--empty"]).with(0);
    project.write_newest("-- gen: batches\nUPDATE person SET age = id WHERE age IS NULL;", "");
    project.run(&["lock", "--no-verify"]).with(0);
    project.run(&["up"]).with(1).mentions("again and again");
}

/// Values that are replaced or converted in the same migration are read as they were, whichever is said first.
fn what_is_given_to_rows_is_read_from_what_they_held(product: Product) {
    let values = |values: &str| {
        format!(
            "#[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = \"String\", db_type = \"Enum\", enum_name = \"mood\")]
pub enum Mood {{
{values}}}

#[sea_orm::model]"
        )
    };
    let (calm, dull, wild) = (
        "    #[sea_orm(string_value = \"calm\")]\n    Calm,\n",
        "    #[sea_orm(string_value = \"dull\")]\n    Dull,\n",
        "    #[sea_orm(string_value = \"wild\")]\n    Wild,\n",
    );
    // SQLite has no enum types: there is nothing to replace.
    let (has_moods, mood) = match product {
        Product::Sqlite => (false, ""),
        Product::Postgres | Product::MySql | Product::MariaDb => (true, "pub mood: Mood,"),
    };
    let entity = |of: &str, columns: &str| {
        let entity = PERSON.replace("pub age: Option<i32>,", columns);
        if has_moods { entity.replacen("#[sea_orm::model]", &values(of), 1) } else { entity }
    };
    let project = Project::new(product);
    project.entity("person", &entity(&format!("{dull}{calm}"), &format!("pub age: String, {mood}")));
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    let with_mood = |mood_said: &str| if has_moods { mood_said.to_owned() } else { String::new() };
    project.database.execute(&format!(
        "INSERT INTO person (id, email, age{}) VALUES (1, 'ann', 'x'{}), (2, 'bobby', 'xy'{})",
        with_mood(", mood"),
        with_mood(", 'dull'"),
        with_mood(", 'calm'"),
    ));
    let columns = format!("pub age: i32, pub size: i32, pub bored: bool, {mood}");
    let entity = entity(&format!("{calm}{wild}"), &columns).replace("pub email: String", "pub email: i32");
    project.entity("person", &entity);
    let bored = if has_moods { "person.bored=mood = 'dull'" } else { "person.bored=email = 'ann'" };
    let mut arguments = vec!["migration", "Two", "--no-interactive"];
    arguments.extend(["--new", "person.size", "--new", "person.bored"]);
    arguments.extend(["--using", "person.email=length(age)", "--using", "person.age=length(email)"]);
    arguments.extend(["--backfill", "person.size=length(age) * 10", "--backfill", bored]);
    if has_moods {
        arguments.extend(["--replace", "person.mood:dull=calm"]);
    }
    project.run(&arguments).with(0).keeps_silent_on("refuted");
    project.run(&["up"]).with(0);
    let rows =
        project.database.query("SELECT email, age, size, CASE WHEN bored THEN 1 ELSE 0 END FROM person ORDER BY id");
    let found: Vec<Vec<String>> = rows.iter().map(|row| (0..4).map(|at| row.text(at).to_owned()).collect()).collect();
    assert_eq!(found, [["1", "3", "10", "1"], ["2", "5", "20", "0"]], "{}", project.newest());
    project.holds();
    project.finds_nothing();
}
