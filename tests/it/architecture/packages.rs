//! What is published: the program, its library, the runner and the two packages below it, with the licences, and nothing that only this repository needs.

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

/// What stands beside the source.
const PAGES: &[&str] = &["LICENSE-APACHE", "LICENSE-MIT", "README.md"];

fn assert_ships(package: &str, source: impl Fn(&str) -> bool, includes: &[&str]) {
    let files = files_of(package);
    for page in includes {
        assert!(files.iter().any(|file| file == page), "{package} lacks {page}");
    }
    let more: Vec<&String> = files.iter().filter(|file| !PAGES.contains(&file.as_str()) && !source(file)).collect();
    assert!(more.is_empty(), "{package} ships {more:?}");
}

#[apply(test)]
fn the_program_ships_its_source_and_its_guide() {
    let source = |file: &str| {
        let others = ["src/format/", "src/macros/", "src/runner/"];
        file.starts_with("src/") && !others.iter().any(|other| file.starts_with(other))
    };
    assert_ships(
        "sea-gen",
        source,
        &[
            "LICENSE-APACHE",
            "LICENSE-MIT",
            "README.md",
            "src/main.rs",
            "src/guide/changelog.md",
            "src/dialect/sqlite/queries/tables.sql",
            "src/page/page.css",
            "src/page/schema.js",
        ],
    );
}

#[apply(test)]
fn the_runner_ships_its_source() {
    let is_source = |file: &str| file.ends_with(".rs");
    assert_ships("sea-gen-runner", is_source, PAGES);
    for package in ["sea-gen-format", "sea-gen-macros"] {
        assert_ships(package, is_source, &["LICENSE-APACHE", "LICENSE-MIT", "lib.rs"]);
    }
}

/// On a system without symbolic links the licences of the runner may be copies; they are the same in any case.
#[apply(test)]
fn all_packages_have_the_same_licences() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        for package in ["src/format", "src/macros", "src/runner"] {
            let [one, other] = [root.join(licence), root.join(package).join(licence)];
            assert_eq!(std::fs::read(one).unwrap(), std::fs::read(other).unwrap(), "{package}: {licence}");
        }
    }
}
