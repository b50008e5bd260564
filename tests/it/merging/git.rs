//! Git's merge driver: what it merges, and what it leaves to `gen merge`.
//!
//! Must not know how a file is merged.

use super::repository::{BOOK, PERSON, Repository, entity};

fn diverged(project: &Repository) {
    project.gen_(&["git", "install"]).with(0).mentions("wrote .gitattributes");
    project.gen_(&["git", "install"]).with(0).mentions("nothing to do");
    project.commit("driver");
    project.branch(
        "feature",
        |it| it.person(&format!("{PERSON}    #[sea_orm(indexed)]\n    pub nick: Option<String>,\n")),
        &["AddNick"],
    );
    project.branch("other", |it| it.person(&format!("    pub mail: Option<String>,\n{PERSON}")), &["AddMail"]);
    project.git(&["checkout", "-q", "main"]);
    project.git(&["merge", "-q", "other"]);
}

#[apply(test)]
fn the_driver_merges_snapshots_and_leaves_the_order_to_gen_merge() {
    for below in ["", "the backend/db"] {
        let project = Repository::begun(below, "\"sqlite\"", None);
        diverged(&project);
        let (is_done, said) = project.run_git(&["merge", "feature"]);
        assert!(!is_done && said.contains("schema.lock.json"), "{said}");
        let unmerged = project.git(&["diff", "--name-only", "--diff-filter=U"]);
        assert_eq!(unmerged.lines().count(), 1, "{unmerged}");
        let table = project.read("snapshots/tables/person.json");
        assert!(table.contains("\"mail\"") && table.contains("\"nick\"") && !table.contains("<<<<"), "{table}");
        let lock = project.read("schema.lock.json");
        assert!(lock.contains("add_nick") && lock.contains("add_mail") && !lock.contains("<<<<"), "{lock}");
        for arguments in [&["check"][..], &["status"], &["migration", "X"], &["up"]] {
            project.gen_(arguments).with(1).mentions("their migrations are not in order yet").mentions("gen merge");
        }
        project.gen_(&["merge"]).with(0);
        assert_eq!(project.read("snapshots/tables/person.json").len(), table.len(), "the driver's snapshot was right");
        project.agrees();
        project.commit("merged");
    }
}

#[apply(test)]
fn the_driver_leaves_a_conflict_where_the_same_part_was_changed() {
    let project = Repository::new();
    project.gen_(&["git", "install"]).with(0);
    project.commit("driver");
    project.branch("feature", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
    project.branch("other", |it| it.person(&format!("{PERSON}    pub nick: Option<i32>,\n")), &["OtherNick"]);
    let (_, said) = project.run_git(&["merge", "feature"]);
    assert!(said.contains("CONFLICT") && said.contains("person.json"), "{said}");
    assert!(project.read("snapshots/tables/person.json").contains("<<<<<<< ours"));
    project.gen_(&["check", "--entities"]).with(1).mentions("gen merge");
    project.gen_(&["merge"]).with(2);
}

#[apply(test)]
fn a_worktree_and_a_submodule_have_the_driver_too() {
    let project = Repository::new();
    diverged(&project);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a worktree");
    project.git(&["worktree", "add", "-q", &path.display().to_string(), "-b", "beside", "other"]);
    let worktree = Repository::at(path);
    assert!(worktree.root.join(".git").is_file());
    worktree.run_git(&["merge", "feature"]);
    assert_eq!(worktree.git(&["diff", "--name-only", "--diff-filter=U"]).trim(), "schema.lock.json");
    worktree.gen_(&["merge"]).with(0);
    worktree.agrees();
    worktree.commit("merged");

    let outer = folder.path().join("outer");
    std::fs::create_dir(&outer).expect("a folder");
    let outer = Repository::at(outer);
    outer.git(&["init", "-q", "-b", "main"]);
    outer.set_user();
    let source = project.root.display().to_string();
    outer.git(&["-c", "protocol.file.allow=always", "submodule", "add", "-q", "-b", "other", &source, "inner"]);
    let inner = Repository::at(outer.root.join("inner"));
    assert!(inner.root.join(".git").is_file());
    inner.set_user();
    // The configuration is each clone's own.
    inner.gen_(&["git", "install"]).with(0).keeps_silent_on("wrote .gitattributes").mentions("merge.gen");
    inner.run_git(&["merge", "origin/feature"]);
    assert_eq!(inner.git(&["diff", "--name-only", "--diff-filter=U"]).trim(), "schema.lock.json");
    inner.gen_(&["merge"]).with(0);
    inner.agrees();
}

#[apply(test)]
fn configured_paths_with_blanks_are_merged_too() {
    let project = Repository::new();
    let text = "dialects = [\"sqlite\"]\nlock = \"the lock.json\"\nsnapshots = \"the snapshots\"\nmigrations = \"the migrations\"\n";
    for path in ["schema.lock.json", "snapshots", "migrations"] {
        project.git(&["rm", "-rq", path]);
    }
    project.write("gen.toml", text);
    project.gen_(&["init"]).with(0);
    project.gen_(&["migration", "Start"]).with(0);
    project.gen_(&["git", "install"]).with(0);
    project.commit("elsewhere");
    project.branch("feature", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
    project.branch(
        "other",
        |it| {
            it.book(&format!("{BOOK}    pub pages: Option<i32>,\n"));
            it.write("entities/shop.rs", &entity("shop", "    pub name: String,\n"));
        },
        &["AddPages"],
    );
    project.run_git(&["merge", "feature"]);
    assert!(!project.read("the lock.json").contains("<<<<"));
    let said = project.gen_(&["merge"]).with(0);
    assert!(said.out.contains("`git add -A 'the lock.json' 'the migrations' 'the snapshots'`"), "{}", said.out);
    project.agrees();
}

#[apply(test)]
fn what_is_said_of_personal_data_outlives_a_merge() {
    let project = Repository::new();
    project.write("entities/beside.sqlite.sql", "-- personal: person.email email\n");
    project.gen_(&["migration", "Marks"]).with(0);
    project.commit("marks");
    project.branch("one", |it| it.person(&format!("{PERSON}    pub nick: Option<String>,\n")), &["AddNick"]);
    project.branch("two", |it| it.book(&format!("{BOOK}    pub pages: Option<i32>,\n")), &["AddPages"]);
    project.git(&["checkout", "-q", "one"]);
    project.merge("two", |_| ());
    project.gen_(&["merge"]).with(0);
    assert!(project.read("snapshots/personal.json").contains("\"email\""));
    project.agrees();
}
