//! The tables of the guide list what the program knows. The commands in it are tested beside the arguments (`src/cli/arguments`).

use std::collections::BTreeSet;
use std::path::Path;

use sea_gen::project::Project;
use sea_gen::state::RULES;

/// The words in backticks in the first cell of each row of the table that begins with this heading.
fn first_cells(page: &str, heading: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide").join(page);
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().skip_while(|line| !line.starts_with(heading)).skip(2);
    let cells = rows.take_while(|line| line.starts_with('|')).filter_map(|row| row.split('|').nth(1));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

#[apply(test)]
fn every_type_rule_is_explained() {
    let rules: BTreeSet<String> = RULES.iter().map(|rule| rule.key.to_owned()).collect();
    assert_eq!(first_cells("adopting.md", "| rule |"), rules);
}

#[apply(test)]
fn every_setting_is_explained() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("gen.toml"), "xyz = 1\n").unwrap();
    let error = Project::discover(root.path()).unwrap_err();
    let listed = error.hints().iter().find_map(|hint| hint.strip_prefix("the settings are ")).unwrap();
    let settings: BTreeSet<String> = listed.split(", ").map(str::to_owned).collect();
    assert_eq!(first_cells("reference.md", "| key |"), settings);
}
