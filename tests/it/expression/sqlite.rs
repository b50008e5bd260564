//! SQLite, whose catalog keeps every text as it was written: what is compared is how people write one thing in two ways, each
//! accepted by the database, and that the two answer alike.
//!
//! Must not know other databases.

use super::*;

const ITEM_TABLE: &str = "CREATE TABLE item (id integer PRIMARY KEY, name text, status text, price real, qty int, ratio real, \
    active int, day text, created text, data text, author_id int, note text, \"Odd Name\" text)";

/// Spellings of one expression.
const SAME: &[&[&str]] = &[
    &[
        "price > 0",
        "PRICE>0",
        "\"price\" > 0",
        "[price] > 0",
        "`price` > 0",
        "(price > 0)",
        "((price) > (0))",
        "price -- cost\n > 0",
    ],
    &["qty <> 5", "qty != 5"],
    &["qty = 5", "qty == 5"],
    &["name IS NULL", "name ISNULL", "\"Name\" is null"],
    &["name IS NOT NULL", "name NOTNULL", "name NOT NULL"],
    &["name = 'it''s'", "name='it''s'", "name = /* ' */ 'it''s'"],
    &["name LIKE 'a%'", "name like 'a%'", "(name) LIKE ('a%')"],
    &["name NOT LIKE 'a%'", "name not like 'a%'"],
    &["name GLOB 'a*'", "name glob 'a*'"],
    &["name IN ('a', 'b')", "name in('a','b')"],
    &["qty BETWEEN 1 AND 10", "qty between (1) and (10)"],
    &["qty > 1 AND price > 1 OR active", "(qty > 1 AND price > 1) OR active"],
    &["qty > 1 AND (price > 1 AND active)", "(qty > 1 AND price > 1) AND active"],
    &["lower(name) = name", "LOWER(name) = name", "Lower( name )=name"],
    &["length(name) > 3", "LENGTH(\"name\")>3"],
    &["coalesce(name, '') <> ''", "COALESCE(name,'') <> ''"],
    &["price * qty > 100", "(price*qty)>100"],
    &["price + qty * 2 > 1", "price + (qty * 2) > 1", "(price + (qty * 2)) > 1"],
    &["name || note = 'x'", "(name||note) = 'x'"],
    &["name || note || 'x' = 'x'", "(name||note)||'x' = 'x'"],
    &["qty = 1 < 2", "qty = (1 < 2)"],
    &["qty & 1 = 1", "(qty & 1) = 1"],
    &["qty << 1 > 1", "(qty << 1) > 1"],
    &["datetime('now') > created", "DATETIME('now')>created"],
    &["strftime('%Y', day) = '2020'", "STRFTIME('%Y',day)='2020'"],
    &["json_valid(data)", "JSON_VALID(data)", "(json_valid(\"data\"))"],
    &["json_extract(data, '$.a') = 1", "JSON_EXTRACT(data,'$.a')=1"],
    &["data ->> '$.a' = 'x'", "(data->>'$.a') = 'x'"],
    &["CASE WHEN active THEN 1 ELSE 0 END", "case when active then 1 else 0 end"],
    &["cast(qty AS text) = '1'", "CAST(qty as TEXT) = '1'"],
    &["name COLLATE NOCASE = 'a'", "name collate nocase = 'a'", "(name COLLATE \"NOCASE\") = 'a'"],
    &["\"Odd Name\" = 'x'", "[odd name] = 'x'"],
    &["NOT (qty = 1)", "not qty = 1"],
    &["active IS TRUE", "active is true"],
    &["typeof(qty) = 'integer'", "TYPEOF(qty)='integer'"],
    &["round(price, 2) = price", "ROUND(price,2)=price"],
    &["substr(name, 1, 3) = 'abc'", "SUBSTR(name,1,3)='abc'"],
    &["ifnull(qty, 0) > 0", "IFNULL(qty,0)>0"],
    &["-qty < 0", "(-qty)<0"],
    &["qty % 2 = 0", "(qty%2)=0"],
    &["name IS note", "\"name\" is \"note\""],
    &["x'ff' = name", "X'ff' = name"],
];

