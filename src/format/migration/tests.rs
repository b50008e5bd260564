//! What a migration file must keep.

use proptest::prelude::*;

use super::*;

fn id() -> MigrationId {
    "20261120_201300_add_email_index".parse().unwrap()
}

fn migration(product: Product, up: Vec<Statement>, down: Vec<Statement>) -> Migration {
    Migration {
        id: id(),
        product,
        from: Some("3f2a".repeat(8)),
        to: Some("9bc1".repeat(8)),
        merged: Default::default(),
        contracts: None,
        up,
        down,
    }
}

fn read(text: &str) -> Migration {
    parse(id(), Product::Sqlite, text).unwrap()
}

fn refusal(text: &str) -> String {
    let error = parse(id(), Product::Sqlite, text).unwrap_err();
    assert!(!error.hints().is_empty(), "{error}");
    error.to_string()
}

fn texts(statements: &[Statement]) -> Vec<&str> {
    statements.iter().map(|statement| statement.sql.as_str()).collect()
}

#[test]
fn a_file_reads_well() {
    let mut concurrently = Statement::new("CREATE INDEX CONCURRENTLY \"idx\" ON \"user\" (\"email\")");
    concurrently.transactional = false;
    let migration = migration(
        Product::Postgres,
        vec![
            Statement::new("ALTER TABLE \"user\" ADD COLUMN \"email\" text").with_note("every user has one\nsoon"),
            concurrently.with_note("takes no lock"),
        ],
        vec![Statement::new("DROP INDEX \"idx\""), Statement::new("SELECT 1; SELECT 2")],
    );
    let expected = "\
-- AddEmailIndex (postgres)
-- from 3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a to 9bc19bc19bc19bc19bc19bc19bc19bc1
-- written by gen; after editing it, `gen lock` seals it anew

-- UP

-- not one transaction: where a statement runs outside of any, or a step begins, what stands above
-- is committed first, and stays if a later one fails

-- every user has one
-- soon
ALTER TABLE \"user\" ADD COLUMN \"email\" text;

-- takes no lock
-- gen: no transaction
CREATE INDEX CONCURRENTLY \"idx\" ON \"user\" (\"email\");

-- DOWN

DROP INDEX \"idx\";

-- gen: statement
SELECT 1; SELECT 2
-- gen: end
";
    assert_eq!(text(&migration), expected);
    assert_eq!(parse(id(), Product::Postgres, expected).unwrap(), migration);
    let converted = format!("\u{feff}{}", expected.replace('\n', "\r\n"));
    assert_eq!(parse(id(), Product::Postgres, &converted).unwrap(), migration);
}

#[test]
fn an_empty_migration_says_what_to_write() {
    let migration = Migration { from: None, to: None, ..migration(Product::Sqlite, Vec::new(), Vec::new()) };
    let expected = "\
-- AddEmailIndex (sqlite)
-- written by gen; after editing it, `gen lock` seals it anew

-- UP

-- write the up statements here, each ending with a semicolon

-- DOWN

-- write the down statements here, each ending with a semicolon
";
    assert_eq!(text(&migration), expected);
    assert_eq!(read(expected), migration);
}

#[test]
fn a_file_written_by_hand_needs_little() {
    for text in [
        "-- UP\nA;\nB;\n-- DOWN\nC;",
        "--up\nA;B;\n--down\nC",
        "-- Up:\nA;\n\n\nB;\n\n-- === Down ===\nC\n",
        "  -- UP\n\tA;\rB;\r\t-- DOWN\nC",
        "-- UP\rA;\rB;\r-- DOWN\rC",
        "-- UP\nA;\nB;\r-- DOWN\nC",
        "-- anything\n\n/* at all */\n-- to be done\n-- [UP]\n  A\n;\n  B;\n-- DOWN --\nC -- gone\n;",
        "-- DOWN\nC;\n-- UP\nA;\nB;",
    ] {
        let migration = read(text);
        assert_eq!((texts(&migration.up), texts(&migration.down)), (vec!["A", "B"], vec!["C"]), "{text}");
        assert_eq!((migration.from, migration.to), (None, None));
    }
    assert_eq!(read("-- UP\nA").down, []);
}

