//! Migration files on disk.

use super::*;

#[apply(test)]
fn a_folder_is_read_in_order() {
    let root = folder();
    put(root.path(), "gen.toml", "dialects = ['sqlite']");
    let project = Project::discover(root.path()).unwrap();
    assert_eq!(project.migrations(Product::Sqlite).unwrap(), []);
    let mut batch = Batch::new(&project.root);
    let mut written = Vec::new();
    for id in ["20260102_000000_b", "20260101_000000_z"] {
        let id: migration::MigrationId = id.parse().unwrap();
        let up = vec![Statement::new("SELECT 1")];
        let migration = Migration {
            id,
            product: Product::Sqlite,
            from: None,
            to: None,
            merged: Default::default(),
            contracts: None,
            up,
            down: Vec::new(),
        };
        batch.write(project.migration_path(Product::Sqlite, &migration.id), migration::text(&migration));
        written.insert(0, migration);
    }
    batch.commit().unwrap();
    for path in ["README.md", ".hidden.sql", "postgres/20260101_000000_z.sql"] {
        put(root.path(), &format!("migrations/{path}"), "x");
    }
    assert_eq!(project.migrations(Product::Sqlite).unwrap(), written);
}

#[apply(test)]
fn a_bad_file_is_named() {
    let root = folder();
    put(root.path(), "gen.toml", "dialects = ['sqlite']");
    let project = Project::discover(root.path()).unwrap();
    let elsewhere = "a migration's file is named by a time and a name, as in \
                     `20261120_201300_add_email_index.sql`; other SQL files go elsewhere";
    let rename = |from: &str, to: &str| format!("`git mv migrations/{from} migrations/{to}`");
    for (name, hint) in [
        ("seed.sql", elsewhere.to_owned()),
        ("20261320_000000_a.sql", elsewhere.to_owned()),
        ("20260101_000000_AddEmail.sql", rename("20260101_000000_AddEmail.sql", "20260101_000000_add_email.sql")),
        ("20260101_000000_a.SQL", rename("20260101_000000_a.SQL", "20260101_000000_a.sql")),
        ("20260101000000-a.sql", rename("20260101000000-a.sql", "20260101_000000_a.sql")),
    ] {
        put(root.path(), &format!("migrations/{name}"), "-- UP\n");
        assert_eq!(
            refusal(root.path(), project.migrations(Product::Sqlite)),
            format!("`migrations/{name}` is not named as a migration\n{hint}")
        );
        fs::remove_file(root.path().join("migrations").join(name)).unwrap();
    }
    put(root.path(), "migrations/20260101_000000_a.sql", "SELECT 1;\n-- UP\n");
    assert_eq!(
        refusal(root.path(), project.migrations(Product::Sqlite)),
        "`migrations/20260101_000000_a.sql`: line 1: a statement stands before `-- UP`\nput the line `-- UP` above the \
         first statement"
    );
}
