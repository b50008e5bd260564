//! The README and the guide show commands that exist: each line can be typed, each option is there, the reference lists them all.

use std::collections::BTreeSet;

use clap::{CommandFactory as _, Parser as _};

use super::Arguments;

const REFERENCE: &str = include_str!("../../guide/reference.md");

const PAGES: &[(&str, &str)] = &[
    ("README.md", include_str!("../../../README.md")),
    ("adopting.md", include_str!("../../guide/adopting.md")),
    ("changelog.md", include_str!("../../guide/changelog.md")),
    ("comparison.md", include_str!("../../guide/comparison.md")),
    ("hooks.md", include_str!("../../guide/hooks.md")),
    ("limits.md", include_str!("../../guide/limits.md")),
    ("migrations.md", include_str!("../../guide/migrations.md")),
    ("pages.md", include_str!("../../guide/pages.md")),
    ("proof.md", include_str!("../../guide/proof.md")),
    ("reference.md", REFERENCE),
    ("rules.md", include_str!("../../guide/rules.md")),
    ("running.md", include_str!("../../guide/running.md")),
];

/// How a line of a code block begins that runs the program.
const PROMPTS: &[&str] = &["gen ", "$ gen ", "cargo run --release -- "];

/// The lines of code blocks that run `gen`, without `gen` and without a comment.
fn typed(page: &'static str) -> Vec<&'static str> {
    let blocks = page.split("```").skip(1).step_by(2);
    let lines = blocks.flat_map(str::lines).map(|line| line.split(" #").next().unwrap_or(line).trim());
    lines.filter_map(|line| PROMPTS.iter().find_map(|prompt| line.strip_prefix(prompt))).collect()
}

/// The text in backticks outside of code blocks.
fn spans(page: &'static str) -> Vec<&'static str> {
    let prose = page.split("```").step_by(2);
    prose.flat_map(|text| text.split('`').skip(1).step_by(2)).collect()
}

/// The long options of a command, those that every command takes included.
fn options(command: &clap::Command) -> BTreeSet<String> {
    command.get_arguments().filter_map(|it| it.get_long()).map(|long| format!("--{long}")).collect()
}

/// Every command with its name, `drift adopt` among them, and the options that may follow it.
fn commands() -> Vec<(String, BTreeSet<String>)> {
    fn add(prefix: &str, command: &clap::Command, found: &mut Vec<(String, BTreeSet<String>)>) {
        for inner in command.get_subcommands().filter(|it| it.get_name() != "help" && !it.is_hide_set()) {
            let name = format!("{prefix}{}", inner.get_name());
            found.push((name.clone(), options(inner)));
            add(&format!("{name} "), inner, found);
        }
    }
    let mut root = Arguments::command();
    root.build();
    let mut found = Vec::new();
    add("", &root, &mut found);
    found
}

/// The options that a text names.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let is_of_a_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    text.split(move |letter| !is_of_a_name(letter)).filter(|word| word.len() > 2 && word.starts_with("--"))
}

#[test]
fn every_command_line_shown_can_be_typed() {
    let mut count = 0;
    for (page, text) in PAGES {
        for line in typed(text) {
            let words = line.split_whitespace().map(|word| word.trim_matches('"'));
            let parsed = Arguments::try_parse_from(std::iter::once("gen").chain(words));
            assert!(parsed.is_ok(), "{page}: `gen {line}`: {}", parsed.unwrap_err());
            count += 1;
        }
    }
    assert!(count > 20, "only {count} lines were found");
}

#[test]
fn every_command_and_option_named_exists() {
    let commands = commands();
    let everywhere: BTreeSet<&String> = commands.iter().flat_map(|(_, options)| options).collect();
    for (page, text) in PAGES {
        for span in spans(text) {
            let Some(rest) = span.strip_prefix("gen ").filter(|rest| !rest.starts_with("COMMAND")) else {
                let unknown: Vec<&str> = named(span).filter(|it| !everywhere.contains(&(*it).to_owned())).collect();
                assert!(!span.starts_with("--") || unknown.is_empty(), "{page}: `{span}`: {unknown:?}");
                continue;
            };
            let is_it =
                |name: &str| rest.strip_prefix(name).is_some_and(|after| after.is_empty() || after.starts_with(' '));
            let command = commands.iter().rfind(|(name, _)| is_it(name));
            let Some((_, options)) = command else { panic!("{page}: `{span}`: there is no such command") };
            let unknown: Vec<&str> = named(rest).filter(|it| !options.contains(*it)).collect();
            assert!(unknown.is_empty(), "{page}: `{span}`: {unknown:?}");
        }
    }
}

#[test]
fn the_reference_lists_every_command_and_option() {
    let listed: BTreeSet<&str> = named(REFERENCE).collect();
    for (name, options) in commands() {
        assert!(
            spans(REFERENCE).iter().any(|span| span.starts_with(&format!("gen {name}"))),
            "`gen {name}` is not listed"
        );
        let missing: Vec<&String> =
            options.iter().filter(|it| *it != "--help" && !listed.contains(it.as_str())).collect();
        assert!(missing.is_empty(), "`gen {name}`: {missing:?}");
    }
}
