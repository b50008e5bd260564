//! Answers on the command line that fit nothing, and what is misspelt in the entities.

use super::project::Project;

/// A user who gets a first name, where a name and a note go.
fn changed() -> Project {
    let project = Project::begun();
    project.edit("entities/user.rs", "pub name: String", "pub name: String, pub note: Option<String>");
    project.succeeds(&["migration", "Note"]);
    project.edit("entities/user.rs", "pub name: String, pub note: Option<String>", "pub first_name: String");
    project
}

/// Refused, with nothing but the error on the screen.
fn misfit(project: &Project, given: &[&str], reason: &str, hint: &str) {
    let before = project.tree();
    let said = project.refused(&[&["migration", "Next"], given].concat());
    let expected = format!("error: {reason}\n\nhint: {hint}\n");
    assert_eq!(said, expected, "{given:?}");
    assert!(project.tree() == before, "{given:?}");
}

#[apply(test)]
fn an_answer_that_fits_nothing_is_refused_with_what_may_have_been_meant() {
    let project = changed();
    for (given, reason, hint) in [
        ("nonsense:other", "there is no table `nonsense`", "correct it, or leave it out"),
        (
            "user.nmae:first_name",
            "there is no column `nmae` in `user`",
            "did you mean `--rename user.name:first_name`?",
        ),
        ("usr.name:first_name", "there is no table `usr`", "did you mean `--rename user.name:first_name`?"),
        (
            "user.name:first_nme",
            "no entity or SQL file declares a column `first_nme` in `user`",
            "did you mean `--rename user.name:first_name`?",
        ),
        ("user.name:id", "there is a column `id` in `user` already", "correct it, or leave it out"),
        ("enum:mood:humour", "there is no enum type `mood`", "correct it, or leave it out"),
        ("index:user.old:new", "there is no index `old` in `user`", "correct it, or leave it out"),
    ] {
        let reason = format!("`--rename {given}` matches nothing in this migration: {reason}");
        misfit(&project, &["--rename", given], &reason, hint);
    }
    let renamed = ["--rename", "user.name:first_name"];
    for (given, reason, hint) in [
        (
            ["--new", "first_name"],
            "`--new first_name` matches nothing in this migration: nothing called `first_name` comes with it",
            "correct it, or leave it out",
        ),
        (
            ["--allow", "drop-column:user.not"],
            "`--allow drop-column:user.not` matches nothing in this migration: it has no finding to allow",
            "did you mean `--allow drop-column:user.note`?",
        ),
        (
            ["--backfill", "user.frist_name='a'"],
            "`--backfill user.frist_name` matches nothing in this migration: there is no column `frist_name` in `user`",
            "did you mean `--backfill user.first_name`?",
        ),
        (
            ["--using", "usr.first_name='a'"],
            "`--using usr.first_name` matches nothing in this migration: there is no table `usr`",
            "did you mean `--using user.first_name`?",
        ),
        (
            ["--replace", "user.fist_name:a=b"],
            "`--replace user.fist_name` matches nothing in this migration: there is no column `fist_name` in `user`",
            "did you mean `--replace user.first_name`?",
        ),
    ] {
        misfit(&project, &[&renamed, &given[..]].concat(), reason, hint);
    }
    project.succeeds(&["migration", "Split", "--dry-run", "--new", "user.first_name", "--keep"]);
    let allowed = ["--allow", "drop-column:user.note", "--allow", "drop-*:user"];
    project.succeeds(&[&["migration", "Split"], &renamed[..], &allowed].concat());
    misfit(
        &project,
        &["--keep"],
        "`--keep` matches nothing in this migration: it drops no table and no column",
        "correct it, or leave it out",
    );
    // What is allowed everywhere is a rule to go by.
    project.succeeds(&["migration", "Next", "--allow", "drop-table"]);
    let said = project.refused(&["migration", "Next", "--empty", "--keep"]);
    assert!(said.contains("cannot be used with"), "{said}");
    let said = project.refused(&["migration", "Next", "--allow", "drop-colum"]);
    assert!(said.contains("did you mean `drop-column`?"), "{said}");
    project.succeeds(&["up"]);
    let said = project.refused(&["down", "--allow", "drop-column:user.first_nme"]);
    assert!(said.contains("matches nothing: there is no finding to allow"), "{said}");
}

