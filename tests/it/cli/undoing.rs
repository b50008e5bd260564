//! `gen undo`: migrations that are taken back, from every source of the former snapshot, and those that are not.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::project::{Project, USER};
use super::shows;

/// The files with their contents, and the folders.
type Tree = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// Every file and folder that belongs to the repository.
fn tree(project: &Project) -> Tree {
    let mut tree = project.tree();
    tree.retain(|path, _| !path.starts_with(".gen") && !path.starts_with("shop.db"));
    tree
}

/// The same without the entities, which nobody takes back.
fn written(project: &Project) -> Tree {
    let mut tree = tree(project);
    tree.retain(|path, _| !path.starts_with("entities"));
    tree
}

/// A project whose migrations are made one by one, and the files before each of them.
fn stages(configuration: &str, beside: &[(&str, &str)]) -> (Project, Vec<Tree>) {
    let project = Project::empty(configuration);
    project.write("entities/user.rs", USER);
    for (path, text) in beside {
        project.write(path, text);
    }
    project.succeeds(&["init"]);
    let mut stages = Vec::new();
    for step in 0..4 {
        stages.push(written(&project));
        match step {
            0 => {}
            1 => project.declare("email"),
            2 => project.write("entities/note.rs", USER.replace("\"user\"", "\"note\"")),
            _ => std::fs::remove_file(project.path("entities/note.rs")).unwrap(),
        }
        project.succeeds(&["migration", &format!("Step{step}"), "--allow", "*"]);
    }
    (project, stages)
}

const LITE: &str = "dialects = [\"sqlite\"]\ndatabase-url = \"sqlite://shop.db\"\n";

#[apply(test)]
fn a_migration_is_taken_back_as_if_it_had_never_been_written() {
    for (configuration, beside) in [
        (LITE, &[][..]),
        ("dialects = [\"sqlite\", \"postgres\", \"mysql\"]\n", &[]),
        (
            "dialects = [\"sqlite\"]\nformat = \"seaorm\"\n",
            &[(
                "migration/src/lib.rs",
                "pub struct Migrator;\n\nimpl MigratorTrait for Migrator {\n    fn migrations() -> Vec<Box<dyn MigrationTrait>> {\n        vec![]\n    }\n}\n",
            )],
        ),
    ] {
        let (project, stages) = stages(configuration, beside);
        let last = written(&project);
        let said = project.succeeds(&["undo"]);
        assert!(said.contains("took back ") && said.contains("deleted migrations/"), "{said}");
        assert!(written(&project) == stages[3], "{configuration}");
        // What the entities say is written again, with the same result but for the time.
        project.succeeds(&["migration", "Step3", "--allow", "*"]);
        assert_eq!(last.len(), written(&project).len());
        let before = project.read("entities/user.rs");
        project.succeeds(&["undo", "2"]);
        assert!(written(&project) == stages[2], "{configuration}");
        project.succeeds(&["undo"]);
        assert!(written(&project) == stages[1], "{configuration}");
        project.succeeds(&["undo", "step0"]);
        assert!(written(&project) == stages[0], "{configuration}");
        assert_eq!(project.read("entities/user.rs"), before);
        assert!(project.refused(&["undo"]).contains("the lock has 0 migrations"));
    }
}

