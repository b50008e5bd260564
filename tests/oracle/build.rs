//! Finds the fixtures that the published SeaORM crate carries in `tests/common` and writes modules that lead to them.
//!
//! They are compiled where they lie, and nothing of them is copied.

#![allow(clippy::disallowed_methods, reason = "a build script writes what it generates")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Files of a folder of fixtures that are no entities but SeaORM's own test code.
const NO_ENTITIES: [&str; 3] = ["mod.rs", "schema.rs", "seed_data.rs"];

/// Its entity is a struct with a field, for which SeaORM's entity registry writes code that does not compile.
const NOT_FOR_THE_REGISTRY: &str = "dyn_table_name.rs";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=../../Cargo.lock");
    let common = sea_orm().join("tests/common");
    let mut text = String::new();
    for path in sorted(&common) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match name.as_str() {
            "setup" | "runtime" => {}
            _ if path.is_dir() => {
                let files: Vec<PathBuf> = sorted(&path).into_iter().filter(|file| is_entities(file)).collect();
                let modules: Vec<String> = files.iter().map(|file| module(file)).collect();
                if !modules.is_empty() {
                    text.push_str(&format!("pub mod {name} {{\n{}}}\n", modules.concat()));
                }
            }
            _ if is_entities(&path) => text.push_str(&module(&path)),
            _ => {}
        }
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo names OUT_DIR"));
    fs::write(out.join("fixtures.rs"), text).expect("OUT_DIR can be written to");
    println!("cargo:rustc-env=SEA_ORM_FIXTURES={}", common.display());
}

/// Where cargo has unpacked the SeaORM this crate is built with.
fn sea_orm() -> PathBuf {
    let cargo = std::env::var_os("CARGO").expect("cargo names itself");
    let target = std::env::var("TARGET").expect("cargo names the target");
    let arguments = ["metadata", "--format-version", "1", "--locked", "--filter-platform", &target];
    let output = Command::new(cargo).args(arguments).output();
    let output = output.expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo speaks JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let sea_orm = packages.iter().find(|package| package["name"] == "sea-orm").expect("sea-orm is a dependency");
    Path::new(sea_orm["manifest_path"].as_str().expect("a path")).parent().expect("a folder").to_owned()
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("SeaORM's package holds its fixtures");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn is_entities(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    path.extension().is_some_and(|extension| extension == "rs")
        && name != NOT_FOR_THE_REGISTRY
        && !NO_ENTITIES.iter().any(|other| name == *other)
}

fn module(path: &Path) -> String {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    format!("#[path = {:?}]\npub mod {name};\n", path.display().to_string())
}