#[apply(test)]
fn an_answer_may_be_for_one_of_several_dialects() {
    let project = Project::empty("dialects = [\"postgres\", \"sqlite\"]\n");
    project.write("entities/user.rs", super::project::USER);
    let mood = "#[derive(EnumIter, DeriveActiveEnum)]\n#[sea_orm(rs_type = \"String\", db_type = \"Enum\", enum_name = \"mood\")]\n\
                pub enum Mood {\n    #[sea_orm(string_value = \"dull\")]\n    Dull,\n}\n";
    project.edit(
        "entities/user.rs",
        "use sea_orm::entity::prelude::*;\n",
        &format!("use sea_orm::entity::prelude::*;\n{mood}"),
    );
    project.edit("entities/user.rs", "pub name: String", "pub name: Mood");
    project.succeeds(&["init"]);
    project.succeeds(&["migration", "Initial", "--no-verify"]);
    project.edit("entities/user.rs", "enum_name = \"mood\"", "enum_name = \"humour\"");
    let plan = ["migration", "Humour", "--dry-run", "--rename"];
    project.succeeds(&[&plan[..], &["enum:mood:humour"]].concat());
    let said = project.refused(&[&plan[..], &["mood:humour"]].concat());
    assert!(said.contains("did you mean `--rename enum:mood:humour`?"), "{said}");
    let needless: [&[&str]; 3] =
        [&["--backfill", "user.id=1"], &["--using", "user.id=1"], &["--replace", "user.name:dull=calm"]];
    for given in needless {
        let said = project.refused(&[&plan[..], &["enum:mood:humour"], given].concat());
        assert!(
            said.contains(&format!("`{} user.", given[0])) && said.contains("matches nothing in this migration"),
            "{said}"
        );
    }
}

#[apply(test)]
fn a_misspelt_setting_that_changes_the_plan_is_an_error() {
    let project = Project::begun();
    for (given, meant) in [("uniqe", "unique"), ("nulable", "nullable"), ("colunm_name = \"n\"", "column_name")] {
        project.edit("entities/user.rs", "    pub name", &format!("    #[sea_orm({given})]\n    pub name"));
        let said = project.refused(&["migration", "Name"]);
        assert!(said.contains(&format!("did you mean `{meant}`?")), "{said}");
        project.edit("entities/user.rs", &format!("    #[sea_orm({given})]\n"), "");
    }
    // One that means nothing to the database does not stop anybody, nor does one that nobody knows.
    for given in ["select_sa = \"text\"", "wobble"] {
        project.edit("entities/user.rs", "    pub name", &format!("    #[sea_orm({given})]\n    pub name"));
        let output = project.output(&["migration", "Name"]);
        assert!(output.status.success() && project.shown(&output).contains("SeaORM knows no"), "{given}");
        project.edit("entities/user.rs", &format!("    #[sea_orm({given})]\n"), "");
    }
}

#[apply(test)]
fn a_migration_that_starts_before_the_last_one_is_not_applied() {
    let project = Project::begun();
    let before = project.tree();
    project.declare("email");
    project.succeeds(&["migration", "Email"]);
    let email = project.migrations().pop().unwrap();
    let text = project.read(&email);
    for (path, content) in before {
        if let Some(content) = content {
            project.write(path, content);
        }
    }
    std::fs::remove_file(project.path(&email)).unwrap();
    project.declare("phone");
    project.succeeds(&["migration", "Phone"]);
    // The other branch is merged, and nobody looks where the two lead.
    let late = "migrations/99990101_000000_email.sql";
    project.write(late, text);
    project.succeeds(&["lock", "--no-verify"]);
    let said = project.refused(&["up"]);
    assert!(said.contains("migration `99990101_000000_email` does not follow"), "{said}");
    assert!(said.contains("`gen verify 99990101_000000_email`"), "{said}");
    project.succeeds(&["verify", "99990101_000000_email"]);
    project.succeeds(&["up"]);
}