#[apply(test)]
fn the_former_snapshot_is_found_without_what_was_kept() {
    let (project, stages) = stages(LITE, &[]);
    let forget = || std::fs::remove_dir_all(project.path(".gen")).unwrap();
    // Nothing is kept and there is no repository: the earlier migrations are replayed.
    forget();
    let shown = project.run(&["undo"]);
    assert!(shown.contains("exit 0") && shown.contains("read from a scratch database"), "{shown}");
    assert!(written(&project) == stages[3]);
    // What is kept is of another state: it is not used.
    project.succeeds(&["migration", "Again", "--allow", "*"]);
    let kept = format!(".gen/former/{}.json", project.ids()[3]);
    project.edit(&kept, "\"sqlite\":\"", "\"sqlite\":\"0");
    let shown = project.run(&["undo"]);
    assert!(shown.contains("read from a scratch database") && written(&project) == stages[3], "{shown}");
    // A commit has it.
    std::fs::remove_dir_all(project.path(".git")).unwrap();
    project.git(&["init", "-q"]);
    project.git(&["add", "."]);
    project.git(&["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "three"]);
    project.succeeds(&["migration", "Again", "--allow", "*"]);
    forget();
    let shown = project.run(&["undo", "--json"]);
    assert!(shown.contains("exit 0") && !shown.contains("\"replayed\"") && !shown.contains("\"kept\": \""), "{shown}");
    assert!(written(&project) == stages[3]);
}

#[apply(test)]
fn what_was_sealed_since_is_taken_back_too() {
    let project = Project::begun();
    let before = written(&project);
    project.succeeds(&["migration", "ByHand", "--empty"]);
    let path = project.migrations()[1].clone();
    project.edit(
        &path,
        "-- write the up statements here, each ending with a semicolon",
        "CREATE TABLE extra (id INTEGER PRIMARY KEY);",
    );
    project.edit(&path, "-- write the down statements here, each ending with a semicolon", "DROP TABLE extra;");
    shows!(project.refused(&["undo"]), @r"
    error: `migrations/[time]_by_hand.sql` was edited after it was sealed, and the edits would be lost
      @@ -6,3 +6,3 @@
      --- write the up statements here, each ending with a semicolon
      +CREATE TABLE extra (id INTEGER PRIMARY KEY);
      @@ -10,2 +10,2 @@
      --- write the down statements here, each ending with a semicolon
      +DROP TABLE extra;

    hint: take it back all the same: `gen undo --force`
    ");
    project.succeeds(&["lock"]);
    project.declare("email");
    project.succeeds(&["migration", "AddEmail"]);
    project.succeeds(&["undo"]);
    let text = project.read(&path);
    shows!(project.run(&["undo"]), @r"
    exit 0
    --- stdout
    took back [time]_by_hand
    wrote schema.lock.json
    deleted migrations/[time]_by_hand.sql
    wrote snapshots/ (1 file)

    next: `gen migration <Name>` writes what the entities declare again
    --- stderr
    note: the text of its file, which may have been edited, is kept in .gen/undone/[time]_by_hand.sqlite.sql
    ");
    assert!(written(&project).keys().eq(before.keys()));
    assert!(written(&project) == before);
    let kept = std::fs::read_dir(project.path(".gen/undone")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(std::fs::read_to_string(kept).unwrap(), text);
}

#[apply(test)]
fn what_is_not_taken_back() {
    let project = Project::grown();
    project.succeeds(&["freeze", "1.0"]);
    shows!(project.refused(&["undo"]), @r"
    error: the schema is frozen for release 1.0

    hint: unfreeze it: `gen thaw`
    ");
    project.succeeds(&["thaw"]);
    shows!(project.refused(&["undo", "add_email"]), @r"
    error: `[time]_add_phone` was made after `[time]_add_email` and starts where that one leads

    hint: take back all from it on: `gen undo 2`
    ");
    shows!(project.refused(&["undo", "7"]), @r"
    error: the lock has 3 migrations, and 7 cannot be taken back

    hint: `gen status` lists them
    ");
    shows!(project.refused(&["undo", "0"]), @r"
    error: the lock has 3 migrations, and 0 cannot be taken back

    hint: `gen status` lists them
    ");
    shows!(project.refused(&["undo", "nothing"]), @r"
    error: there is no migration `nothing`

    hint: `gen status` lists them
    ");
    shows!(project.refused(&["undo", "--database-url", "postgres://localhost:1/none"]), @r"
    error: it is not known whether postgres://anonymous@localhost:1/none has `[time]_add_phone`
      cannot connect to localhost:1
      error communicating with database: Connection refused (os error 111)

    hint: if it is not applied there: `gen undo --force --database-url postgres://localhost:1/none`
    ");
    project.succeeds(&["up"]);
    let applied = project.ids();
    shows!(project.refused(&["undo"]), @r"
    error: `[time]_add_phone` is applied on the database at hand

    hint: revert it there first: `gen undo --down`
    ");
    shows!(project.refused(&["undo", "2"]), @r"
    error: `[time]_add_email`, `[time]_add_phone` are applied on the database at hand

    hint: revert it there first: `gen undo 2 --down`
    ");
    shows!(project.run(&["undo", "2", "--down"]), @r"
    exit 0
    --- stdout
    reverted [time]_add_phone
    reverted [time]_add_email
    took back [time]_add_phone
    took back [time]_add_email
    wrote schema.lock.json
    deleted migrations/[time]_add_email.sql
    deleted migrations/[time]_add_phone.sql
    wrote snapshots/ (1 file)

    next: `gen migration <Name>` writes what the entities declare again
    ");
    assert_eq!(project.ids(), applied[..1]);
    shows!(project.run(&["check"]), @r"
    exit 2
    --- stdout
    fails    entities  sqlite
             + user: column email varchar
             + user: column phone varchar
    holds    lock      sqlite
    holds    replay    sqlite
    holds    database  sqlite
    ");
}

#[apply(test)]
fn what_others_have_is_not_taken_back() {
    let project = Project::begun();
    std::fs::remove_dir_all(project.path(".git")).unwrap();
    project.git(&["init", "-q", "-b", "main"]);
    project.git(&["add", "."]);
    project.git(&["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one"]);
    project.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    shows!(project.refused(&["undo"]), @r"
    error: `[time]_initial` is on the remote branch `origin/main`, so others may have it

    hint: leave it, and write a migration that changes it back: `gen migration <Name>`
    hint: if nobody has applied it: `gen undo --force`
    ");
    project.declare("email");
    project.succeeds(&["migration", "AddEmail"]);
    project.succeeds(&["undo"]);
    project.succeeds(&["undo", "--force"]);
    assert_eq!(project.ids(), Vec::<String>::new());
}

#[apply(test)]
fn a_baseline_is_not_taken_back() {
    let project = Project::new();
    project.write("shop.db", "");
    project.sql("CREATE TABLE user (id INTEGER PRIMARY KEY, name TEXT NOT NULL)");
    project.succeeds(&["init"]);
    shows!(project.refused(&["undo"]), @r"
    error: `[time]_baseline` stands for the database that was adopted, so it is not taken back

    hint: to begin anew, delete the lock, the migrations and the snapshots, and `gen init` adopts the database again
    ");
}

/// `gen status` of a project, from the list of its migrations on.
fn explained(project: &Project) -> String {
    let shown = project.succeeds(&["status"]);
    let lines = shown.lines().skip_while(|line| !line.starts_with("database"));
    lines.collect::<Vec<_>>().join("\n")
}

#[apply(test)]
fn a_file_that_was_removed_or_renamed_is_explained() {
    let project = Project::grown();
    let paths = project.migrations();
    let aside = |path: &str| std::fs::rename(project.path(path), project.path("aside")).unwrap();
    let back = |path: &str| std::fs::rename(project.path("aside"), project.path(path)).unwrap();
    aside(&paths[2]);
    shows!(explained(&project), @r"
    database   sqlite://shop.db                    does not exist yet; `gen up` creates it
                 [time]_initial
                 [time]_add_email
      the file of `[time]_add_phone` was removed, and lock and snapshot still have the migration: `gen undo`
    ");
    // What stood in the snapshot is not sealed without the migration that makes it.
    shows!(project.refused(&["lock", "--no-verify"]), @r"
    error: the file of `[time]_add_phone` is gone, and what the others lead to without it is not known
      `--no-verify`

    hint: take the rest of it back: `gen undo`
    ");
    project.succeeds(&["undo"]);
    project.succeeds(&["check", "--lock", "--replay"]);
    project.succeeds(&["migration", "AddPhone"]);
    let paths = project.migrations();
    aside(&paths[1]);
    shows!(explained(&project), @r"
    database   sqlite://shop.db                    does not exist yet; `gen up` creates it
                 [time]_initial
                 [time]_add_phone
      the file of `[time]_add_email` was removed, and lock and snapshot still have the migration: `cp .gen/former/[time]_add_email.sqlite.sql migrations/[time]_add_email.sql`
    ");
    shows!(project.run(&["lock"]), @r"
    exit 0
    --- stdout
    forgot [time]_add_email: its file is gone
    the snapshot is updated with the changes of the migrations: 1 change
      user
        − column email varchar
    wrote snapshots/ (1 file)
    ");
    project.succeeds(&["check", "--lock", "--replay"]);
    shows!(explained(&project), @r"
    database   sqlite://shop.db                    does not exist yet; `gen up` creates it
                 [time]_initial
                 [time]_add_phone
    ");
    std::fs::remove_file(project.path("aside")).unwrap();
    project.succeeds(&["migration", "AddEmail"]);
    // Renamed.
    let newest = project.migrations()[2].clone();
    let other = newest.replace("add_email", "add_mail");
    std::fs::rename(project.path(&newest), project.path(&other)).unwrap();
    shows!(explained(&project), @r"
    database   sqlite://shop.db                    does not exist yet; `gen up` creates it
                 [time]_initial
                 [time]_add_phone
                 [time]_add_mail
      the file of `[time]_add_email` was renamed to `[time]_add_mail`: `gen lock`
    ");
    shows!(project.run(&["lock"]), @r"
    exit 0
    --- stdout
    renamed [time]_add_email, now [time]_add_mail
    ");
    project.succeeds(&["check"]);
    project.succeeds(&["up"]);
    project.succeeds(&["check"]);
    std::fs::rename(project.path(&other), project.path(&newest)).unwrap();
    shows!(explained(&project), @r"
    database   sqlite://shop.db                    1 migration pending: `gen up`
      SQLite [version]
      applied    [time]_initial  [when]  [n] ms
      applied    [time]_add_phone  [when]  [n] ms
      pending    [time]_add_email
      applied    [time]_add_mail  its file is missing
      the file of `[time]_add_mail` was renamed to `[time]_add_email`, and the database has it under its own name: `mv migrations/[time]_add_email.sql migrations/[time]_add_mail.sql`
    ");
    std::fs::rename(project.path(&newest), project.path("aside")).unwrap();
    shows!(explained(&project), @r"
    database   sqlite://shop.db                    matches the snapshot
      SQLite [version]
      applied    [time]_initial  [when]  [n] ms
      applied    [time]_add_phone  [when]  [n] ms
      applied    [time]_add_mail  its file is missing
      the file of `[time]_add_mail` was removed, and the database has the migration: `gen lock`
    ");
    back(&other);
    project.succeeds(&["check"]);
}

#[apply(test)]
fn a_database_that_is_ahead_is_explained() {
    let project = Project::begun();
    std::fs::remove_dir_all(project.path(".git")).unwrap();
    let commit = |name: &str| {
        project.git(&["add", "entities", "migrations", "snapshots", "schema.lock.json", "gen.toml"]);
        project.git(&["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", name]);
    };
    project.git(&["init", "-q", "-b", "main"]);
    commit("one");
    project.git(&["checkout", "-qb", "feature"]);
    for field in ["email", "phone"] {
        project.declare(field);
        project.succeeds(&["migration", field]);
    }
    commit("two");
    project.succeeds(&["up"]);
    project.git(&["checkout", "-q", "main"]);
    shows!(explained(&project), @r"
    database   sqlite://shop.db                    has drifted: `gen drift`
      SQLite [version]
      user
        + column email varchar
        + column phone varchar
      applied    [time]_initial  [when]  [n] ms
      applied    [time]_email  its file is missing
      applied    [time]_phone  its file is missing
      the database is ahead of this checkout: it has `[time]_email` and 1 migration more of branch `feature`: `gen down 2`
    ");
    project.succeeds(&["down", "2"]);
    project.succeeds(&["check"]);
    // A file that is committed is restored.
    project.succeeds(&["up"]);
    std::fs::remove_file(project.path(&project.migrations()[0])).unwrap();
    shows!(explained(&project), @r"
    database   sqlite://shop.db                    matches the snapshot
      SQLite [version]
      applied    [time]_initial  its file is missing
      the file of `[time]_initial` was removed, and the database has the migration: `git checkout HEAD -- migrations/[time]_initial.sql`
    ");
}
