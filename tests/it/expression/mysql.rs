//! MySQL and MariaDB. Must not know other databases.

use super::*;

const TABLES: &[&str] = &[
    "CREATE TABLE author (id int PRIMARY KEY, name varchar(80), born date)",
    "CREATE TABLE item (id int PRIMARY KEY, name varchar(80), status enum('draft','done'), price decimal(10,2), qty int, \
     ratio double, active tinyint(1), day date, created datetime, data json, author_id int, note text, `Odd Name` varchar(20))",
];

const CONDITIONS: &[&str] = &[
    "price > 0",
    "PRICE>=0.5 and Qty < 10",
    "price > -1",
    "`qty` <> 5",
    "qty != 5",
    "ratio > 1.5",
    "ratio > 1e3",
    "name = 'x'",
    "name <> ''",
    "'a' = name",
    "note = 'it''s'",
    "note = 'it\\'s'",
    "note = \"dou\\\"ble\"",
    "note = \"dou'ble\"",
    "note = 'back\\\\slash'",
    "note = 'line\\nbreak'",
    "name IN ('a', 'b')",
    "name NOT IN ('a', 'b')",
    "qty IN (1, 2, 3)",
    "qty IN (1)",
    "qty NOT IN (1)",
    "qty IN (1, id)",
    "status IN ('draft', 'done')",
    "status = 'draft'",
    "name LIKE 'a%'",
    "name NOT LIKE 'a%'",
    "name LIKE 'a!%' ESCAPE '!'",
    "name LIKE 'a\\_b'",
    "name REGEXP '^[a-z]+$'",
    "name NOT REGEXP 'x'",
    "name RLIKE 'x'",
    "qty BETWEEN 1 AND 10",
    "qty NOT BETWEEN 1 AND 10",
    "price between 0 and 100.5",
    "day > '2020-01-01'",
    "day > DATE '2020-01-01'",
    "name IS NULL OR note IS NOT NULL",
    "NOT (qty = 1)",
    "!(qty = 1)",
    "NOT active",
    "active",
    "active = true",
    "active = FALSE",
    "active IS TRUE",
    "active IS NOT FALSE",
    "active in (0, 1)",
    "(qty > 1 AND price > 1) OR active = 1",
    "qty > 1 AND (price > 1 OR active = 1)",
    "qty > 1 AND price > 1 AND active = 1 AND note = 'a'",
    "qty > 1 OR price > 1 OR active = 1",
    "qty > 1 || price > 1",
    "qty > 1 && price > 1",
    "qty > 1 XOR price > 1",
    "length(name) > 3",
    "CHAR_LENGTH(name) <= 80",
    "character_length(name) <= 80",
    "LOWER(name) = name",
    "lcase(name) = name",
    "ucase(name) = name",
    "coalesce(name, '') <> ''",
    "IFNULL(qty, 0) > 0",
    "IF(active, qty, 0) > 0",
    "nullif(name, '') IS NOT NULL",
    "isnull(name)",
    "greatest(qty, 1) < 5",
    "concat(name, ' ', note) <> 'x'",
    "price * qty > 100",
    "price + 1 > qty",
    "qty * 2 + 1 > 3",
    "qty - (1 - id) > 3",
    "qty % 2 = 0",
    "qty MOD 2 = 0",
    "mod(qty, 2) = 0",
    "qty DIV 2 = 0",
    "price / 2 > 1",
    "-qty < 0",
    "abs(qty) < 5",
    "year(day) > 2000",
    "month(day) = 1",
    "day(day) = 1",
    "extract(year from day) > 2000",
    "date_format(day, '%Y') = '2020'",
    "date_add(day, interval 1 day) > day",
    "day + interval 1 day > day",
    "date_sub(day, interval 1 month) < day",
    "datediff(day, created) > 1",
    "position('a' in name) > 0",
    "locate('a', name) > 0",
    "instr(name, 'a') > 0",
    "substring(name, 1, 3) = 'abc'",
    "substr(name, 1, 3) = 'abc'",
    "substring(name from 1 for 3) = 'abc'",
    "mid(name, 1, 3) = 'abc'",
    "trim(name) <> ''",
    "trim(both from name) <> ''",
    "trim(leading 'x' from name) <> ''",
    "ltrim(name) <> ''",
    "left(name, 1) = 'a'",
    "right(name, 1) = 'a'",
    "replace(name, 'a', 'b') = 'b'",
    "json_valid(data)",
    "JSON_VALID(note)",
    "json_extract(data, '$.a') = 1",
    "json_unquote(json_extract(data, '$.a')) = 'x'",
    "json_length(data) > 1",
    "json_type(data) = 'OBJECT'",
    "`Odd Name` = 'x'",
    "qty <=> 5",
    "CASE WHEN active THEN qty > 0 ELSE qty = 0 END",
    "CASE name WHEN 'a' THEN 1 ELSE 2 END = 1",
    "cast(qty as char) = '1'",
    "CAST(qty AS CHAR(10)) = '1'",
    "cast(name as signed) = 1",
    "cast(name as unsigned integer) = 1",
    "cast(name as decimal(10,2)) = 1",
    "cast(name as decimal) = 1",
    "cast(name as date) = day",
    "convert(qty, char) = '1'",
    "convert(name using utf8mb4) = 'a'",
    "(qty, id) = (1, 2)",
    "name COLLATE utf8mb4_bin = 'a'",
    "binary name = 'a'",
    "qty & 1 = 1",
    "qty | 1 = 1",
    "qty << 1 > 1",
    "ceil(price) = 1",
    "ceiling(price) = 1",
    "floor(price) = 1",
    "round(price, 1) = price",
    "pow(qty, 2) > 4",
    "power(qty, 2) > 4",
    "find_in_set('a', name) > 0",
    "name < note",
    "((qty > 1))",
    "not (name like 'a%')",
    "not (qty in (1, 2))",
    "(name IS NULL) <> (note IS NULL)",
    "x'41' = name",
];