#[apply(test)]
fn what_is_to_be_written_yet_is_no_reason_for_a_missing_way_back() {
    let project = Project::begun();
    project.succeeds(&["migration", "ByHand", "--empty"]);
    let path = project.migrations().pop().unwrap();
    project.edit(
        &path,
        "-- write the up statements here",
        "UPDATE user SET name = '';\n-- write the up statements here",
    );
    assert!(project.shown(&project.output(&["lint", "by_hand"])).contains("missing-down"));
    project.edit(
        &path,
        "-- write the down statements here",
        "-- the names are gone for good\n-- write the down statements here",
    );
    assert!(!project.shown(&project.output(&["lint", "by_hand"])).contains("missing-down"));
}

#[apply(test)]
fn where_there_are_no_sources_migrations_are_applied_and_looked_at() {
    let project = Project::begun();
    std::fs::remove_dir_all(project.path("entities")).unwrap();
    project.succeeds(&["up"]);
    let said = project.succeeds(&["status"]);
    assert!(said.contains("not here") && said.contains("matches the snapshot"), "{said}");
    let said = project.succeeds(&["check"]);
    assert!(said.contains("there are no entities here"), "{said}");
    // What is asked for is not left out, nor what a crate ought to have.
    project.refused(&["check", "--entities"]);
    project.write("Cargo.toml", "[package]\nname = \"shop\"\n");
    project.refused(&["status"]);
    std::fs::remove_file(project.path("Cargo.toml")).unwrap();
    std::fs::remove_dir_all(project.path("snapshots")).unwrap();
    project.succeeds(&["up"]);
    // Where the sources are, a snapshot is missing by mistake.
    project.write("Cargo.toml", "[package]\nname = \"shop\"\n");
    let said = project.refused(&["up"]);
    assert!(said.contains("the snapshot in `snapshots` is missing"), "{said}");
}

#[apply(test)]
fn a_schema_need_not_be_listed_where_an_entity_names_it() {
    let project = Project::empty("dialects = [\"postgres\"]\n");
    project.write("entities/user.rs", super::project::USER);
    project.edit("entities/user.rs", "table_name = \"user\"", "schema_name = \"audit\", table_name = \"user\"");
    project.succeeds(&["migration", "Initial", "--no-verify"]);
    let written: String = project.migrations().iter().map(|path| project.read(path)).collect();
    assert!(written.contains("CREATE SCHEMA"), "{written}");
}

#[apply(test)]
fn keys_that_are_one_to_postgres_are_said_with_the_line_and_the_way_out() {
    let project = Project::empty("dialects = [\"postgres\"]\n");
    project.write("entities/user.rs", super::project::USER);
    let long = "a".repeat(53);
    let fields: String = ["one", "two"].map(|end| format!("    pub {long}_{end}: i32,\n")).concat();
    let relations: String = ["One", "Two"]
        .map(|end| {
            let from = format!("A{}{end}", &long[1..]);
            let belongs_to = format!("belongs_to = \"super::user::Entity\", from = \"Column::{from}\"");
            format!("    #[sea_orm({belongs_to}, to = \"super::user::Column::Id\")]\n    {end},\n")
        })
        .concat();
    let order = super::project::USER
        .replace("\"user\"", "\"orders\"")
        .replace("    pub name: String,\n", &fields)
        .replace("pub enum Relation {}", &format!("pub enum Relation {{\n{relations}}}"));
    project.write("entities/orders.rs", order);
    project.succeeds(&["init"]);
    let said = project.refused(&["migration", "Initial", "--no-verify"]);
    assert!(said.contains("entities/orders.rs:") && said.contains("when truncated to 63 bytes"), "{said}");
    assert!(said.contains("hint: give one of them a shorter name: `fk_name = "), "{said}");
    project.edit("entities/orders.rs", "#[sea_orm(belongs_to", "#[sea_orm(fk_name = \"orders_one\", belongs_to");
    project.succeeds(&["migration", "Initial", "--no-verify"]);
}

