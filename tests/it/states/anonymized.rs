//! An anonymised copy, looked at by plain SQL: no old value is left, and keys, references, NULLs and lengths are as they were.
//!
//! Must not know how new values are made.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sea_gen::project::NamedDatabase;
use sea_gen::schema::Product;
use sea_gen::workflow::personal::anonymize::{Anonymization, Report};
use sea_gen::workflow::{Open, Workspace};

use sea_gen_runner::session::{Missing, Session};

use super::personal::configure;
use super::project::{Database, Project, block};
use crate::support::on_each;

on_each!(
    no_old_value_is_left_and_keys_are_kept,
    an_interrupted_run_goes_on,
    a_copy_is_confirmed_by_its_name,
    what_a_rule_cannot_do_is_refused,
    what_is_written_meanwhile_is_found,
    numbers_fit_into_their_columns,
);

const TABLES: &str = "
CREATE TABLE member (id int NOT NULL PRIMARY KEY, email varchar(40) NOT NULL, full_name varchar(30), phone varchar(20), \
  born date, notes text, latitude decimal(9,6), password varchar(64) NOT NULL, code varchar(6) NOT NULL, age int);
ALTER TABLE member ADD CONSTRAINT member_email UNIQUE (email);
ALTER TABLE member ADD CONSTRAINT member_code CHECK (code > 'N' AND code < 'Z' AND length(code) = 6);
CREATE TABLE visit (id int NOT NULL PRIMARY KEY, guest varchar(40), host varchar(40));
ALTER TABLE visit ADD CONSTRAINT visit_guest FOREIGN KEY (guest) REFERENCES member (email);
ALTER TABLE visit ADD CONSTRAINT visit_host FOREIGN KEY (host) REFERENCES member (email);
CREATE TABLE letter (id int NOT NULL PRIMARY KEY, recipient varchar(80));

-- personal: member.email email
-- personal: member.full_name name
-- personal: member.phone phone
-- personal: member.born birth
-- personal: member.notes text
-- personal: member.latitude location
-- personal: member.password secret
-- personal: member.code identity
-- personal: letter.recipient email
";

/// The columns in which no old value may be.
const COLUMNS: [(&str, &str); 11] = [
    ("member", "email"),
    ("member", "full_name"),
    ("member", "phone"),
    ("member", "born"),
    ("member", "notes"),
    ("member", "latitude"),
    ("member", "password"),
    ("member", "code"),
    ("visit", "guest"),
    ("visit", "host"),
    ("letter", "recipient"),
];

fn project(product: Product) -> Project {
    let project = Project::new(product);
    project.declare_in_sql(TABLES);
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0).keeps_silent_on("unanswered");
    project
}

/// A database with rows.
fn copy(project: &Project, product: Product) -> Database {
    let database = Database::create(product);
    project.run(&["up", "--database-url", &database.url]).with(0);
    let (mut members, mut visits, mut letters) = (Vec::new(), Vec::new(), Vec::new());
    for id in 1..=120 {
        let email = format!("Anna.{id}@corp.test");
        let code = format!("{}{id:05}", char::from(b'N' + u8::try_from(id % 12).expect("small")));
        let or_null = |text: String| if id % 5 == 0 { "NULL".to_owned() } else { text };
        members.push(format!(
            "({id}, '{email}', {}, {}, {}, {}, {}, 'secret{id}', '{code}', {id})",
            or_null(format!("'Anna Sm{id}th'")),
            or_null(format!("'+49 170 {:06}'", 555_000 + id)),
            or_null(format!("'19{:02}-05-{:02}'", 50 + id % 50, 2 + id % 25)),
            or_null(format!("'met at 7 o''clock, {id}'")),
            or_null(format!("52.{:06}", 520_111 + id)),
        ));
        let host = format!("'Anna.{}@corp.test'", 1 + id % 60);
        visits.push(format!("({id}, {}, {host})", or_null(format!("'{email}'"))));
        letters.push(format!("({id}, '{email}')"));
    }
    // Values that have nothing in them stay.
    letters.push("(121, '')".to_owned());
    letters.push("(122, '-')".to_owned());
    for (table, rows) in [("member", members), ("visit", visits), ("letter", letters)] {
        database.execute(&format!("INSERT INTO {table} VALUES {}", rows.join(", ")));
    }
    database
}