const DEFAULTS: &[(&str, &str)] = &[
    ("varchar(20)", "('x')"),
    ("varchar(36)", "(uuid())"),
    ("varchar(36)", "(UUID())"),
    ("text", "('it''s')"),
    ("json", "('{}')"),
    ("json", "(json_object())"),
    ("json", "(json_array(1, 2))"),
    ("datetime", "(now())"),
    ("datetime", "(now() + interval 1 day)"),
    ("date", "(curdate())"),
    ("date", "(current_date)"),
    ("date", "(CURRENT_DATE())"),
    ("datetime(3)", "(now(3))"),
    ("int", "(1 + 2)"),
    ("double", "(rand() * 10)"),
    ("varchar(50)", "(concat('a', 'b'))"),
    ("varchar(50)", "(upper('x'))"),
];

const GENERATED: &[(&str, &str)] = &[
    ("decimal(12,2)", "price * qty"),
    ("varchar(200)", "lower(name)"),
    ("varchar(200)", "concat(name, ' ', note)"),
    ("varchar(200)", "concat_ws(\", \", name, note)"),
    ("varchar(200)", "coalesce(name, 'none')"),
    ("int", "char_length(name)"),
    ("boolean", "price > 10"),
    ("varchar(200)", "json_unquote(json_extract(data, '$.a'))"),
    ("varchar(20)", "case when qty > 1 then 'many' else 'one' end"),
    ("varchar(20)", "if(qty > 1, 'many', 'it''s')"),
    ("int", "year(day)"),
    ("varchar(64)", "sha2(name, 256)"),
];

const VIEWS: &[&str] = &[
    "SELECT * FROM author",
    "SELECT id, name FROM author",
    "SELECT a.id, a.name FROM author a",
    "SELECT A.id, A.NAME FROM author AS A WHERE A.name = 'x'",
    "SELECT id AS id, name AS title FROM author ORDER BY name ASC",
    "SELECT id, name FROM author ORDER BY 2 DESC, id LIMIT 10 OFFSET 5",
    "SELECT id FROM author LIMIT 5, 10",
    "SELECT i.id, a.name FROM item i JOIN author a ON a.id = i.author_id",
    "SELECT i.id, a.name FROM item i INNER JOIN author a ON i.author_id = a.id WHERE i.price > 0 AND a.born IS NOT NULL",
    "SELECT item.id, born FROM item LEFT JOIN author ON author.id = author_id",
    "SELECT item.id, born FROM item LEFT OUTER JOIN author ON author.id = author_id LEFT JOIN item x ON x.id = author.id",
    "SELECT item.id, author.id AS author FROM item, author WHERE author.id = author_id",
    "SELECT item.id, author.id AS author FROM item CROSS JOIN author",
    "SELECT count(*) FROM item",
    "SELECT COUNT( * ) AS total, author_id FROM item GROUP BY author_id HAVING count(*) > 1",
    "SELECT author_id, sum(price) AS total, max(created) FROM item GROUP BY author_id ORDER BY total DESC",
    "SELECT author_id, count(DISTINCT name) AS names FROM item GROUP BY 1",
    "SELECT DISTINCT status FROM item",
    "SELECT id FROM item UNION SELECT id FROM author",
    "SELECT id FROM item UNION DISTINCT SELECT id FROM author",
    "SELECT id FROM item UNION ALL SELECT id FROM author UNION ALL SELECT author_id FROM item",
    "WITH rich AS (SELECT id, price FROM item WHERE price > 100) SELECT id, price FROM rich",
    "SELECT id FROM item WHERE author_id IN (SELECT id FROM author WHERE born > '2000-01-01')",
    "SELECT id FROM item WHERE author_id NOT IN (SELECT id FROM author)",
    "SELECT id FROM item i WHERE EXISTS (SELECT 1 FROM author a WHERE a.id = i.author_id)",
    "SELECT id FROM item i WHERE NOT EXISTS (SELECT 1 FROM author a WHERE a.id = i.author_id)",
    "SELECT id, (SELECT name FROM author WHERE author.id = item.author_id) AS author FROM item",
    "SELECT id, row_number() OVER (PARTITION BY author_id ORDER BY created DESC) AS number FROM item",
    "SELECT id, lower(name) AS name, coalesce(note, '') FROM item",
    "SELECT id, lower( name ) FROM item",
    "SELECT id, CASE WHEN price > 10 THEN 'dear' ELSE 'cheap' END AS class FROM item",
    "SELECT id, name FROM (SELECT id, name FROM author WHERE id > 5) AS late",
    "SELECT id, price * qty AS total FROM item WHERE status = 'draft' AND name IN ('a', 'b')",
    "SELECT id FROM item WHERE name LIKE 'a%' AND qty BETWEEN 1 AND 5",
    "SELECT id FROM item WHERE name NOT LIKE 'a%'",
    "SELECT id, 'fixed' AS kind, 1 AS one, NULL AS nothing FROM item",
    "SELECT i.* FROM item i WHERE i.active",
    "SELECT i.id FROM item i WHERE i.active = 1 AND NOT i.qty",
    "SELECT a.*, i.price FROM author a JOIN item i ON i.author_id = a.id",
    "SELECT `Odd Name`, `Odd Name` AS `Other Name` FROM item",
    "SELECT group_concat(name ORDER BY name SEPARATOR ', ') AS names FROM author",
    "SELECT a.name FROM author a JOIN item i ON i.author_id = a.id GROUP BY a.name ORDER BY count(i.id) DESC, a.name ASC",
    "SELECT id FROM item WHERE id = (SELECT max(id) FROM item)",
    "SELECT id, ifnull(name, 'none') AS name, date_format(created, '%Y-%m') AS month FROM item",
    "SELECT data->>'$.a' AS a, data->'$.b' AS b FROM item",
    "SELECT id FROM item USE INDEX (PRIMARY)",
];

