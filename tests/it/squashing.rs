//! `gen squash`: one migration in the place of several, on databases that have none, some or all of them.
//!
//! Must not know how the statements are generated; the dumps of the products say whether databases are the same.

mod chain;
mod dump;

use sea_gen::schema::Product;
use sea_gen_runner::{Migrations, Readiness};

use crate::merging::repository::{BOOK, PERSON, Repository};
use crate::states::project::Database;
use crate::states::project::block;
use crate::support::on_each;
use chain::{Sealed, apply, texts};
use dump::dump;

on_each!(many_migrations_become_one);

/// How many; `SQUASHED=400 cargo test --test it many_migrations_become_one` for more.
fn count(product: Product) -> usize {
    let asked = std::env::var("SQUASHED").ok().and_then(|count| count.parse().ok());
    asked.unwrap_or(if product == Product::Sqlite { 120 } else { 30 })
}

fn many_migrations_become_one(product: Product) {
    let texts = texts(product, count(product));
    let sealed = Sealed::of(product, &texts);
    let [all, some, none, scratch] = ["all", "some", "none", "scratch"].map(|_| Database::create(product));
    apply(&all, &texts);
    let half = texts.len() / 2 + 3;
    apply(&some, &texts[..half]);
    let before = dump(&all);

    let said = sealed.at(&scratch).gen_(&["squash", "Everything"]).with(0);
    assert!(said.out.contains(&format!("squashed {} migrations", texts.len())), "{}", said.out);
    assert!(said.out.contains("both ways lead to the same schema"), "{}", said.out);

    // A new database gets it by its statements, and is the same to the last row.
    let said = sealed.at(&none).gen_(&["up"]).with(0);
    assert_eq!(said.out.matches("applied ").count(), 1, "{}", said.out);
    assert_eq!(dump(&none), before);

    // One that has all of them only records it.
    let said = sealed.at(&all).gen_(&["up"]).with(0);
    assert!(said.out.contains("recognised ") && !said.out.contains("applied "), "{}", said.out);
    assert_eq!(dump(&all), before);
    sealed.at(&all).gen_(&["up"]).with(0).mentions("nothing to do");
    let history = all.query("SELECT id, status FROM sea_gen_history");
    assert_eq!(history.len(), 1);

    // One that has some of them is told, and gets the others first.
    let said = sealed.at(&some).gen_(&["squash", "--prune"]).with(1);
    assert!(said.talk.contains(&format!("has {half} of the {} migrations", texts.len())), "{}", said.talk);
    let said = sealed.at(&some).gen_(&["up"]).with(0);
    assert_eq!(said.out.matches("applied ").count(), texts.len() - half, "{}", said.out);
    assert!(said.out.lines().last().is_some_and(|line| line.starts_with("recognised ")), "{}", said.out);
    assert_eq!(dump(&some), before);

    for database in [&all, &some, &none] {
        sealed.at(database).gen_(&["check", "--lock", "--database"]).with(0).keeps_silent_on("fails");
    }
    // Its own way back leaves nothing.
    sealed.at(&none).gen_(&["down", "--allow", "*"]).with(0);
    assert!(dump(&none).iter().all(|line| !line.contains("CREATE TABLE")), "{:?}", dump(&none));
}

/// A project with five migrations: two tables, a column, rows, and a change of their table.
fn shop() -> Repository {
    let project = Repository::new();
    project.person(&format!("{PERSON}    pub nick: Option<String>,\n"));
    project.gen_(&["migration", "AddNick"]).with(0);
    project.gen_(&["migration", "Roles", "--empty"]).with(0);
    let path = format!("migrations/{}.sql", project.ids()[2]);
    project.write(
        &path,
        "-- UP\n\nCREATE TABLE role (id integer NOT NULL PRIMARY KEY, title text NOT NULL);\n\
         INSERT INTO role (id, title) VALUES (1, 'admin'), (2, 'guest');\n\n-- DOWN\n\nDROP TABLE role;\n",
    );
    project.gen_(&["lock"]).with(0);
    project.gen_(&["migration", "Shout", "--empty"]).with(0);
    let path = format!("migrations/{}.sql", project.ids()[3]);
    project.write(
        &path,
        "-- UP\n\nALTER TABLE role RENAME COLUMN title TO name;\n-- changes data: titles are exclaimed\nUPDATE role SET name = name || '!';\n\n\
         -- DOWN\n\n-- changes data: they are not any more\nUPDATE role SET name = substr(name, 1, length(name) - 1);\nALTER TABLE role RENAME COLUMN name TO title;\n",
    );
    project.gen_(&["lock"]).with(0);
    project.book(&format!("{BOOK}    pub pages: Option<i32>,\n"));
    project.gen_(&["migration", "AddPages"]).with(0);
    project.commit("five migrations");
    project
}

