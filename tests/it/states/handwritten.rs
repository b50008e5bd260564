//! Migrations written by hand: what they make comes into the snapshot as adopted, and goes with the statement that makes it.

use std::path::PathBuf;

use sea_gen::schema::Product;

use super::project::{Database, Project};
use crate::support::on_each;

on_each!(
    what_a_hand_writes_is_adopted,
    a_hand_may_write_below_what_follows,
    without_a_scratch_database_it_is_said_and_made_up_for,
    row_security_is_declared,
    what_hangs_on_a_declared_view_is_adopted,
    what_reaches_beyond_is_not_sent_to_a_scratch_database,
);

/// What only a hand writes, and what undoes it.
fn by_hand(product: Product) -> (&'static str, &'static str) {
    match product {
        Product::Postgres => (
            "ALTER TABLE person ENABLE ROW LEVEL SECURITY;\nCREATE POLICY own ON person USING (age = 1);",
            "DROP POLICY own ON person;\nALTER TABLE person DISABLE ROW LEVEL SECURITY;",
        ),
        Product::MySql | Product::MariaDb => (
            "CREATE TRIGGER older BEFORE UPDATE ON person FOR EACH ROW SET NEW.age = NEW.age + 1;\n\
             CREATE INDEX person_age ON person (age);",
            "DROP INDEX person_age ON person;\nDROP TRIGGER older;",
        ),
        Product::Sqlite => (
            "CREATE INDEX person_age ON person (age) WHERE age > 1;\nCREATE VIEW young AS SELECT id FROM person WHERE age < 9;",
            "DROP VIEW young;\nDROP INDEX person_age;",
        ),
    }
}

impl Project {
    pub(super) fn newest_path(&self) -> PathBuf {
        let folder = std::fs::read_dir(self.path().join("migrations")).expect("migrations");
        folder.map(|entry| entry.expect("an entry").path()).max().expect("a migration")
    }

    /// Gives the newest migration another text below its header.
    pub(super) fn write_newest(&self, up: &str, down: &str) {
        let text = self.newest();
        let header = text.split("\n-- UP").next().expect("a header");
        let text = format!("{header}\n-- UP\n{up}\n\n-- DOWN\n{down}\n");
        std::fs::write(self.newest_path(), text).expect("a written file");
    }

    /// A migration written by hand, sealed and proven.
    pub fn by_hand(&self, name: &str, up: &str, down: &str) {
        self.run(&["migration", name, "--empty"]).with(0);
        self.write_newest(up, down);
        self.run(&["lock"]).with(0).mentions("proven");
    }

    /// A second database goes through all of it, and holds.
    fn next_environment(&self) {
        let other = Database::create(self.product);
        self.run(&["up", "--database-url", &other.url]).with(0);
        self.run(&["check", "--database-url", &other.url]).with(0);
        self.run(&["down", "--database-url", &other.url]).with(0);
        self.run(&["up", "--database-url", &other.url]).with(0);
        self.run(&["check", "--database-url", &other.url]).with(0);
    }
}

fn what_a_hand_writes_is_adopted(product: Product) {
    let project = Project::settled(product);
    let before = project.written();
    let (up, down) = by_hand(product);
    project.run(&["migration", "ByHand", "--empty"]).with(0);
    project.write_newest(up, down);
    project.run(&["lock"]).with(0).mentions("2 changes").mentions("proven");
    project.run(&["verify"]).with(0).mentions("every migration is proven");
    project.run(&["up"]).with(0).keeps_silent_on("note");
    project.holds();
    project.finds_nothing();
    project.run(&["drift"]).with(0).mentions("no drift");
    project.next_environment();

    // Written otherwise before it is applied anywhere, it makes something else.
    project.run(&["down"]).with(0);
    let only = |text: &str, place: usize| text.split_inclusive(";\n").nth(place).expect("a statement").to_owned();
    project.write_newest(&only(up, 0), &only(down, 1));
    project.run(&["lock"]).with(0).mentions("1 change").mentions("proven");
    project.run(&["up"]).with(0);
    project.holds();
    project.finds_nothing();
    project.run(&["down"]).with(0);

    // A file that is gone makes nothing.
    std::fs::remove_file(project.newest_path()).expect("a removed file");
    project.run(&["lock"]).with(0).mentions("1 change");
    assert_eq!(project.written(), before);
    project.holds();
}

/// What was generated later is built on it, and both lead where they lead.
fn a_hand_may_write_below_what_follows(product: Product) {
    let project = Project::settled(product);
    project.run(&["migration", "ByHand", "--empty"]).with(0);
    let by_hand_path = project.newest_path();
    project.edit("person", "    pub age: Option<i32>,\n", "    pub age: Option<i32>,\n    pub city: Option<String>,\n");
    project.run(&["migration", "City"]).with(0);
    let (up, down) = by_hand(product);
    let text = format!("-- ByHand\n-- UP\n{up}\n\n-- DOWN\n{down}\n");
    std::fs::write(by_hand_path, text).expect("a written file");
    project.run(&["lock"]).with(0).mentions("2 changes").mentions("proven");
    project.run(&["up"]).with(0).keeps_silent_on("note");
    project.holds();
    project.finds_nothing();
    project.next_environment();
    let stated: Vec<(String, String)> = project.migrations().iter().map(|text| states(text)).collect();
    assert!(stated.windows(2).all(|two| two[0].1 == two[1].0), "each begins where the one before ends: {stated:?}");
}

fn states(text: &str) -> (String, String) {
    let line = text.lines().find_map(|line| line.strip_prefix("-- from ")).expect("its states");
    let (from, to) = line.split_once(" to ").expect("both states");
    (from.to_owned(), to.to_owned())
}

