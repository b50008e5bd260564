//! The privileges that `gen grants` prints are enough for the work, and for no more.

use sea_gen::schema::Product;

use super::project::Project;
use crate::support::on_each;

on_each!(a_role_can_do_its_work_and_no_more);

/// Grants a role what `gen grants` prints, and returns the URL of that role.
fn granted(project: &Project, role: &str, work: &str) -> String {
    let database = &project.database;
    let said = project.run(&["grants", "--for", work, "--to", role]).with(0);
    for statement in said.out.lines() {
        database.execute(statement.trim_end_matches(';'));
    }
    database.url.replacen("postgres@", &format!("{role}@"), 1).replacen("root@", &format!("{role}@"), 1)
}

fn a_role_can_do_its_work_and_no_more(product: Product) {
    let project = Project::settled(product);
    if product == Product::Sqlite {
        let said = project.run(&["grants", "--for", "run", "--to", "app"]);
        said.with(1).mentions("an SQLite database has no roles");
        return;
    }
    let number = std::process::id();
    let [migrator, app, reader] = ["m", "a", "r"].map(|kind| format!("gen_{kind}_{number}"));
    for role in [&migrator, &app, &reader] {
        project.database.execute(&match product {
            Product::Postgres => format!("CREATE ROLE {role} LOGIN"),
            _ => format!("CREATE USER {role}@'%'"),
        });
    }
    let url = granted(&project, &migrator, "migrate");
    project.run(&["migration", "Add", "--empty"]).with(0);
    project
        .write_newest("CREATE TABLE added (id int PRIMARY KEY);\nINSERT INTO added VALUES (1);", "DROP TABLE added;");
    project.run(&["lock", "--no-verify"]).with(0);
    if product == Product::Postgres {
        // The history is the administrator's, who has applied the first ones.
        for table in ["sea_gen_history", "sea_gen_history_log"] {
            project.database.execute(&format!("ALTER TABLE {table} OWNER TO {migrator}"));
        }
    }
    project.run(&["up", "--database-url", &url]).with(0);

    let url = granted(&project, &reader, "status");
    project.run(&["status", "--database-url", &url]).mentions("added");
    let url = granted(&project, &app, "run");
    project.run(&["migration", "More", "--empty"]).with(0);
    project.write_newest("CREATE TABLE more (id int PRIMARY KEY);", "DROP TABLE more;");
    project.run(&["lock", "--no-verify"]).with(0);
    project.run(&["up", "--database-url", &url]).with(1);
    project.run(&["status", "--database-url", &url]).mentions("pending");

    for role in [&migrator, &app, &reader] {
        match product {
            Product::Postgres => {
                project.database.execute(&format!("REASSIGN OWNED BY {role} TO postgres"));
                project.database.execute(&format!("DROP OWNED BY {role}"));
                project.database.execute(&format!("DROP ROLE {role}"));
            }
            _ => project.database.execute(&format!("DROP USER {role}@'%'")),
        }
    }
}