async fn prints_what_was_declared(url: &str) {
    let mut session = connect(url).await;
    let product = session.product();
    // Another run may be at work on the same server.
    let name = format!("sea_gen_test_words_{}", std::process::id());
    session.execute(&format!("DROP DATABASE IF EXISTS {name}")).await.unwrap();
    session.execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    session.execute(&format!("USE {name}")).await.unwrap();
    for table in TABLES {
        session.execute(table).await.unwrap();
    }
    let mut findings = Findings::default();
    for condition in CONDITIONS {
        let statement = format!("ALTER TABLE item ADD CONSTRAINT c CHECK ({condition})");
        if let Err(error) = session.execute(&statement).await {
            findings.refused(&statement, &error);
            continue;
        }
        let printed = session
            .query("SELECT check_clause FROM information_schema.check_constraints WHERE constraint_schema = DATABASE() AND constraint_name = 'c'")
            .await
            .unwrap();
        for row in &printed {
            findings.expression(product, condition, row.text(0));
        }
        session.execute("ALTER TABLE item DROP CONSTRAINT c").await.unwrap();
    }
    let defaults = DEFAULTS
        .iter()
        .map(|(kind, text)| (text, format!("CREATE TABLE d (c {kind} DEFAULT {text})"), "column_default"));
    let generated = GENERATED.iter().map(|(kind, text)| {
        (text, format!("ALTER TABLE item ADD c {kind} GENERATED ALWAYS AS ({text}) STORED"), "generation_expression")
    });
    for (declared, statement, column) in defaults.chain(generated) {
        if let Err(error) = session.execute(&statement).await {
            findings.refused(&statement, &error);
            continue;
        }
        let catalog = format!(
            "SELECT {column} FROM information_schema.columns WHERE table_schema = DATABASE() AND column_name = 'c'"
        );
        for row in &session.query(&catalog).await.unwrap() {
            findings.expression(product, declared, row.text(0));
        }
        let undo = if column == "column_default" { "DROP TABLE d" } else { "ALTER TABLE item DROP c" };
        session.execute(undo).await.unwrap();
    }
    for text in VIEWS {
        let statement = format!("CREATE VIEW v AS {text}");
        if let Err(error) = session.execute(&statement).await {
            findings.refused(&statement, &error);
            continue;
        }
        let catalog = "SELECT view_definition FROM information_schema.views WHERE table_schema = DATABASE()";
        for row in &session.query(catalog).await.unwrap() {
            findings.query(product, text, &row.text(0).replace(&format!("`{name}`."), ""));
        }
        session.execute("DROP VIEW v").await.unwrap();
    }
    session.execute(&format!("DROP DATABASE {name}")).await.unwrap();
    session.close().await;
    findings.finish(205);
}

#[apply(test_on_mysql)]
async fn mysql_prints_what_was_declared() {
    let url = support::url("DATABASE_URL_MYSQL");
    prints_what_was_declared(&url).await;
}

#[apply(test_on_mariadb)]
async fn mariadb_prints_what_was_declared() {
    let url = support::url("DATABASE_URL_MARIADB");
    prints_what_was_declared(&url).await;
}