/// SQLite always has one.
fn without_a_scratch_database_it_is_said_and_made_up_for(product: Product) {
    if product == Product::Sqlite {
        return;
    }
    let project = Project::settled(product);
    let (up, down) = by_hand(product);
    project.run(&["migration", "ByHand", "--empty"]).with(0);
    project.write_newest(up, down);
    let snapshots = |project: &Project| {
        let written = project.written();
        written.into_iter().filter(|(path, _)| path.starts_with("snapshots")).collect::<Vec<_>>()
    };
    let before = snapshots(&project);
    std::fs::write(project.path().join("gen.toml"), format!("dialects = [\"{}\"]\n", product.key())).expect("a file");
    let said = project.run(&["lock"]).with(0);
    said.mentions("no server of that product is available").mentions("`gen verify`");
    assert_eq!(snapshots(&project), before);
    assert!(!project.newest().contains(" to "), "nobody knows where it leads");
    project.configure(&project.database.url);
    project.run(&["verify"]).with(0).mentions("2 changes").mentions("proven");
    project.run(&["up"]).with(0);
    project.holds();
    project.finds_nothing();
    project.next_environment();
}

/// A proof touches its scratch database alone, and says where a migration would do more.
fn what_reaches_beyond_is_not_sent_to_a_scratch_database(product: Product) {
    let project = Project::settled(product);
    project.run(&["migration", "Beyond", "--empty"]).with(0);
    let other = Database::create(product);
    other.execute("CREATE TABLE kept (id int PRIMARY KEY)");
    other.execute("INSERT INTO kept VALUES (1)");
    let name = other.url.rsplit('/').next().expect("a name").to_owned();
    let (what, beyond) = match product {
        Product::Postgres => ("DATABASE", format!("DROP DATABASE {name} WITH (FORCE)")),
        Product::MySql | Product::MariaDb => ("kept", format!("DELETE FROM {name}.kept")),
        Product::Sqlite => ("attaches", format!("ATTACH '{name}' AS other")),
    };
    project.write_newest(&format!("UPDATE person SET age = 1;\n{beyond};"), "");
    let line = 1 + project.newest().lines().position(|line| line.contains(&beyond)).expect("the statement");
    let place = format!("_beyond.sql:{line}: ");
    let said = project.run(&["lock"]).with(0);
    said.mentions(&place).mentions(what.to_lowercase().as_str());
    project.run(&["verify"]).with(2).mentions(&place).mentions("unproven");
    project.run(&["check"]).mentions(&place);
    assert_eq!(other.query("SELECT id FROM kept").len(), 1, "it was not touched");
}

/// Row security is said beside the entity, like the policies it makes count.
fn row_security_is_declared(product: Product) {
    if product != Product::Postgres {
        return;
    }
    let project = Project::settled(product);
    let declare = |sql: &str| {
        std::fs::write(project.path().join("entities/person.postgres.sql"), sql).expect("a written file");
    };
    let switched = |project: &Project| {
        let sql = "SELECT concat(relrowsecurity, relforcerowsecurity) FROM pg_class WHERE relname = 'person'";
        project.database.query(sql).first().expect("a row").text(0).to_owned()
    };
    let policy = "CREATE POLICY own ON person USING (age = 1);\n";
    declare(&format!("{policy}ALTER TABLE person ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"));
    project.run(&["migration", "On"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    assert_eq!(switched(&project), "tt");
    project.holds();
    project.finds_nothing();
    declare(&format!("{policy}ALTER TABLE person ENABLE ROW LEVEL SECURITY;"));
    project.run(&["migration", "Less"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    assert_eq!(switched(&project), "tf");
    project.finds_nothing();
    declare(policy);
    project.run(&["migration", "Off"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    assert_eq!(switched(&project), "ff");
    project.run(&["down"]).with(0);
    assert_eq!(switched(&project), "tf");
    declare("ALTER TABLE person DISABLE ROW LEVEL SECURITY;");
    project.run(&["migration", "Nonsense"]).with(1).mentions("remove this statement");
}

/// A view is declared, and what hangs on it is written by hand.
fn what_hangs_on_a_declared_view_is_adopted(product: Product) {
    if product != Product::Postgres {
        return;
    }
    let project = Project::settled(product);
    std::fs::write(
        project.path().join("entities/person.postgres.sql"),
        "CREATE MATERIALIZED VIEW ages AS SELECT id, age FROM person;
         CREATE VIEW grown AS SELECT id, age FROM person WHERE age > 17;
         CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;",
    )
    .expect("a written file");
    project.run(&["migration", "Views"]).with(0);
    project.run(&["up"]).with(0);
    project.run(&["migration", "ByHand", "--empty"]).with(0);
    project.write_newest(
        "CREATE UNIQUE INDEX one_age ON ages (id);
CREATE TRIGGER instead INSTEAD OF INSERT ON grown FOR EACH ROW EXECUTE FUNCTION nothing();
COMMENT ON COLUMN grown.age IS 'in years';",
        "COMMENT ON COLUMN grown.age IS NULL;\nDROP TRIGGER instead ON grown;\nDROP INDEX one_age;",
    );
    let locked = project.run(&["lock"]).with(0).mentions("proven");
    // The queries are what they were, in the words of the database.
    locked.mentions("+ index one_age").mentions("in years").keeps_silent_on("SELECT");
    project.run(&["up"]).with(0);
    project.holds();
    project.finds_nothing();
    project.next_environment();
    // A change of the column below takes all of it out of the way and back.
    project.edit("person", "pub age: Option<i32>,", "pub age: Option<i64>,");
    project.run(&["migration", "Wider"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    project.holds();
    project.finds_nothing();
}
