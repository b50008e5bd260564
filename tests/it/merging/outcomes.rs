//! What comes of two changes that meet: merged, or refused with both sides shown.
//!
//! Must not know how they are compared.

use super::repository::{BOOK, PERSON, Repository, entity};

/// A pair of branches: main, which is first, and a feature.
struct Pair {
    main: fn(&Repository),
    main_options: &'static [&'static str],
    feature: fn(&Repository),
    feature_options: &'static [&'static str],
    /// What is told if the branches disagree.
    told: &'static [&'static str],
}

const NO_OPTIONS: &[&str] = &[];

fn person(repository: &Repository, fields: &str) {
    repository.person(fields);
}

/// Both branches, merged by git; the conflicts of entities are left.
fn merged(pair: &Pair) -> Repository {
    let project = Repository::new();
    project.branch("feature", pair.feature, &[&["Theirs"], pair.feature_options].concat());
    project.git(&["checkout", "-q", "main"]);
    (pair.main)(&project);
    project.gen_(&[&["migration", "Ours"], pair.main_options].concat()).with(0);
    project.commit("ours");
    project.merge("feature", |_| ());
    project
}

fn refused(pair: &Pair) {
    let project = merged(pair);
    let before = project.git(&["status", "--short"]);
    let said = project.gen_(&["merge"]).with(2);
    for told in pair.told {
        assert!(said.out.contains(told), "`{told}` is not in:\n{}", said.out);
    }
    assert!(said.talk.contains("nothing was written") && said.talk.contains("gen merge --remake"), "{}", said.talk);
    assert_eq!(project.git(&["status", "--short"]), before);
    let json: serde_json::Value = serde_json::from_str(&project.gen_(&["merge", "--json"]).with(2).out).expect("JSON");
    assert!(!json["objects"].as_array().expect("objects").is_empty(), "{json:#}");
    // The way out: the later branch's migration is made again from the entities.
    project.gen_(&["merge", "--remake"]).with(0).mentions("gen migration Theirs");
    assert_eq!(project.names(), ["start", "ours"]);
}

#[apply(test)]
fn one_column_renamed_on_both_branches() {
    refused(&Pair {
        main: |it| person(it, "    pub mail: String,\n    pub age: Option<i32>,\n"),
        main_options: &["--rename", "person.email:mail"],
        feature: |it| person(it, "    pub address: String,\n    pub age: Option<i32>,\n"),
        feature_options: &["--rename", "person.email:address"],
        told: &[
            "person: both branches change it",
            "~ column email → mail",
            "~ column email → address",
            "main",
            "feature",
        ],
    });
}

#[apply(test)]
fn the_same_column_on_both_branches() {
    let with = |it: &Repository| {
        person(it, "    pub email: String,\n    pub age: Option<i32>,\n    pub nick: Option<String>,\n")
    };
    let same = Pair {
        main: with,
        main_options: NO_OPTIONS,
        feature: |it| {
            person(
                it,
                "    pub email: String,\n    pub age: Option<i32>,\n    pub nick: Option<String>,\n    pub town: Option<String>,\n",
            );
        },
        feature_options: NO_OPTIONS,
        told: &["person: both branches make the same change", "+ column nick varchar"],
    };
    refused(&same);
    // Made again, the later migration has what is left to do.
    let project = merged(&same);
    (same.feature)(&project);
    project.gen_(&["merge", "--remake"]).with(0);
    project.gen_(&["migration", "Theirs"]).with(0);
    let text = project.read(&format!("migrations/{}.sql", project.ids()[2]));
    assert!(text.contains("town") && !text.contains("nick"), "{text}");
    project.agrees();
    refused(&Pair {
        main: with,
        main_options: NO_OPTIONS,
        feature: |it| person(it, "    pub email: String,\n    pub age: Option<i32>,\n    pub nick: Option<i32>,\n"),
        feature_options: NO_OPTIONS,
        told: &["person: both branches add it, but not the same", "+ column nick varchar", "+ column nick integer"],
    });
}

