//! What the lock must notice.

use proptest::prelude::*;

use super::*;

fn migration(id: &str, from: &str, to: &str) -> LockedMigration {
    LockedMigration {
        id: id.parse().unwrap(),
        checksum: sha256(id),
        from: Some(from.to_owned()),
        to: Some(to.to_owned()),
        proof: None,
        refuted: false,
    }
}

fn lock() -> Lock {
    let mut second = migration("20260102_000000_b", "1", "2");
    second.proof = Some(Proof { engine: "SQLite".to_owned(), version: "3.40.1".to_owned() });
    let by_hand = LockedMigration { from: None, to: None, ..migration("20260104_000000_d", "", "") };
    let sqlite = Locked {
        fingerprint: "3".to_owned(),
        migrations: vec![
            migration("20260101_000000_a", "0", "1"),
            second,
            migration("20260103_000000_c", "2", "3"),
            by_hand,
        ],
        files: Vec::new(),
    };
    let postgres = Locked { fingerprint: "9".to_owned(), ..Locked::default() };
    Lock {
        history: None,
        frozen: Some(Frozen { release: "1.0".to_owned() }),
        dialects: [(Product::Sqlite, sqlite), (Product::Postgres, postgres)].into(),
    }
}

fn parse(text: &str) -> Result<Lock> {
    Lock::parse(Path::new("schema.lock.json"), text)
}

fn message(text: &str) -> String {
    let error = parse(text).unwrap_err();
    assert!(!error.hints().is_empty(), "{error}");
    error.to_string()
}

