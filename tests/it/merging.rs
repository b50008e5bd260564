//! Branches that both add migrations: `gen merge` puts one behind the other, or says what disagrees.
//!
//! Must not know how branches are compared; it checks output, files, and databases that were migrated on either branch.

mod git;
mod outcomes;
pub mod repository;
mod team;

use sea_gen::schema::Product;

use crate::states::project::Database;
use crate::support::on_each;
use repository::{BOOK, PERSON, Repository};

on_each!(a_database_of_either_branch_goes_on_after_the_merge);

fn a_database_of_either_branch_goes_on_after_the_merge(product: Product) {
    let databases = ["scratch", "fresh", "main", "feature"].map(|_| Database::create(product));
    let [scratch, fresh, of_main, of_feature] = &databases;
    let project = Repository::begun("", &format!("\"{}\"", product.key()), Some(scratch.url.clone()));
    let root = Repository::at(project.root.clone());
    let at = |database: &Database, arguments: &[&str]| root.with_database(&database.url).gen_(arguments);
    at(of_main, &["up"]).with(0);
    at(of_feature, &["up"]).with(0);
    // Two columns of one table; on SQLite one of them builds the table anew.
    project.branch(
        "feature",
        |it| it.person("    pub email: Option<String>,\n    pub age: Option<i32>,\n"),
        &["Relax"],
    );
    at(of_feature, &["up"]).with(0);
    project.branch("other", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
    project.git(&["checkout", "-q", "main"]);
    project.git(&["merge", "-q", "other"]);
    project.gen_(&["migration", "Again"]).with(0);
    project.book("    pub title: String,\n    #[sea_orm(indexed)]\n    pub pages: Option<i32>,\n");
    project.gen_(&["migration", "AddPages"]).with(0);
    project.commit("pages");
    at(of_main, &["up"]).with(0);
    project.merge("feature", |it| {
        it.person("    pub email: Option<String>,\n    pub age: Option<i32>,\n    pub nick: Option<String>,\n")
    });
    project.gen_(&["check"]).with(1).mentions("gen merge");
    let said = project.gen_(&["merge"]).with(0);
    assert!(said.out.contains("either order leads to the same schema"), "{}", said.out);
    assert_eq!(project.names(), ["start", "add_nick", "add_pages", "relax"]);
    project.agrees();
    project.commit("merged");
    // What is behind the others is taken back only where these are there.
    at(of_feature, &["down"]).with(1).mentions("was merged behind").mentions("gen up");
    for database in [fresh, of_main, of_feature] {
        let at = |arguments: &[&str]| root.with_database(&database.url).gen_(arguments);
        at(&["up"]).with(0);
        at(&["check"]).with(0).keeps_silent_on("fails");
        at(&["up"]).with(0).mentions("nothing to do");
        at(&["down", "3"]).with(0);
        at(&["up"]).with(0);
        at(&["check"]).with(0).keeps_silent_on("fails");
    }
}

#[apply(test)]
fn what_is_on_the_main_branch_keeps_its_place() {
    for (checked_out, merged) in [("main", "feature"), ("feature", "main")] {
        let project = Repository::new();
        project.branch("feature", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
        project.git(&["checkout", "-q", "main"]);
        project.book(&format!("{BOOK}    pub pages: Option<i32>,\n"));
        project.gen_(&["migration", "AddPages"]).with(0);
        project.commit("pages");
        project.git(&["checkout", "-q", checked_out]);
        let before = project.ids();
        project.merge(merged, |_| ());
        let said = project.gen_(&["merge"]).with(0);
        assert!(said.out.contains("put behind 1 migration of main: 1 migration of feature"), "{}", said.out);
        assert!(said.out.contains("next: read the changes"), "{}", said.out);
        assert_eq!(project.names(), ["start", "add_pages", "add_nick"]);
        assert_eq!(before[0], project.ids()[0]);
        project.agrees();
        project.commit("merged");
        project.gen_(&["merge"]).with(0).mentions("nothing to do");
        project.gen_(&["migration", "Again"]).with(0).mentions("nothing to do");
    }
}

#[apply(test)]
fn an_edited_migration_keeps_its_text() {
    let project = Repository::new();
    project.branch("feature", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
    let path = format!("migrations/{}.sql", project.ids()[1]);
    let edited = project.read(&path).replace("-- UP\n", "-- a word to reviewers\n\n-- UP\n\n-- changes data: all are lower case\nUPDATE person SET email = lower(email);\n");
    project.write(&path, &edited);
    project.gen_(&["lock"]).with(0);
    project.commit("edited");
    project.branch("other", |it| it.book(&format!("{BOOK}    pub pages: Option<i32>,\n")), &["AddPages"]);
    project.git(&["checkout", "-q", "main"]);
    project.git(&["merge", "-q", "other"]);
    project.merge("feature", |_| ());
    project.gen_(&["merge"]).with(0);
    let now = project.read(&format!("migrations/{}.sql", project.ids()[2]));
    let body = |text: &str| -> Vec<String> {
        let is_of_gen =
            |line: &&str| !["-- from ", "-- formerly ", "-- in any order "].iter().any(|it| line.starts_with(it));
        text.lines().filter(is_of_gen).map(str::to_owned).collect()
    };
    assert_eq!(body(&now), body(&edited));
    assert!(now.contains("-- in any order with "), "{now}");
    project.agrees();
}

#[apply(test)]
fn a_migration_that_is_edited_after_the_merge_is_another_one() {
    let database = Database::create(Product::Sqlite);
    let project = Repository::new();
    project.branch("feature", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
    project.with_database(&database.url).gen_(&["up"]).with(0);
    project.branch("other", |it| it.book(&format!("{BOOK}    pub pages: Option<i32>,\n")), &["AddPages"]);
    project.git(&["checkout", "-q", "main"]);
    project.git(&["merge", "-q", "other"]);
    project.merge("feature", |_| ());
    project.gen_(&["merge"]).with(0);
    let path = format!("migrations/{}.sql", project.ids()[2]);
    let merged = project.read(&path);
    assert!(merged.contains("-- formerly ") && merged.contains("-- in any order with "), "{merged}");
    let edited = merged.replace("-- UP\n", "-- UP\n\n-- changes data\nUPDATE person SET email = lower(email);\n");
    project.write(&path, &edited);
    // The lines that the merge wrote do not cover other statements, whether they are sealed or not.
    for _ in 0..2 {
        let said = project.with_database(&database.url).gen_(&["up"]);
        assert_ne!(said.code, 0, "{}{}", said.out, said.talk);
        project.gen_(&["lock"]).with(0);
    }
    let sealed = project.read(&path);
    assert!(!sealed.contains("-- formerly ") && !sealed.contains("-- in any order with "), "{sealed}");
    project.agrees();
}

#[apply(test)]
fn two_branches_are_merged_by_their_names() {
    let project = Repository::new();
    project.branch("one", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
    project.branch("other", |it| it.book(&format!("{BOOK}    pub pages: Option<i32>,\n")), &["AddPages"]);
    project.git(&["checkout", "-q", "main"]);
    let said = project.gen_(&["merge", "one", "other", "--dry-run"]).with(0);
    assert!(said.out.contains("put behind 1 migration of one: 1 migration of other"), "{}", said.out);
    assert_eq!(project.git(&["status", "--short"]), "", "a dry run writes nothing");
    project.gen_(&["merge", "one", "other", "--first", "theirs"]).with(0);
    assert_eq!(project.names(), ["start", "add_pages", "add_nick"]);
    project.person(&format!("{PERSON}    pub nick: Option<String>,\n"));
    project.book(&format!("{BOOK}    pub pages: Option<i32>,\n"));
    project.agrees();
    project.gen_(&["merge", "one", "nowhere"]).with(1).mentions("`nowhere` is no commit, branch or tag");
    project.gen_(&["merge", "one"]).with(1);
}

#[apply(test)]
fn a_rebase_and_a_cherry_pick_put_the_commits_on_top() {
    let project = Repository::new();
    project.branch("feature", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
    project.person(&format!(
        "{PERSON}    pub nick: Option<String>,\n    #[sea_orm(indexed)]\n    pub town: Option<String>,\n"
    ));
    project.gen_(&["migration", "AddTown"]).with(0);
    project.commit("town");
    project.branch("other", |it| it.book(&format!("{BOOK}    pub pages: Option<i32>,\n")), &["AddPages"]);
    project.git(&["checkout", "-q", "-b", "picked", "other"]);
    project.run_git(&["cherry-pick", "feature~1"]);
    project.gen_(&["merge"]).with(0).mentions("git cherry-pick --continue");
    project.git(&["add", "-A"]);
    project.git(&["cherry-pick", "--continue"]);
    assert_eq!(project.names(), ["start", "add_pages", "add_nick"]);
    project.agrees();

    project.git(&["checkout", "-q", "feature"]);
    let (mut is_done, _) = project.run_git(&["rebase", "-q", "other"]);
    let mut steps = 0;
    while !is_done {
        steps += 1;
        assert!(steps < 4, "{}", project.git(&["status"]));
        project.gen_(&["merge"]).with(0).mentions("git rebase --continue");
        project.git(&["add", "-A"]);
        is_done = project.run_git(&["rebase", "--continue"]).0;
    }
    assert_eq!(steps, 2);
    assert_eq!(project.names(), ["start", "add_pages", "add_nick", "add_town"]);
    project.agrees();
    // The commit that was picked is the same migration, although it was put behind another one there.
    project.git(&["checkout", "-q", "picked"]);
    project.merge("feature", |it| {
        it.person(&format!(
            "{PERSON}    pub nick: Option<String>,\n    #[sea_orm(indexed)]\n    pub town: Option<String>,\n"
        ));
    });
    project.gen_(&["merge"]).with(0);
    assert_eq!(project.names(), ["start", "add_pages", "add_nick", "add_town"]);
    project.agrees();
}

#[apply(test)]
fn a_tree_that_was_merged_otherwise_is_mended() {
    for (attributes, strategy) in [("*.json merge=union\n", ""), ("", "ours"), ("", "theirs")] {
        let project = Repository::new();
        project.write(".gitattributes", attributes);
        project.commit("attributes");
        project.branch("feature", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
        project.branch("other", |it| it.book(&format!("{BOOK}    pub pages: Option<i32>,\n")), &["AddPages"]);
        project.git(&["checkout", "-q", "main"]);
        project.git(&["merge", "-q", "other"]);
        let option = format!("-X{strategy}");
        let options: &[&str] = if strategy.is_empty() { &["merge", "feature"] } else { &["merge", &option, "feature"] };
        project.git(options);
        let said = project.gen_(&["check"]);
        assert_ne!(said.code, 0, "{attributes}{strategy}");
        let said = said.mentions("gen merge");
        drop(said);
        project.gen_(&["merge"]).with(0);
        assert_eq!(project.names(), ["start", "add_pages", "add_nick"], "{attributes}{strategy}");
        project.agrees();
    }
}

#[apply(test)]
fn a_copy_without_its_repository_is_told_so() {
    let project = Repository::new();
    project.branch("feature", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
    project.branch("other", |it| it.book(&format!("{BOOK}    pub pages: Option<i32>,\n")), &["AddPages"]);
    project.merge("feature", |_| ());
    std::fs::remove_dir_all(project.root.join(".git")).expect("a removed folder");
    project
        .gen_(&["merge"])
        .with(1)
        .mentions("is in no git repository")
        .mentions("a copy without its repository cannot be merged");
    project.gen_(&["check"]).with(1).mentions("two branches have each added a migration");
}

#[apply(test)]
fn without_a_merge_there_is_nothing_to_do() {
    let project = Repository::new();
    project.gen_(&["merge"]).with(0).mentions("nothing to do");
    let lock = project.read("schema.lock.json");
    project.write("schema.lock.json", &lock.replace("\"seal\": \"", "\"seal\": \"0"));
    project.gen_(&["merge"]).with(1).mentions("git is not merging").mentions("gen merge main my-branch");
}

/// A branch upon a branch that was merged by `git merge --squash`, and then both ways: what an earlier merge has settled is not told
/// again.
#[apply(test)]
fn what_an_earlier_merge_has_settled_is_one_migration() {
    let project = Repository::new();
    let database = Database::create(Product::Sqlite);
    project.branch("lower", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
    project.git(&["checkout", "-q", "-b", "upper"]);
    project.book(&format!("{BOOK}    pub pages: Option<i32>,\n"));
    project.gen_(&["migration", "AddPages"]).with(0);
    project.commit("pages");
    project.with_database(&database.url).gen_(&["up"]).with(0);
    project.branch("other", |it| it.person(&format!("{PERSON}    pub town: Option<String>,\n")), &["AddTown"]);
    let both = format!("{PERSON}    pub nick: Option<String>,\n    pub town: Option<String>,\n");
    project.git(&["checkout", "-q", "main"]);
    project.git(&["merge", "-q", "other"]);
    project.run_git(&["merge", "-q", "--squash", "lower"]);
    project.person(&both);
    project.gen_(&["merge", "main", "lower"]).with(0);
    project.agrees();
    project.commit("the lower one, squashed");
    for (checked_out, merged) in [("upper", "main"), ("main", "upper")] {
        project.git(&["checkout", "-q", checked_out]);
        project.merge(merged, |it| it.person(&both));
        project.gen_(&["merge"]).with(0);
        assert_eq!(project.names(), ["start", "add_town", "add_nick", "add_pages"]);
        project.agrees();
        if project.run_git(&["diff", "--quiet", "HEAD"]).0 {
            continue;
        }
        project.commit("merged");
    }
    project.with_database(&database.url).gen_(&["up"]).with(0);
    project.with_database(&database.url).gen_(&["check"]).with(0).keeps_silent_on("fails");
}

#[apply(test)]
fn what_is_said_beside_the_objects_outlasts_a_merge() {
    let project = Repository::new();
    project.write("entities/person.sql", "-- personal: person.email email\n");
    project.person(&format!("{PERSON}    #[sea_orm(indexed)]\n    pub nick: Option<String>,\n"));
    project.gen_(&["accept", "person.nick", "--because", "waits"]).with(0);
    project.gen_(&["migration", "Marks"]).with(0);
    project.commit("marks");
    let said = || ["accepted", "personal"].map(|name| project.read(&format!("snapshots/{name}.json")));
    let before = said();
    project.branch("feature", |it| it.book(&format!("{BOOK}    pub pages: Option<i32>,\n")), &["AddPages"]);
    project.git(&["checkout", "-q", "main"]);
    project.write("entities/club.rs", &repository::entity("club", "    pub name: String,\n"));
    project.gen_(&["migration", "AddClub"]).with(0);
    project.commit("club");
    project.merge("feature", |_| ());
    project.gen_(&["merge"]).with(0);
    assert_eq!(project.names().last().map(String::as_str), Some("add_pages"));
    assert_eq!(said(), before);
    project.agrees();
}

#[apply(test)]
fn a_migration_that_waits_names_the_new_id_of_its_first_half() {
    let project = Repository::new();
    project.branch("feature", |it| it.book(&format!("{BOOK}    pub pages: Option<i32>,\n")), &["Expand"]);
    let expand = project.ids()[1].clone();
    project.book(&format!("{BOOK}    pub pages: Option<i32>,\n    pub note: Option<String>,\n"));
    project.gen_(&["migration", "Contract"]).with(0);
    let path = format!("migrations/{}.sql", project.ids()[2]);
    project.write(&path, &format!("-- contract of {expand}\n{}", project.read(&path)));
    project.commit("contract");
    project.git(&["checkout", "-q", "main"]);
    project.person(&format!("{PERSON}    pub nick: Option<String>,\n"));
    // Behind the others also if it is written in the same second.
    project.gen_(&["migration", "Nick"]).with(0);
    project.commit("nick");
    project.merge("feature", |_| ());
    project.gen_(&["merge"]).with(0);
    assert_eq!(project.names(), ["start", "nick", "expand", "contract"]);
    let ids = project.ids();
    assert_ne!(ids[2], expand);
    let text = project.read(&format!("migrations/{}.sql", ids[3]));
    assert!(
        text.contains(&format!("-- contract of {}\n", ids[2])) && !text.contains(&format!("of {expand}\n")),
        "{text}"
    );
}