#[apply(test)]
fn a_drop_against_a_change() {
    refused(&Pair {
        main: |it| person(it, "    pub email: String,\n"),
        main_options: &["--allow", "drop-column"],
        feature: |it| person(it, "    pub email: String,\n    #[sea_orm(indexed)]\n    pub age: Option<i32>,\n"),
        feature_options: NO_OPTIONS,
        told: &["person: ", "- column age integer", "+ index idx-person-age (age)"],
    });
    refused(&Pair {
        main: |it| {
            std::fs::remove_file(it.root.join("entities/book.rs")).expect("a removed file");
        },
        main_options: &["--allow", "drop-table"],
        feature: |it| it.book("    pub title: String,\n    pub pages: Option<i32>,\n"),
        feature_options: NO_OPTIONS,
        told: &["book: ", "- table (2 columns)", "+ column pages integer"],
    });
}

#[apply(test)]
fn the_same_table_on_both_branches() {
    refused(&Pair {
        main: |it| it.write("entities/shop.rs", &entity("shop", "    pub name: String,\n")),
        main_options: NO_OPTIONS,
        feature: |it| it.write("entities/shop.rs", &entity("shop", "    pub title: String,\n")),
        feature_options: NO_OPTIONS,
        told: &["shop: both branches add it, but not the same", "+ table (2 columns)"],
    });
}

#[apply(test)]
fn an_index_of_one_name_on_both_branches() {
    refused(&Pair {
        main: |it| it.write("entities/person.sql", "CREATE INDEX by_age ON person (age);\n"),
        main_options: NO_OPTIONS,
        feature: |it| it.write("entities/person.sql", "CREATE INDEX by_age ON person (age, email);\n"),
        feature_options: NO_OPTIONS,
        told: &["person: both branches add it, but not the same", "index by_age (age)", "index by_age (age, email)"],
    });
}

#[apply(test)]
fn a_foreign_key_to_a_table_that_is_dropped() {
    refused(&Pair {
        main: |it| {
            std::fs::remove_file(it.root.join("entities/book.rs")).expect("a removed file");
        },
        main_options: &["--allow", "drop-table"],
        feature: |it| {
            it.write(
                "entities/person.sql",
                "ALTER TABLE person ADD CONSTRAINT lent FOREIGN KEY (age) REFERENCES book (id);\n",
            );
        },
        feature_options: NO_OPTIONS,
        told: &["book: a foreign key refers to it", "- table (2 columns)", "+ foreign key lent"],
    });
}

