//! Whatever the text, the reader comes back, and what it says points into the text.
//!
//! `READER_FUZZ_SECONDS=600 cargo test --test it -- entity::soup` goes on for that long, each kind of text in its turn.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sea_gen::entity::{Context, SourceFile, read_with};
use sea_gen::schema::Product;

/// What a text of a few kilobytes never takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

const REAL: [&str; 6] = [
    include_str!("forms.rs"),
    include_str!("expanded.rs"),
    include_str!("../../../entities/book.rs"),
    include_str!("../../../entities/order.rs"),
    include_str!("../../../src/entity/sidecar/tests.rs"),
    include_str!("../../../src/entity/tests.rs"),
];

/// Words of entities, of sidecars, and of neither.
const WORDS: &[&str] = &[
    "#[derive(DeriveEntityModel)]",
    "#[derive(DeriveEntity)]",
    "#[derive(DeriveColumn)]",
    "#[derive(DerivePrimaryKey)]",
    "#[derive(DeriveRelation)]",
    "#[derive(DeriveActiveEnum)]",
    "#[derive(DeriveValueType)]",
    "#[sea_orm::model]",
    "#[sea_orm(table_name = \"a\")]",
    "#[sea_orm(primary_key)]",
    "#[sea_orm(column_type = \"",
    "\")]",
    "#[sea_orm(",
    "default_expr = \"Expr::cust(\\\"x\\\")\"",
    "extra = \"CHECK (",
    "unique_key = \"k\"",
    "db_type = \"Enum\"",
    "rename_all = \"camelCase\"",
    "string_value = \"é\"",
    "belongs_to = \"Entity\"",
    "from = \"Column::A\"",
    "to = \"(Column::A, Column::B)\"",
    "#[cfg(",
    "#[cfg_attr(",
    "feature = \"x\"",
    "test",
    "not(",
    "any(",
    "all(",
    "mod",
    "use",
    "super::",
    "crate::",
    "self::",
    "::*;",
    "as",
    "pub",
    "struct",
    "enum",
    "impl",
    "for",
    "fn",
    "const",
    "static",
    "type",
    "match",
    "self",
    "Self::",
    "=>",
    "->",
    "return",
    "Model",
    "Entity",
    "Column",
    "PrimaryKey",
    "Relation",
    "EntityName",
    "ColumnTrait",
    "PrimaryKeyTrait",
    "RelationTrait",
    "ValueType",
    "def",
    "(&self)",
    "column_type()",
    "ColumnType::",
    "String(StringLen::N(9))",
    "Array(RcOrArc::new(",
    "Enum { name: ",
    ".def()",
    ".nullable()",
    ".default(",
    "Expr::val(",
    "Option<",
    "Vec<",
    ">",
    "i32",
    "String",
    "HasOne<Entity>",
    "BelongsTo<Option<Entity>>",
    "A",
    "B",
    "a",
    "b",
    "r#type",
    "'a",
    "\"",
    "'",
    "\\",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    ",",
    ";",
    ":",
    "::",
    "=",
    "-",
    "!",
    "&",
    "*",
    "|",
    "0",
    "1",
    "0x_f",
    "1.5",
    "99999999999999999999999",
    "\u{feff}",
    "#!",
    "//",
    "/*",
    "*/",
    "é",
    "書",
    "\n",
    "\r\n",
    "\0",
    "CREATE",
    "UNIQUE",
    "INDEX",
    "VIEW",
    "MATERIALIZED",
    "TRIGGER",
    "FUNCTION",
    "POLICY",
    "EXTENSION",
    "DOMAIN",
    "ALTER TABLE",
    "ADD CONSTRAINT",
    "CHECK",
    "FOREIGN KEY",
    "REFERENCES",
    "ON",
    "USING gin",
    "WHERE",
    "AS",
    "SELECT",
    "FROM",
    "BEGIN",
    "END",
    "CASE",
    "COMMENT ON",
    "IS",
    "$$",
    "INSERT",
    "GRANT",
    "--",
    "`a`",
    "\"a\"",
    "EXCLUDE",
    "WITH",
];