/// Every file of the working tree that belongs to the repository, with its text.
fn files(project: &Repository) -> Vec<(String, String)> {
    let listed = project.git(&["ls-files", "-co", "--exclude-standard"]);
    let mut files: Vec<(String, String)> = listed
        .lines()
        .filter(|path| project.root.join(path).is_file())
        .map(|path| (path.to_owned(), project.read(path)))
        .collect();
    files.sort();
    files
}

#[apply(test)]
fn a_squash_that_no_database_has_is_taken_back() {
    let project = shop();
    let before = files(&project);
    project.gen_(&["squash"]).with(0);
    assert_eq!(project.names(), ["squashed_add_pages"]);
    assert_ne!(files(&project), before);
    project.agrees();
    project.gen_(&["migration", "X", "--amend"]).with(1).mentions("stands for 5 migrations");
    project.gen_(&["undo", "2"]).with(1);
    project.gen_(&["undo"]).with(0).mentions("5 migrations");
    assert_eq!(files(&project), before);
    project.agrees();
    // One in the middle is taken back by its name, under later ones.
    project.gen_(&["squash", "Early", "--to", "roles"]).with(0);
    assert_eq!(project.names(), ["early", "shout", "add_pages"]);
    project.agrees();
    project.gen_(&["undo", "early"]).with(0);
    assert_eq!(files(&project), before);
}

#[apply(test)]
fn what_changes_data_stays_in_its_order() {
    let project = shop();
    let [old, new] = ["old", "new"].map(|_| Database::create(Product::Sqlite));
    project.with_database(&old.url).gen_(&["up"]).with(0);
    let said = project.gen_(&["squash"]).with(0);
    assert!(said.out.contains("2 statements kept in order"), "{}", said.out);
    assert!(said.out.contains("_roles.sql:5  INSERT INTO role"), "{}", said.out);
    let text = project.read(&format!("migrations/{}.sql", project.ids()[0]));
    let at = |word: &str| text.find(word).unwrap_or_else(|| panic!("{word}: {text}"));
    assert!(at("INSERT INTO role") < at("UPDATE role SET name = name ||"), "{text}");
    assert!(at("RENAME COLUMN") < at("UPDATE role SET name"), "{text}");
    project.with_database(&new.url).gen_(&["up"]).with(0);
    // SQLite keeps a statement's quotes and spaces as they were written; rows are compared as they are.
    let plain = |line: String| if line.starts_with("CREATE ") { line.replace(['"', ' '], "") } else { line };
    let plain = |database| dump(database).into_iter().map(plain).collect::<Vec<String>>();
    assert!(plain(&new).iter().any(|line| line.starts_with("1|admin!|")), "{:?}", plain(&new));
    assert_eq!(plain(&new), plain(&old));
    assert_eq!(new.query("SELECT name FROM role ORDER BY id").first().unwrap().text(0), "admin!");
}

#[apply(test)]
fn what_only_an_application_can_run_is_refused_with_its_place() {
    let project = Repository::new();
    project.gen_(&["migration", "Slugs", "--empty"]).with(0);
    let path = format!("migrations/{}.sql", project.ids()[1]);
    project.write(&path, "-- UP\n\n-- gen: rust slugs\n\n-- DOWN\n\nSELECT 1;\n");
    project.gen_(&["lock", "--no-verify"]).with(0);
    let before = files(&project);
    let said = project.gen_(&["squash"]).with(1);
    assert!(said.talk.contains(&format!("{path}:3")) && said.talk.contains("calls a function"), "{}", said.talk);
    assert_eq!(files(&project), before);
}

#[apply(test)]
fn files_are_pruned_when_no_environment_needs_them() {
    let project = shop();
    let [staging, production] = ["staging", "production"].map(|_| Database::create(Product::Sqlite));
    let configuration = format!(
        "dialects = [\"sqlite\"]\n[env.staging]\ndatabase-url = \"{}\"\n[env.production]\ndatabase-url = \"{}\"\n",
        staging.url, production.url
    );
    project.write("gen.toml", &configuration);
    for name in ["staging", "production"] {
        project.gen_(&["up", "--env", name]).with(0);
    }
    project.gen_(&["squash"]).with(0);
    project.gen_(&["up", "--env", "staging"]).with(0);
    let said = project.gen_(&["squash", "--prune"]).with(1);
    assert!(said.talk.contains("`production` has 5 of the 5 migrations"), "{}", said.talk);
    assert!(said.talk.contains("gen up --env production"), "{}", said.talk);
    project.gen_(&["up", "--env", "production"]).with(0);
    project.gen_(&["squash", "--prune", "--dry-run"]).with(0).mentions("would delete 5 files");
    project.gen_(&["squash", "--prune"]).with(0).mentions("deleted 5 files");
    assert!(!project.root.join("migrations/replaced").exists());
    project.gen_(&["squash", "--prune"]).with(0).mentions("nothing to do");
    project.agrees();
    project.gen_(&["up", "--env", "production"]).with(0).mentions("nothing to do");
    project.gen_(&["undo"]).with(1).mentions("not kept any more");
}