#[test]
fn only_a_comment_between_statements_is_a_marker() {
    let body = "CREATE TRIGGER t AFTER INSERT ON a BEGIN\nDELETE FROM b; -- DOWN\nEND";
    let quoted = "INSERT INTO a VALUES ('\n-- DOWN\n')";
    let fenced = "UPDATE a SET b = 1\n-- DOWN\nWHERE c";
    let file = format!(
        "-- UP\n{body};\n{quoted};\n-- gen: statement\n{fenced}\n-- gen: end\n-- update nothing\nA;\n  -- DOWN\nB;"
    );
    let migration = read(&file);
    assert_eq!(texts(&migration.up), [body, quoted, fenced, "A"]);
    assert_eq!(texts(&migration.down), ["B"]);
}

#[test]
fn a_note_stands_directly_above_its_statement() {
    let migration = read("-- UP\n-- lost\n\n-- one\n--two\nA; -- beside\nB;\n/* block */\nC;\n-- three\n\n-- DOWN\nD;");
    let notes: Vec<Option<&str>> = migration.up.iter().map(|statement| statement.note.as_deref()).collect();
    assert_eq!(notes, [Some("one\ntwo"), None, None]);
    assert_eq!(migration.down[0].note, None);
}

#[test]
fn the_mark_of_a_statement_without_transaction_is_not_lost() {
    for text in [
        "-- UP\n-- gen: no transaction\nA;\nB;",
        "-- UP\n\n-- GEN: No Transaction\n\n-- a note\nA;\nB;",
        "-- UP\n  -- gen:no transaction\n-- gen: statement\nA\n-- gen: end\nB",
    ] {
        let up = read(text).up;
        assert_eq!((up[0].transactional, up[1].transactional), (false, true), "{text}");
    }
}

#[test]
fn what_a_statement_is_sent_for_is_not_lost() {
    let up =
        read("-- UP\n-- STEP: first part\n-- why\n-- gen: check a is b\nA;\n-- STEP\n-- gen: batches\nB WHERE b;\nC;")
            .up;
    assert_eq!(
        up[0],
        Statement { step: Some("first part".into()), ..Statement::check("A", "a is b") }.with_note("why")
    );
    assert_eq!(up[1], Statement { step: Some(String::new()), ..Statement::batches("B WHERE b") });
    assert_eq!(up[2], Statement::new("C"));
    let plain = read("-- UP\nA;\nB;\nC;");
    let marked = read("-- UP\n-- gen: check a\nA;\nB;\nC;");
    assert_ne!(plain.checksum(), marked.checksum());
}

