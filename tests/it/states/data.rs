//! What is there is not lost by accident: refusals, looking first, parking, replacing and converting values.
//!
//! Must not know how the statements are put together.

use sea_gen::schema::Product;

use super::catalog::catalog;
use super::project::{PERSON, Project};
use crate::support::on_each;

on_each!(
    what_would_be_lost_is_refused_and_counted,
    a_migration_looks_before_it_changes_anything,
    rows_that_refer_to_nothing_are_found_first,
    a_column_that_comes_back_has_something_in_it,
    what_is_parked_keeps_its_values_until_it_is_purged,
    a_value_takes_the_place_of_one_that_goes,
    a_value_takes_the_place_of_one_that_goes_from_arrays,
    synchronising_asks_before_it_loses_values,
    values_are_converted_by_an_expression,
    steps_are_committed_one_by_one,
    every_narrower_type_is_asked_for,
    casts_that_lose_are_asked_about,
    a_key_and_its_references_change_together,
    a_name_that_is_taken_again_is_another_thing,
    a_renamed_table_gets_its_column_back,
    a_parked_table_keeps_its_types,
);

fn peopled(product: Product) -> Project {
    let project = Project::settled(product);
    project.database.execute("INSERT INTO person (id, email, age) VALUES (1, 'ann@example.org', 33)");
    project.database.execute("INSERT INTO person (id, email, age) VALUES (2, 'bob@example.org', NULL)");
    project
}

impl Project {
    fn first(&self, sql: &str) -> String {
        self.database.query(sql).first().unwrap().text(0).to_owned()
    }

    fn remove(&self, entity: &str) {
        std::fs::remove_file(self.path().join("entities").join(format!("{entity}.rs"))).expect("an entity less");
    }
}

fn what_would_be_lost_is_refused_and_counted(product: Product) {
    let project = peopled(product);
    project.entity("tag", &PERSON.replace("\"person\"", "\"tag\""));
    project.run(&["migration", "Tag"]).with(0);
    project.run(&["up"]).with(0);
    project.remove("tag");
    project.edit("person", "    pub age: Option<i32>,\n", "");
    let before = project.written();
    let said = project.run(&["migration", "Less"]).with(1);
    let said = said.mentions("drops column person.age and its values (1 value)");
    said.mentions("drops table tag and its rows (0 rows)")
        .mentions("gen migration Less --allow drop-column:person.age --allow drop-table:tag");
    assert_eq!(project.written(), before);
    project.run(&["migration", "Less", "--allow", "drop-table"]).with(1).keeps_silent_on("drops table tag");
    project.run(&["migration", "Less", "--dry-run"]).with(0).mentions("--allow drop-column:person.age");
    project.run(&["migration", "Less", "--allow", "drop-table:tag", "--allow", "drop-column:person"]).with(0);
    let text = project.newest();
    let (up, down) = text.split_once("-- DOWN").expect("two sections");
    assert!(up.contains("-- loses data: the rows of table tag"), "{text}");
    assert!(up.contains("-- loses data: the values of column person.age"), "{text}");
    assert!(down.contains("-- the rows of table tag are gone: it comes back empty"), "{text}");
    project.run(&["up"]).with(0);
    project.run(&["down"]).with(0);
    project.run(&["up"]).with(0);
    project.holds();
}

fn a_migration_looks_before_it_changes_anything(product: Product) {
    let project = peopled(product);
    project.database.execute("UPDATE person SET email = 'ann@example.org'");
    project.edit("person", "pub email: String", "#[sea_orm(unique)]\n    pub email: String");
    project.edit("person", "pub age", "pub note: Option<String>,\n    pub age");
    project.run(&["migration", "Unique"]).with(0);
    let there = catalog(&project.database);
    let said = project.run(&["up"]).with(1);
    said.mentions("person has the same email more than once (found: 1)").mentions("it changed nothing");
    assert_eq!(catalog(&project.database), there);
    // Nothing is left of the attempt, so it can be made again at once.
    assert_eq!(project.situation(), "behind");
    project.database.execute("UPDATE person SET email = 'bob@example.org' WHERE id = 2");
    project.run(&["up"]).with(0);
    project.holds();
}

