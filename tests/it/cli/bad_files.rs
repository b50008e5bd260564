//! Files of the project that are broken, edited, missing or in the way: exit code 1, a hint, and nothing written.

use std::fs;

use super::project::Project;
use super::shows;

const TABLE: &str = "snapshots/tables/user.json";
const LOCK: &str = "schema.lock.json";

/// Every command that needs what is broken refuses; the first one's words are shown.
fn refused_by_all(project: &Project) -> String {
    let said = project.refused(&["migration", "X"]);
    for command in [&["status"][..], &["diff"], &["check"], &["up"], &["sync"]] {
        let other = project.refused(command);
        assert_eq!(other.lines().next(), said.lines().next(), "{command:?}");
    }
    said
}

fn begun() -> Project {
    let project = Project::begun();
    project.declare("email");
    project
}

#[apply(test)]
fn a_snapshot_that_cannot_be_read() {
    let project = begun();
    project.write(TABLE, "{\n  \"name\": ");
    shows!(refused_by_all(&project), @r"
    error: `[project]/snapshots/tables/user.json`, line 2: EOF while parsing a value

    hint: take it from the last commit: `git checkout -- [project]/snapshots/tables/user.json`
    ");
    project.write(TABLE, b"{\n  \"name\": \"\xff\"\n}");
    shows!(refused_by_all(&project), @r"
    error: `[project]/snapshots/tables/user.json` is not UTF-8 text, at line 2

    hint: save it as UTF-8
    ");
    project.write(TABLE, "{}");
    shows!(refused_by_all(&project), @r"
    error: `[project]/snapshots/tables/user.json`, line 1: missing field `name`

    hint: take it from the last commit: `git checkout -- [project]/snapshots/tables/user.json`
    ");
    project.write(TABLE, "<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n");
    shows!(refused_by_all(&project), @r"
    error: `[project]/snapshots/tables/user.json`, line 1: two branches have changed the same object

    hint: put the changes of both together, or see what disagrees: `gen merge`
    ");
    fs::remove_file(project.path(TABLE)).unwrap();
    fs::create_dir(project.path(TABLE)).unwrap();
    shows!(refused_by_all(&project), @r"
    error: cannot read `[project]/snapshots/tables/user.json`
      Is a directory (os error 21)

    hint: a folder has that name: rename or remove it
    ");
}

#[apply(test)]
fn a_snapshot_that_is_not_the_sealed_one() {
    let project = begun();
    let text = project.read(TABLE);
    project.edit(TABLE, "varchar", "text");
    shows!(refused_by_all(&project), @r"
    error: the snapshot in `snapshots` does not match schema.lock.json

    hint: restore both: `git checkout -- snapshots schema.lock.json`, or take both from one branch
    hint: if branches were merged: `gen merge`
    ");
    fs::remove_file(project.path(TABLE)).unwrap();
    assert!(
        refused_by_all(&project).contains("the snapshot in `snapshots` is missing, but schema.lock.json seals one")
    );
    project.write(TABLE, &text);
    project.write("snapshots/tables/copy.json", &text);
    shows!(refused_by_all(&project), @r"
    error: `[project]/snapshots/tables/user.json` holds `user`, and so does `[project]/snapshots/tables/copy.json`

    hint: remove the copy: `git clean -n [project]/snapshots/tables/user.json`
    ");
    fs::remove_file(project.path("snapshots/tables/copy.json")).unwrap();
    project.edit(TABLE, "{\n", "{\n  \"colour\": \"red\",\n");
    shows!(refused_by_all(&project), @r"
    error: `[project]/snapshots/tables/user.json`, line 2: `colour` does not belong there

    hint: take it from the last commit: `git checkout -- [project]/snapshots/tables/user.json`
    ");
}

#[apply(test)]
fn a_lock_that_was_changed_by_hand() {
    let project = Project::grown();
    let text = project.read(LOCK);
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(|line| line.contains("_initial")).unwrap();

    project.edit(LOCK, "add_email", "add_mail");
    shows!(refused_by_all(&project), @r"
    error: `[project]/schema.lock.json` was changed by hand: `[time]_add_mail` of sqlite, or what stood before it

    hint: take it from the last commit: `git checkout -- [project]/schema.lock.json`
    hint: if branches were merged: `gen merge`
    ");

    let mut reordered = lines.clone();
    reordered.swap(first, first + 1);
    project.write(LOCK, reordered.join("\n"));
    shows!(refused_by_all(&project), @r"
    error: `[project]/schema.lock.json` was changed by hand: `[time]_add_email` of sqlite, or what stood before it

    hint: take it from the last commit: `git checkout -- [project]/schema.lock.json`
    hint: if branches were merged: `gen merge`
    ");

    let mut shorter = lines.clone();
    shorter.remove(first);
    project.write(LOCK, shorter.join("\n"));
    shows!(refused_by_all(&project), @r"
    error: `[project]/schema.lock.json` was changed by hand: `[time]_add_email` of sqlite, or what stood before it

    hint: take it from the last commit: `git checkout -- [project]/schema.lock.json`
    hint: if branches were merged: `gen merge`
    ");

    project.write(LOCK, &text[..text.len() / 2]);
    shows!(refused_by_all(&project), @r"
    error: `[project]/schema.lock.json`, line 10: EOF while parsing a string

    hint: take it from the last commit: `git checkout -- [project]/schema.lock.json`
    ");
    project.write(LOCK, "");
    shows!(refused_by_all(&project), @r"
    error: `[project]/schema.lock.json`, line 1: EOF while parsing a value

    hint: take it from the last commit: `git checkout -- [project]/schema.lock.json`
    ");

    let last = text.trim_end().trim_end_matches('}').rsplit_once("\"seal\"").unwrap().0;
    project.write(LOCK, format!("{last}\"seal\": \"{}\"\n}}\n", "0".repeat(32)));
    shows!(refused_by_all(&project), @r"
    error: `[project]/schema.lock.json` was changed by hand: the dialects, the history, the release, a fingerprint, the end of a list of migrations, or another file

    hint: take it from the last commit: `git checkout -- [project]/schema.lock.json`
    ");

    project.write(LOCK, format!("<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n"));
    shows!(refused_by_all(&project), @r"
    error: `[project]/schema.lock.json`, line 1: two branches have each added a migration

    hint: put one behind the other: `gen merge`
    ");

    project.write(LOCK, text.replacen("\"version\": 1", "\"version\": 2", 1));
    shows!(refused_by_all(&project), @r"
    error: `[project]/schema.lock.json` has version 2, this gen knows version 1

    hint: `cargo install sea-gen`
    ");

    fs::remove_file(project.path(LOCK)).unwrap();
    fs::create_dir(project.path(LOCK)).unwrap();
    shows!(refused_by_all(&project), @r"
    error: cannot read `[project]/schema.lock.json`
      Is a directory (os error 21)

    hint: a folder has that name: rename or remove it
    ");
}

#[apply(test)]
fn a_migration_that_was_edited_before_it_ran() {
    let project = Project::begun();
    project.edit(&project.migrations()[0], "varchar", "text");
    for command in [&["up"][..], &["up", "--dry-run"], &["goto", "initial"]] {
        shows!(project.refused(command), @r"
        error: the migration files do not match schema.lock.json
          [time]_initial was edited after it was sealed

        hint: see what changed: `git status` and `git diff`
        hint: if the files are correct, seal them: `gen lock`
        ");
    }
}

#[apply(test)]
fn a_migration_that_was_edited_after_it_ran() {
    let project = Project::begun();
    project.succeeds(&["up"]);
    project.edit(&project.migrations()[0], "DROP TABLE \"user\"", "DROP TABLE IF EXISTS \"user\"");
    shows!(project.refused(&["down"]), @r"
    error: the migration files do not match schema.lock.json
      [time]_initial was edited after it was sealed

    hint: see what changed: `git status` and `git diff`
    hint: if the files are correct, seal them: `gen lock`
    ");
    shows!(project.run(&["status"]), @r"
    exit 0
    --- stdout
    entities   1 table                             up to date with the snapshot
    snapshot   1 table                             1 migration
    database   sqlite://shop.db                    matches the snapshot
      SQLite [version]
      applied    [time]_initial  [when]  [n] ms  file modified after it was applied
      the file of `[time]_initial` was edited, and the database has the migration as it was: `cp .gen/former/[time]_initial.sqlite.sql migrations/[time]_initial.sql`
      the file of migration `[time]_initial` was changed after it was applied at [when]
        see what changed: `git log -p -- '*[time]_initial*'`, and restore it: `git checkout <commit> -- <file>`
        put new statements in a new migration: `gen migration <Name>`
        or, if the new text leads to the same, record it here: `gen resolve [time]_initial --applied`
    ");
    project.succeeds(&["lock"]);
    shows!(project.refused(&["up"]), @r"
    error: the file of migration `[time]_initial` was changed after it was applied at [when]

    hint: see what changed: `git log -p -- '*[time]_initial*'`, and restore it: `git checkout <commit> -- <file>`
    hint: put new statements in a new migration: `gen migration <Name>`
    hint: or, if the new text leads to the same, record it here: `gen resolve [time]_initial --applied`
    ");
    shows!(project.refused(&["down"]), @r"
    error: the file of migration `[time]_initial` was changed after it was applied at [when]

    hint: see what changed: `git log -p -- '*[time]_initial*'`, and restore it: `git checkout <commit> -- <file>`
    hint: put new statements in a new migration: `gen migration <Name>`
    hint: or, if the new text leads to the same, record it here: `gen resolve [time]_initial --applied`
    ");
    shows!(project.run(&["status"]), @r"
    exit 0
    --- stdout
    entities   1 table                             up to date with the snapshot
    snapshot   1 table                             1 migration
    database   sqlite://shop.db                    matches the snapshot
      SQLite [version]
      applied    [time]_initial  [when]  [n] ms  file modified after it was applied
      the file of migration `[time]_initial` was changed after it was applied at [when]
        see what changed: `git log -p -- '*[time]_initial*'`, and restore it: `git checkout <commit> -- <file>`
        put new statements in a new migration: `gen migration <Name>`
        or, if the new text leads to the same, record it here: `gen resolve [time]_initial --applied`
    ");
}

#[apply(test)]
fn a_migration_whose_file_is_missing() {
    let project = Project::grown();
    project.succeeds(&["up"]);
    fs::remove_file(project.path(&project.migrations()[1])).unwrap();
    shows!(project.refused(&["up"]), @r"
    error: the migration files do not match schema.lock.json
      [time]_add_email is in schema.lock.json, but its file is missing

    hint: restore it: `git checkout -- migrations/[time]_add_email.sql`
    hint: if the files are correct, seal them: `gen lock`
    ");
    shows!(project.refused(&["down"]), @r"
    error: the migration files do not match schema.lock.json
      [time]_add_email is in schema.lock.json, but its file is missing

    hint: restore it: `git checkout -- migrations/[time]_add_email.sql`
    hint: if the files are correct, seal them: `gen lock`
    ");
    shows!(project.run(&["status"]), @r"
    exit 0
    --- stdout
    entities   1 table                             up to date with the snapshot
    snapshot   1 table                             2 migrations
    database   sqlite://shop.db                    matches the snapshot
      SQLite [version]
      applied    [time]_initial  [when]  [n] ms
      applied    [time]_add_phone  [when]  [n] ms
      applied    [time]_add_email  its file is missing
      the file of `[time]_add_email` was removed, and the database has the migration: `cp .gen/former/[time]_add_email.sqlite.sql migrations/[time]_add_email.sql`
    ");
    project.succeeds(&["lock"]);
    // The history has its way back.
    shows!(project.run(&["down", "2"]), @r"
    exit 0
    --- stdout
    reverted [time]_add_phone  1 statement, [n] ms
    reverted [time]_add_email  1 statement, [n] ms
    --- stderr
    verified: the database has the schema that the migrations lead to
    ");
    shows!(project.run(&["status"]), @r"
    exit 0
    --- stdout
    entities   1 table                             1 step ahead of the snapshot: `gen migration <Name>`
      user
        + column email varchar   entities/user.rs:9
    snapshot   1 table                             2 migrations
    database   sqlite://shop.db                    1 migration pending: `gen up`
      SQLite [version]
      applied    [time]_initial  [when]  [n] ms
      pending    [time]_add_phone
    ");
}

#[apply(test)]
fn a_migration_that_the_lock_does_not_list() {
    let project = Project::begun();
    project.write(
        "migrations/20991231_235959_by_hand.sql",
        project.read(&project.migrations()[0]).replace("user", "item"),
    );
    shows!(project.refused(&["up"]), @r"
    error: the migration files do not match schema.lock.json
      [time]_by_hand is not sealed

    hint: see what changed: `git status` and `git diff`
    hint: if the files are correct, seal them: `gen lock`
    ");
    shows!(project.run(&["status"]), @r"
    exit 0
    --- stdout
    entities   1 table                             up to date with the snapshot
    snapshot   1 table                             2 migrations
    database   sqlite://shop.db                    does not exist yet; `gen up` creates it
                 [time]_initial
                 [time]_by_hand
      `[time]_by_hand` is not sealed yet: `gen lock`
    ");
}

#[apply(test)]
fn a_migration_that_is_none() {
    let project = Project::begun();
    let path = project.migrations()[0].clone();
    let text = project.read(&path);
    project.write("migrations/notes.sql", "SELECT 1;");
    shows!(project.refused(&["up"]), @r"
    error: `migrations/notes.sql` is not named as a migration

    hint: a migration's file is named by a time and a name, as in `[time]_add_email_index.sql`; other SQL files go elsewhere
    ");
    fs::remove_file(project.path("migrations/notes.sql")).unwrap();
    project.write(&path, text.replace("-- UP", "-- OP"));
    shows!(project.refused(&["up"]), @r"
    error: `migrations/[time]_initial.sql`: line 7: a statement stands before `-- UP`

    hint: put the line `-- UP` above the first statement
    ");
    project.write(&path, text.replace("-- DOWN", ""));
    shows!(project.refused(&["up"]), @r"
    error: the migration files do not match schema.lock.json
      [time]_initial was edited after it was sealed

    hint: see what changed: `git status` and `git diff`
    hint: if the files are correct, seal them: `gen lock`
    ");
    project.write(&path, text.replace("\"name\" varchar", "\"name varchar"));
    shows!(project.refused(&["up"]), @r#"
    error: `migrations/[time]_initial.sql`: line 15: `";` is opened here and never closed

    hint: close it, or put the statement between `-- gen: statement` and `-- gen: end`
    "#);
    project.write(&path, b"-- UP\n\xff\n-- DOWN\n");
    shows!(project.refused(&["up"]), @r"
    error: `[project]/migrations/[time]_initial.sql` is not UTF-8 text, at line 2

    hint: save it as UTF-8
    ");
}

#[apply(test)]
fn something_is_in_the_way_of_what_is_written() {
    let project = begun();
    fs::remove_dir_all(project.path("migrations")).unwrap();
    project.write("migrations", "a file");
    shows!(project.refused(&["migration", "AddEmail"]), @r"
    error: cannot read `[project]/migrations`
      Not a directory (os error 20)

    hint: part of `[project]` is a file: rename or remove it
    ");

    let project = Project::new();
    project.write("snapshots", "a file");
    shows!(project.refused(&["init"]), @r"
    error: cannot read `[project]/snapshots/tables`
      Not a directory (os error 20)

    hint: part of `[project]/snapshots` is a file: rename or remove it
    ");

    let project = Project::new();
    fs::create_dir(project.path(LOCK)).unwrap();
    shows!(project.refused(&["init"]), @r"
    error: cannot read `[project]/schema.lock.json`
      Is a directory (os error 21)

    hint: a folder has that name: rename or remove it
    ");

    let project = Project::new();
    project.write("gen.toml", "migrations = \"out\"\n");
    project.succeeds(&["init"]);
    std::os::unix::fs::symlink("/proc", project.path("out")).unwrap();
    shows!(project.refused(&["migration", "Initial"]), @"
    proven on SQLite [version]: up, down, up again
    error: `[project]/out/[time]_initial.sql` is outside of the project `[project]`

    hint: write to a folder of the project, without links that lead out of it
    ");
}

/// A migration of which the tool must not run a word, and what every command says of it.
fn refuses_to_read(migration: &str, line: &str) {
    let project = Project::begun();
    project.write("migrations/20300101_000000_new.sql", migration);
    for command in [&["lock"][..], &["up"], &["verify"], &["check"]] {
        let said = project.refused(command);
        let first = said.lines().next().unwrap_or_default();
        assert_eq!(first, format!("error: `migrations/20300101_000000_new.sql`: {line}"), "{command:?}");
    }
}

#[apply(test)]
fn a_mark_inside_a_statement() {
    refuses_to_read(
        "-- UP\nUPDATE user SET name = 'a'\n-- STEP 2: only some\nWHERE id = 1;\n-- DOWN\nSELECT 1;\n",
        "line 3: `-- STEP 2: only some` stands inside the statement of line 2",
    );
    refuses_to_read(
        "-- UP\nUPDATE user SET name = 'a'\r  -- down\rWHERE id = 1;\n",
        "line 3: the character U+000D looks like a line break, but the database does not treat it as one",
    );
}

#[apply(test)]
fn what_no_database_reads_as_it_looks() {
    refuses_to_read("-- UP\nSELECT 1;\n\0SELECT 2;\n", "line 3: there is a NUL character");
    refuses_to_read(
        "-- UP\nSELECT 1; -- a\rSELECT 2;\n",
        "line 2: the character U+000D looks like a line break, but the database does not treat it as one",
    );
    refuses_to_read(
        "-- UP\nSELECT 1;\u{2028}-- DOWN\nSELECT 2;\n",
        "line 2: the character U+2028 looks like a line break, but the database does not treat it as one",
    );
}

#[apply(test)]
fn what_is_meant_for_a_client() {
    refuses_to_read("-- UP\n.read other.sql\n", "line 2: `.read other.sql` is meant for a client, not for the server");
    refuses_to_read("-- UP\nSELECT 1\nGO\n;\nGO\n", "line 5: `GO` is meant for a client, not for the server");
}

#[apply(test)]
fn a_carriage_return_ends_a_line() {
    let project = Project::begun();
    project.succeeds(&["up"]);
    project.sql("CREATE TABLE keep (i int)");
    let text = "-- UP\nCREATE TABLE n1 (id int);\r-- DOWN\nDROP TABLE n1;\nDROP TABLE keep;\n";
    project.write("migrations/20300101_000000_new.sql", text);
    // Its DOWN is refuted: the table it drops is none of the project's.
    project.succeeds(&["lock", "--no-verify"]);
    project.succeeds(&["up"]);
    project.sql("SELECT * FROM keep, n1");
}

/// Puts something in the place of a file that is none, or too long to be read.
#[cfg(unix)]
fn put(what: &str, path: &std::path::Path) {
    let _ = fs::remove_file(path);
    match what {
        "pipe" => assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success()),
        "device" => std::os::unix::fs::symlink("/dev/zero", path).unwrap(),
        _ => fs::File::create(path).unwrap().set_len(1 << 30).unwrap(),
    }
}

#[cfg(unix)]
#[apply(test)]
fn what_has_a_files_name_and_is_none() {
    let migration = "migrations/20300101_000000_new.sql";
    let files = ["entities/user.rs", "entities/user.sql", TABLE, migration, "gen.toml", ".env", "schema.lock.json"];
    for name in files {
        for (what, said) in [
            ("pipe", "is a pipe or a device, not a file"),
            ("device", "is a pipe or a device, not a file"),
            ("long", "is longer than 256 MiB"),
        ] {
            let project = Project::begun();
            put(what, &project.path(name));
            let refused = project.refused(&["check"]);
            assert!(refused.contains(said), "{name}, {what}: {refused}");
        }
    }
}
