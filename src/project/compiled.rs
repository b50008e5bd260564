//! Asks SeaORM itself for the schema of the entities: a temporary crate is built beside the user's, linked with their entities,
//! and prints the statements that SeaORM would send.
//!
//! Must not know what the statements are for, or any database: the temporary crate connects to none and gets no URL.

mod packages;
mod runner;

use std::path::{Path, PathBuf};
use std::process::Command;

use sea_gen_runner::checksum::sha256;
use sea_gen_runner::files::read_text_if_there;
use sea_gen_runner::{Error, Result};

use crate::schema::Product;

use super::{Batch, Project, make_folder};

use packages::Workspace;

/// The folder of the temporary crate, below cargo's target folder.
const FOLDER: &str = "gen";

/// The prefix of the names of such crates.
const NAME: &str = "gen-compiled";

/// The entities, compiled.
#[derive(Debug)]
pub struct Compiled {
    program: PathBuf,
    packages: Vec<String>,
}

impl Compiled {
    /// Builds the temporary crate with every package that contains entities of the project.
    ///
    /// # Errors
    /// No cargo, no package with a library, a SeaORM without an entity registry, or code that does not compile: cargo's
    /// message is the reason.
    pub fn build(project: &Project) -> Result<Self> {
        let what = format!("cargo cannot make sense of the project in `{}`", project.root.display());
        let mut arguments = vec!["metadata", "--format-version", "1"];
        // Otherwise cargo fetches packages for other systems.
        let host = host();
        arguments.extend(host.iter().flat_map(|host| ["--filter-platform", host.as_str()]));
        let metadata = cargo(&project.root, &arguments, &what)?;
        let paths = project.entity_paths()?;
        let paths: Vec<_> = paths.iter().map(|path| project.root.join(path)).collect();
        let workspace = Workspace::read(&metadata, &paths)?;
        // Workspaces may share a target folder.
        let name = format!("{NAME}-{}", sha256(&workspace.root.display().to_string()).get(..8).unwrap_or_default());
        let folder = workspace.target.join(FOLDER).join(&name);
        make_folder(&folder)?;
        let mut batch = Batch::new(&folder);
        let manifest = read_text_if_there(&workspace.root.join("Cargo.toml"))?.unwrap_or_default();
        batch.write("Cargo.toml", runner::manifest(&name, &workspace, &manifest)?);
        batch.write("src/main.rs", runner::program(&workspace));
        // Cargo adds packages to the lock that the workspace does not need, so it is copied only when the workspace's lock changes.
        let lock = read_text_if_there(&workspace.root.join("Cargo.lock"))?.unwrap_or_default();
        if read_text_if_there(&folder.join("workspace.lock"))?.as_ref() != Some(&lock) {
            batch.write("Cargo.lock", lock.clone());
            batch.write("workspace.lock", lock);
        }
        batch.commit()?;
        let target = workspace.target.display().to_string();
        let packages: Vec<String> = workspace.packages.iter().map(|package| package.name.clone()).collect();
        let what = format!("{} cannot be built together with SeaORM's registry of entities", packages.join(", "));
        cargo(&folder, &["build", "--quiet", "--target-dir", &target], &what)
            .map_err(|error| error.hint("see that it compiles by itself: `cargo build`"))?;
        let program = workspace.target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        Ok(Self { program, packages })
    }

    /// The statements with which SeaORM creates the entities on a product, in its order.
    ///
    /// # Errors
    /// SeaORM cannot write them for this product.
    pub fn statements(&self, product: Product) -> Result<Vec<String>> {
        let backend = match product {
            Product::Postgres => "postgres",
            Product::MySql | Product::MariaDb => "mysql",
            Product::Sqlite => "sqlite",
        };
        let failed = || Error::new(format!("SeaORM cannot create {} on {product}", self.packages.join(", ")));
        let output = Command::new(&self.program).arg(backend).env_remove("RUST_BACKTRACE").output();
        let output = output.map_err(|error| failed().because(error))?;
        if !output.status.success() {
            let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(failed()
                .because(reason)
                .hint("give the entity a type this database has, or take the database out of `dialects`"));
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut statements: Vec<String> = Vec::new();
        // Packages that share an enum each create it.
        for statement in text.split('\0').filter(|statement| !statement.is_empty()) {
            if !statements.iter().any(|known| known == statement) {
                statements.push(statement.to_owned());
            }
        }
        Ok(statements)
    }
}

/// The target triple, if the compiler prints it.
fn host() -> Option<String> {
    let program = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(program).arg("-vV").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned)
}

/// Runs cargo in a folder and returns its output; `what` is the error's message if it fails.
fn cargo(folder: &Path, arguments: &[&str], what: &str) -> Result<String> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(program).args(arguments).current_dir(folder).env("CARGO_TERM_COLOR", "never").output();
    let output = output.map_err(|error| {
        Error::new("cargo cannot be run")
            .hint("compiled entities need a Rust toolchain: `rustup` installs one")
            .because(error)
    })?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(Error::new(what).because(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
    }
}
