//! One test for each situation in which the database stands where the tool put it, or cannot be asked.
//!
//! Must not know about drift, synchronisation and adoption, which have files of their own.

use sea_gen::schema::Product;

use super::project::{PERSON, Project};
use crate::support::on_each;

on_each!(up_to_date, behind, unreachable, unreachable_when_named, no_snapshot, frozen, the_second_run_finds_nothing,);

fn up_to_date(product: Product) {
    let project = Project::settled(product);
    assert_eq!(project.situation(), "current");
    project.run(&["status"]).with(0).mentions("matches the snapshot").mentions("up to date with the snapshot");
    project.finds_nothing();
    project.holds();
    project.run(&["drift"]).with(0).mentions("no drift");
    project.run(&["up"]).with(0).mentions("nothing to do");
    assert_eq!(project.situation(), "current");
}

fn behind(product: Product) {
    let project = Project::settled(product);
    project.edit("person", "pub age: Option<i32>,", "pub age: Option<i32>,\n    pub nickname: Option<String>,");
    project.run(&["migration", "AddNickname"]).with(0).keeps_silent_on("note:");
    assert_eq!(project.situation(), "behind");
    project.run(&["status"]).with(0).mentions("1 migration pending");
    project.run(&["check", "--database"]).with(2).mentions("migrations are pending");

    project.edit("person", "pub email", "#[sea_orm(indexed)]\n    pub email");
    let said = project.run(&["migration", "AddEmailIndex"]).with(0);
    said.mentions("migrations are pending on this database; planning from the snapshot");
    let newest = project.newest();
    assert!(newest.contains("email") && !newest.contains("nickname"), "{newest}");
    assert_eq!(project.situation(), "behind");
    project.finds_nothing_but_pending();

    project.run(&["up", "1"]).with(0).mentions("applied");
    assert_eq!(project.situation(), "behind");
    project.run(&["up"]).with(0).mentions("applied");
    assert_eq!(project.situation(), "current");
    project.holds();
    project.finds_nothing();

    project.run(&["down", "2"]).with(0).mentions("reverted");
    assert_eq!(project.situation(), "behind");
    project.run(&["up"]).with(0);
    project.holds();
}

impl Project {
    /// `gen migration` finds nothing and writes nothing while migrations are pending.
    #[track_caller]
    fn finds_nothing_but_pending(&self) {
        let before = self.written();
        self.run(&["migration", "Nothing"]).with(0).mentions("nothing to do").mentions("migrations are pending");
        assert_eq!(self.written(), before);
    }
}

/// An address at which nobody answers.
fn nowhere(product: Product) -> String {
    match product {
        Product::Postgres => "postgres://nobody@127.0.0.1:1/nowhere".to_owned(),
        Product::MySql | Product::MariaDb => "mysql://nobody@127.0.0.1:1/nowhere".to_owned(),
        // A folder is no database.
        Product::Sqlite => "sqlite://entities".to_owned(),
    }
}

/// A database that is merely configured may be away: that is said, and the snapshot counts.
fn unreachable(product: Product) {
    let project = Project::settled(product);
    project.configure(&nowhere(product));
    assert_eq!(project.situation(), "unreachable");
    let before = project.written();
    project.run(&["migration", "Nothing"]).with(0).mentions("planning from the snapshot").mentions("nothing to do");
    assert_eq!(project.written(), before);
    project.edit("person", "pub email", "#[sea_orm(indexed)]\n    pub email");
    project.run(&["migration", "AddEmailIndex"]).with(0).mentions("planning from the snapshot");
    assert_eq!(project.migrations().len(), 2);
    let report = project.json(&["check"]);
    assert_eq!(report["checks"][3]["verdict"], "skipped", "{report:#}");

    let url = project.database.url.clone();
    project.run(&["up", "--database-url", &url]).with(0).mentions("applied");
    project.configure(&url);
    project.holds();
}

/// A database that is named must answer.
fn unreachable_when_named(product: Product) {
    let project = Project::settled(product);
    project.edit("person", "pub email", "#[sea_orm(indexed)]\n    pub email");
    let before = project.written();
    let url = nowhere(product);
    for arguments in [&["migration", "AddEmailIndex"][..], &["status"], &["up"], &["check"], &["drift"], &["sync"]] {
        let said = project.run(&[arguments, &["--database-url", &url]].concat()).with(1);
        assert!(said.talk.contains("error"), "{arguments:?}: {}", said.talk);
    }
    project.configure(&url);
    project.run(&["migration", "AddEmailIndex", "--from", "database"]).with(1);
    project.run(&["check", "--database"]).with(1);
    assert_eq!(project.written(), before);
}

/// Without a snapshot an empty database is a beginning, and `gen migration` sets the project up by itself.
fn no_snapshot(product: Product) {
    let project = Project::new(product);
    project.entity("person", PERSON);
    assert_eq!(project.situation(), "beginning");
    for arguments in [&["up"][..], &["check"], &["drift"], &["freeze", "1.0"]] {
        project.run(arguments).with(1).mentions("gen init");
    }
    project.run(&["migration", "Initial", "--dry-run"]).with(1).mentions("gen init");
    assert!(project.written().is_empty());
    project.run(&["migration", "Initial"]).with(0).mentions("+ table (3 columns)");
    // An SQLite file that is not there yet cannot be asked.
    assert_eq!(project.situation(), if product == Product::Sqlite { "unreachable" } else { "behind" });
    project.run(&["up"]).with(0);
    assert_eq!(project.situation(), "current");
    project.holds();
    project.run(&["init"]).with(1).mentions("set up already");
}

/// A frozen schema refuses whatever would change it, until it is thawed; running migrations is no change of it.
fn frozen(product: Product) {
    let project = Project::settled(product);
    project.edit("person", "pub email", "#[sea_orm(indexed)]\n    pub email");
    project.run(&["down"]).with(0);
    project.run(&["freeze", "1.0"]).with(0).mentions("frozen for release 1.0");
    let before = project.written();
    for arguments in [&["migration", "AddEmailIndex"][..], &["sync"], &["lock"], &["freeze", "1.1"]] {
        project.run(arguments).with(1).mentions("frozen for release 1.0").mentions("gen thaw");
    }
    assert_eq!(project.written(), before);
    project.run(&["status"]).with(0).mentions("frozen for release 1.0");
    project.run(&["up"]).with(0).mentions("applied");
    assert_eq!(project.situation(), "current");
    project.run(&["thaw"]).with(0).mentions("thawed");
    project.run(&["thaw"]).with(0).mentions("not frozen");
    project.run(&["migration", "AddEmailIndex"]).with(0);
    assert_eq!(project.migrations().len(), 2);
}

/// Whatever was just written or applied, there is nothing left to write.
fn the_second_run_finds_nothing(product: Product) {
    let project = Project::new(product);
    project.bookshop(|_| true);
    project.run(&["init"]).with(0);
    project.run(&["migration", "Bookshop"]).with(0);
    project.finds_nothing();
    project.run(&["up"]).with(0);
    project.finds_nothing();
    project.holds();
    project.run(&["down"]).with(0);
    project.finds_nothing_but_pending();
    project.run(&["up"]).with(0);
    project.finds_nothing();
    project.holds();
}