#[apply(test)]
fn an_application_follows_a_squash_and_an_older_one_goes_on() {
    let project = shop();
    let [all, some] = ["all", "some"].map(|_| Database::create(Product::Sqlite));
    let read = || {
        Migrations::read(project.root.join("migrations"), project.root.join("schema.lock.json")).expect("migrations")
    };
    let older = read();
    block(older.up(all.url.as_str())).expect("they are applied");
    project.with_database(&some.url).gen_(&["up", "2"]).with(0);
    project.gen_(&["squash"]).with(0);
    let newer = read();
    assert_eq!(newer.ids(Product::Sqlite).count(), 1);
    // Nothing is pending where all of them are there, whether it is recorded yet or not.
    block(newer.ensure_current(all.url.as_str())).expect("it is current");
    let report = block(newer.up(all.url.as_str())).expect("it is recorded");
    assert_eq!(report.outcomes.iter().map(|it| it.statements).collect::<Vec<_>>(), [0]);
    let behind = block(newer.readiness(some.url.as_str())).expect("readable");
    assert!(matches!(&behind, Readiness::Behind { pending } if pending.len() == 3), "{behind:?}");
    block(newer.up(some.url.as_str())).expect("the others, and then it is recorded");
    assert_eq!(dump(&some), dump(&all));
    // An older image of the application still runs beside the new one.
    for database in [&all, &some] {
        assert_eq!(block(newer.readiness(database.url.as_str())).expect("readable"), Readiness::Ready);
        assert_eq!(block(older.readiness(database.url.as_str())).expect("readable"), Readiness::Ready);
        assert!(block(older.up(database.url.as_str())).expect("nothing to do").outcomes.is_empty());
    }
}

#[apply(test)]
fn a_branch_with_a_squash_is_merged_with_one_that_adds() {
    for checked_out in ["main", "squashes"] {
        let project = shop();
        let database = Database::create(Product::Sqlite);
        project.git(&["checkout", "-q", "-b", "squashes"]);
        project.gen_(&["squash"]).with(0);
        project.commit("squashed");
        project.git(&["checkout", "-q", "main"]);
        project.person(&format!("{PERSON}    pub nick: Option<String>,\n    pub phone: Option<String>,\n"));
        project.gen_(&["migration", "AddPhone"]).with(0);
        project.commit("phone");
        project.with_database(&database.url).gen_(&["up"]).with(0);
        project.git(&["checkout", "-q", checked_out]);
        project.merge(if checked_out == "main" { "squashes" } else { "main" }, |_| ());
        project.gen_(&["merge"]).with(0);
        assert_eq!(project.names(), ["squashed_add_pages", "add_phone"], "{checked_out}");
        project.agrees();
        project.commit("merged");
        project.gen_(&["merge"]).with(0).mentions("nothing to do");
        let at = project.with_database(&database.url);
        at.gen_(&["up"]).with(0).mentions("squashed_add_pages");
        at.gen_(&["check"]).with(0).keeps_silent_on("fails");
    }
}

#[apply(test)]
fn a_squash_is_squashed_again() {
    let project = shop();
    let [first, second] = ["first", "second"].map(|_| Database::create(Product::Sqlite));
    project.with_database(&first.url).gen_(&["up"]).with(0);
    project.with_database(&second.url).gen_(&["up", "1"]).with(0);
    project.gen_(&["squash", "Early", "--to", "roles"]).with(0);
    project.gen_(&["squash", "All"]).with(0);
    assert_eq!(project.names(), ["all"]);
    project.agrees();
    for database in [&first, &second] {
        let at = project.with_database(&database.url);
        at.gen_(&["up"]).with(0).mentions("_all");
        at.gen_(&["check"]).with(0).keeps_silent_on("fails");
    }
    assert_eq!(dump(&first), dump(&second));
    project.gen_(&["log"]).with(0).mentions("replaces  3 migrations");
    project.gen_(&["blame", "person.nick"]).with(0).mentions("replaced/").mentions("_add_nick.sql");
}

