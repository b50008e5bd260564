//! A development database that has what the code declares before any migration says so.
//!
//! Must not know how it is recognised.

use sea_gen::schema::Product;

use super::catalog::catalog;
use super::project::{Database, PERSON, Project, block};
use crate::support::on_each;

on_each!(
    a_synchronised_change_is_recognised,
    a_synchronised_beginning_is_recognised,
    what_seaorm_synchronised_is_recognised,
    half_synchronised_is_drift_with_a_way_out,
    what_changes_rows_is_run_though_the_schema_is_there,
    what_may_have_changed_rows_is_asked_about,
);

/// The migrations are written, recorded on the first database without being run, and run on a second.
#[track_caller]
fn recognised_here_and_run_there(project: &Project, second: &Database) {
    assert_eq!(project.situation(), "ahead");
    project.run(&["status"]).with(0).mentions("already has the result of the pending migrations");
    let before = catalog(&project.database);
    let dry = project.run(&["up", "--dry-run"]).with(0);
    assert_eq!(dry.out, "", "nothing would run");
    assert_eq!(project.situation(), "ahead");
    let report = project.json(&["up"]);
    let outcome = report["migrations"].as_array().expect("migrations").last().expect("one").clone();
    assert_eq!((&outcome["status"], &outcome["statements"]), (&"recognised".into(), &0.into()), "{report:#}");
    assert_eq!(catalog(&project.database), before);
    assert_eq!(project.situation(), "current");
    project.holds();
    project.finds_nothing();

    let report = project.json(&["up", "--database-url", &second.url]);
    let outcome = report["migrations"].as_array().expect("migrations").last().expect("one").clone();
    assert_eq!(outcome["status"], "applied", "{report:#}");
    assert!(outcome["statements"].as_u64().is_some_and(|count| count > 0), "{report:#}");
    assert_eq!(project.json(&["status", "--database-url", &second.url])["situation"], "current");

    // What was recognised can be reverted and applied like anything else.
    project.run(&["redo"]).with(0);
    assert_eq!(project.situation(), "current");
    project.holds();
}

fn a_synchronised_change_is_recognised(product: Product) {
    let project = Project::settled(product);
    let second = Database::create(product);
    project.run(&["up", "--database-url", &second.url]).with(0);
    project.edit("person", "pub age: Option<i32>,", "pub age: Option<i32>,\n    pub nickname: Option<String>,");
    project.edit("person", "pub email", "#[sea_orm(indexed)]\n    pub email");
    let before = project.written();
    project.run(&["sync"]).with(0).mentions("synchronised").mentions("nickname");
    assert_eq!(project.written(), before, "synchronising writes no file");
    project.run(&["sync"]).with(0).mentions("nothing to do");
    assert_eq!(project.situation(), "synchronised");
    project.run(&["status"]).with(0).mentions("was synchronised with the entities");

    project.run(&["migration", "AddNickname"]).with(0).mentions("was synchronised").mentions("nickname");
    assert_eq!(project.migrations().len(), 2);
    project.run(&["migration", "Nothing"]).with(0).mentions("nothing to do");
    assert_eq!(project.migrations().len(), 2);
    recognised_here_and_run_there(&project, &second);
    assert_eq!(catalog(&project.database), catalog(&second));
}

/// A person and a column that the database got by synchronising, with a migration for it.
fn synchronised_person(product: Product) -> Project {
    let project = Project::settled(product);
    project.database.execute("INSERT INTO person (id, email) VALUES (1, 'a@example.org')");
    project.edit("person", "pub age: Option<i32>,", "pub age: Option<i32>,\n    pub nickname: Option<String>,");
    project.run(&["sync"]).with(0);
    project.run(&["migration", "AddNickname"]).with(0);
    project
}

/// Writes a migration by hand.
fn by_hand(project: &Project, name: &str, up: &str, down: &str) {
    project.run(&["migration", name, "--empty"]).with(0);
    project.change_newest(|text| {
        let text = text.replace("-- write the up statements here, each ending with a semicolon", up);
        text.replace("-- write the down statements here, each ending with a semicolon", down)
    });
    project.run(&["lock"]).with(0);
}

fn nicknames(project: &Project) -> String {
    let rows = project.database.query("SELECT nickname FROM person");
    rows.first().and_then(|row| row.get(0)).unwrap_or_default().to_owned()
}

fn what_changes_rows_is_run_though_the_schema_is_there(product: Product) {
    let project = synchronised_person(product);
    by_hand(&project, "FillNickname", "UPDATE person SET nickname = 'x';", "UPDATE person SET nickname = NULL;");
    let report = project.json(&["up"]);
    let outcome = |at: usize| report["migrations"][at]["status"].as_str().unwrap_or_default().to_owned();
    assert_eq!([outcome(0), outcome(1)], ["recognised", "applied"], "{report:#}");
    assert_eq!(nicknames(&project), "x");
    assert_eq!(project.situation(), "current");
}

