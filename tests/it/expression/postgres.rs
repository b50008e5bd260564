//! PostgreSQL. Must not know other databases.

use super::*;

const TABLES: &[&str] = &[
    "CREATE TYPE state AS ENUM ('draft', 'done')",
    "CREATE TABLE author (id int PRIMARY KEY, name varchar(80), born date)",
    "CREATE TABLE item (id int PRIMARY KEY, name varchar(80), status state, price numeric(10,2), qty int, ratio float8, \
     active boolean, day date, created timestamptz, data jsonb, author_id int, note text, \
     \"Odd Name\" text, big bigint, tags text[], stamp timestamp, span interval, code char(3), key uuid)",
];

const CONDITIONS: &[&str] = &[
    "price > 0",
    "PRICE>=0.5 and Qty < 10",
    "price > -1",
    "qty > -1",
    "qty <> 5",
    "qty != 5",
    "ratio > 0",
    "ratio > 1.5",
    "ratio <= -0.25",
    "big > 0",
    "name = 'x'",
    "name <> ''",
    "'a' = name",
    "note = 'it''s'",
    "note = E'it\\'s'",
    "name IN ('a', 'b')",
    "note IN ('a', 'b', 'c')",
    "status IN ('draft', 'done')",
    "status = 'draft'",
    "status <> 'draft'::state",
    "name IN ('a')",
    "name NOT IN ('a')",
    "name NOT IN ('a', 'b')",
    "qty IN (1, 2, 3)",
    "qty IN (1, -2)",
    "qty IN (1, id)",
    "qty IN (1, 2, id)",
    "qty NOT IN (1, 2, id)",
    "price IN (1, 2.5)",
    "code IN ('abc', 'def')",
    "code = 'abc'",
    "name LIKE 'a%'",
    "name NOT LIKE 'a%'",
    "note ILIKE '%a%'",
    "note NOT ILIKE '%a%'",
    "name LIKE 'a!%' ESCAPE '!'",
    "name ~ '^[a-z]+$'",
    "name !~ 'x'",
    "name ~* 'x'",
    "qty BETWEEN 1 AND 10",
    "qty NOT BETWEEN 1 AND 10",
    "price BETWEEN 0 AND 100",
    "day BETWEEN '2020-01-01' AND '2021-01-01'",
    "day > '2020-01-01'",
    "created AT TIME ZONE 'utc' > timestamp '2020-01-01'",
    "day > DATE '2020-01-01'",
    "created > '2020-01-01'::date",
    "day >= CURRENT_DATE",
    "created < now()",
    "created < CURRENT_TIMESTAMP",
    "created < now() - interval '1 day'",
    "created < now() - INTERVAL '30 minutes'",
    "stamp < localtimestamp",
    "name IS NULL OR note IS NOT NULL",
    "NOT (qty = 1)",
    "NOT active",
    "active",
    "active = true",
    "active IS TRUE",
    "active IS NOT FALSE",
    "(qty > 1 AND price > 1) OR active",
    "qty > 1 AND (price > 1 OR active)",
    "qty > 1 AND price > 1 AND active AND note = 'a'",
    "qty > 1 OR price > 1 OR active",
    "length(name) > 3",
    "char_length(name) <= 80",
    "LOWER(name) = name",
    "lower(note) = 'x'",
    "upper(name) LIKE 'A%'",
    "coalesce(name, '') <> ''",
    "COALESCE(qty, 0) > 0",
    "coalesce(price, 0) >= 0",
    "greatest(qty, 1) < 5",
    "nullif(name, '') IS NOT NULL",
    "name || note <> 'x'",
    "name || ' ' || note = 'a b'",
    "price * qty > 100",
    "price + 1 > qty",
    "qty * 2 + 1 > 3",
    "qty - (1 - id) > 3",
    "qty % 2 = 0",
    "qty / 2 > 1",
    "-qty < 0",
    "abs(qty) < 5",
    "extract(year FROM day) > 2000",
    "date_trunc('day', created) = created",
    "date_part('year', day) > 2000",
    "position('a' in name) > 0",
    "substring(name from 1 for 3) = 'abc'",
    "substring(name, 1, 3) = 'abc'",
    "substr(name, 1) = 'abc'",
    "trim(name) <> ''",
    "trim(both from name) <> ''",
    "btrim(name) <> ''",
    "left(name, 1) = 'a'",
    "replace(name, 'a', 'b') = 'b'",
    "data ->> 'a' = 'x'",
    "data -> 'a' IS NOT NULL",
    "data @> '{\"a\": 1}'",
    "data ? 'a'",
    "jsonb_typeof(data) = 'object'",
    "(data ->> 'n')::int > 0",
    "data #>> '{a,b}' = 'x'",
    "tags @> ARRAY['a']",
    "'a' = ANY (tags)",
    "array_length(tags, 1) < 5",
    "cardinality(tags) > 0",
    "tags[1] = 'a'",
    "\"Odd Name\" = 'x'",
    "qty IS DISTINCT FROM 5",
    "name IS NOT DISTINCT FROM 'a'",
    "num_nonnulls(name, note) = 1",
    "CASE WHEN active THEN qty > 0 ELSE qty = 0 END",
    "CASE name WHEN 'a' THEN 1 ELSE 2 END = 1",
    "CASE WHEN active THEN name ELSE note END = 'x'",
    "qty::text = '1'",
    "qty = 1::bigint",
    "span > '1 day'",
    "span > '2 hours'::interval",
    "key <> '00000000-0000-0000-0000-000000000000'",
    "(qty, id) > (1, 2)",
    "name COLLATE \"C\" > 'a'",
    "name SIMILAR TO 'a%'",
    "starts_with(name, 'a')",
    "name ^@ 'a'",
    "qty & 1 = 1",
    "qty << 1 > 1",
    "isfinite(day)",
    "(name IS NULL) = (note IS NULL)",
    "(name IS NULL) <> (qty > 1)",
    "regexp_replace(name, '[^a-z]', '', 'g') = name",
    "day + 1 > day",
    "day - day > 1",
    "created + '1 day' > now()",
    "concat(name, note) <> ''",
    "note = $$a'b$$",
    "round(price, 1) = price",
    "ceil(price) = 1",
    "floor(price) = 1",
    "name < note",
];

