//! What is published: the program, its library and the runner, with the licences, and nothing that only this repository needs.

use std::path::Path;
use std::process::Command;

/// The files of a package, without what cargo adds itself.
fn files_of(package: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline", "-p", package])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let added = [".cargo_vcs_info.json", "Cargo.lock", "Cargo.toml", "Cargo.toml.orig"];
    let text = String::from_utf8(output.stdout).unwrap();
    let files = text.lines().map(|line| line.replace('\\', "/"));
    files.filter(|file| !added.contains(&file.as_str())).collect()
}

/// What stands beside the source in every package.
const PAGES: &[&str] = &["LICENSE-APACHE", "LICENSE-MIT", "README.md"];

fn assert_ships(package: &str, source: impl Fn(&str) -> bool, includes: &[&str]) {
    let files = files_of(package);
    for page in PAGES.iter().chain(includes) {
        assert!(files.iter().any(|file| file == page), "{package} lacks {page}");
    }
    let more: Vec<&String> = files.iter().filter(|file| !PAGES.contains(&file.as_str()) && !source(file)).collect();
    assert!(more.is_empty(), "{package} ships {more:?}");
}

#[apply(test)]
fn the_program_ships_its_source_and_its_guide() {
    let source = |file: &str| file.starts_with("src/") && !file.starts_with("src/runner/");
    assert_ships(
        "sea-gen",
        source,
        &["src/main.rs", "src/guide/changelog.md", "src/dialect/sqlite/queries/tables.sql"],
    );
}

#[apply(test)]
fn the_runner_ships_its_source() {
    assert_ships("sea-gen-runner", |file| file.ends_with(".rs"), &["lib.rs"]);
}

/// On a system without symbolic links the licences of the runner may be copies; they are the same in any case.
#[apply(test)]
fn both_packages_have_the_same_licences() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let [one, other] = [root.join(licence), root.join("src/runner").join(licence)];
        assert_eq!(std::fs::read(one).unwrap(), std::fs::read(other).unwrap(), "{licence}");
    }
}