#[apply(test)]
fn a_declared_view_with_an_old_name_is_not_said_to_be_declared_by_nobody() {
    let project = Project::new();
    project.write("entities/user.sqlite.sql", "CREATE VIEW names AS SELECT name FROM user;\n");
    project.succeeds(&["migration", "Initial"]);
    project.edit("entities/user.rs", "pub name: String", "pub first_name: String");
    let said = project.refused(&["migration", "First", "--rename", "user.name:first_name"]);
    assert!(said.contains("its text has the old name still"), "{said}");
    assert!(said.contains("hint: write the new name where it is declared"), "{said}");
    project.write("entities/user.sqlite.sql", "CREATE VIEW names AS SELECT first_name FROM user;\n");
    project.succeeds(&["migration", "First", "--rename", "user.name:first_name"]);
}

#[apply(test)]
fn a_second_environment_is_told_how_to_get_to_the_baseline() {
    let project = Project::empty("dialects = [\"sqlite\"]\ndatabase-url = \"sqlite://shop.db\"\n");
    project.write("entities/user.rs", super::project::USER);
    project.succeeds(&["sync"]);
    project.succeeds(&["init"]);
    let other = "sqlite://other.db";
    let path = format!("sqlite://{}", project.path("other.db").display());
    std::fs::write(project.path("other.db"), "").unwrap();
    super::project::execute(&path, "CREATE TABLE user (id integer PRIMARY KEY, name text)");
    let said = project.refused(&["up", "--database-url", other]);
    assert!(said.contains("creates table `user`, which already exists in this database"), "{said}");
    let differs = ["diff", "--from", "database", "--to", "snapshot", "--format", "sql", "--database-url", other];
    let script = project.succeeds(&differs);
    assert!(said.contains(&format!("`gen {}`", differs.join(" "))), "{said}");
    super::project::execute(&path, &script);
    let said = project.succeeds(&["up", "--database-url", other]);
    assert!(said.contains("recognised"), "{said}");
}

/// What `renamed_from` says may stand there for ever once it was done; one that was never done is a slip.
#[apply(test)]
fn a_former_name_that_fits_nothing_is_refused_and_one_that_was_taken_stays() {
    let project = Project::begun();
    project.edit("entities/user.rs", "pub name: String", "pub name: String, pub note: Option<String>");
    project.succeeds(&["migration", "Note"]);
    let fields = |to: &str| {
        let at = project.read("entities/user.rs");
        let from = at.lines().find(|line| line.contains("name: String")).unwrap().trim().to_owned();
        project.edit("entities/user.rs", &from, to);
    };
    let place = |field: &str, former: &str| {
        format!("entities/user.rs:8: `renamed_from = \"{former}\"` of user.{field} matches nothing in this migration: ")
    };
    fields("#[sea_orm(renamed_from = \"nmae\")] pub first_name: String, pub note: Option<String>,");
    let reason = place("first_name", "nmae") + "there is no column `nmae` in `user`";
    misfit(&project, &["--allow", "drop-column"], &reason, "did you mean `renamed_from = \"name\"`?");
    fields("#[sea_orm(renamed_from = \"note\")] pub name: String,");
    let reason = place("name", "note") + "there is a column `name` in `user` already";
    misfit(&project, &["--allow", "drop-column"], &reason, "correct it, or leave it out");

    fields("#[sea_orm(renamed_from = \"name\")] pub first_name: String, pub note: Option<String>,");
    project.succeeds(&["migration", "Renamed"]);
    project.succeeds(&["migration", "Nothing"]);
    // The old name is given to another column, which goes again later than the new one came.
    fields(
        "#[sea_orm(renamed_from = \"name\")] pub first_name: String, pub name: Option<String>, pub note: Option<String>,",
    );
    project.succeeds(&["migration", "Another"]);
    project.succeeds(&["migration", "Nothing"]);
    // A table that is new altogether had no names before.
    let user = project.read("entities/user.rs").replace("\"user\"", "\"guest\"");
    project.write("entities/guest.rs", user);
    project.succeeds(&["migration", "Guest"]);
}