const DEFAULTS: &[(&str, &str)] = &[
    ("varchar(20)", "'x'"),
    ("text", "'x'"),
    ("text", "''"),
    ("text", "'it''s'"),
    ("char(3)", "'abc'"),
    ("int", "0"),
    ("int", "-1"),
    ("int", "(1 + 2)"),
    ("bigint", "0"),
    ("bigint", "-5"),
    ("smallint", "7"),
    ("numeric(10,2)", "0"),
    ("numeric(10,2)", "1.50"),
    ("numeric(10,2)", "-1.5"),
    ("float8", "0"),
    ("float8", "0.5"),
    ("real", "-0.5"),
    ("boolean", "true"),
    ("boolean", "FALSE"),
    ("timestamptz", "now()"),
    ("timestamptz", "CURRENT_TIMESTAMP"),
    ("timestamptz", "current_timestamp(3)"),
    ("timestamp", "now()"),
    ("timestamp", "CURRENT_TIMESTAMP"),
    ("timestamp", "(now() at time zone 'utc')"),
    ("timestamp", "timezone('utc', now())"),
    ("date", "CURRENT_DATE"),
    ("date", "'2020-01-01'"),
    ("time", "LOCALTIME"),
    ("uuid", "gen_random_uuid()"),
    ("jsonb", "'{}'"),
    ("jsonb", "'[]'::jsonb"),
    ("json", "'{}'"),
    ("text[]", "'{}'"),
    ("text[]", "ARRAY[]::text[]"),
    ("text[]", "ARRAY['a', 'b']"),
    ("int[]", "'{1,2}'"),
    ("interval", "'1 day'"),
    ("state", "'draft'"),
    ("state", "'draft'::state"),
    ("bytea", "'\\x00'"),
    ("text", "md5(random()::text)"),
    ("text", "NULL"),
    ("int", "nextval('counter')"),
    ("bigint", "nextval('counter'::regclass)"),
    ("text", "current_user"),
    ("text", "upper('x')"),
    ("text", "concat('a', 'b')"),
    ("text", "'a' || 'b'"),
    ("timestamptz", "now() + interval '1 day'"),
    ("timestamptz", "(CURRENT_TIMESTAMP + '01:00:00'::interval)"),
    ("inet", "'127.0.0.1'"),
    ("varchar(36)", "gen_random_uuid()::text"),
    ("bit(3)", "B'101'"),
    ("double precision", "extract(epoch from now())"),
];

const GENERATED: &[(&str, &str)] = &[
    ("numeric", "price * qty"),
    ("numeric(10,2)", "price * 1.2"),
    ("text", "lower(name)"),
    ("text", "name || ' ' || note"),
    ("text", "coalesce(name, note)"),
    ("text", "coalesce(name, note, 'none')"),
    ("int", "length(name)"),
    ("int", "qty * 2"),
    ("varchar(80)", "upper(name)"),
    ("boolean", "price > 10"),
    ("text", "data ->> 'a'"),
    ("int", "(data ->> 'n')::int"),
    ("text", "case when qty > 1 then 'many' else 'one' end"),
    ("tsvector", "to_tsvector('english', note)"),
    ("tsvector", "to_tsvector('english'::regconfig, coalesce(name, '') || ' ' || coalesce(note, ''))"),
    ("int", "extract(year from day)::int"),
];

