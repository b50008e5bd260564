//! Two columns of one value while two versions of a program work: values that are equal by their meaning are not the same.
//!
//! Must not know how the triggers are written.

use sea_gen::schema::Product;

use super::project::Project;

/// Columns of types whose equality takes different texts for the same, or that have none.
const COLUMNS: [(&str, &str, &str, &str); 6] = [
    ("wait", "interval", "1 day", "24:00:00"),
    ("waits", "interval[]", "{\"1 day\"}", "{24:00:00}"),
    ("doc", "jsonb", "{\"a\": 1.0}", "{\"a\": 1.00}"),
    ("raw", "json", "{}", "{ }"),
    ("raws", "json[]", "{\"{}\"}", "{\"{ }\"}"),
    ("spot", "point", "(0,0)", "(0,0.0000001)"),
];

#[apply(test_on_postgres)]
fn what_is_equal_by_meaning_is_written_to_both_columns() {
    let project = Project::new(Product::Postgres);
    let columns = |before: &str| COLUMNS.map(|(name, kind, ..)| format!("{before}{name} {kind}")).join(", ");
    project.declare_in_sql(&format!("CREATE TABLE task (id int NOT NULL PRIMARY KEY, {});", columns("")));
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    project.declare_in_sql(&format!("CREATE TABLE task (id int NOT NULL PRIMARY KEY, {});", columns("new_")));
    let renames = COLUMNS.map(|(name, ..)| format!("task.{name}:new_{name}"));
    let renames = renames.iter().flat_map(|rename| ["--rename", rename]);
    let arguments: Vec<&str> = ["migration", "Change", "--expand-contract"].into_iter().chain(renames).collect();
    project.run(&arguments).with(0);
    project.run(&["up"]).with(0).mentions("waits");
    let (names, first) = (COLUMNS.map(|it| it.0).join(", "), COLUMNS.map(|it| format!("'{}'", it.2)).join(", "));
    project.database.execute(&format!("INSERT INTO task (id, {names}) VALUES (1, {first}), (2, {first})"));
    for (name, _, first, second) in COLUMNS {
        let values = || {
            let found = project.database.query(&format!("SELECT {name}::text, new_{name}::text FROM task ORDER BY id"));
            found.iter().flat_map(|row| [row.text(0).to_owned(), row.text(1).to_owned()]).collect::<Vec<_>>()
        };
        let before = values();
        assert!(before.iter().all(|it| *it == before[0]), "{name} {first}: {before:?}");
        project.database.execute(&format!("UPDATE task SET {name} = '{second}' WHERE id = 1"));
        project.database.execute(&format!("UPDATE task SET new_{name} = '{second}' WHERE id = 2"));
        let after = values();
        assert!(after[0] != before[0] && after.iter().all(|it| *it == after[0]), "{name} {second}: {after:?}");
    }
}
