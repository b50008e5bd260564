//! `gen entities`: what was read, and from where.
//!
//! Must not know how it is read.

use super::project::Project;
use super::shows;

#[test]
fn what_was_read_is_listed() {
    let project = Project::new();
    project.write(
        "entities/user.postgres.sql",
        "CREATE INDEX user_by_name ON \"user\" (lower(name));\nCREATE TABLE log (id bigserial PRIMARY KEY, said text NOT NULL DEFAULT '');\n",
    );
    shows!(project.succeeds(&["entities"]), @"");
    shows!(project.succeeds(&["entities", "--dialect", "postgres"]), @"");
    shows!(project.succeeds(&["entities", "--dialect", "postgres", "--json"]), @"");
}

#[test]
fn what_could_not_be_read_is_listed_too() {
    let project = Project::new();
    project.write("entities/odd.sql", "CREATE INDEX nowhere ON absent (id);\n");
    let output = project.run(&["entities", "--json"]);
    assert!(output.contains("exit 1"), "{output}");
    assert!(output.contains("\"severity\": \"error\""), "{output}");
}