const VIEWS: &[&str] = &[
    "SELECT * FROM author",
    "SELECT id, name FROM author",
    "SELECT a.id, a.name FROM author a",
    "SELECT a.id, a.name FROM author AS a WHERE a.name = 'x'",
    "SELECT id AS id, name AS title FROM author ORDER BY name ASC",
    "SELECT id, name FROM author ORDER BY 2 DESC, id LIMIT 10 OFFSET 5",
    "SELECT i.id, a.name FROM item i JOIN author a ON a.id = i.author_id",
    "SELECT i.id, a.name FROM item i INNER JOIN author a ON i.author_id = a.id WHERE i.price > 0 AND a.born IS NOT NULL",
    "SELECT item.id, born FROM item LEFT JOIN author ON author.id = author_id",
    "SELECT item.id, born FROM item LEFT OUTER JOIN author ON author.id = author_id LEFT JOIN item x ON x.id = author.id",
    "SELECT item.id, author.id AS author FROM item, author WHERE author.id = author_id",
    "SELECT item.id, author.id AS author FROM item CROSS JOIN author",
    "SELECT count(*) FROM item",
    "SELECT count(*) AS total, author_id FROM item GROUP BY author_id HAVING count(*) > 1",
    "SELECT author_id, sum(price) AS total, max(created) FROM item GROUP BY author_id ORDER BY total DESC",
    "SELECT author_id, count(DISTINCT name) AS names FROM item GROUP BY 1",
    "SELECT DISTINCT status FROM item",
    "SELECT DISTINCT ON (author_id) author_id, name FROM item ORDER BY author_id, created DESC",
    "SELECT id FROM item UNION SELECT id FROM author",
    "SELECT id FROM item UNION ALL SELECT id FROM author UNION ALL SELECT author_id FROM item",
    "(SELECT id FROM item EXCEPT SELECT id FROM author) INTERSECT SELECT author_id FROM item",
    "WITH rich AS (SELECT id, price FROM item WHERE price > 100) SELECT id, price FROM rich",
    "SELECT id FROM item WHERE author_id IN (SELECT id FROM author WHERE born > '2000-01-01')",
    "SELECT id FROM item WHERE author_id NOT IN (SELECT id FROM author)",
    "SELECT id FROM item i WHERE EXISTS (SELECT 1 FROM author a WHERE a.id = i.author_id)",
    "SELECT id FROM item i WHERE NOT EXISTS (SELECT 1 FROM author a WHERE a.id = i.author_id)",
    "SELECT id, (SELECT name FROM author WHERE author.id = item.author_id) AS author FROM item",
    "SELECT id, row_number() OVER (PARTITION BY author_id ORDER BY created DESC) AS number FROM item",
    "SELECT id, lower(name) AS name, coalesce(note, '') FROM item",
    "SELECT id, CASE WHEN price > 10 THEN 'dear' ELSE 'cheap' END AS class FROM item",
    "SELECT id, name FROM (SELECT id, name FROM author WHERE id > 5) AS late",
    "SELECT s.id FROM (SELECT id FROM item) s JOIN author USING (id)",
    "SELECT id, price + price AS total FROM item WHERE status = 'draft' AND name IN ('a', 'b')",
    "SELECT id FROM item WHERE name LIKE 'a%' AND qty BETWEEN 1 AND 5",
    "SELECT id, 'fixed' AS kind, 1 AS one, NULL AS nothing FROM item",
    "SELECT id, created::date AS day FROM item",
    "SELECT i.* FROM item i WHERE i.active",
    "SELECT a.*, i.price FROM author a JOIN item i ON i.author_id = a.id",
    "SELECT \"Odd Name\", \"Odd Name\" AS \"Other Name\" FROM item",
    "SELECT string_agg(name, ', ' ORDER BY name) AS names FROM author",
    "SELECT count(*) FILTER (WHERE active) AS active FROM item",
    "SELECT a.name FROM author a JOIN item i ON i.author_id = a.id GROUP BY a.name ORDER BY count(i.id) DESC, a.name ASC NULLS LAST",
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT n FROM t",
    "SELECT id FROM item WHERE id = (SELECT max(id) FROM item)",
    "SELECT id FROM item i WHERE EXISTS (SELECT 1 FROM item WHERE item.author_id = i.author_id)",
    "VALUES (1, 'a'), (2, 'b')",
    "SELECT x.id FROM author x, LATERAL (SELECT id FROM item WHERE author_id = x.id LIMIT 1) y",
    "SELECT g FROM generate_series(1, 3) AS g",
];

