//! What a command gets, and that no message forgets it.

#![allow(clippy::disallowed_methods, reason = "the test reads the sources of the program")]

use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

use super::*;

fn given(line: &str) -> Call {
    let words = line.split_whitespace().map(OsString::from).collect();
    Call::of(words, &|name| (name == "GEN_ENV" && line.starts_with("GEN_ENV")).then(|| "live".to_owned())).unwrap()
}

#[test]
fn a_command_works_on_the_database_of_the_call() {
    for (line, text, whole) in [
        ("gen down", "try: `gen down 2`", "try: `gen down 2`"),
        (
            "gen down --env live",
            "try: `gen down 2`, or `gen up`",
            "try: `gen down 2 --env live`, or `gen up --env live`",
        ),
        ("GEN_ENV up", "`gen up`", "`gen up --env live`"),
        ("gen up --database-url sqlite://my.db", "`gen down`", "`gen down --database-url sqlite://my.db`"),
        ("gen up --project a/b", "`gen lock`, `gen thaw`", "`gen lock --project a/b`, `gen thaw --project a/b`"),
        ("gen up --env live --yes-protected live", "`gen down`", "`gen down --env live --yes-protected live`"),
        ("gen up --env live --yes-protected live", "`gen status`", "`gen status --env live`"),
        ("gen drift --env live --yes-protected live", "`gen drift`", "`gen drift --env live`"),
        (
            "gen drift --env live --yes-protected live",
            "`gen drift adopt`",
            "`gen drift adopt --env live --yes-protected live`",
        ),
        // It names its own.
        ("gen migration A --env dev", "`gen init --dialect sqlite --empty`", "`gen init --dialect sqlite --empty`"),
        ("gen up --env live", "`gen up --env staging`", "`gen up --env staging`"),
        ("gen up --env live --project p", "`gen up --database-url …`", "`gen up --database-url … --project p`"),
        // Nothing is planned or tried out where migrations run, and a development database is another matter.
        ("gen up --env live", "`gen migration <Name>`, `gen lock`", "`gen migration <Name>`, `gen lock`"),
        ("gen status --env live", "`gen migration <Name>`", "`gen migration <Name>`"),
        ("gen migration A --env dev", "`gen migration A --keep`", "`gen migration A --keep --env dev`"),
        ("gen sync --database-url sqlite:a", "`gen migration A`", "`gen migration A --database-url sqlite:a`"),
        // Where a command ends.
        (
            "gen lock --env x",
            "`rm a && gen lock && gen verify > b`",
            "`rm a && gen lock --env x && gen verify --env x > b`",
        ),
        ("gen lock --env x", "`gen lock --using 'a > b'`", "`gen lock --using 'a > b' --env x`"),
        ("gen lock --env x", "`gen frob`, written by gen lock", "`gen frob`, written by gen lock"),
        // Tenants.
        ("gen up --tenants", "`gen up`, `gen resolve a --done`", "`gen up --tenants`, `gen resolve a --done`"),
        ("gen up --tenants a,b --env x", "`gen down 2`", "`gen down 2 --tenants a,b --env x`"),
        ("gen init --database-url sqlite:a --database-url sqlite:b", "`gen up`", "`gen up`"),
        (
            "gen init --database-url sqlite:a --database-url sqlite:b",
            "`gen init --force`",
            "`gen init --force --database-url sqlite:a --database-url sqlite:b`",
        ),
    ] {
        let call = given(line);
        assert_eq!(call.completed(text), whole, "{line}");
        assert_eq!(call.completed(whole), whole, "nothing is said twice: {line}");
    }
}

#[test]
fn a_text_about_a_tenant_names_it() {
    let call = Call { tenants: option("--tenants", "acme"), is_of_tenant: true, ..given("gen up --tenants --env x") };
    assert_eq!(call.completed("`gen up`"), "`gen up --tenants acme --env x`");
    // Nothing happens to the database beside which the tenants are.
    assert_eq!(call.completed("`gen resolve a --done`"), "`gen resolve a --done --env x --database-url …`");
}

