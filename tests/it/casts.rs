//! The tables of casts, held to what the databases do: every pair of types is changed there and back, value by value.
//!
//! What the table says survives must be the same afterwards. What it says is lost must change or be refused; a table may err
//! here where it says so of every value. What stays unsaid must be refused aloud. Must not know how a table is written.

use std::collections::{BTreeMap, BTreeSet};

use sea_gen::dialect::casts::{Family, family, grade};
use sea_gen::dialect::{Dialect, Forms, of, statements};
use sea_gen::diff::diff;
use sea_gen::plan::cast::Grade;
use sea_gen::schema::{Column, EnumType, Name, Normalized, ObjectName, Product, Schema, Table, Type};
use sea_gen_runner::session::Session;

use crate::support::{Scratch, on_each};

on_each!(the_table_says_what_the_database_does);

/// A type, and values of it as they are written in SQL.
type Sample = (&'static str, &'static [&'static str]);

const POSTGRES: &[Sample] = &[
    ("smallint", &["0", "1", "5", "-7", "32767"]),
    ("integer", &["0", "1", "5", "70000", "-2147483648", "16777217"]),
    ("bigint", &["1", "9007199254740993", "9223372036854775807"]),
    ("numeric", &["0", "1", "1.5", "0.123456789", "123456789012345678901234567890", "'NaN'"]),
    ("numeric(10,2)", &["1", "1.50", "12345678.99"]),
    ("numeric(6,1)", &["1", "1.5", "12345.6"]),
    ("real", &["0", "1", "1.5", "0.1", "16777216", "'infinity'"]),
    ("double precision", &["0", "1", "1.5", "0.1", "0.30000000000000004", "1e30"]),
    ("boolean", &["true", "false"]),
    (
        "text",
        &[
            "''",
            "'a'",
            "'a '",
            "'12'",
            "'007'",
            "'12x'",
            "'1.5'",
            "'1.234'",
            "'99999999999'",
            "'true'",
            "'yes'",
            "'2020-02-30'",
            "'2020-01-02'",
            "'2020-01-02 03:04:05'",
            "'2020-01-02 03:04:05.123456'",
            "'2020-01-02 03:04:05+02'",
            "'03:04:05'",
            r#"'{"a": 1}'"#,
            r#"'{"a": 1, "a": 2}'"#,
            "'6f9619ff-8b86-d011-b42d-00c04fc964ff'",
            "'größer'",
            "'{x,y}'",
            "'sad'",
            "'101'",
            "'now'",
        ],
    ),
    ("character varying(5)", &["'a'", "'a '", "'12'", "'sad'"]),
    ("character(4)", &["'a'", "'abcd'"]),
    ("character varying", &["'abcdefg'", "'12'"]),
    ("date", &["'2020-01-02'", "'0044-03-15'"]),
    ("time without time zone", &["'03:04:05'", "'03:04:05.123456'"]),
    ("time(0) without time zone", &["'03:04:05'"]),
    ("timestamp without time zone", &["'2020-01-02'", "'2020-01-02 03:04:05.123456'"]),
    ("timestamp(3) without time zone", &["'2020-01-02 03:04:05.123'"]),
    ("timestamp with time zone", &["'2020-01-02 00:00:00+00'", "'2020-01-02 23:00:00-05'"]),
    ("json", &[r#"'{"a": 1}'"#, r#"'{"a": 1, "a": 2}'"#, "'5'"]),
    ("jsonb", &[r#"'{"a": 1}'"#, "'5'", "'true'"]),
    ("uuid", &["'6f9619ff-8b86-d011-b42d-00c04fc964ff'"]),
    ("bytea", &[r"'\x00ff'", "'abc'"]),
    ("integer[]", &["'{}'", "'{1,70000}'"]),
    ("smallint[]", &["'{1,2}'"]),
    ("text[]", &["'{a,b}'", "'{1,2}'"]),
    ("bit(3)", &["B'101'"]),
    ("bit varying(5)", &["B'101'", "B'10101'"]),
    ("inet", &["'10.0.0.1'", "'10.0.0.0/8'"]),
    ("interval", &["'1 day'"]),
    ("money", &["'12.34'"]),
    ("mood", &["'sad'", "'ok'"]),
    ("feeling", &["'sad'"]),
];

const MYSQL: &[Sample] = &[
    ("tinyint(1)", &["0", "1"]),
    ("smallint", &["0", "1", "5", "-7", "32767"]),
    ("int", &["0", "1", "5", "70000", "-2147483648"]),
    ("int unsigned", &["0", "1", "4294967295"]),
    ("bigint", &["1", "9007199254740993", "9223372036854775807"]),
    ("decimal(10,2)", &["1", "1.50", "12345678.99"]),
    ("decimal(30,10)", &["1", "12345678901234567890.0123456789"]),
    ("float", &["0", "1", "1.5", "0.1"]),
    ("double", &["0", "1", "1.5", "0.1", "0.30000000000000004", "1e20"]),
    (
        "varchar(200)",
        &[
            "''",
            "'a'",
            "'a '",
            "'12'",
            "'007'",
            "'12x'",
            "'1.5'",
            "'1.234'",
            "'99999999999'",
            "'true'",
            "'2020-02-30'",
            "'2020-01-02'",
            "'2020-01-02 03:04:05'",
            "'2020-01-02 03:04:05.1'",
            "'03:04:05'",
            r#"'{"a": 1}'"#,
            r#"'{"a": 1, "a": 2}'"#,
            "'größer'",
            "'sad'",
            "'SAD'",
            "'2020'",
        ],
    ),
    ("varchar(3)", &["'a'", "'12'", "'grö'"]),
    ("char(4)", &["'a'", "'abcd'"]),
    ("text", &["'abc'", "repeat('a', 300)"]),
    ("tinytext", &["'abc'", "'12'"]),
    ("varbinary(20)", &["'abc'", "x'00ff'"]),
    ("binary(4)", &["'abcd'", "'ab'"]),
    ("date", &["'2020-01-02'", "'1960-01-02'"]),
    ("datetime", &["'2020-01-02'", "'2020-01-02 03:04:05'", "'1960-01-02 03:04:05'"]),
    ("datetime(6)", &["'2020-01-02 03:04:05.123456'"]),
    ("timestamp", &["'2020-01-02 03:04:05'"]),
    ("time", &["'03:04:05'"]),
    ("time(3)", &["'03:04:05.123'"]),
    ("year", &["2020"]),
    ("json", &[r#"'{"a": 1}'"#, "'5'"]),
    ("enum('sad','ok')", &["'sad'", "'ok'"]),
    ("enum('sad')", &["'sad'"]),
    ("set('sad','ok')", &["'sad'", "'sad,ok'"]),
    ("bit(3)", &["b'101'", "b'001'"]),
];

const SQLITE: &[Sample] = &[
    ("integer", &["0", "1", "5", "9007199254740993", "'12x'"]),
    ("smallint", &["1", "32767"]),
    ("boolean", &["0", "1"]),
    ("real", &["1.0", "1.5", "0.30000000000000004"]),
    ("decimal(10, 2)", &["1", "1.5"]),
    (
        "varchar",
        &[
            "''",
            "'a'",
            "'12'",
            "'007'",
            "'12x'",
            "' 12'",
            "'1.5'",
            "'1e3'",
            "'9007199254740993'",
            "'true'",
            "'2020-01-02'",
            "'2020-01-02 03:04:05'",
            "'03:04:05'",
            r#"'{"a": 1}'"#,
            "'größer'",
            "x'00ff'",
        ],
    ),
    ("date_text", &["'2020-01-02'", "'nonsense'"]),
    ("datetime_text", &["'2020-01-02 03:04:05'"]),
    ("time_text", &["'03:04:05'"]),
    ("json_text", &[r#"'{"a": 1}'"#]),
    ("uuid_text", &["x'6f9619ff8b86d011b42d00c04fc964ff'"]),
    ("blob", &["x'00ff'", "'12'"]),
];

fn the_table_says_what_the_database_does(product: Product) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let scratch = Scratch::create(product).await.unwrap();
        let mut faults = Vec::new();
        let mut modes = vec![""];
        let samples = match product {
            Product::Postgres => POSTGRES,
            Product::MySql | Product::MariaDb => {
                modes.push("SET SESSION sql_mode = ''");
                MYSQL
            }
            Product::Sqlite => SQLITE,
        };
        for mode in modes {
            let mut session = scratch.connect().await.unwrap();
            if !mode.is_empty() {
                session.execute(mode).await.unwrap();
            }
            if product == Product::Sqlite {
                session.execute("PRAGMA synchronous = OFF").await.unwrap();
            }
            if product == Product::Postgres && mode.is_empty() {
                session.execute("CREATE TYPE mood AS ENUM ('sad', 'ok')").await.unwrap();
                session.execute("CREATE TYPE feeling AS ENUM ('sad')").await.unwrap();
            }
            for (from, values) in samples {
                for (to, _) in samples.iter().filter(|(to, _)| to != from) {
                    let pair = Pair::new(product, from, to);
                    pair.hold(&mut session, values, &mut faults).await;
                }
            }
            session.close().await;
        }
        scratch.remove().await.unwrap();
        assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
    });
}

struct Pair {
    dialect: &'static dyn Dialect,
    from: Normalized,
    to: Normalized,
    grade: Grade,
    families: (Family, Family),
    what: String,
}

impl Pair {
    fn new(product: Product, from: &str, to: &str) -> Self {
        let dialect = of(product);
        let side = |native: &str| dialect.normalize(schema(product, native)).expect("a schema");
        let (before, after) = (side(from), side(to));
        let grade = grade(dialect, "c", typed(&before), typed(&after));
        let families = [&before, &after].map(|side| family(product, typed(side).0, typed(side).1));
        let [old, new] = families;
        Self {
            dialect,
            from: before,
            to: after,
            grade,
            families: (old, new),
            what: format!("{product}: {from} -> {to}"),
        }
    }

    async fn hold(&self, session: &mut Session, values: &[&str], faults: &mut Vec<String>) {
        let condition = match &self.grade {
            Grade::Keeps => "0 = 1".to_owned(),
            Grade::MayLose(loss) => loss.condition.clone(),
            Grade::Impossible => "c IS NOT NULL".to_owned(),
        };
        // No value is always no value afterwards.
        let all: Vec<(usize, &str)> = values.iter().copied().chain(["NULL"]).enumerate().collect();
        let mut lost = BTreeSet::new();
        self.fill(session, &all).await;
        match self.found(session, &condition).await {
            Ok(found) => lost = found,
            // A condition may be refused where the change is.
            Err(_) => {
                for row in &all {
                    self.fill(session, &[*row]).await;
                    match self.found(session, &condition).await {
                        Ok(found) => lost.extend(found),
                        Err(error) => {
                            lost.insert(row.0.to_string());
                            if self.change(session, &self.from, &self.to).await.is_ok() {
                                faults.push(format!("{}: {}: {condition}: {error}", self.what, row.1));
                            }
                        }
                    }
                }
            }
        }
        let (changed, kept): (Vec<_>, Vec<_>) = all.into_iter().partition(|(at, _)| lost.contains(&at.to_string()));
        let exact = matches!(self.grade, Grade::MayLose(_)) && !condition.ends_with("c IS NOT NULL");
        for row in changed.iter().filter(|_| exact && !self.is_spelled_otherwise()) {
            self.fill(session, &[*row]).await;
            if self.survives(session).await {
                faults.push(format!("{}: {} survives, but `{condition}` holds", self.what, row.1));
            }
        }
        self.fill(session, &kept).await;
        let before = self.rows(session).await;
        if let Err(error) = self.change(session, &self.from, &self.to).await {
            return self.refused(&kept, &error, faults);
        }
        if self.is_one_way() {
            return self.is_held(session, &before, faults).await;
        }
        if let Err(error) = self.change(session, &self.to, &self.from).await {
            // A text that was read comes back in other words, for which there may be no room.
            if !matches!(self.families.0, Family::Text { .. }) {
                self.refused(&kept, &error, faults);
            }
            return;
        }
        let after = self.rows(session).await;
        for (at, value) in &before {
            let now = after.get(at).cloned().flatten();
            if *value != now && !self.means_the_same(value.as_deref(), now.as_deref()) {
                faults.push(format!("{}: {value:?} becomes {now:?}, and `{condition}` does not hold", self.what));
            }
        }
    }

    async fn found(&self, session: &mut Session, condition: &str) -> Result<BTreeSet<String>, String> {
        let rows = session.query(&format!("SELECT CAST(id AS char(9)) FROM t WHERE {condition}")).await;
        let rows = rows.map_err(|error| error.message)?;
        Ok(rows.iter().map(|row| row.text(0).trim().to_owned()).collect())
    }

    /// What the table lets pass is refused: aloud on PostgreSQL, where nothing is changed then; nowhere else.
    fn refused(&self, kept: &[(usize, &str)], error: &str, faults: &mut Vec<String>) {
        let is_loud = self.dialect.product() == Product::Postgres && matches!(self.grade, Grade::MayLose(_));
        if !is_loud {
            let values: Vec<&str> = kept.iter().map(|row| row.1).collect();
            faults.push(format!("{}: one of {} is refused: {error}", self.what, values.join(" ")));
        }
    }

    /// A value that becomes an element, JSON or bytes has no way back by itself; it is in there all the same.
    fn is_one_way(&self) -> bool {
        let (from, to) = &self.families;
        self.dialect.product() == Product::Postgres
            && !matches!(from, Family::Array(_) | Family::Bytes { .. })
            && (matches!(to, Family::Array(_))
                || (matches!(to, Family::Json(_)) && !matches!(from, Family::Json(_)))
                || (matches!(from, Family::Text { .. }) && matches!(to, Family::Bytes { .. })))
    }

    async fn is_held(
        &self,
        session: &mut Session,
        before: &BTreeMap<String, Option<String>>,
        faults: &mut Vec<String>,
    ) {
        let text = if matches!(self.families.1, Family::Bytes { .. }) { "convert_from(c, 'UTF8')" } else { "c::text" };
        let rows = session.query(&format!("SELECT CAST(id AS char(9)), {text} FROM t")).await.unwrap();
        for row in rows.iter() {
            let value = before.get(row.text(0).trim()).cloned().flatten();
            // A value may have become the only element of an array, or a string of JSON.
            let alone = |text: &str| text.trim_matches(['{', '}', '"', '\\']).to_owned();
            let bare = |text: &str| meaning(alone(text).trim_end_matches("/32"));
            let held = match (&value, row.get(1)) {
                (Some(value), Some(now)) => bare(value) == bare(now) || same_number(&alone(value), &alone(now)),
                (value, now) => value.as_deref() == now,
            };
            if !held {
                faults.push(format!("{}: {value:?} is not in {:?}", self.what, row.get(1)));
            }
        }
    }

    async fn survives(&self, session: &mut Session) -> bool {
        let before = self.rows(session).await;
        for (from, to) in [(&self.from, &self.to), (&self.to, &self.from)] {
            if self.change(session, from, to).await.is_err() {
                return false;
            }
        }
        self.rows(session).await == before
    }

    /// Texts that mean the same as a value of the other type: one may be refused that would survive.
    fn is_spelled_otherwise(&self) -> bool {
        matches!(
            self.families,
            (Family::Text { .. } | Family::Boolean | Family::Float(_), _)
                | (_, Family::Boolean | Family::Float(_))
                | (Family::Decimal(_), Family::Decimal(_) | Family::Text { .. })
                | (Family::Bytes { .. }, Family::Text { .. })
        ) || self.dialect.product() == Product::Sqlite
    }

    /// A text is read as a value and written back in the words of the database.
    fn means_the_same(&self, before: Option<&str>, after: Option<&str>) -> bool {
        let (Some(before), Some(after)) = (before, after) else { return false };
        let is_spelled = matches!(self.families.0, Family::Text { .. } | Family::Json(_) | Family::Decimal(None))
            || self.dialect.product() == Product::Sqlite;
        is_spelled && (meaning(before) == meaning(after) || same_number(before, after))
    }

    async fn fill(&self, session: &mut Session, rows: &[(usize, &str)]) {
        let created = statements(
            self.dialect,
            Forms::Offline,
            &diff(&sea_gen::dialect::nothing(), &self.only_table(), &[]),
            &Schema::default(),
        );
        session.execute("DROP TABLE IF EXISTS t").await.unwrap();
        for statement in created.expect("a table") {
            // A table of the session's own is altered without waiting for the disk.
            let sql = match self.dialect.product() {
                Product::Sqlite => statement.sql,
                _ => statement.sql.replacen("CREATE TABLE", "CREATE TEMPORARY TABLE", 1),
            };
            session.execute(&sql).await.unwrap();
        }
        for (at, value) in rows {
            session.execute(&format!("INSERT INTO t (id, c) VALUES ({at}, {value})")).await.unwrap();
        }
    }

    fn only_table(&self) -> Normalized {
        let mut schema = self.from.schema().clone();
        schema.enums.clear();
        self.dialect.normalize(Schema { tables: schema.tables, ..Schema::default() }).expect("a table")
    }

    async fn change(&self, session: &mut Session, from: &Normalized, to: &Normalized) -> Result<(), String> {
        let steps = statements(self.dialect, Forms::Offline, &diff(from, to, &[]), from.schema())
            .map_err(|error| error.to_string())?;
        for statement in steps {
            session.execute(&statement.sql).await.map_err(|error| error.message)?;
        }
        Ok(())
    }

    /// The column as a text that says everything of its value.
    fn shown(&self) -> &'static str {
        match (self.dialect.product(), &self.families.0) {
            (Product::Postgres, _) => "c::text",
            (Product::MySql | Product::MariaDb, Family::Bytes { .. } | Family::Bits(..)) => "hex(c)",
            (Product::MySql | Product::MariaDb, _) => "CAST(c AS char)",
            (Product::Sqlite, _) => {
                "CASE typeof(c) WHEN 'blob' THEN hex(c) WHEN 'null' THEN c ELSE typeof(c) || ' ' || c END"
            }
        }
    }

    async fn rows(&self, session: &mut Session) -> BTreeMap<String, Option<String>> {
        let sql = format!("SELECT CAST(id AS char(9)), {} FROM t", self.shown());
        let rows = session.query(&sql).await.unwrap();
        rows.iter().map(|row| (row.text(0).trim().to_owned(), row.get(1).map(str::to_owned))).collect()
    }
}

fn schema(product: Product, native: &str) -> Schema {
    let mut table = Table::new(ObjectName::local("t"));
    table.columns.insert(Column {
        nullable: false,
        ..Column::new("id", Type::Native(if product == Product::Postgres { "integer" } else { "int" }.to_owned()))
    });
    let mut enums = BTreeMap::new();
    let named: BTreeSet<(&str, &[&str])> = [("mood", &["sad", "ok"][..]), ("feeling", &["sad"][..])].into();
    let mut data_type = Type::Native(native.to_owned());
    if product == Product::Postgres {
        for (name, values) in named {
            let name = ObjectName::local(name);
            let values = values.iter().map(|it| (*it).to_owned()).collect();
            enums.insert(name.clone(), EnumType { name, values, comment: None });
        }
        if matches!(native, "mood" | "feeling") {
            data_type = Type::Enum(ObjectName::local(native));
        }
    }
    table.columns.insert(Column { nullable: true, ..Column::new("c", data_type) });
    Schema { tables: [(table.name.clone(), table)].into(), enums, ..Schema::default() }
}

fn typed(side: &Normalized) -> (&Schema, &Type) {
    let schema = side.schema();
    let table = schema.tables.get(&ObjectName::local("t")).expect("the table");
    (schema, &table.columns.get(&Name::from("c")).expect("the column").data_type)
}

/// The same number, written with or without zeros behind the point; zeros in front are a text.
fn same_number(one: &str, other: &str) -> bool {
    let is_plain = |text: &str| !text.starts_with('0') || text.len() == 1 || text.starts_with("0.");
    is_plain(one) && is_plain(other) && one.parse::<f64>().is_ok_and(|one| other.parse::<f64>() == Ok(one))
}

/// What a text says, however it is spelled: numbers without zeros behind the point, moments without a zone of UTC.
fn meaning(text: &str) -> String {
    let text = ["text ", "integer ", "real "].iter().find_map(|kind| text.strip_prefix(kind)).unwrap_or(text);
    let text = text.to_lowercase().replace('t', " ").replace(['$', '\\'], "");
    let text = text.trim_end_matches("+00:00").trim_end_matches("+00").trim_end_matches('z');
    let text =
        if text.contains(':') && text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    let text = text.trim_end_matches(" 00:00:00");
    match text {
        " rue" | "yes" | "y" | "on" | "1" => return "yes".to_owned(),
        "false" | "no" | "n" | "off" | "0" | "f" => return "no".to_owned(),
        _ => {}
    }
    let text = if text.parse::<f64>().is_err() { text.replace(',', "") } else { text.to_owned() };
    let text = text.as_str();
    let is_number = text.contains('.') && text.parse::<f64>().is_ok() && !text.starts_with("00");
    let text = if is_number { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    text.chars().filter(|it| !it.is_whitespace()).collect()
}
