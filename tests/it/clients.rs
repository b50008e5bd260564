//! Scripts are split into the same statements as by the databases' own clients, which print the statements that they send.
//!
//! Must not know how text is split; it compares with the output of the clients.

use std::io::Write;
use std::process::{Command, Stdio};

use sea_gen::schema::Product;
use sea_gen_runner::sql;
use url::Url;

use crate::support::{Scratch, on_each};

on_each!(a_text_is_cut_as_the_client_cuts_it);

/// Every statement begins on a line of its own for SQLite, whose shell prints whole lines, and ends there for PostgreSQL, whose
/// client does not say where one ends.
fn script(product: Product) -> &'static str {
    match product {
        Product::Postgres => {
            r#"CREATE TEMP TABLE t (a text, "x;y" text);
SELECT 1; SELECT 'a;b' /* c; /* nested; */ */ ; -- d; e
SELECT "x;y" FROM t;
SELECT $$a;b$$, $x$ $$ ; $x$, 1 AS a$b$c FROM t;
CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END;
CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2);
SELECT E'a\';b', 'a\'; SELECT U&'d\0061t;a', N'a;', B'1', x'f';
CREATE FUNCTION atomic() RETURNS int LANGUAGE sql AS 'SELECT 1; SELECT 2'; SELECT 3 AS atomic;
SELECT '--', 1 --;
;
SELECT '/*'; SELECT '*/';
COPY t FROM stdin;
it's; one	\N
SELECT 'no statement';	$$
\.
SELECT count(*) FROM t;
"#
        }
        Product::MySql | Product::MariaDb => {
            r#"CREATE TABLE t (a int, `x;y` int);
SELECT 1; SELECT 'a;b' /* c; */ ; -- d; e
SELECT "x;y", `x;y` FROM t # f; g
;
DELIMITER $$
CREATE PROCEDURE p() BEGIN SELECT 1; SELECT ';'; END$$
SELECT 2$$
DELIMITER ;
SELECT 'it''s;', 'a\';b', "c\";d";
SELECT 1 AS $a, 2 AS a$b; SELECT 3 AS `a``;b`;
SELECT 5--1; SELECT 6 --	;
;
delimiter //
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a = 'x//'; SET @b = 2; END //
SELECT 7 / 2 //
DELIMITER ;
SELECT '/*'; SELECT '*/';
SELECT /* a -- b; */ 8; SELECT 9
  AS
  'line;s';
"#
        }
        Product::Sqlite => {
            r#"CREATE TABLE t (a DEFAULT 'it''s;');
CREATE TABLE u ("x;y", [a;b], `c;d`);
CREATE TRIGGER tr AFTER INSERT ON t BEGIN
  DELETE FROM t; UPDATE t SET a = CASE WHEN 1 THEN 2 END;
END;
CREATE TABLE v (a DEFAULT 'a\');
CREATE TEMP TRIGGER tr2 AFTER INSERT ON t BEGIN DELETE FROM t; END;
/* c; */ DROP TABLE v; -- d; e
INSERT INTO t VALUES (x'00'), (1); -- ' f
CREATE TABLE trigger_begin (a, "end" DEFAULT ';');
DROP TABLE IF EXISTS [end;];
"#
        }
    }
}

/// The output of the client for the script.
fn printed(product: Product, url: &str, script: &str) -> String {
    let address = Url::parse(url).expect("an address");
    let mut command = match product {
        Product::Postgres => {
            let mut command = Command::new("psql");
            command.args(["-X", "-q", "-e", "-o", "/dev/null", address.as_str()]);
            command
        }
        Product::MySql | Product::MariaDb => {
            let mut command = Command::new("mariadb");
            command.args(["--no-defaults", "-vvv"]);
            let port = address.port().unwrap_or(3306).to_string();
            command.args(["-h", address.host_str().unwrap_or_default(), "-P", &port, "-u", address.username()]);
            command.arg(format!("--password={}", address.password().unwrap_or_default()));
            command.arg(address.path().trim_start_matches('/'));
            command
        }
        Product::Sqlite => {
            let mut command = Command::new("sqlite3");
            command.args(["-batch", ":memory:"]);
            command
        }
    };
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the client");
    child.stdin.take().expect("a pipe").write_all(script.as_bytes()).expect("a client that reads");
    let output = child.wait_with_output().expect("its end");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The statements in the output of the client.
fn sent(product: Product, url: &str) -> Vec<String> {
    let script = script(product);
    match product {
        Product::Postgres => printed(product, url, script).lines().map(str::to_owned).collect(),
        Product::MySql | Product::MariaDb => {
            let printed = printed(product, url, script);
            printed.split("--------------\n").skip(1).step_by(2).map(str::to_owned).collect()
        }
        Product::Sqlite => {
            let printed = printed(product, url, &format!(".echo on\n.changes on\n{script}"));
            let printed = printed.trim_start_matches(".changes on\n");
            let lines: String = printed.split_inclusive('\n').filter(|line| !line.trim().is_empty()).collect();
            let mut found = vec![String::new()];
            for line in lines.split_inclusive('\n') {
                match line.starts_with("changes: ") {
                    true => found.push(String::new()),
                    false => found.iter_mut().last().expect("one").push_str(line),
                }
            }
            found
        }
    }
}

/// A statement without comments, which some clients leave out.
fn significant(product: Product, statement: &str) -> String {
    let words = sql::words(product, statement);
    let text: Vec<&str> = words.iter().map(|word| word.text).collect();
    text.join(" ").trim_end_matches([';', ' ']).to_owned()
}

fn a_text_is_cut_as_the_client_cuts_it(product: Product) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let scratch = runtime.block_on(Scratch::create(product)).expect("a database");
    let all = |statements: Vec<String>| -> Vec<String> {
        let found = statements.iter().map(|statement| significant(product, statement));
        found.filter(|statement| !statement.is_empty()).collect()
    };
    let sent = all(sent(product, &scratch.url));
    runtime.block_on(scratch.remove()).expect("no database any more");
    // The rows of a COPY are not statements, and it needs its client.
    let sent: Vec<String> = sent.into_iter().filter(|statement| !statement.starts_with("COPY")).collect();
    assert!(sent.len() > 8, "{sent:#?}");
    assert_eq!(all(sql::dump::statements(product, script(product)).expect("statements")), sent);
}