#[test]
fn what_would_be_a_guess_is_refused() {
    for (text, message) in [
        ("", "there is no `-- UP` line in it"),
        ("-- +migrate Up\n-- DOWN\nA;", "there is no `-- UP` line in it"),
        ("A;", "line 1: a statement stands before `-- UP`"),
        ("-- x\n\nA;\n-- UP\nB;", "line 3: a statement stands before `-- UP`"),
        ("-- UP\nA;\n-- up\nB;", "line 3: there is a second `-- UP`"),
        ("-- UP\nA;\n-- DOWN\n-- DOWN\n", "line 4: there is a second `-- DOWN`"),
        ("-- UP\nA 'it's';\n-- DOWN\nB;", "line 2: `';` is opened here and never closed"),
        ("-- UP\n/* A;\n-- DOWN\nB;", "line 2: `/* A;` is opened here and never closed"),
        ("-- UP\n\nCREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b;\n", "line 3: unterminated statement"),
        (
            "-- UP\n\nCREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b;\n-- DOWN\nB;",
            "line 4: `-- DOWN` stands inside the statement of line 3",
        ),
        ("-- UP\nA\n-- STEP 2: b\nWHERE c;", "line 3: `-- STEP 2: b` stands inside the statement of line 2"),
        ("-- UP\nA\n  -- down\n;", "line 3: `-- down` stands inside the statement of line 2"),
        (
            "-- UP\nA (\r-- gen: no transaction\r\nB);",
            "line 3: `-- gen: no transaction` stands inside the statement of line 2",
        ),
        ("-- UP\nA;\n.read x\n", "line 3: `.read x` is meant for a client, not for the server"),
        ("-- UP\nA;\nGO\nB;\n", "line 3: `GO` is meant for a client, not for the server"),
        (
            "-- UP\nA;\n-- b\r-- DOWN\nB;",
            "line 3: the character U+000D looks like a line break, but the database does not treat it as one",
        ),
        (
            "-- UP\nA b\u{2028}-- DOWN\nB;",
            "line 2: the character U+2028 looks like a line break, but the database does not treat it as one",
        ),
        ("-- UP\nA;\n\0B;", "line 3: there is a NUL character"),
        ("-- UP\nA;\n-- gen: no transaction\n-- DOWN\nB;", "line 3: no statement follows `-- gen: no transaction`"),
        ("-- UP\nA;\n-- DOWN\nB;\n-- gen: no transaction\n", "line 5: no statement follows `-- gen: no transaction`"),
        ("-- UP\nA;\n-- STEP two\n-- DOWN\nB;", "line 3: no statement follows `-- STEP two`"),
        ("-- UP\nA;\n-- gen: check a\n-- STEP two\nB;", "line 3: no statement follows `-- gen: check`"),
        (
            "-- UP\n-- gen: batches\nA;",
            "line 3: `-- gen: batches` stands above a statement without WHERE, which would never end",
        ),
        (
            "-- UP\n-- gen: batches\n-- gen: no transaction\nA;",
            "line 3: `-- gen: batches` stands above the same statement already",
        ),
        ("-- UP\n-- gen: check\nA;", "line 2: `-- gen: check` is not a mark"),
        ("-- UP\n-- gen: no transactoin\nA;", "line 2: `-- gen: no transactoin` is not a mark"),
        ("-- UP\nA;\n-- gen: end\n", "line 3: `-- gen: end` is not a mark"),
        ("-- UP\n-- gen: statement\nA;\n", "line 2: the statement that begins here has no end"),
        ("-- X (mysql)\n-- UP\nA;", "it is written for MySQL, not for SQLite"),
    ] {
        assert_eq!(refusal(text), message);
    }
}

#[test]
fn what_does_not_matter_does_not_count() {
    let sum = |text: &str| read(text).checksum();
    let plain = sum("-- UP\nA b;\nC 'x  y';\n-- DOWN\nD;\n");
    for same in [
        "\u{feff}-- UP\r\nA b;\r\nC 'x  y';\r\n-- DOWN\r\nD;\r\n",
        "-- a header\n-- Up:\n\n  -- a note\n  A\n\tb -- why\n;\n/* and */ C 'x  y';\n\n-- DOWN\nD",
    ] {
        assert_eq!(sum(same), plain, "{same}");
    }
    for other in [
        "-- UP\nA b;\nC 'x y';\n-- DOWN\nD;\n",
        "-- UP\nA c;\nC 'x  y';\n-- DOWN\nD;\n",
        "-- UP\nA b;\n-- DOWN\nC 'x  y';\nD;\n",
        "-- UP\nC 'x  y';\nA b;\n-- DOWN\nD;\n",
        "-- UP\n-- gen: no transaction\nA b;\nC 'x  y';\n-- DOWN\nD;\n",
        "-- UP\n-- gen: statement\nA b;\nC 'x  y'\n-- gen: end\n-- DOWN\nD;\n",
    ] {
        assert_ne!(sum(other), plain, "{other}");
    }
}