#[apply(test)]
fn the_list_of_a_migrator_has_what_is_kept() {
    let project = shop();
    project.write("gen.toml", "dialects = [\"sqlite\"]\nformat = \"seaorm\"\n");
    project.write(
        "migration/src/lib.rs",
        "pub struct Migrator;\n\nimpl MigratorTrait for Migrator {\n    fn migrations() -> Vec<Box<dyn MigrationTrait>> {\n        vec![]\n    }\n}\n",
    );
    project.gen_(&["lock"]).with(0);
    let listed = || project.read("migration/src/lib.rs").matches("::Migration)").count();
    assert_eq!(listed(), 5);
    let before = files(&project);
    project.gen_(&["squash"]).with(0);
    assert_eq!(listed(), 6);
    project.agrees();
    project.gen_(&["undo"]).with(0);
    assert_eq!(files(&project), before);
    project.gen_(&["squash"]).with(0);
    // SeaORM stops at the row of a migration that is not in the list any more.
    project.gen_(&["squash", "--prune", "--force"]).with(0).mentions("takes them out of SeaORM's history");
    assert_eq!(listed(), 1);
    project.agrees();
}

/// The same project whose last migration waits until the former version of the program, which knows nothing of the second, is gone.
fn waiting() -> Repository {
    let project = shop();
    let ids = project.ids();
    let path = format!("migrations/{}.sql", ids[4]);
    project.write(&path, &format!("-- contract of {}\n{}", ids[1], project.read(&path)));
    project
}

#[apply(test)]
fn what_waits_is_squashed_only_with_everything_before_it() {
    let project = waiting();
    let before = files(&project);
    let said = project.gen_(&["squash", "--from", "roles"]).with(1);
    let (first, last) = (&project.ids()[2], &project.ids()[4]);
    assert!(
        said.talk.contains(&format!("`{last}` waits for the former version of the program to go")),
        "{}",
        said.talk
    );
    assert!(said.talk.contains(&format!("`gen squash --to {last}`")), "{}", said.talk);
    assert!(said.talk.contains(&format!("`gen squash --from {first} --to {}`", project.ids()[3])), "{}", said.talk);
    assert_eq!(files(&project), before);
    project.gen_(&["squash"]).with(0);
    project.agrees();
}

#[apply(test)]
fn what_waits_runs_although_its_first_half_was_squashed() {
    let (project, database) = (waiting(), Database::create(Product::Sqlite));
    let at = project.with_database(&database.url);
    at.gen_(&["up", "2"]).with(0);
    at.gen_(&["squash", "Early", "--to", "roles"]).with(0);
    at.gen_(&["migration", "Nothing"]).with(0).mentions("nothing to do");
    at.gen_(&["up"]).with(0).mentions("waits: it removes");
    at.gen_(&["squash", "Squashed", "--to", "shout"]).with(0);
    assert_eq!(project.names(), ["squashed", "add_pages"]);
    at.gen_(&["up"]).with(0).mentions("_squashed");
    at.gen_(&["squash", "--prune"]).with(0);
    let (ids, text) = (project.ids(), project.read(&format!("migrations/{}.sql", project.ids()[1])));
    assert!(text.starts_with(&format!("-- contract of {}\n", ids[0])), "its first half is in no file any more: {text}");
    project.agrees();
    at.gen_(&["up", "--contract"]).with(0).mentions("applied ");
    at.gen_(&["check"]).with(0).keeps_silent_on("fails");
}

#[apply(test)]
fn a_refusal_names_the_file_in_the_folder_where_it_is_kept() {
    let (project, database) = (shop(), Database::create(Product::Sqlite));
    project.write(
        "gen.toml",
        &format!(
            "dialects = [\"sqlite\"]\n[env.us]\ndatabase-url = {:?}\nregion = \"us\"\n\
             [personal]\nperson.nick = {{ kind = \"name\", region = \"eu\" }}\n",
            database.url
        ),
    );
    project.gen_(&["up", "1", "--env", "us"]).with(0);
    let nick = project.ids()[1].clone();
    project.gen_(&["squash", "Early", "--to", "roles"]).with(0);
    let said = project.gen_(&["up", "--env", "us"]).with(1);
    assert!(said.talk.contains(&format!("migrations/replaced/{nick}.sql:")), "{}", said.talk);
    assert!(said.talk.contains("creates `person.nick`"), "{}", said.talk);
    let inventory = project.gen_(&["personal", "--json"]);
    assert!(inventory.out.contains(&nick), "the migration that created it: {}{}", inventory.out, inventory.talk);
}