#[test]
fn one_line_a_migration() {
    let text = lock().text();
    let expected = r#"{
  "version": 1,
  "dialects": ["sqlite", "postgres"],
  "frozen": {"release": "1.0"},
  "fingerprints": {
    "sqlite": "3",
    "postgres": "9"
  },
  "migrations": {
    "sqlite": [
"#;
    assert!(text.starts_with(expected), "{text}");
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("\"id\"")).collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[1].ends_with(r#""from": "1", "to": "2", "proof": {"engine": "SQLite", "version": "3.40.1"}},"#));
    assert_eq!(parse(&text).unwrap(), lock());
    assert_eq!(parse(&text.replace('\n', "\r\n")).unwrap(), lock());
    assert_eq!(parse(&Lock::default().text()).unwrap(), Lock::default());
}

#[test]
fn whatever_is_changed_is_noticed() {
    let text = lock().text();
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.contains("\"id\"")).unwrap();
    let changed = |change: &dyn Fn(&mut Vec<String>)| {
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        change(&mut lines);
        message(&lines.join("\n"))
    };
    let by_hand = |what: &str| format!("`schema.lock.json` was changed by hand: {what}");
    let bad = |id: &str| by_hand(&format!("`{id}` of sqlite, or what stood before it"));
    let beside = by_hand(
        "the dialects, the history, the release, a fingerprint, the end of a list of migrations, or another file",
    );

    assert_eq!(changed(&|lines| drop(lines.remove(at))), bad("20260102_000000_b"));
    assert_eq!(changed(&|lines| drop(lines.remove(at + 1))), bad("20260103_000000_c"));
    assert_eq!(
        changed(&|lines| lines.swap(at, at + 1)),
        bad("20260102_000000_b"),
        "the first that is not where it was"
    );
    assert_eq!(
        changed(&|lines| lines.insert(at + 1, lines[at].clone())),
        by_hand("`20260101_000000_a` of sqlite is not in its place")
    );
    assert_eq!(changed(&|lines| lines.insert(at + 1, lines[at].replace("_a", "_ab"))), bad("20260101_000000_ab"));
    for (one, other) in [("\"2\"", "\"5\""), ("3.40.1", "3.41.0"), ("SQLite", "SQLITE"), ("_b", "_bb")] {
        assert!(lines[at + 1].contains(one));
        let edited = changed(&|lines| lines[at + 1] = lines[at + 1].replace(one, other));
        assert!(edited.starts_with(&by_hand("`20260102_000000_b")), "{edited}");
    }
    assert_eq!(
        changed(&|lines| {
            lines.remove(at + 3);
            lines[at + 2] = lines[at + 2].trim_end_matches(',').to_owned();
        }),
        beside
    );
    assert_eq!(message(&text.replace("\"1.0\"", "\"1.1\"")), beside);
    assert_eq!(message(&text.replace("  \"frozen\": {\"release\": \"1.0\"},\n", "")), beside);
    assert_eq!(message(&text.replace("\"sqlite\": \"3\"", "\"sqlite\": \"4\"")), beside);
    assert_eq!(
        message(&text.replace("[\"sqlite\", \"postgres\"]", "[\"sqlite\"]")),
        by_hand("postgres is not among the dialects")
    );
    assert_eq!(
        message(&text.replace("[\"sqlite\", \"postgres\"]", "[\"sqlite\", \"postgres\", \"mysql\"]")),
        by_hand("the fingerprint of mysql is missing")
    );
}

#[test]
fn what_is_not_a_lock_is_explained() {
    let text = lock().text();
    for (text, expected) in [
        ("{}".to_owned(), "`schema.lock.json`, line 1: missing field `version`"),
        (String::new(), "`schema.lock.json`, line 1: EOF while parsing a value"),
        (
            text.replace("\"version\": 1", "\"version\": 2"),
            "`schema.lock.json` has version 2, this gen knows version 1",
        ),
        (
            text.replace("  \"frozen\"", "<<<<<<< HEAD\n  \"frozen\""),
            "`schema.lock.json`, line 4: two branches have each added a migration",
        ),
        (
            text.replace("\"frozen\"", "\"frosen\""),
            "`schema.lock.json`, line 4: unknown field `frosen`, expected one of \
         `version`, `history`, `frozen`, `dialects`, `fingerprints`, `migrations`, `files`, `seal`",
        ),
        (text.replace("20260102_000000_b", "../b"), "`schema.lock.json`, line 12: `../b` is not a migration's id"),
        (
            text.replacen("\"to\": \"1\"", "\"too\": \"1\"", 1),
            "`schema.lock.json`, line 11: unknown field `too`, expected one of `id`, `checksum`, `chain`, `from`, `to`, \
             `proof`",
        ),
        (
            text.replace("\"sqlite\", ", "\"oracle\", "),
            "`schema.lock.json`, line 3: unknown variant `oracle`, expected \
         one of `sqlite`, `postgres`, `mysql`, `mariadb`",
        ),
    ] {
        assert_eq!(message(&text), expected);
    }
}

#[test]
fn files_are_compared_with_the_lock() {
    let lock = lock();
    let ids: Vec<MigrationId> = ["20260101_000000_a", "20260102_000000_b", "20260102_120000_x", "20260104_000000_d"]
        .iter()
        .map(|id| id.parse().unwrap())
        .collect();
    let checksums = [sha256(ids[0].as_str()), sha256("other"), sha256("x"), sha256(ids[3].as_str())];
    let findings = lock.verify_files(Product::Sqlite, ids.iter().zip(checksums));
    let missing = lock.dialects[&Product::Sqlite].migrations[2].id.clone();
    assert_eq!(
        findings,
        [LockMismatch::Changed(ids[1].clone()), LockMismatch::Unlisted(ids[2].clone()), LockMismatch::Missing(missing)]
    );
    assert_eq!(lock.verify_files(Product::MySql, [(&ids[0], String::new())]), [LockMismatch::Unlisted(ids[0].clone())]);
}

/// Nothing is written beside the code: a failure that was found becomes a test of its own.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_letter_can_be_changed(at in 0_usize..2000, letter in "[0-9a-z]") {
        let text = lock().text();
        let at = at % text.len();
        prop_assume!(text.is_char_boundary(at) && text.as_bytes()[at] != letter.as_bytes()[0]);
        let mut changed = text.clone();
        changed.replace_range(at..at + 1, &letter);
        prop_assume!(!text.as_bytes()[at].is_ascii_whitespace());
        prop_assert!(parse(&changed).is_err(), "{changed}");
    }
}
