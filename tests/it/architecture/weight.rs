//! What an application carries with the runner.

use std::collections::BTreeSet;
use std::process::Command;

/// How many packages the runner may add to those of SeaORM with the same driver.
const MOST: usize = 5;

/// What no application is to compile for its migrations.
const HEAVY: &[&str] =
    &["syn", "sqlparser", "clap", "miette", "jiff", "fake", "mimalloc", "petgraph", "sea-gen", "indicatif", "toml"];

/// The packages that the runner is built with, and those of them that come with SeaORM or to build a macro.
fn packages() -> (BTreeSet<String>, BTreeSet<String>) {
    let arguments =
        "tree -p sea-gen-runner --features sqlite -e normal,no-proc-macro --prefix depth --no-dedupe --format {p}";
    let output = Command::new(env!("CARGO"))
        .args(arguments.split(' '))
        .args(["--frozen"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (mut all, mut of_sea_orm) = (BTreeSet::new(), BTreeSet::new());
    let mut inside = None;
    for line in text.lines() {
        let digits = line.chars().take_while(char::is_ascii_digit).count();
        let (depth, package) = line.split_at(digits);
        let (depth, name): (usize, _) = (depth.parse().unwrap(), package.split(' ').next().unwrap());
        if inside.is_some_and(|begun| depth <= begun) {
            inside = None;
        }
        if name == "sea-orm" && inside.is_none() {
            inside = Some(depth);
        }
        all.insert(name.to_owned());
        if inside.is_some() {
            of_sea_orm.insert(name.to_owned());
        }
    }
    // Its own packages.
    all.retain(|name| !matches!(name.as_str(), "sea-gen-runner" | "sea-gen-format"));
    (all, of_sea_orm)
}

#[apply(test)]
fn the_runner_adds_little_to_an_application() {
    let (all, of_sea_orm) = packages();
    assert!(of_sea_orm.len() > 30, "SeaORM's packages were not found: {of_sea_orm:?}");
    let added: Vec<&String> = all.difference(&of_sea_orm).collect();
    assert!(added.len() <= MOST, "more than {MOST}: {added:?}");
    let heavy: Vec<&&String> = added.iter().filter(|name| HEAVY.contains(&name.as_str())).collect();
    assert!(heavy.is_empty(), "{heavy:?}");
}

/// A program decides about its allocator: this one uses the library with its default features and has none of `gen`'s.
#[cfg(feature = "mimalloc")]
#[apply(test)]
fn the_allocator_is_linked_into_gen_alone() {
    // A message of the allocator in C. It is not written out, so that this program does not contain it.
    let message = ["mimalloc", ": warning: "].concat();
    let contains = |program: &std::path::Path| {
        let bytes = std::fs::read(program).unwrap();
        bytes.windows(message.len()).any(|window| window == message.as_bytes())
    };
    assert!(contains(env!("CARGO_BIN_EXE_gen").as_ref()), "`gen` lacks its allocator");
    assert!(!contains(&std::env::current_exe().unwrap()), "the library brings the allocator of `gen`");
}