#[apply(test_on_postgres)]
async fn postgres_prints_what_was_declared() {
    let url = support::url("DATABASE_URL_POSTGRES");
    let product = Product::Postgres;
    let mut admin = connect(&url).await;
    // Another run may be at work on the same server.
    let name = format!("sea_gen_test_words_{}", std::process::id());
    admin.execute(&format!("DROP DATABASE IF EXISTS {name}")).await.unwrap();
    admin.execute(&format!("CREATE DATABASE {name} TEMPLATE template0")).await.unwrap();
    let mut session = connect(&format!("{}/{name}", url.rsplit_once('/').unwrap().0)).await;
    session.execute("CREATE SEQUENCE counter").await.unwrap();
    for table in TABLES {
        session.execute(table).await.unwrap();
    }
    let mut findings = Findings::default();
    for condition in CONDITIONS {
        for (statement, catalog) in [
            (
                format!("ALTER TABLE item ADD CONSTRAINT c CHECK ({condition})"),
                "SELECT pg_get_expr(conbin, conrelid), substr(pg_get_constraintdef(oid), 7), \
                 substr(pg_get_constraintdef(oid, true), 7) FROM pg_constraint WHERE conname = 'c'",
            ),
            (
                format!("CREATE INDEX x ON item (id) WHERE {condition}"),
                "SELECT pg_get_expr(indpred, indrelid), pg_get_expr(indpred, indrelid, true) FROM pg_index WHERE indexrelid = 'x'::regclass",
            ),
        ] {
            // An index may only use functions that always answer the same; then there is nothing to compare.
            if let Err(error) = session.execute(&statement).await {
                if !statement.starts_with("CREATE INDEX") {
                    findings.refused(&statement, &error);
                }
                continue;
            }
            for row in &session.query(catalog).await.unwrap() {
                for column in 0..3 {
                    if let Some(printed) = row.get(column) {
                        findings.expression(product, condition, printed);
                    }
                }
            }
            session.execute("ALTER TABLE item DROP CONSTRAINT IF EXISTS c").await.unwrap();
            session.execute("DROP INDEX IF EXISTS x").await.unwrap();
        }
    }
    let of_column = "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum \
                     WHERE attname = 'c'";
    let columns = DEFAULTS.iter().map(|(kind, text)| (text, format!("ALTER TABLE item ADD c {kind} DEFAULT {text}")));
    let generated = GENERATED
        .iter()
        .map(|(kind, text)| (text, format!("ALTER TABLE item ADD c {kind} GENERATED ALWAYS AS ({text}) STORED")));
    for (declared, statement) in columns.chain(generated) {
        if let Err(error) = session.execute(&statement).await {
            findings.refused(&statement, &error);
            continue;
        }
        for row in &session.query(of_column).await.unwrap() {
            findings.expression(product, declared, row.text(0));
        }
        session.execute("ALTER TABLE item DROP c").await.unwrap();
    }
    for text in [
        "lower(name)",
        "lower(note)",
        "(data ->> 'a')",
        "coalesce(name, note)",
        "(name || note)",
        "upper(name) COLLATE \"C\"",
    ] {
        session.execute(&format!("CREATE INDEX x ON item (({text}))")).await.unwrap();
        for row in &session.query("SELECT pg_get_indexdef('x'::regclass, 1, true), pg_get_expr(indexprs, indrelid) FROM pg_index WHERE indexrelid = 'x'::regclass").await.unwrap() {
            if !text.contains("COLLATE") {
                findings.expression(product, text, row.text(0));
                findings.expression(product, text, row.text(1));
            }
        }
        session.execute("DROP INDEX x").await.unwrap();
    }
    session
        .execute("ALTER TABLE item DROP \"big\", DROP tags, DROP stamp, DROP span, DROP code, DROP key")
        .await
        .unwrap();
    for text in VIEWS {
        let statement = format!("CREATE VIEW v AS {text}");
        if let Err(error) = session.execute(&statement).await {
            findings.refused(&statement, &error);
            continue;
        }
        for row in
            &session.query("SELECT pg_get_viewdef('v'::regclass), pg_get_viewdef('v'::regclass, true)").await.unwrap()
        {
            findings.query(product, text, row.text(0));
            findings.query(product, text, row.text(1));
        }
        session.execute("DROP VIEW v").await.unwrap();
    }
    if session.version().starts_with("13.") {
        // It prints these as calls of functions. Only the server itself can say that they are the same.
        let calls = ["at time zone", "extract(", "position("];
        findings.lines.retain(|line| !calls.iter().any(|call| line.to_lowercase().contains(call)));
    }
    session.close().await;
    admin.execute(&format!("DROP DATABASE {name}")).await.unwrap();
    findings.finish(400);
}