fn rows_that_refer_to_nothing_are_found_first(product: Product) {
    let project = peopled(product);
    let relation =
        "#[sea_orm(belongs_to, from = \"age\", to = \"id\")]\n    pub friend: HasOne<super::person::Entity>,\n}";
    let pet = PERSON.replace("\"person\"", "\"pet\"").replace("//! People.", "//! Pets.");
    project.entity("pet", &pet);
    project.run(&["migration", "Pet"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO pet (id, email, age) VALUES (1, 'x', 1), (2, 'y', NULL), (3, 'z', 77)");
    project.edit("pet", "pub age: Option<i32>,\n}", &format!("pub age: Option<i32>,\n    {relation}"));
    project.run(&["migration", "Friend"]).with(0);
    project.run(&["up"]).with(1).mentions("pet.age refers to what person does not have (found: 1)");
    project.database.execute("UPDATE pet SET age = 2 WHERE id = 3");
    project.run(&["up"]).with(0);
    project.holds();
}

fn a_column_that_comes_back_has_something_in_it(product: Product) {
    let project = peopled(product);
    project.edit("person", "    pub email: String,\n", "");
    project.run(&["migration", "NoMail", "--allow", "drop-column"]).with(0);
    project.run(&["up"]).with(0);
    project.run(&["down"]).with(0);
    assert_eq!(project.first("SELECT count(*) FROM person WHERE email = ''"), "2");
    project.run(&["up"]).with(0);
    project.holds();
    project.run(&["down"]).with(0);
    let newest = project.path().join("migrations");
    let newest = std::fs::read_dir(newest).expect("migrations").map(|it| it.expect("one").path()).max().expect("one");
    std::fs::remove_file(newest).expect("a migration less");
    drop(project);

    let project = peopled(product);
    project.edit("person", "    pub email: String,\n", "");
    let value = "person.email='nobody'";
    project.run(&["migration", "NoMail", "--allow", "drop-column", "--backfill", value]).with(0);
    project.run(&["up"]).with(0);
    project.run(&["down"]).with(0);
    assert_eq!(project.first("SELECT count(*) FROM person WHERE email = 'nobody'"), "2");
}

fn what_is_parked_keeps_its_values_until_it_is_purged(product: Product) {
    let project = peopled(product);
    project.entity("tag", &PERSON.replace("\"person\"", "\"tag\""));
    project.run(&["migration", "Tag"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO tag (id, email, age) VALUES (7, 'seven', 7)");
    let there = catalog(&project.database);
    project.remove("tag");
    project.edit("person", "    pub email: String,\n", "");
    project.run(&["migration", "Less", "--keep"]).with(0).keeps_silent_on("drops");
    project.run(&["up"]).with(0);
    project.holds();
    project.finds_nothing();
    let stamp = project.newest();
    let day = stamp.split("tag__parked_").nth(1).expect("a dated name").get(..8).expect("a date").to_owned();
    assert_eq!(project.first(&format!("SELECT email FROM tag__parked_{day}")), "seven");
    assert_eq!(project.first(&format!("SELECT email__parked_{day} FROM person WHERE id = 1")), "ann@example.org");
    // Nobody fills what is parked, and nobody has to.
    project.database.execute("INSERT INTO person (id, age) VALUES (3, 3)");
    project.run(&["down"]).with(1).mentions("is NULL in some rows (found: 1)");
    project.database.execute("DELETE FROM person WHERE id = 3");
    project.run(&["down"]).with(0);
    assert_eq!(catalog(&project.database), there);
    assert_eq!(project.first("SELECT email FROM tag"), "seven");
    assert_eq!(project.first("SELECT email FROM person WHERE id = 1"), "ann@example.org");
    project.run(&["up"]).with(0);

    project.run(&["purge"]).with(0).mentions("tag__parked_").mentions("email__parked_");
    project.run(&["up"]).with(0);
    project.holds();
    project.finds_nothing();
    project.run(&["purge"]).with(0).mentions("nothing is parked");
    project.edit("person", "pub age: Option<i32>,", "");
    project.run(&["migration", "Ages", "--keep"]).with(0);
    project.run(&["purge"]).with(0).mentions("purge_parked2");
}

/// An enum type of two values, before the model that has it.
pub(super) const MOOD: &str = "#[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = \"String\", db_type = \"Enum\", enum_name = \"mood\")]
pub enum Mood {
    #[sea_orm(string_value = \"calm\")]
    Calm,
    #[sea_orm(string_value = \"dull\")]
    Dull,
}

#[sea_orm::model]";

/// SQLite has no enum types: there is nothing to take away.
fn a_value_takes_the_place_of_one_that_goes(product: Product) {
    if product == Product::Sqlite {
        return;
    }
    let entity = PERSON.replacen("#[sea_orm::model]", MOOD, 1).replace("pub age: Option<i32>", "pub mood: Mood");
    let gloomy = || {
        let project = Project::new(product);
        project.entity("person", &entity);
        project.run(&["init"]).with(0);
        project.run(&["migration", "Initial"]).with(0);
        project.run(&["up"]).with(0);
        project.database.execute("INSERT INTO person (id, email, mood) VALUES (1, 'a', 'calm'), (2, 'b', 'dull')");
        project.edit("person", "    #[sea_orm(string_value = \"dull\")]\n    Dull,\n", "");
        project
    };
    let project = gloomy();
    if product != Product::Sqlite {
        project.run(&["migration", "Calm"]).with(1).mentions("removes dull from ").mentions("(1 row)");
    }
    project.run(&["migration", "Calm", "--replace", "person.mood:dull=gay"]).with(1).mentions("gay is not a value");
    project.run(&["migration", "Calm", "--replace", "person.mood:dull=calm"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    assert_eq!(project.first("SELECT count(*) FROM person WHERE mood = 'calm'"), "2");
    project.holds();
    project.run(&["down"]).with(0);

    let project = gloomy();
    project.run(&["migration", "Calm", "--allow", "drop-value"]).with(0);
    assert!(project.newest().contains("-- gen: check person.mood is dull in some rows"), "{}", project.newest());
    project.run(&["up"]).with(1).mentions("person.mood is dull in some rows (found: 1)");
}

fn a_value_takes_the_place_of_one_that_goes_from_arrays(product: Product) {
    if product != Product::Postgres {
        return;
    }
    let entity = PERSON.replacen("#[sea_orm::model]", MOOD, 1).replace("pub age: Option<i32>", "pub moods: Vec<Mood>");
    let project = Project::new(product);
    project.entity("person", &entity);
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    project
        .database
        .execute("INSERT INTO person (id, email, moods) VALUES (1, 'a', '{calm}'), (2, 'b', '{dull,calm}')");
    project.edit("person", "    #[sea_orm(string_value = \"dull\")]\n    Dull,\n", "");
    project.run(&["migration", "Calm", "--replace", "person.moods:dull=gay"]).with(1).mentions("gay is not a value");
    project.run(&["migration", "Calm", "--replace", "person.moods:dull=calm"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    assert_eq!(project.first("SELECT moods FROM person WHERE id = 2"), "{calm,calm}");
    project.holds();
    project.run(&["down"]).with(0);
}

fn synchronising_asks_before_it_loses_values(product: Product) {
    let project = peopled(product);
    let short = "#[sea_orm(column_type = \"String(StringLen::N(3))\")]\n    pub email: String";
    project.edit("person", "pub email: String", short);
    if product == Product::Sqlite {
        // Its columns take longer texts than their types say.
        project.run(&["sync"]).with(0);
        return;
    }
    let said = project.run(&["sync"]).with(1).mentions("synchronising would lose data");
    said.mentions("--allow lossy-cast:person.email");
    assert_eq!(project.first("SELECT length(email) FROM person WHERE id = 1"), "15");
    project.run(&["sync", "--dry-run"]).with(0).mentions("needs `--allow lossy-cast:person.email`");
    project.run(&["sync", "--allow", "lossy-cast:person.mail"]).with(1).mentions("lossy-cast:person.email`?");
    project.database.execute("UPDATE person SET email = substr(email, 1, 1)");
    project.run(&["sync"]).with(0).mentions("synchronised");
}

fn values_are_converted_by_an_expression(product: Product) {
    let project = peopled(product);
    project.edit("person", "pub email: String", "pub email: i32");
    project.run(&["migration", "Length", "--using", "person.age=1"]).with(1).mentions("keeps its type");
    project.run(&["migration", "Length", "--using", "person.email=length(email)"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    assert_eq!(project.first("SELECT CAST(email AS char(9)) FROM person WHERE id = 1").trim(), "15");
    project.holds();
    project.finds_nothing();
    project.run(&["down"]).with(0);
    project.run(&["up"]).with(0);
    project.holds();
    drop(project);

    // An expression is the answer to a type that is too narrow, and is not asked about.
    let project = peopled(product);
    project.edit(
        "person",
        "pub email: String",
        "#[sea_orm(column_type = \"String(StringLen::N(3))\")]\n    pub email: String",
    );
    project.run(&["migration", "Short", "--using", "person.email=substr(email, 1, 3)"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    assert_eq!(project.first("SELECT email FROM person WHERE id = 1"), "ann");
    assert!(project.newest().contains("the former values of column person.email are gone"), "{}", project.newest());
    drop(project);

    // SQLite has one type for all whole numbers.
    if product == Product::Sqlite {
        return;
    }
    let project = peopled(product);
    project.edit("person", "pub age: Option<i32>", "pub age: i64");
    project.run(&["migration", "Age", "--using", "person.age=age * 2"]).with(0);
    project.run(&["up"]).with(1).mentions("person.age would be NULL in some rows (found: 1)");
    drop(project);

    if product != Product::Postgres {
        return;
    }
    let project = peopled(product);
    project.edit("person", "#[sea_orm::model]", MOOD);
    project.edit("person", "pub email: String", "pub email: Mood");
    let value = "person.email=CASE id WHEN 1 THEN 'calm'::mood END";
    project.run(&["migration", "Mood", "--using", value]).with(0);
    let said = project.run(&["up"]).with(1);
    said.mentions("person.email would be NULL in some rows (found: 1)").mentions("it changed nothing");
}

fn steps_are_committed_one_by_one(product: Product) {
    let project = peopled(product);
    project.run(&["migration", "Steps", "--empty"]).with(0);
    let folder = project.path().join("migrations");
    let newest = std::fs::read_dir(&folder).expect("migrations").map(|it| it.expect("one").path()).max().expect("one");
    let up = "-- STEP ages

UPDATE person SET age = 0 WHERE age IS NULL;

-- STEP one at a time

-- gen: batches
UPDATE person SET age = age - 1 WHERE id = (SELECT least FROM (SELECT min(id) AS least FROM person WHERE age > 30) AS one);

-- STEP look

-- gen: check nobody may be older than 30
SELECT count(*) FROM person WHERE age > 30;

INSERT INTO nowhere VALUES (1);
";
    let text = std::fs::read_to_string(&newest).expect("a text");
    let placeholder = "-- write the up statements here, each ending with a semicolon\n";
    assert!(text.contains(placeholder), "{text}");
    std::fs::write(&newest, text.replacen(placeholder, up, 1)).expect("a written file");
    project.run(&["lock"]).with(0);
    project.run(&["up"]).with(1).mentions("statement 4 of 4, `INSERT INTO nowhere VALUES (1)`");
    // What stands before the last step is committed.
    assert_eq!(project.first("SELECT CAST(age AS char(9)) FROM person WHERE id = 1").trim(), "30");
    assert_eq!(project.first("SELECT CAST(age AS char(9)) FROM person WHERE id = 2").trim(), "0");
}

/// SQLite keeps any value under any type; there it is asked whether the code can read it.
fn every_narrower_type_is_asked_for(product: Product) {
    let types = [
        ("a", "i64", "BigInteger", "i32", "Integer", "12"),
        ("b", "Decimal", "Decimal(Some((12, 4)))", "Decimal", "Decimal(Some((8, 2)))", "123.25"),
        ("c", "String", "String(StringLen::N(80))", "String", "String(StringLen::N(20))", "'short'"),
        ("d", "i64", "BigInteger", "Decimal", "Decimal(Some((6, 0)))", "999999"),
        ("e", "Decimal", "Decimal(Some((10, 2)))", "i32", "Integer", "-7"),
        ("f", "f64", "Double", "i32", "Integer", "3"),
        ("g", "DateTime", "DateTime", "Date", "Date", "'2020-02-29 00:00:00'"),
        ("h", "i64", "BigInteger", "String", "String(StringLen::N(3))", "-12"),
        ("i", "Vec<u8>", "VarBinary(StringLen::N(20))", "Vec<u8>", "VarBinary(StringLen::N(10))", "'bytes'"),
    ];
    let declared = |new: bool| -> String {
        let one = |(name, old, of, later, to, _): &(&str, &str, &str, &str, &str, &str)| {
            let (rust, column) = if new { (later, to) } else { (old, of) };
            format!("    #[sea_orm(column_type = \"{column}\")]\n    pub {name}: {rust},\n")
        };
        types.iter().map(one).collect()
    };
    let project = Project::new(product);
    let entity = |new| PERSON.replace("    pub email: String,\n    pub age: Option<i32>,\n", &declared(new));
    project.entity("person", &entity(false));
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    let (names, mut values): (Vec<&str>, Vec<&str>) = types.iter().map(|it| (it.0, it.5)).unzip();
    if product == Product::Sqlite {
        values[6] = "'2020-02-29'";
    }
    let insert = format!("INSERT INTO person (id, {}) VALUES (1, {})", names.join(", "), values.join(", "));
    project.database.execute(&insert);
    project.entity("person", &entity(true));
    project.run(&["migration", "Narrow"]).with(0);
    let asked = project.newest().split("-- DOWN").next().expect("a way there").matches("-- gen: check").count();
    assert_eq!(
        asked,
        if product == Product::Sqlite { 4 } else { 9 - usize::from(product == Product::Postgres) },
        "{}",
        project.newest()
    );
    project.run(&["up"]).with(0);
    project.holds();
    if product == Product::Sqlite {
        // A date has no time, and the code reads no moment from it.
        project.run(&["down"]).with(1).mentions("not timestamps");
        return;
    }
    project.run(&["down"]).with(0);
    for (column, value, complaint) in [
        ("a", "3000000000", "person.a has values beyond"),
        ("b", "1.001", "person.b has values with more than"),
        ("c", "'123456789012345678901'", "more than 20 characters"),
        ("d", "1000000", "more than 6 digits"),
        ("e", "1.5", "person.e has fractions"),
        ("f", "1.5", "person.f has fractions"),
        ("g", "'2020-02-29 10:00:00'", "person.g has times"),
        ("h", "1234", "person.h has values of more than 3 characters"),
    ] {
        project.database.execute(&format!("UPDATE person SET {column} = {value}"));
        project.run(&["up"]).with(1).mentions(complaint).mentions("it changed nothing");
        let (_, good) = names.iter().zip(&values).find(|(name, _)| **name == column).expect("a column");
        project.database.execute(&format!("UPDATE person SET {column} = {good}"));
    }
    project.run(&["up"]).with(0);
}

/// What is called `email` afterwards is not what is called so now.
fn a_name_that_is_taken_again_is_another_thing(product: Product) {
    let project = peopled(product);
    project.database.execute("UPDATE person SET email = 'the same'");
    project.edit(
        "person",
        "pub email: String",
        "#[sea_orm(renamed_from = \"email\")]\n    pub mail: String,\n    #[sea_orm(unique)]\n    pub email: Option<String>",
    );
    project.run(&["migration", "Mail"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    project.holds();
    project.run(&["down"]).with(0);
    assert_eq!(project.first("SELECT count(*) FROM person WHERE email = 'the same'"), "2");
}

fn a_renamed_table_gets_its_column_back(product: Product) {
    let project = peopled(product);
    project.edit("person", "table_name = \"person\"", "table_name = \"account\", renamed_from = \"person\"");
    project.edit("person", "    pub email: String,\n", "");
    project
        .run(&["migration", "Account", "--rename", "person:account", "--allow", "drop-column"])
        .with(0)
        .mentions("proven");
    project.run(&["up"]).with(0);
    project.run(&["down"]).with(0);
    assert_eq!(project.first("SELECT count(*) FROM person WHERE email = ''"), "2");
    project.run(&["up"]).with(0);
    project.holds();
}

/// Only PostgreSQL has types that tables share.
fn a_parked_table_keeps_its_types(product: Product) {
    if product != Product::Postgres {
        return;
    }
    let project = peopled(product);
    let tag = PERSON.replace("\"person\"", "\"tag\"").replacen("#[sea_orm::model]", MOOD, 1);
    project.entity("tag", &tag.replace("pub age: Option<i32>", "pub mood: Mood"));
    project.run(&["migration", "Tag"]).with(0);
    project.run(&["up"]).with(0);
    project.remove("tag");
    project.run(&["migration", "Less", "--keep"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    project.holds();
    project.finds_nothing();
    project.run(&["purge"]).with(0);
    project.run(&["up"]).with(0);
    project.holds();
    assert_eq!(project.first("SELECT count(*) FROM pg_type WHERE typname = 'mood'"), "0");
}

/// What is at stake is counted, and only what is at stake: two of three rows, and the NULL.
fn casts_that_lose_are_asked_about(product: Product) {
    let project = peopled(product);
    project.database.execute("INSERT INTO person (id, email, age) VALUES (3, 'cyd@example.org', 1)");
    project.database.execute("INSERT INTO person (id, email, age) VALUES (4, 'dan@example.org', 44)");
    project.edit("person", "pub age: Option<i32>", "pub age: i32");
    let said = project.run(&["migration", "Age"]).with(1);
    said.mentions("column person.age fails on rows with NULL").mentions("(1 row)");
    project.edit("person", "pub age: i32", "pub age: Option<bool>");
    let before = project.written();
    let said = project.run(&["migration", "Adult"]).with(1);
    said.mentions("has values other than 0 and 1 (2 rows)")
        .mentions("gen migration Adult --allow lossy-cast:person.age")
        .mentions("--using person.age=EXPRESSION");
    assert_eq!(project.written(), before);
    project.run(&["migration", "Truth", "--allow", "lossy-cast:person.age"]);
    let text = project.newest();
    let (up, down) = text.split_once("-- DOWN").expect("two sections");
    assert!(!up.contains("other than 0 and 1"), "{text}");
    assert!(down.contains("changed with its type"), "{text}");
}

/// A key that gets another type is asked about while what refers to it keeps the old one.
fn a_key_and_its_references_change_together(product: Product) {
    if product == Product::Sqlite {
        // It has one type for both.
        return;
    }
    let project = Project::settled(product);
    let pet = PERSON
        .replace("\"person\"", "\"pet\"")
        .replace("pub age: Option<i32>,", "pub owner_id: i32,\n    #[sea_orm(belongs_to, from = \"owner_id\", to = \"id\")]\n    pub person: HasOne<super::person::Entity>,");
    project.entity("pet", &pet);
    project.run(&["migration", "Pet"]).with(0);
    project.run(&["up"]).with(0);
    project.edit("person", "pub id: i32", "pub id: i64");
    let said = project.run(&["migration", "Wide"]).with(1);
    said.mentions("--allow reference-type:person.id").mentions("pet.owner_id").mentions("person.id");
    project.edit("pet", "pub owner_id: i32", "pub owner_id: i64");
    project.run(&["migration", "Wide"]).with(0);
}