fn what_may_have_changed_rows_is_asked_about(product: Product) {
    let project = synchronised_person(product);
    by_hand(&project, "FillNickname", "UPDATE person SET nickname = 'x';", "UPDATE person SET nickname = NULL;");
    project.edit(
        "person",
        "pub nickname: Option<String>,",
        "pub nickname: Option<String>,\n    pub city: Option<String>,",
    );
    project.run(&["sync"]).with(0);
    project.run(&["migration", "AddCity"]).with(0);
    let said = project.run(&["up"]).with(1).mentions("it is not known whether it was applied");
    let said = said.mentions("fill_nickname").mentions("UPDATE person SET nickname");
    said.mentions("`gen up --recognise`");
    assert_eq!(project.situation(), "ahead", "nothing was recorded");
    assert_eq!(nicknames(&project), "");
    project.run(&["up", "--recognise"]).with(0).mentions("recognised");
    assert_eq!(project.situation(), "current");
    assert_eq!(nicknames(&project), "", "nothing was run");
}

fn a_synchronised_beginning_is_recognised(product: Product) {
    let project = Project::new(product);
    let second = Database::create(product);
    project.entity("person", PERSON);
    project.run(&["init"]).with(0);
    project.run(&["sync"]).with(0).mentions("+ table (3 columns)");
    assert_eq!(project.situation(), "synchronised");
    project.run(&["migration", "Initial"]).with(0).mentions("was synchronised");
    recognised_here_and_run_there(&project, &second);
    assert_eq!(catalog(&project.database), catalog(&second));
}

/// Tables made by SeaORM itself, from entities that declare nothing else. SeaORM cannot make tables that refer to each other
/// in a circle where foreign keys are checked at once, so on servers it is given the part of the bookshop without one.
fn what_seaorm_synchronised_is_recognised(product: Product) {
    let project = Project::new(product);
    let second = Database::create(product);
    project.bookshop(|file| match product {
        Product::Sqlite => file.ends_with(".rs"),
        _ => ["author.rs", "book.rs", "book_author.rs", "category.rs", "values.rs"].contains(&file),
    });
    project.run(&["init"]).with(0);
    block(seaorm_makes_the_bookshop(&project.database));
    if product == Product::Postgres {
        // SeaORM makes no comments there. What it leaves out is ours to add, and the way to it is named.
        assert_eq!(project.situation(), "drifted");
        project.run(&["migration", "Bookshop"]).with(1).mentions("`gen sync`");
        project.run(&["sync"]).with(0).mentions("Everything that was ever on sale");
    }
    let difference = project.run(&["diff", "--from", "database", "--to", "entities"]).out;
    assert_eq!(project.situation(), "synchronised", "{difference}");
    project.run(&["migration", "Bookshop"]).with(0).mentions("was synchronised");
    recognised_here_and_run_there(&project, &second);
}

async fn seaorm_makes_the_bookshop(database: &Database) {
    use bookshop_entities::prelude::{
        Address, Author, Book, BookAuthor, Category, Customer, Order, OrderLine, Payment, Review,
    };
    let url = match database.product {
        Product::Sqlite => format!("{}?mode=rwc", database.url),
        // SeaORM knows MariaDB by MySQL's name only.
        _ => database.url.replacen("mariadb://", "mysql://", 1),
    };
    let connection = sea_orm::Database::connect(url).await.expect("SeaORM connects");
    let mut builder =
        connection.get_schema_builder().register(Author).register(Category).register(Book).register(BookAuthor);
    if database.product == Product::Sqlite {
        builder = builder.register(Customer).register(Address).register(Order).register(OrderLine);
        builder = builder.register(Payment).register(Review);
    }
    builder.apply(&connection).await.unwrap_or_else(|error| panic!("{error}"));
    connection.close().await.expect("SeaORM disconnects");
}

/// One of two changes was made by hand just as the code declares it: the way out is to make the other one too. Once there is
/// something that nobody declares, synchronising is no way out any more.
fn half_synchronised_is_drift_with_a_way_out(product: Product) {
    let project = Project::settled(product);
    project.edit("person", "pub age: Option<i32>,", "pub age: Option<i32>,\n    pub height: Option<i32>,");
    project.edit("person", "pub email", "#[sea_orm(indexed)]\n    pub email");
    project.database.execute("ALTER TABLE person ADD COLUMN height integer");
    assert_eq!(project.situation(), "drifted");
    project.run(&["migration", "Grow"]).with(1).mentions("height").mentions("`gen sync`");
    project.database.execute("CREATE INDEX hand_made ON person (age)");
    project.run(&["migration", "Grow"]).with(1).mentions("hand_made").keeps_silent_on("`gen sync`");
    let on = if matches!(product, Product::MySql | Product::MariaDb) { " ON person" } else { "" };
    project.database.execute(&format!("DROP INDEX hand_made{on}"));
    project.run(&["sync"]).with(0).mentions("synchronised");
    assert_eq!(project.situation(), "synchronised");
    project.run(&["migration", "Grow"]).with(0).mentions("was synchronised");
    project.run(&["up"]).with(0).mentions("recognised");
    project.holds();
}