const VIEWS: &[&[&str]] = &[
    &[
        "SELECT * FROM author",
        "SELECT id, name, born FROM author",
        "select author.id, author.name, author.born from author",
        "SELECT author.* FROM author",
    ],
    &[
        "SELECT id AS id FROM author ORDER BY name ASC",
        "SELECT id FROM author AS author ORDER BY name",
        "SELECT \"id\" FROM [author] ORDER BY `name`",
    ],
    &[
        "SELECT i.id, born FROM item i JOIN author a ON a.id = i.author_id",
        "SELECT i.id, a.born FROM item AS i INNER JOIN author AS a ON (a.id = author_id)",
    ],
    &["SELECT id FROM item UNION SELECT id FROM author", "SELECT item.id FROM item UNION SELECT author.id FROM author"],
    &["SELECT count(*) AS n FROM item GROUP BY author_id", "SELECT COUNT(*) AS n FROM item GROUP BY item.author_id"],
    &["SELECT id FROM item LIMIT 5, 10", "SELECT id FROM item LIMIT 10 OFFSET 5"],
    &["SELECT id FROM item LEFT OUTER JOIN author USING (id)", "SELECT id FROM item LEFT JOIN author USING (id)"],
];

const DIFFERENT: &[(&str, &str)] = &[
    ("qty > 1", "qty >= 1"),
    ("qty > 1", "qty > 2"),
    ("name = 'a'", "name = 'A'"),
    ("name = 'a b'", "name = 'a  b'"),
    ("name = 'a'", "note = 'a'"),
    ("qty > 1 AND (price > 1 OR active)", "(qty > 1 AND price > 1) OR active"),
    ("name LIKE 'a%'", "name GLOB 'a%'"),
    ("(qty = 1) < 2", "qty = 1 < 2"),
    ("(price + qty) * 2 > 1", "price + qty * 2 > 1"),
    ("name IS NULL", "name IS NOT NULL"),
    ("qty - (1 - id)", "qty - 1 - id"),
    ("1", "'1'"),
    ("name = 'it''s'", "name = 'it''''s'"),
    ("qty BETWEEN 1 AND 2", "qty NOT BETWEEN 1 AND 2"),
    ("\"true\" = 1", "true = 1"),
];

#[apply(test)]
async fn sqlite_takes_every_spelling_for_the_same() {
    let product = Product::Sqlite;
    let mut session = Session::connect(&crate::support::connection("sqlite::memory:"), Missing::Create).await.unwrap();
    session.execute(ITEM_TABLE).await.unwrap();
    session.execute("CREATE TABLE author (id integer PRIMARY KEY, name text, born text)").await.unwrap();
    for values in [
        "1, 'abc', 'draft', 0.5, 5, 1, 1, '2020-01-01', '2020', '{\"a\":1}', 1, 'x', 'x'",
        "2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
    ] {
        session.execute(&format!("INSERT INTO item VALUES ({values})")).await.unwrap();
    }
    session.execute("INSERT INTO author VALUES (1, 'a', '1970')").await.unwrap();
    let mut findings = Findings::default();
    for spellings in SAME {
        let mut answers = Vec::new();
        for spelling in *spellings {
            findings.expression(product, spellings[0], spelling);
            let rows =
                session.query(&format!("SELECT CAST(({spelling}\n) AS text), id FROM item ORDER BY id")).await.unwrap();
            answers.push(rows);
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{spellings:?}");
    }
    for spellings in VIEWS {
        for spelling in *spellings {
            session.execute(&format!("CREATE VIEW v AS {spelling}")).await.unwrap();
            let rows = session.query("SELECT sql FROM sqlite_schema WHERE name = 'v'").await.unwrap();
            let printed = rows.first().unwrap().text(0).trim_start_matches("CREATE VIEW v AS").to_owned();
            findings.query(product, spellings[0], &printed);
            session.execute("DROP VIEW v").await.unwrap();
        }
    }
    for (left, right) in DIFFERENT {
        different(product, left, right);
    }
    session.close().await;
    findings.finish(100);
}