#[test]
fn a_password_is_never_repeated() {
    let secret = given("gen up --database-url postgres://ann:s3cret@db.example.org/shop");
    assert_eq!(secret.completed("`gen down`"), "`gen down --database-url 'postgres://ann:…@db.example.org/shop'`");
    let parameter = given("gen up --database-url postgres://db.example.org/shop?password=s3cret&sslmode=require");
    assert_eq!(
        parameter.completed("`gen down`"),
        "`gen down --database-url 'postgres://db.example.org/shop?password=…&sslmode=require'`"
    );
}

#[test]
fn every_command_is_classified() {
    for command in Arguments::command().get_subcommands() {
        let lists = [&WITHOUT_DATABASE[..], &WRITING, &READING];
        let changing = [
            "anonymize",
            "baseline",
            "down",
            "drift",
            "fresh",
            "goto",
            "init",
            "redo",
            "reset",
            "resolve",
            "restore",
            "seed",
            "subject",
            "sync",
            "takeover",
            "undo",
            "up",
        ];
        let count = lists.into_iter().chain([&changing[..]]).filter(|it| it.contains(&command.get_name())).count();
        assert_eq!(count, 1, "`gen {}` stands in one list of this room, and in one only", command.get_name());
    }
}

/// Every text of this package and of the runner that has a command has it in backticks, so that it is completed.
#[test]
fn every_suggested_command_is_completed() {
    let call = given("gen drift --project elsewhere");
    let mut texts = Vec::new();
    read(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").as_path(), &mut texts);
    let mut count = 0;
    for (file, text) in texts {
        let whole = call.completed(&text);
        for (at, _) in whole.match_indices("gen ") {
            let (before, command) = whole.split_at(at);
            let verb = command[4..].split(|letter: char| !letter.is_ascii_lowercase() && letter != '-').next();
            let is_verb = verb.is_some_and(is_known);
            if before.ends_with('`') {
                let is_open = command[4..].starts_with(['{', '-', '`', '…']) || verb == Some("help");
                assert!(is_verb || is_open, "{}: there is no such command: {text}", file.display());
            }
            if is_verb && !before.ends_with(|letter: char| letter.is_alphanumeric() || "_-./".contains(letter)) {
                let command = &command[..end(command)];
                let is_value = before.is_empty();
                let message = "a command that nothing completes; write it in backticks";
                assert!(is_value || command.contains("--project"), "{}: {message}: {text}", file.display());
                count += 1;
            }
        }
    }
    assert!(count > 200, "the texts were not found: {count}");
}

/// The string literals of the sources, without those of tests, of comments, and of what is written into files.
fn read(folder: &Path, texts: &mut Vec<(std::path::PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is = |name: &str| path.file_stem().is_some_and(|stem| stem == name);
        if is("tests") || is("ci") {
            continue;
        }
        if path.is_dir() {
            read(&path, texts);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let source: TokenStream = std::fs::read_to_string(&path).unwrap().parse().unwrap();
            let mut found = Vec::new();
            literals(source, &mut found);
            texts.extend(found.into_iter().filter(|text| text.contains("gen ")).map(|text| (path.clone(), text)));
        }
    }
}

fn literals(source: TokenStream, found: &mut Vec<String>) {
    let mut is_attribute = false;
    for token in source {
        let begins = matches!(&token, TokenTree::Punct(mark) if mark.as_char() == '#')
            || is_attribute && matches!(&token, TokenTree::Punct(mark) if mark.as_char() == '!');
        match token {
            TokenTree::Group(group) if !is_attribute => literals(group.stream(), found),
            TokenTree::Literal(literal) => {
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                    found.push(text.value());
                }
            }
            _ => {}
        }
        is_attribute = begins;
    }
}
