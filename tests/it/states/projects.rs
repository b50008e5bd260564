//! Several projects of one repository with their migrations in one database, each with a history of its own.
//!
//! Must not know where a history is kept.

use std::path::Path;

use sea_gen::schema::Product;

use super::project::Database;
use crate::support::{generate, on_each};

on_each!(each_project_has_its_own_history,);

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("a written file");
}

#[track_caller]
fn run(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = generate(folder, arguments).expect("gen runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{said}");
    said
}

fn each_project_has_its_own_history(product: Product) {
    let database = Database::create(product);
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    write(&root.join("gen.toml"), "projects = [\"auth\", \"billing\"]\n");
    for (name, table) in [("auth", "person"), ("billing", "bill")] {
        let settings = format!(
            "dialects = [\"{}\"]\ndatabase-url = \"{}\"\nhistory = \"{name}\"\ninclude = [\"{table}\"]\n",
            product.key(),
            database.url
        );
        write(&root.join(name).join("gen.toml"), &settings);
        let entity = format!(
            "use sea_orm::entity::prelude::*;\n\n#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]\n\
             #[sea_orm(table_name = \"{table}\")]\npub struct Model {{\n    #[sea_orm(primary_key)]\n    pub id: i32,\n}}\n\n\
             #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]\npub enum Relation {{}}\n\n\
             impl ActiveModelBehavior for ActiveModel {{}}\n"
        );
        write(&root.join(name).join("entities").join(format!("{table}.rs")), &entity);
        run(root, &["init", "--project", name], 0);
        run(root, &["migration", "Initial", "--project", name], 0);
    }
    let said = run(root, &["up"], 1);
    assert!(said.contains("lists projects and is none itself") && said.contains("gen up --all"), "{said}");
    let said = run(root, &["up", "--all"], 0);
    let (auth, billing) = (said.find("auth").expect("auth"), said.find("billing").expect("billing"));
    assert!(auth < billing && said.matches("applied").count() == 2, "{said}");
    run(root, &["check", "--all"], 0);
    // What one of them reverts is the other's no less.
    run(root, &["down", "--project", "auth"], 0);
    assert!(run(root, &["status", "--project", "auth"], 0).contains("pending"));
    assert!(run(root, &["status", "--project", "billing"], 0).contains("matches the snapshot"));
    let said = run(root, &["status", "--all"], 0);
    assert!(said.contains("pending") && said.contains("matches the snapshot"), "{said}");
    run(root, &["up", "--all"], 0);
    // A history keeps its name.
    let path = root.join("auth").join("gen.toml");
    let text =
        std::fs::read_to_string(&path).expect("a configuration").replace("history = \"auth\"", "history = \"other\"");
    write(&path, &text);
    let said = run(root, &["status", "--project", "auth"], 1);
    assert!(said.contains("set `history = \"auth\"`"), "{said}");
}