fn bytes() -> impl Strategy<Value = String> {
    vec(any::<u8>(), 0..400).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn words() -> impl Strategy<Value = String> {
    let word = (0..WORDS.len(), prop_oneof![Just(" "), Just(""), Just("\n")]);
    vec(word, 0..160).prop_map(|words| words.into_iter().flat_map(|(word, space)| [WORDS[word], space]).collect())
}

/// A piece of what people write, with some of it moved, gone, doubled, or something else.
fn mutated() -> impl Strategy<Value = String> {
    let change = (any::<prop::sample::Index>(), 0_usize..60, any::<prop::sample::Index>(), 0..5_u8, 0..WORDS.len());
    (0..REAL.len(), any::<prop::sample::Index>(), 200_usize..6_000, vec(change, 0..12)).prop_map(
        |(text, start, length, changes)| {
            let all: Vec<char> = REAL[text].chars().collect();
            let start = start.index(all.len());
            // Half of them from the beginning: those are whole entities, not pieces.
            let start = if start % 2 == 0 { 0 } else { start };
            let mut text: Vec<char> = all.into_iter().skip(start).take(length).collect();
            for (at, count, to, kind, word) in changes {
                let at = at.index(text.len() + 1);
                let end = (at + count).min(text.len());
                match kind {
                    0 => _ = text.drain(at..end),
                    1 => _ = text.splice(at..at, WORDS[word].chars()),
                    2 => _ = text.splice(at..end, WORDS[word].chars()),
                    _ => {
                        let piece: Vec<char> = text[at..end].to_vec();
                        if kind == 3 {
                            text.drain(at..end);
                        }
                        let to = to.index(text.len() + 1);
                        text.splice(to..to, piece);
                    }
                }
            }
            text.into_iter().collect()
        },
    )
}

/// Deeper than any parser goes: one thing again and again.
fn deep() -> impl Strategy<Value = String> {
    let unit = prop_oneof![
        Just("("),
        Just("["),
        Just("{"),
        Just("!"),
        Just("&"),
        Just("*"),
        Just("-"),
        Just("Vec<"),
        Just("a::"),
        Just("|a|"),
        Just("if a {} else "),
        Just("mod a {"),
        Just("fn() ->"),
        Just("a = "),
        Just("return "),
        Just("use a::{"),
        Just("&&"),
        Just("<A as "),
        Just("a."),
        Just("a("),
        Just("CASE WHEN "),
        Just("NOT "),
        Just("SELECT ("),
        Just("(("),
        Just("#["),
        Just("r#\""),
        Just("cfg_attr(all(),"),
        Just("any("),
        Just("x as "),
        Just("..")
    ];
    let before = prop_oneof![
        Just("const A: u32 = "),
        Just("type A = "),
        Just(""),
        Just("fn a() { "),
        Just("CREATE VIEW a AS SELECT "),
        Just(
            "#[derive(DeriveEntityModel)] #[sea_orm(table_name = \"a\")] struct Model { #[sea_orm(primary_key, default_expr = \""
        ),
        Just("#[derive(DeriveEntityModel)] #[sea_orm(table_name = \"a\")] struct Model { a: "),
        Just("#[cfg(")
    ];
    (before, unit, 1_usize..6_000, prop_oneof![Just(""), Just("\")] a: i32 }"), Just(" i32 }")])
        .prop_map(|(before, unit, times, after)| format!("{before}{}{after}", unit.repeat(times)))
}

/// Reads texts as entities and as sidecars, beside a table that sidecars may speak of.
fn check(texts: Vec<String>, product: Product) {
    let table = "#[derive(DeriveEntityModel)] #[sea_orm(table_name = \"book\")] pub struct Model { #[sea_orm(primary_key)] id: i32, title: String }";
    let mut files = vec![SourceFile { path: "e/book.rs".into(), text: table.to_owned() }];
    for (number, text) in texts.into_iter().enumerate() {
        files.push(SourceFile { path: format!("e/m{number}.rs").into(), text: text.clone() });
        files.push(SourceFile { path: format!("e/m{number}.sql").into(), text: text.clone() });
        files.push(SourceFile { path: format!("e/m{number}.{}.sql", product.key()).into(), text: text.clone() });
        if number == 0 {
            files.push(SourceFile { path: "e/Cargo.toml".into(), text });
        }
    }
    let (done, wait) = mpsc::channel();
    let texts = files.clone();
    std::thread::spawn(move || {
        _ = done.send(read_with(&texts, product, &Context::default()).1);
    });
    let said = wait.recv_timeout(PATIENCE).unwrap_or_else(|error| panic!("{error}: {files:#?}"));
    for said in said {
        let text = files.iter().find(|file| file.path == said.file).map(|file| file.text.as_str());
        let bytes = text.and_then(|text| text.get(said.span.clone()));
        assert!(bytes.is_some(), "{said:#?} of {files:#?}");
    }
}

fn run(name: &'static str, cases: u32, text: impl Strategy<Value = String>) {
    let long = std::env::var("READER_FUZZ_SECONDS").ok().map(|seconds| seconds.parse::<u64>().expect("seconds"));
    let deadline = Instant::now() + Duration::from_secs(long.unwrap_or_default());
    let texts = (vec(text, 1..4), prop::sample::select(Product::ALL.as_slice()));
    let mut read = 0_u64;
    loop {
        let config = Config {
            cases,
            failure_persistence: None,
            max_shrink_iters: 200,
            max_shrink_time: 120_000,
            ..Config::default()
        };
        let mut runner = TestRunner::new(config);
        let outcome = runner.run(&texts, |(texts, product)| {
            check(texts, product);
            Ok(())
        });
        if let Err(failure) = outcome {
            panic!("{name}: {failure}");
        }
        read += u64::from(cases);
        if Instant::now() >= deadline {
            break;
        }
    }
    if long.is_some() {
        eprintln!("{name}: {read} cases");
    }
}

#[apply(test)]
fn bytes_of_any_kind() {
    run("bytes", 100, bytes());
}

#[apply(test)]
fn words_in_any_order() {
    run("words", 200, words());
}

#[apply(test)]
fn entities_gone_wrong() {
    run("entities", 100, mutated());
}

#[apply(test)]
fn one_thing_too_often() {
    run("depth", 60, deep());
}
