//! The temporary crate: its manifest and its one source file.
//!
//! Must not know its folder, or how it is run.

use std::path::Path;

use sea_gen_runner::{Error, Result};
use toml::{Table, Value};

use super::packages::{Source, Workspace};

/// The features of SeaORM that it needs besides the user's: the registry, and a mock connection.
const FEATURES: [&str; 2] = ["entity-registry", "mock"];

/// The manifest. It is a separate workspace with the compiler settings of the user's, so that compiled dependencies are
/// reused.
///
/// # Errors
/// The workspace's manifest cannot be read.
pub(super) fn manifest(name: &str, workspace: &Workspace, root: &str) -> Result<String> {
    let root: Table = root
        .parse()
        .map_err(|error| Error::new("the workspace's Cargo.toml cannot be read").because(format!("{error}")))?;
    let text = |text: &str| Value::String(text.to_owned());
    let mut package = Table::new();
    package.insert("name".to_owned(), text(name));
    package.insert("version".to_owned(), text("0.0.0"));
    package.insert("edition".to_owned(), text("2024"));
    package.insert("publish".to_owned(), Value::Boolean(false));
    let mut sea_orm = match &workspace.sea_orm {
        Source::Registry { version } => Table::from_iter([("version".to_owned(), text(&format!("={version}")))]),
        Source::Git { url, revision } => {
            Table::from_iter([("git".to_owned(), text(url)), ("rev".to_owned(), text(revision))])
        }
        Source::Folder(folder) => Table::from_iter([("path".to_owned(), path(folder))]),
    };
    sea_orm.insert("default-features".to_owned(), Value::Boolean(false));
    sea_orm.insert("features".to_owned(), Value::Array(FEATURES.iter().map(|feature| text(feature)).collect()));
    let mut dependencies = Table::from_iter([("sea-orm".to_owned(), Value::Table(sea_orm))]);
    for package in &workspace.packages {
        let place = Table::from_iter([("path".to_owned(), path(&package.folder))]);
        dependencies.insert(package.name.clone(), Value::Table(place));
    }
    let mut manifest = Table::new();
    manifest.insert("package".to_owned(), Value::Table(package));
    manifest.insert("workspace".to_owned(), Value::Table(Table::new()));
    manifest.insert("dependencies".to_owned(), Value::Table(dependencies));
    for key in ["patch", "profile", "replace"] {
        if let Some(value) = root.get(key) {
            let mut value = value.clone();
            from_root(&mut value, &workspace.root);
            manifest.insert(key.to_owned(), value);
        }
    }
    Ok(manifest.to_string())
}

fn path(folder: &Path) -> Value {
    Value::String(folder.display().to_string())
}

/// Paths of patches are written from the workspace's root.
fn from_root(value: &mut Value, root: &Path) {
    let Value::Table(table) = value else { return };
    for (key, value) in table.iter_mut() {
        match value {
            Value::String(relative) if key == "path" => *relative = root.join(&*relative).display().to_string(),
            value => from_root(value, root),
        }
    }
}

/// The program: creates the registry of every package on a connection that records its statements.
pub(super) fn program(workspace: &Workspace) -> String {
    let libraries = workspace.packages.iter().map(|package| package.library.as_str());
    let uses: String = libraries.clone().map(|library| format!("use {library} as _;\n")).collect();
    let prefixes: Vec<String> = libraries.map(|library| format!("{:?}", format!("{library}::*"))).collect();
    format!("//! Written by `gen` to ask SeaORM what it makes of the entities; it may be deleted.\n\n{uses}{PROGRAM}")
        .replace("PREFIXES", &prefixes.join(", "))
}

const PROGRAM: &str = r#"
use sea_orm::{DbBackend, MockDatabase, MockExecResult};
use std::future::Future;
use std::task::{Context, Poll, Waker};

fn main() {
    let backend = match std::env::args().nth(1).as_deref() {
        Some("postgres") => DbBackend::Postgres,
        Some("mysql") => DbBackend::MySql,
        _ => DbBackend::Sqlite,
    };
    let results = (0..1_000_000).map(|_| MockExecResult::default());
    let connection = MockDatabase::new(backend).append_exec_results(results).into_connection();
    for prefix in [PREFIXES] {
        let registry = connection.get_schema_registry(prefix);
        let mut work = std::pin::pin!(registry.apply(&connection));
        let outcome = loop {
            if let Poll::Ready(outcome) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                break outcome;
            }
        };
        if let Err(error) = outcome {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
    for transaction in connection.into_transaction_log() {
        for statement in transaction.statements() {
            print!("{statement}\0");
        }
    }
}
"#;

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::project::compiled::packages::Package;

    fn workspace(sea_orm: Source) -> Workspace {
        Workspace {
            root: PathBuf::from("/shop"),
            target: PathBuf::from("/shop/target"),
            packages: vec![Package {
                name: "shop-entities".to_owned(),
                folder: PathBuf::from("/shop/entities"),
                library: "shop_entities".to_owned(),
            }],
            sea_orm,
        }
    }

    #[test]
    fn patches_and_profiles_are_taken_over() {
        let root = "[profile.dev]\ndebug = false\n[patch.crates-io]\nuuid = { path = \"vendor/uuid\" }\n";
        let shop = workspace(Source::Registry { version: "2.0.4".to_owned() });
        let manifest = manifest("gen-compiled", &shop, root).unwrap().parse::<Table>().unwrap();
        assert_eq!(manifest["patch"]["crates-io"]["uuid"]["path"].as_str(), Some("/shop/vendor/uuid"));
        assert_eq!(manifest["profile"]["dev"]["debug"].as_bool(), Some(false));
        assert_eq!(manifest["dependencies"]["sea-orm"]["version"].as_str(), Some("=2.0.4"));
        assert_eq!(manifest["dependencies"]["shop-entities"]["path"].as_str(), Some("/shop/entities"));
    }

    #[test]
    fn every_library_is_linked_and_asked() {
        let text = program(&workspace(Source::Folder(PathBuf::from("/sea-orm"))));
        assert!(text.contains("use shop_entities as _;"), "{text}");
        assert!(text.contains("for prefix in [\"shop_entities::*\"]"), "{text}");
    }
}