/// Pieces that mean something to somebody when they stand in the wrong place.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "-- UP\n",
            "\n-- DOWN\n",
            "\n-- gen: end\n",
            "-- gen: end 1",
            "-- gen: statement",
            "-- gen: no transaction\n",
            ";",
            "'",
            "\"",
            "`",
            "$$",
            "$a$",
            "/*",
            "*/",
            "/*!",
            "--",
            "#",
            "\n",
            "\r\n",
            " ",
            "\t",
            "BEGIN",
            "END",
            "(",
            ")",
            "CREATE TRIGGER t ",
            "CREATE PROCEDURE p() ",
            "CREATE FUNCTION f() ",
            "DELIMITER //\n",
            "//",
            "next",
            "sea_gen_next",
            "\u{feff}",
            "\\",
            "[",
            "]",
            "AS",
            "IF",
            "CASE",
        ])
        .prop_map(str::to_owned),
        "[a-z ]{0,4}",
        any::<char>().prop_filter("no SQL has NUL", |letter| *letter != '\0').prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn statement() -> impl Strategy<Value = Statement> {
    let lost = |letter: char| (letter.is_control() && letter != '\n') || matches!(letter, '\u{2028}' | '\u{2029}');
    let note = hostile().prop_map(move |note| note.replace(lost, ""));
    let words = "[a-zé';:-]( ?[a-z';:*/-]){0,8}";
    let how = prop_oneof![
        3 => Just(Statement::new("")),
        1 => Just(Statement { transactional: false, ..Statement::new("") }),
        1 => words.prop_map(|message| Statement::check("", message)),
    ];
    let step = prop::option::weighted(0.2, prop_oneof![Just(String::new()), "[a-zé';]( ?[a-z';:*/-]){0,8}"]);
    (hostile(), how, prop::option::of(note), step).prop_map(|(sql, how, note, step)| Statement {
        sql,
        note,
        step,
        ..how
    })
}

/// Nothing is written beside the code: a failure that was found becomes a test of its own.
fn config() -> ProptestConfig {
    ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_written_is_what_is_read(
        product in prop::sample::select(Product::ALL.to_vec()),
        up in prop::collection::vec(statement(), 0..4),
        down in prop::collection::vec(statement(), 0..4),
        from in prop::option::of("[0-9a-f]{32}"),
        to in prop::option::of("[0-9a-f]{32}"),
    ) {
        let migration = Migration { id: id(), product, from, to, merged: Default::default(), contracts: None, up, down };
        let written = text(&migration);
        prop_assert_eq!(&parse(id(), product, &written).unwrap(), &migration, "{}", written);
        prop_assert_eq!(text(&migration), written);
    }

    #[test]
    fn no_text_makes_reading_fail_badly(product in prop::sample::select(Product::ALL.to_vec()), text in hostile()) {
        let _ = parse(id(), product, &text);
        let _ = parse(id(), product, &format!("-- UP\n{text}\n-- DOWN\n{text}"));
    }
}

#[test]
fn a_heading_ends_where_statements_may_begin() {
    let written = text(&migration(Product::Sqlite, vec![Statement::new("SELECT 1")], Vec::new()));
    let by_hand = "\u{feff}\n-- what it does\n--UP\nSELECT 1";
    for (text, first) in [(written.as_str(), "-- UP\n"), (by_hand, "--UP\n"), ("-- a\n \nSELECT 1;\n", "SELECT 1;\n")] {
        let end = text.find(first).unwrap();
        let (before, with) = text.split_at(end);
        assert!(!parse::has_heading(before), "{before}");
        assert!(parse::has_heading(&format!("{before}{first}")), "{with}");
        let heading = |text: &str| parse::heading(id(), Product::Sqlite, text).unwrap();
        assert_eq!(heading(&format!("{before}{first}")), heading(text));
    }
}