fn text(product: Product, column: &str) -> String {
    match product {
        Product::Postgres => format!("{column}::text"),
        Product::MySql | Product::MariaDb => format!("CAST({column} AS CHAR)"),
        Product::Sqlite => format!("CAST({column} AS TEXT)"),
    }
}

/// The values of a column in the order of the rows.
fn column(database: &Database, (table, column): (&str, &str)) -> Vec<Option<String>> {
    let column = text(database.product, column);
    let rows = database.query(&format!("SELECT {column} FROM {table} ORDER BY id"));
    rows.iter().map(|row| row.get(0).map(str::to_owned)).collect()
}

fn number(database: &Database, sql: &str) -> i64 {
    let sql = sql.replacen("count(*)", &text(database.product, "count(*)"), 1);
    database.query(&sql).first().and_then(|row| row.text(0).parse().ok()).expect("a number")
}

/// `gen anonymize` with the name of the database.
fn anonymize(project: &Project, database: &Database, more: &[&str]) -> serde_json::Value {
    let url = ["--database-url", &database.url];
    let shown = project.json(&[&["anonymize", "--dry-run"][..], &url].concat());
    let name = shown["database"].as_str().expect("a name").to_owned();
    project.json(&[&["anonymize", "--yes", &name][..], more, &url].concat())
}

fn no_old_value_is_left_and_keys_are_kept(product: Product) {
    let project = project(product);
    let (one, two) = (copy(&project, product), copy(&project, product));
    let before: Vec<_> = COLUMNS.map(|it| column(&one, it)).into_iter().collect();
    let references =
        "SELECT count(*) FROM visit v JOIN member g ON g.email = v.guest JOIN member h ON h.email = v.host";
    let letters = "SELECT count(*) FROM letter l JOIN member m ON m.email = l.recipient AND m.id = l.id";
    let (of_references, of_letters) = (number(&one, references), number(&one, letters));
    assert_eq!((of_references, of_letters), (96, 120));

    let report = anonymize(&project, &one, &["--salt", "pepper", "--batch", "50"]);
    assert_eq!(report["columns"].as_array().map(Vec::len), Some(COLUMNS.len()), "{report:#}");
    for (place, before) in COLUMNS.into_iter().zip(&before) {
        let after = column(&one, place);
        let old: BTreeSet<&String> = before.iter().flatten().collect();
        let is_empty = |value: &String| !value.chars().any(char::is_alphanumeric);
        let left: Vec<&String> = after.iter().flatten().filter(|it| old.contains(it) && !is_empty(it)).collect();
        assert_eq!(left, Vec::<&String>::new(), "{place:?}");
        let is_null = |values: &[Option<String>]| values.iter().map(Option::is_none).collect::<Vec<_>>();
        if place == ("member", "notes") {
            assert!(after.iter().all(Option::is_none), "{after:?}");
        } else {
            assert_eq!(is_null(&after), is_null(before), "{place:?}");
        }
        if !["born", "latitude", "notes"].contains(&place.1) {
            let distinct = |values: &[Option<String>]| values.iter().flatten().collect::<BTreeSet<_>>().len();
            assert_eq!(distinct(&after), distinct(before), "{place:?}");
        }
    }
    assert_eq!(column(&one, ("member", "age")).len(), 120);
    assert_eq!(number(&one, "SELECT count(*) FROM member WHERE age = id"), 120);
    assert_eq!((number(&one, references), number(&one, letters)), (of_references, of_letters));
    assert_eq!(number(&one, "SELECT count(*) FROM letter WHERE recipient IN ('', '-')"), 2);
    assert_eq!(number(&one, "SELECT count(*) FROM member WHERE email LIKE '%@example.%'"), 120);
    // Its schema is what it was, foreign keys and all, and they hold.
    let url = ["--database-url", &one.url];
    project.run(&[&["drift"][..], &url].concat()).with(0);
    assert!(block_refuses(&one, "INSERT INTO visit VALUES (500, 'nobody', NULL)"));
    if product == Product::Postgres {
        assert_eq!(number(&one, "SELECT count(*) FROM pg_catalog.pg_constraint WHERE condeferrable"), 0);
    }
    assert!(block_refuses(&one, "SELECT count(*) FROM sea_gen_replacements"));

    // The same salt makes the same values, in other batches too; another one makes others.
    anonymize(&project, &two, &["--salt", "pepper", "--batch", "7"]);
    for place in COLUMNS {
        assert_eq!(column(&one, place), column(&two, place), "{place:?}");
    }
    anonymize(&project, &two, &["--salt", "other"]);
    assert_ne!(column(&one, ("member", "email")), column(&two, ("member", "email")));
    assert_eq!(number(&two, references), of_references);
}

