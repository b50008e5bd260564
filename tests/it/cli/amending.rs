//! `gen migration --amend`: the last migration is made again, and what somebody has changed in its file is carried over or shown.

use super::project::{Project, USER};
use super::shows;

/// A project with a second migration that adds a column.
fn begun() -> Project {
    let project = Project::begun();
    project.declare("email");
    project.succeeds(&["migration", "AddEmail"]);
    project
}

/// The statements of the last migration, without comments.
fn last(project: &Project) -> String {
    let text = project.read(project.migrations().last().unwrap());
    let lines = text.lines().filter(|line| !line.trim().is_empty() && (!line.starts_with("--") || line.len() < 8));
    lines.collect::<Vec<_>>().join("\n")
}

#[apply(test)]
fn the_last_migration_is_made_again() {
    let project = begun();
    let ids = project.ids();
    project.declare("phone");
    shows!(project.run(&["migration", "--amend"]), @r#"
    exit 0
    --- stdout
    AddEmail: 2 steps
      user
        + column email varchar   entities/user.rs:9
        + column phone varchar   entities/user.rs:10
      warning: column `user.email` looks personal: say so under `[personal]` in gen.toml: `"user.email" = "email"`, or `= "none"` [unanswered-personal-data]
      warning: column `user.phone` looks personal: say so under `[personal]` in gen.toml: `"user.phone" = "phone"`, or `= "none"` [unanswered-personal-data]

    wrote migrations/[time]_add_email.sql
    wrote schema.lock.json
    wrote snapshots/ (1 file)

    next: read the migration, then `gen up` applies it and `gen status` shows it
    --- stderr
    proven on SQLite [version]: up, down, up again, with 40 rows
    "#);
    assert_eq!(project.ids(), ids);
    shows!(last(&project), @r#"
    -- UP
    ALTER TABLE "user" ADD COLUMN "email" varchar;
    ALTER TABLE "user" ADD COLUMN "phone" varchar;
    -- DOWN
    ALTER TABLE "user" DROP COLUMN "phone";
    ALTER TABLE "user" DROP COLUMN "email";
    "#);
    project.succeeds(&["check"]);
    // Under another name, and a second time.
    project.declare("city");
    project.succeeds(&["migration", "--amend", "AddContact"]);
    assert_eq!(project.ids()[1], ids[1].replace("add_email", "add_contact"));
    project.succeeds(&["check"]);
    project.succeeds(&["up"]);
    shows!(project.refused(&["migration", "--amend"]), @r"
    error: `[time]_add_contact` is applied on the database at hand

    hint: revert it there first: `gen down`
    ");
    project.succeeds(&["undo", "--down"]);
    assert_eq!(project.ids(), ids[..1]);
    shows!(project.refused(&["migration", "--amend", "--dry-run"]), @r"
    error: `[time]_initial` is applied on the database at hand

    hint: revert it there first: `gen down`
    ");
}

#[apply(test)]
fn the_result_is_that_of_one_migration() {
    for configuration in ["dialects = [\"sqlite\"]\n", "dialects = [\"sqlite\", \"postgres\", \"mariadb\"]\n"] {
        let made = |amends: bool| {
            let project = Project::empty(configuration);
            project.write("entities/user.rs", USER);
            project.succeeds(&["migration", "Initial"]);
            project.declare("email");
            project.write("entities/note.rs", USER.replace("\"user\"", "\"note\""));
            if amends {
                project.succeeds(&["migration", "Other"]);
            }
            std::fs::remove_file(project.path("entities/note.rs")).unwrap();
            project.declare("phone");
            match amends {
                true => project.succeeds(&["migration", "--amend", "Change"]),
                false => project.succeeds(&["migration", "Change"]),
            };
            let mut tree = project.tree();
            tree.retain(|path, _| path.starts_with("snapshots"));
            (tree, last(&project))
        };
        assert!(made(true) == made(false), "{configuration}");
    }
}

#[apply(test)]
fn edits_are_carried_over_where_it_is_certain() {
    let project = begun();
    let path = project.migrations()[1].clone();
    let add = project.read(&path).lines().find(|line| line.starts_with("ALTER TABLE")).unwrap().to_owned();
    project.edit(
        &path,
        &add,
        &format!("{add}\n\n-- why: the old system has them\nCREATE INDEX by_hand ON user (email);"),
    );
    project.edit(&path, "-- DOWN\n", "-- DOWN\n\nDROP INDEX by_hand;\n");
    project.succeeds(&["lock"]);
    project.declare("phone");
    project.succeeds(&["migration", "--amend"]);
    shows!(last(&project), @r#"
    -- UP
    ALTER TABLE "user" ADD COLUMN "email" varchar;
    CREATE INDEX by_hand ON user (email);
    ALTER TABLE "user" ADD COLUMN "phone" varchar;
    -- DOWN
    ALTER TABLE "user" DROP COLUMN "phone";
    DROP INDEX by_hand;
    ALTER TABLE "user" DROP COLUMN "email";
    "#);
    assert!(project.read(&path).contains("-- why: the old system has them\nCREATE INDEX by_hand"));
    project.succeeds(&["check"]);
    // Once more: what the tool has written is told from what was added.
    project.declare("city");
    project.succeeds(&["migration", "--amend"]);
    assert_eq!(last(&project).matches("by_hand").count(), 2);
    project.succeeds(&["check"]);
    project.succeeds(&["up"]);
    project.succeeds(&["check"]);
}

#[apply(test)]
fn edits_that_belong_nowhere_are_shown() {
    let project = begun();
    let path = project.migrations()[1].clone();
    project.edit(&path, "\"email\" varchar", "\"email\" varchar(80)");
    project.succeeds(&["lock"]);
    project.edit("entities/user.rs", "email: Option<String>", "mail: Option<String>");
    shows!(project.refused(&["migration", "--amend"]), @r#"
    error: `migrations/[time]_add_email.sql` was edited by hand, and it is not certain where the edits belong now
      @@ -6,3 +6,3 @@
      -ALTER TABLE "user" ADD COLUMN "email" varchar;
      +ALTER TABLE "user" ADD COLUMN "email" varchar(80);

    hint: take it back, `gen undo` keeps its text; write it with `gen migration <Name>`, and put the edits into that file
    "#);
    // Nobody knows what was generated.
    std::fs::remove_dir_all(project.path(".gen")).unwrap();
    project.edit(&path, "-- DOWN", "UPDATE user SET name = name;\n\n-- DOWN");
    project.succeeds(&["lock"]);
    shows!(project.refused(&["migration", "--amend"]), @r"
    note: what was generated for it is not kept here; its file is compared with what its snapshot gives
    error: `migrations/[time]_add_email.sql` was edited by hand, and it is not certain where the edits belong now
      @@ -8,2 +8,4 @@
      +UPDATE user SET name = name;
      +
       -- DOWN

    hint: take it back, `gen undo` keeps its text; write it with `gen migration <Name>`, and put the edits into that file
    ");
    // Without edits nothing is in the way.
    project.succeeds(&["undo"]);
    project.succeeds(&["migration", "AddMail"]);
    std::fs::remove_dir_all(project.path(".gen")).unwrap();
    project.edit("entities/user.rs", "mail: Option<String>", "post: Option<String>");
    project.succeeds(&["migration", "--amend"]);
    assert!(!last(&project).contains("mail"));
}

#[apply(test)]
fn a_migration_of_which_nothing_is_left_is_taken_back_instead() {
    let project = begun();
    project.edit("entities/user.rs", "    pub email: Option<String>,\n", "");
    shows!(project.refused(&["migration", "--amend"]), @r"
    error: nothing is left of `[time]_add_email`: the entities declare what was there before it

    hint: take it back: `gen undo`
    ");
    project.succeeds(&["undo"]);
    project.succeeds(&["check"]);
}