#[apply(test)]
fn three_branches_one_after_the_other() {
    let project = Repository::new();
    project.branch("a", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
    project.branch("b", |it| it.book(&format!("{BOOK}    pub pages: Option<i32>,\n")), &["AddPages"]);
    project.branch("c", |it| it.write("entities/shop.rs", &entity("shop", "    pub name: String,\n")), &["AddShop"]);
    project.git(&["checkout", "-q", "main"]);
    project.git(&["merge", "-q", "c"]);
    for branch in ["b", "a"] {
        project.merge(branch, |_| ());
        project.gen_(&["merge"]).with(0);
        project.commit(branch);
    }
    assert_eq!(project.names(), ["start", "add_shop", "add_pages", "add_nick"]);
    project.agrees();
}

/// A migration of one statement, committed.
fn written(project: &Repository, name: &str, sql: &str) {
    project.gen_(&["migration", name, "--empty"]).with(0);
    let id = project.ids().pop().expect("an id");
    project.write(
        &format!("migrations/{id}.sql"),
        &format!("-- {name}\n-- UP\n\n-- changes data\n{sql}\n\n-- DOWN\n-- nothing\n"),
    );
    project.gen_(&["lock"]).with(0);
    project.commit(name);
}

#[apply(test)]
fn statements_of_which_the_order_may_matter_are_refused() {
    for (main, feature, told) in [
        (
            "UPDATE person SET email = lower(email);",
            "UPDATE person SET email = upper(email);",
            Some("both change rows of person"),
        ),
        (
            "UPDATE person SET email = lower(email);",
            "DELETE FROM person WHERE age < 0;",
            Some("both change rows of person"),
        ),
        ("UPDATE person SET email = lower(email);", "UPDATE person SET age = 0 WHERE age IS NULL;", None),
        ("UPDATE person SET email = lower(email);", "UPDATE book SET title = lower(title);", None),
        (
            "DELETE FROM person WHERE age < 0;",
            "INSERT INTO book (title) SELECT email FROM person;",
            Some("one changes rows of person, and the other reads them"),
        ),
        ("UPDATE person SET age = 0 WHERE age IS NULL;", "INSERT INTO book (title) SELECT email FROM person;", None),
        (
            "CREATE TABLE kept AS SELECT * FROM person;",
            "UPDATE person SET age = 0 WHERE age IS NULL;",
            Some("one changes rows of person, and the other reads them"),
        ),
        (
            "CREATE VIEW adult AS SELECT id, email FROM person WHERE age > 17;\nINSERT INTO book (title) SELECT email FROM adult;",
            "UPDATE person SET age = 0 WHERE age IS NULL;",
            Some("one changes rows of person, and the other reads them"),
        ),
    ] {
        let project = Repository::new();
        project.git(&["checkout", "-q", "-b", "feature"]);
        written(&project, "Theirs", feature);
        project.git(&["checkout", "-q", "main"]);
        written(&project, "Ours", main);
        project.merge("feature", |_| ());
        match told {
            Some(told) => {
                let said = project.gen_(&["merge"]).with(2);
                assert!(
                    said.out.contains(told) && said.talk.contains("--assume-independent"),
                    "{}{}",
                    said.out,
                    said.talk
                );
                project.gen_(&["merge", "--assume-independent"]).with(0);
            }
            None => assert_eq!(project.gen_(&["merge"]).with(0).code, 0),
        }
        assert_eq!(project.names(), ["start", "ours", "theirs"]);
        project.agrees();
    }
}

#[apply(test)]
fn rows_that_one_branch_writes_and_the_other_binds() {
    let project = Repository::new();
    project.git(&["checkout", "-q", "-b", "feature"]);
    written(&project, "Lower", "UPDATE person SET email = lower(email);");
    project.git(&["checkout", "-q", "main"]);
    project.write("entities/person.sql", "CREATE UNIQUE INDEX one_email ON person (email);\n");
    project.gen_(&["migration", "OneEmail"]).with(0);
    project.commit("one email");
    project.merge("feature", |_| ());
    let said = project.gen_(&["merge"]).with(2);
    assert!(said.out.contains("must satisfy what the other branch adds"), "{}", said.out);
    project.gen_(&["merge", "--assume-independent"]).with(0);
    project.agrees();
}

#[apply(test)]
fn a_dropped_column_that_a_text_names() {
    refused(&Pair {
        main: |it| person(it, "    pub email: String,\n"),
        main_options: &["--allow", "drop-column"],
        feature: |it| it.write("entities/person.sql", "CREATE VIEW aged AS SELECT id, age FROM person;\n"),
        feature_options: NO_OPTIONS,
        told: &["person: one branch drops or renames what the other one names", "- column age integer", "+ view"],
    });
    refused(&Pair {
        main: |it| person(it, "    pub email: String,\n    pub years: Option<i32>,\n"),
        main_options: &["--rename", "person.age:years"],
        feature: |it| it.write("entities/person.sql", "CREATE INDEX by_age ON person (abs(age));\n"),
        feature_options: NO_OPTIONS,
        told: &[
            "person: one branch drops or renames what the other one names",
            "~ column age → years",
            "+ index by_age",
        ],
    });
}

#[apply(test)]
fn what_neither_branch_has_is_not_replaced() {
    let project = Repository::new();
    project.branch("feature", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
    let path = format!("migrations/{}.sql", project.ids()[1]);
    project.branch("other", |it| it.book(&format!("{BOOK}    pub pages: Option<i32>,\n")), &["AddPages"]);
    project.merge("feature", |_| ());
    let merged = project.read(&path);
    project.write(&path, &merged.replace("-- UP\n", "-- UP\n\nUPDATE person SET age = 1;\n"));
    project.gen_(&["merge"]).with(1).mentions("is sealed on neither branch as it is");
    project.write(&path, &merged);
    // A third branch has been merged since.
    project.git(&["reset", "-q", "--hard"]);
    project.write("entities/shop.rs", &entity("shop", "    pub name: String,\n"));
    project.gen_(&["migration", "AddShop"]).with(0);
    project.commit("shop");
    project.gen_(&["merge", "other~1", "feature"]).with(1).mentions("which neither other~1 nor feature has");
}

#[apply(test)]
fn an_old_stash_is_not_taken_for_a_merge() {
    let project = Repository::new();
    project.branch("feature", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
    project.branch("other", |it| it.book(&format!("{BOOK}    pub pages: Option<i32>,\n")), &["AddPages"]);
    project.write("notes", "to be done\n");
    project.git(&["stash", "push", "-q", "--include-untracked"]);
    project.run_git(&["merge", "-q", "--squash", "feature"]);
    project.gen_(&["merge"]).with(1).mentions("does not say what it merges").mentions("gen merge main my-branch");
    project.git(&["reset", "-q", "--hard"]);
    // The conflicts of a stash that is being applied are its own.
    project.person(&format!("{PERSON}    pub town: Option<String>,\n"));
    project.gen_(&["migration", "AddTown"]).with(0);
    project.git(&["add", "-A"]);
    project.git(&["stash", "push", "-q"]);
    project.git(&["merge", "-q", "--ff-only", "other"]);
    project.book(&format!("{BOOK}    pub pages: Option<i32>,\n    pub price: Option<i32>,\n"));
    project.gen_(&["migration", "AddPrice"]).with(0);
    project.commit("price");
    let (is_done, said) = project.run_git(&["stash", "pop"]);
    assert!(!is_done && said.contains("CONFLICT"), "{said}");
    project.gen_(&["merge"]).with(0);
    assert_eq!(project.names(), ["start", "add_pages", "add_price", "add_town"]);
    project.agrees();
}

#[apply(test)]
fn a_branch_that_is_put_before_a_frozen_one_is_refused() {
    let project = Repository::new();
    project.branch("feature", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
    project.git(&["checkout", "-q", "main"]);
    project.gen_(&["freeze", "1.4.0"]).with(0);
    project.commit("frozen");
    project.git(&["checkout", "-q", "feature"]);
    project.merge("main", |_| ());
    project.gen_(&["merge", "feature", "main", "--first", "ours"]).with(1).mentions("frozen for release 1.4.0");
}

#[apply(test)]
fn a_frozen_schema_takes_no_migrations_of_a_branch() {
    let project = Repository::new();
    project.branch("feature", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
    project.git(&["checkout", "-q", "main"]);
    project.book(&format!("{BOOK}    pub pages: Option<i32>,\n"));
    project.gen_(&["migration", "AddPages"]).with(0);
    project.gen_(&["freeze", "1.4.0"]).with(0);
    project.commit("frozen");
    project.gen_(&["check", "--base", "feature"]).with(2);
    project.merge("feature", |_| ());
    project.gen_(&["merge"]).with(1).mentions("the schema is frozen for release 1.4.0").mentions("gen thaw");
    project.git(&["merge", "--abort"]);
    project.gen_(&["thaw"]).with(0);
    project.commit("thawed");
    project.merge("feature", |_| ());
    project.gen_(&["merge"]).with(0);
    project.agrees();
}

#[apply(test)]
fn one_branch_adds_a_dialect() {
    let project = Repository::new();
    project.branch("feature", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
    project.git(&["checkout", "-q", "main"]);
    project.write("gen.toml", "dialects = [\"sqlite\", \"postgres\"]\n");
    project.gen_(&["init", "--dialect", "postgres", "--empty"]).with(0);
    project.gen_(&["migration", "ForPostgres"]).with(0);
    project.commit("postgres");
    project.merge("feature", |_| ());
    project.gen_(&["merge"]).with(0);
    let lock = project.read("schema.lock.json");
    assert!(
        lock.contains("\"dialects\": [\"postgres\", \"sqlite\"]")
            || lock.contains("\"dialects\": [\"sqlite\", \"postgres\"]"),
        "{lock}"
    );
    assert!(
        !std::fs::read_dir(project.root.join("migrations"))
            .expect("a folder")
            .any(|it| it.expect("an entry").path().is_file())
    );
    project.gen_(&["check", "--lock", "--replay"]).with(0).keeps_silent_on("fails");
    // The other dialect gets the change by the next migration.
    project.gen_(&["migration", "NickForPostgres"]).with(0).mentions("column nick");
    project.gen_(&["check", "--entities", "--lock"]).with(0).keeps_silent_on("fails");
}

#[apply(test)]
fn a_branch_is_compared_with_its_base() {
    let project = Repository::new();
    project.branch("feature", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
    project.gen_(&["check", "--base", "main"]).with(0).mentions("holds    base");
    project.branch("same", |it| it.person(&format!("{PERSON}    pub nick: Option<i32>,\n")), &["OtherNick"]);
    project.git(&["checkout", "-q", "main"]);
    project.book(&format!("{BOOK}    pub pages: Option<i32>,\n"));
    project.gen_(&["migration", "AddPages"]).with(0);
    project.commit("pages");
    project.gen_(&["check", "--base", "feature~1"]).with(0).mentions("holds    base");
    project.git(&["checkout", "-q", "feature"]);
    project
        .gen_(&["check", "--base", "main"])
        .with(2)
        .mentions("main has 1 migration that this branch does not have")
        .mentions("either order leads to the same schema: `gen merge` will put");
    let json: serde_json::Value =
        serde_json::from_str(&project.gen_(&["check", "--base", "main", "--json"]).with(2).out).expect("JSON");
    assert_eq!(json["checks"][0]["check"], "base");
    assert_eq!(json["checks"].as_array().expect("checks").len(), 1);
    project
        .gen_(&["check", "--base", "same"])
        .with(2)
        .mentions("the branches disagree about person: both branches add it, but not the same");
    project.gen_(&["check", "--base", "main", "--lock"]).with(2).mentions("holds    lock");
    project.gen_(&["check", "--base", "nowhere"]).with(1).mentions("no commit, branch or tag");
    project.merge("main", |_| ());
    project.gen_(&["merge"]).with(0);
    project.commit("merged");
    project.gen_(&["check", "--base", "main"]).with(0).mentions("holds    base");
    let path = format!("migrations/{}.sql", project.ids()[0]);
    project.write(&path, &project.read(&path).replace("-- UP\n", "-- UP\n\nDELETE FROM person;\n"));
    project.gen_(&["lock"]).with(0);
    project.commit("edited");
    project.gen_(&["check", "--base", "main"]).with(2).mentions("this branch has edited or removed");
    // A clone without its history does not know what the branches have in common.
    let folder = tempfile::tempdir().expect("a folder");
    let shallow = folder.path().join("shallow");
    let source = format!("file://{}", project.root.display());
    project.git(&["clone", "-q", "--depth", "1", "--no-single-branch", &source, &shallow.display().to_string()]);
    let shallow = Repository::at(shallow);
    shallow.gen_(&["check", "--base", "origin/main"]).with(1).mentions("fetch-depth: 0");
}