/// Whether the database refuses a statement.
fn block_refuses(database: &Database, sql: &str) -> bool {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| database.execute(sql))).is_err()
}

fn an_interrupted_run_goes_on(product: Product) {
    let project = project(product);
    let (one, two) = (copy(&project, product), copy(&project, product));
    let open = || Open {
        folder: Some(project.path().to_owned()),
        database: NamedDatabase { environment: None, url: Some(one.url.clone().into()) },
        ..Open::default()
    };
    let stopped = block(async {
        let workspace = Workspace::open(open()).expect("a project");
        let mut work = Anonymization::plan(&workspace).await.map_err(|error| format!("{error}")).expect("a plan");
        let mut steps = 0;
        let mut watch = |_: &_| {
            steps += 1;
            if steps == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let stopped = work.run(Some("pepper"), 20, &mut watch).await.map(|_| ()).map_err(|error| format!("{error}"));
        work.live.session.close().await;
        stopped
    });
    assert!(stopped.is_err_and(|error| error.contains("it was stopped")));
    let emails = column(&one, ("member", "email"));
    let done = emails.iter().flatten().filter(|email| email.contains("@example.")).count();
    assert!((1..120).contains(&done), "{done}");
    // References hold in between, and what remains of the run is no drift.
    let references =
        "SELECT count(*) FROM visit v JOIN member g ON g.email = v.guest JOIN member h ON h.email = v.host";
    assert_eq!(number(&one, references), 96);
    let url = ["--database-url", &one.url];
    let name = project.json(&[&["anonymize", "--dry-run"][..], &url].concat())["database"]
        .as_str()
        .expect("a name")
        .to_owned();
    let again = |more: &[&str]| project.run(&[&["anonymize", "--yes", &name][..], more, &url].concat());
    again(&["--salt", "other"]).with(1).mentions("an interrupted run with another salt has not ended");
    again(&[]).with(0).mentions("verified: these columns have no value that this run has not made");
    anonymize(&project, &two, &["--salt", "pepper"]);
    for place in COLUMNS {
        assert_eq!(column(&one, place), column(&two, place), "{place:?}");
    }
}

fn a_copy_is_confirmed_by_its_name(product: Product) {
    let project = project(product);
    let database = copy(&project, product);
    let before = column(&database, ("member", "email"));
    let url = ["--database-url", &database.url];
    let run = |more: &[&str]| project.run(&[&["anonymize"][..], more, &url].concat());
    run(&[]).with(1).mentions("would be replaced; nothing was changed").mentions("--yes ");
    run(&["--yes", "production"]).with(1).mentions("`production` was confirmed; nothing was changed");
    let shown = run(&["--dry-run"]).with(0).mentions("nothing was changed; next: `gen anonymize --yes ");
    assert!(
        shown
            .out
            .lines()
            .any(|line| line.contains("visit.guest") && line.contains("fake") && line.ends_with("96 rows"))
    );
    configure(&project, &format!("[env.live]\ndatabase-url = {:?}\nprotected = true\n", database.url));
    for arguments in [&["--yes", "live"][..], &["--yes", "live", "--yes-protected", "live"], &["--dry-run"]] {
        run(arguments).with(1).mentions("the environment `live` is protected, and its data is not replaced");
    }
    assert_eq!(column(&database, ("member", "email")), before);
}

fn what_a_rule_cannot_do_is_refused(product: Product) {
    let project = project(product);
    let database = copy(&project, product);
    let path = project.path().join("gen.toml");
    let plain = std::fs::read_to_string(&path).expect("a configuration");
    let url = ["--database-url", &database.url];
    for (rules, message) in [
        ("\"member.email\" = \"generalise\"", "is in a key, and coarser values are not unique"),
        ("\"member.email\" = \"null\"", "is NOT NULL"),
        ("\"member.born\" = \"hash\"", "the rule `hash` does not fit `member.born`"),
        ("\"member.born\" = \"fake\"", "the rule `fake` does not fit `member.born`"),
        ("\"member.email\" = \"hash\"\n\"visit.guest\" = \"fake\"", "both need the same rule"),
        ("\"member.mail\" = \"hash\"", "did you mean `member.email`?"),
        ("nonsense = \"hash\"", "`nonsense` is no kind of personal data"),
        ("email = \"shred\"", "`shred` is no rule"),
        // No hash begins with a letter from N to Z.
        ("\"member.code\" = \"hash\"", "the check `member_code` of `member` refuses the new values of `member.code`"),
    ] {
        std::fs::write(&path, format!("{plain}\n[personal.rules]\n{rules}\n")).expect("a written file");
        let said = project.run(&[&["anonymize", "--yes", &name_of(&database), "--salt", "s"][..], &url].concat());
        said.with(1).mentions(message);
    }
    assert_eq!(number(&database, "SELECT count(*) FROM member WHERE email LIKE 'Anna.%'"), 120);
    assert!(block_refuses(&database, "SELECT count(*) FROM sea_gen_replacements"));
    // A rule for a kind, and one for a column.
    std::fs::write(
        &path,
        format!("{plain}\n[personal.rules]\nphone = \"null\"\n\"member.full_name\" = \"generalise\"\n"),
    )
    .expect("a written file");
    anonymize(&project, &database, &["--salt", "s"]);
    assert_eq!(number(&database, "SELECT count(*) FROM member WHERE phone IS NULL"), 120);
    assert_eq!(number(&database, "SELECT count(*) FROM member WHERE full_name LIKE 'A***%'"), 96);
    if product == Product::Postgres {
        let labels = project.run(&["anonymize", "--format", "anon-labels"]).with(0);
        labels
            .mentions("SECURITY LABEL FOR anon ON COLUMN \"member\".\"email\" IS 'MASKED WITH FUNCTION anon.pseudo_email(\"email\")';")
            .mentions("ON COLUMN \"member\".\"phone\" IS 'MASKED WITH VALUE NULL';");
    } else {
        project.run(&["anonymize", "--format", "anon-labels"]).with(1).mentions("is for PostgreSQL");
    }
}

/// The name of the database in its URL, or of its file.
fn name_of(database: &Database) -> String {
    let path = database.url.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// `Anonymization` with the salt `pepper`, and a statement after its first batch. Returns the error, if there is one.
fn disturbed(project: &Project, database: &Database, statement: &str) -> Result<Vec<String>, String> {
    let open = Open {
        folder: Some(project.path().to_owned()),
        database: NamedDatabase { environment: None, url: Some(database.url.clone().into()) },
        ..Open::default()
    };
    // The watch is called where the run waits for nobody, so another thread has a runtime of its own.
    let (url, statement, mut is_written) = (database.url.clone(), statement.to_owned(), false);
    let mut watch = |_: &_| {
        if !std::mem::replace(&mut is_written, true) {
            let (url, statement) = (url.clone(), statement.clone());
            let write = async move {
                let mut session =
                    Session::connect(&crate::support::connection(&url), Missing::Refuse).await.expect("a session");
                session.execute(&statement).await.expect("a written row");
                session.close().await;
            };
            std::thread::spawn(|| block(write)).join().expect("it is written");
        }
        ControlFlow::Continue(())
    };
    block(async {
        let workspace = Workspace::open(open).expect("a project");
        let mut work = Anonymization::plan(&workspace).await.map_err(|error| format!("{error}")).expect("a plan");
        let done = work.run(Some("pepper"), 50, &mut watch).await;
        work.live.session.close().await;
        let strange =
            |report: Report| report.unverified.iter().map(|it| format!("{}.{}", it.table, it.column)).collect();
        done.map(strange).map_err(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            format!("{error}\n{cause}")
        })
    })
}

fn what_is_written_meanwhile_is_found(product: Product) {
    let project = project(product);
    for (statement, column) in [
        ("INSERT INTO letter VALUES (900, 'carla@corp.test')", "letter.recipient"),
        ("UPDATE member SET full_name = 'Someone Else' WHERE id = 1", "member.full_name"),
        ("UPDATE member SET born = '1999-09-09' WHERE id = 1", "member.born"),
        ("UPDATE member SET notes = 'again' WHERE id = 1", "member.notes"),
    ] {
        let database = copy(&project, product);
        let found = disturbed(&project, &database, statement);
        // What is written to a column before its turn is removed or found, and what is written behind it is found.
        match found {
            Ok(_) => {
                assert_eq!(number(&database, "SELECT count(*) FROM member WHERE notes IS NOT NULL"), 0, "{statement}")
            }
            Err(error) => {
                assert!(
                    error.contains("values that this run has not made") && error.contains(column),
                    "{statement}: {error}"
                );
                anonymize(&project, &database, &["--salt", "pepper"]);
            }
        }
        for old in ["carla@corp.test", "Someone Else", "again", "1999-09-09"] {
            for place in [("letter", "recipient"), ("member", "full_name"), ("member", "notes"), ("member", "born")] {
                assert!(!self::column(&database, place).contains(&Some(old.to_owned())), "{statement}: {old}");
            }
        }
    }
}

fn numbers_fit_into_their_columns(product: Product) {
    let project = Project::new(product);
    let [tiny, wide] = match product {
        Product::MySql | Product::MariaDb => ["tinyint unsigned", "bigint unsigned"],
        Product::Postgres | Product::Sqlite => ["smallint", "bigint"],
    };
    project.declare_in_sql(&format!(
        "CREATE TABLE citizen (id int NOT NULL PRIMARY KEY, badge {tiny} NOT NULL, number {wide} NOT NULL, nick varchar(3), ssn numeric(11,0) NOT NULL);
ALTER TABLE citizen ADD CONSTRAINT citizen_badge UNIQUE (badge);
-- personal: citizen.badge identity
-- personal: citizen.number identity
-- personal: citizen.nick name
-- personal: citizen.ssn identity
"
    ));
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    let database = Database::create(product);
    project.run(&["up", "--database-url", &database.url]).with(0);
    let greatest = match product {
        Product::MySql | Product::MariaDb => "18446744073709551615",
        Product::Postgres | Product::Sqlite => "9223372036854775807",
    };
    let most = if product == Product::Postgres || product == Product::Sqlite { 32_767 } else { 255 };
    let rows = (0..100).map(|id| format!("({id}, {}, {greatest}, 'x ', 12345678901)", most - id)).collect::<Vec<_>>();
    database.execute(&format!("INSERT INTO citizen VALUES {}, (100, 7, 8, 'x', 98765432109)", rows.join(", ")));
    let before = column(&database, ("citizen", "badge"));
    anonymize(&project, &database, &["--salt", "pepper"]);
    let after = column(&database, ("citizen", "badge"));
    assert_eq!(after.iter().collect::<BTreeSet<_>>().len(), 101);
    assert!(after.iter().all(|it| !before.contains(it)), "{after:?}");
    assert_eq!(number(&database, &format!("SELECT count(*) FROM citizen WHERE number = {greatest}")), 0);
    assert_eq!(number(&database, "SELECT count(*) FROM citizen WHERE ssn IN (12345678901, 98765432109)"), 0);
    // A space at the end makes another value, whatever the collation says.
    assert!(column(&database, ("citizen", "nick")).iter().flatten().all(|nick| !nick.starts_with('x')));
}

#[apply(test)]
fn what_a_trigger_makes_is_listed() {
    let project = project(Product::Sqlite);
    let database = copy(&project, Product::Sqlite);
    database.execute(
        "CREATE TRIGGER shout AFTER UPDATE OF full_name ON member WHEN NEW.full_name <> upper(NEW.full_name) \
         BEGIN UPDATE member SET full_name = upper(NEW.full_name) WHERE id = NEW.id; END",
    );
    let report = anonymize(&project, &database, &["--salt", "pepper"]);
    assert_eq!(report["unverified"], serde_json::json!([{ "table": "member", "column": "full_name", "values": 96 }]));
}