#[test]
fn a_function_of_the_program_stands_between_statements() {
    let text = "-- UP\nCREATE TABLE a (id int);\n-- why\n-- gen: rust fill_a batches\nDROP TABLE a;\n-- gen: rust after\n-- DOWN\n";
    let read = read(text);
    let roles: Vec<&Role> = read.up.iter().map(|it| &it.role).collect();
    let function = |name: &str, batches| Role::Rust { name: name.to_owned(), batches };
    assert_eq!(roles, [&Role::Change, &function("fill_a", true), &Role::Change, &function("after", false)]);
    assert_eq!(read.up[1].note.as_deref(), Some("why"));
    for product in Product::ALL {
        let up = vec![Statement::new("SET sql_mode = ''"), Statement::rust("f", true), Statement::rust("g", false)];
        let written = migration(product, up, Vec::new());
        let again = parse(id(), product, &super::text(&written)).unwrap();
        assert_eq!(again.up, written.up, "{product}");
        // Another function, or another way to call it, is another migration.
        let other = migration(product, vec![Statement::rust("f", false)], Vec::new());
        assert_ne!(migration(product, vec![Statement::rust("f", true)], Vec::new()).checksum(), other.checksum());
        assert_ne!(migration(product, vec![Statement::rust("g", false)], Vec::new()).checksum(), other.checksum());
    }
}

#[test]
fn a_function_that_would_not_run_is_refused() {
    for (text, expected) in [
        ("-- UP\n-- gen rust f\n-- DOWN\n", "line 2: `-- gen rust f` is not a mark"),
        ("-- UP\n-- gen; rust f\n-- DOWN\n", "line 2: `-- gen; rust f` is not a mark"),
        ("-- UP\n-- gen: rust f;\n-- DOWN\n", "line 2: `-- gen: rust f;` is not a mark"),
        ("-- UP\n-- gen: rust\n-- DOWN\n", "line 2: `-- gen: rust` is not a mark"),
        ("-- UP\n-- gen: rust batches\n-- DOWN\n", "line 2: `-- gen: rust batches` is not a mark"),
        ("-- UP\nSELECT 1; -- gen: rust f\n-- DOWN\n", "line 2: `-- gen: rust f` stands behind a statement"),
        ("-- gen: rust f\n-- UP\n-- DOWN\n", "line 1: a function of the program stands before `-- UP`"),
        (
            "-- UP\n-- gen: repeatable\n-- gen: rust f\n-- DOWN\n",
            "line 2: `-- gen: repeatable` does not apply to a function of the program",
        ),
        (
            "-- UP\nSELECT 1\n-- gen: rust f\n;\n-- DOWN\n",
            "line 3: `-- gen: rust f` stands inside the statement of line 2",
        ),
    ] {
        assert_eq!(refusal(text), expected);
    }
    // Words of a sentence are a comment.
    assert_eq!(read("-- UP\n-- gen checks this\nSELECT 1;\n-- DOWN\n").up.len(), 1);
}

#[test]
fn a_script_of_sqlite_commits_before_what_knows_no_transaction() {
    let statements = [
        Statement::new("CREATE TABLE a (id int)"),
        Statement::batches("UPDATE a SET id = 1 WHERE id = 0"),
        Statement::new("DROP TABLE a"),
    ];
    let script = script(Product::Sqlite, &statements);
    let lines: Vec<&str> = script.lines().filter(|line| !line.is_empty() && !line.starts_with("--")).collect();
    assert_eq!(
        lines,
        [
            "PRAGMA foreign_keys = OFF;",
            "BEGIN;",
            "CREATE TABLE a (id int);",
            "COMMIT;",
            "UPDATE a SET id = 1 WHERE id = 0;",
            "BEGIN;",
            "DROP TABLE a;",
            "COMMIT;",
            "PRAGMA foreign_keys = ON;",
        ]
    );
}
