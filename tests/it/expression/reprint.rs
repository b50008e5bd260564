//! What a parser cannot bring to one form the database settles, in its own words; what means something else stays different.

use sea_gen::dialect::reprint::{Comparison, agree};
use sea_gen::dialect::{self, Forms, Product};
use sea_gen::diff::diff;
use sea_gen::introspect::{Scope, introspect};
use sea_gen::schema::{
    Check, Column, DefaultValue, Expression, Generated, Index, IndexPart, IndexTarget, Name, Normalized, ObjectName,
    Schema, Table, Trigger, Type, View,
};

use crate::support::Scratch;

/// Where an expression stands, and the native type of its column.
#[derive(Clone)]
enum At {
    Default(&'static str),
    Generated(&'static str),
    Check,
    Predicate,
    Part,
    View,
    Trigger,
}

/// Columns every case can read.
fn columns(product: Product) -> Vec<(&'static str, &'static str)> {
    match product {
        Product::Postgres => vec![
            ("id", "integer"),
            ("name", "character varying(80)"),
            ("price", "numeric(10,2)"),
            ("qty", "integer"),
            ("created", "timestamp with time zone"),
            ("stamp", "timestamp without time zone"),
            ("data", "jsonb"),
        ],
        Product::MySql => {
            vec![
                ("id", "int"),
                ("name", "varchar(80)"),
                ("price", "decimal(10,2)"),
                ("qty", "int"),
                ("created", "datetime"),
            ]
        }
        Product::MariaDb => vec![
            ("id", "int(11)"),
            ("name", "varchar(80)"),
            ("price", "decimal(10,2)"),
            ("qty", "int(11)"),
            ("created", "datetime"),
        ],
        Product::Sqlite => {
            vec![("id", "integer"), ("name", "text"), ("price", "real"), ("qty", "integer"), ("created", "text")]
        }
    }
}

/// A table with each expression where it belongs.
fn declared(product: Product, cases: &[(At, &str)]) -> Normalized {
    let mut schema = Schema::default();
    let mut table = Table::new(ObjectName::local("item"));
    for (name, data_type) in columns(product) {
        let mut column = Column::new(name, Type::Native(data_type.to_owned()));
        column.nullable = true;
        table.columns.insert(column);
    }
    for (number, (at, text)) in cases.iter().enumerate() {
        let name = Name::from(format!("c{number}").as_str());
        let expression = Expression::new(*text);
        match at {
            At::Default(data_type) | At::Generated(data_type) => {
                let mut column = Column::new(name.clone(), Type::Native((*data_type).to_owned()));
                column.nullable = true;
                match at {
                    At::Default(_) => column.default = Some(DefaultValue::Expression(expression)),
                    _ => column.generated = Some(Generated { expression, stored: true }),
                }
                table.columns.insert(column);
            }
            At::Check => {
                table.checks.insert(name.clone(), Check { name, expression, options: Default::default() });
            }
            At::Predicate => {
                let mut index = Index::on(name.clone(), [Name::from("id")]);
                index.predicate = Some(expression);
                table.indexes.insert(name, index);
            }
            At::Part => {
                let mut index = Index::on(name.clone(), []);
                let target = IndexTarget::Expression(expression);
                index.parts.push(IndexPart { target, descending: false, options: Default::default() });
                table.indexes.insert(name, index);
            }
            At::View => {
                let name = ObjectName::local(name);
                let view = View {
                    name: name.clone(),
                    query: expression,
                    reads: Default::default(),
                    materialized: false,
                    comment: None,
                    options: Default::default(),
                };
                schema.views.insert(name, view);
            }
            At::Trigger => {
                let definition = Expression::new(text.replace(" _ ", &format!(" {name} ")));
                table.triggers.insert(name.clone(), Trigger { name, definition });
            }
        }
    }
    schema.tables.insert(table.name.clone(), table);
    dialect::of(product).normalize(schema).unwrap()
}

async fn read(session: &mut sea_gen_runner::session::Session) -> Normalized {
    let catalog = introspect(session, &Scope::default()).await.unwrap();
    dialect::of(session.product()).normalize(catalog.schema).unwrap()
}

/// Builds what is written and looks at it as it is declared in other words; gives back what differs before and after the
/// database was asked.
async fn asked(product: Product, cases: Vec<(At, &'static str, &'static str)>, prepare: &[&str]) -> [Vec<String>; 2] {
    let scratch = Scratch::create(product).await.unwrap();
    let mut session = scratch.connect().await.unwrap();
    let (mut written, mut other) = (Vec::new(), Vec::new());
    for (at, one, two) in cases {
        other.push((at.clone(), two));
        written.push((at, one));
    }
    let (written, other) = (declared(product, &written), declared(product, &other));
    for sql in prepare {
        session.execute(sql).await.unwrap();
    }
    let build = diff(&dialect::nothing(), &written, &[]);
    for statement in dialect::statements(dialect::of(product), Forms::Offline, &build, &Schema::default()).unwrap() {
        session.execute(&statement.sql).await.unwrap_or_else(|error| panic!("{product}: {error}\n{}", statement.sql));
    }
    let mut there = read(&mut session).await;
    // Routines that the cases need are nobody's declaration.
    let mut schema = there.into_schema();
    schema.routines.clear();
    there = dialect::of(product).normalize(schema).unwrap();
    let lines = |there: &Normalized| -> Vec<String> {
        diff(there, &other, &[]).ops().iter().map(ToString::to_string).collect()
    };
    let by_parsing = lines(&there);
    let mut worded = there.schema().clone();
    let comparison = agree(&mut session, &mut worded, other.schema()).await;
    assert_eq!(comparison.by_parsing, None, "{product}");
    let worded = dialect::of(product).normalize(worded).unwrap();
    let mut after = read(&mut session).await.into_schema();
    after.routines.clear();
    assert_eq!(after, *there.schema(), "{product}: asking has left something behind");
    // What was agreed on is agreed on for good: nothing is asked a second time.
    let mut again = worded.schema().clone();
    let second = agree(&mut session, &mut again, other.schema()).await;
    assert_eq!(second.same, 0, "{product}");
    assert_eq!(second.asked, comparison.asked - comparison.same, "{product}");
    session.close().await;
    scratch.remove().await.unwrap();
    [by_parsing, lines(&worded)]
}

/// Every spelling is taken for what it means, and as many as said are beyond the parser.
async fn same(product: Product, cases: Vec<(At, &'static str, &'static str)>, prepare: &[&str], beyond_parsing: usize) {
    let turned = cases.iter().map(|(at, one, two)| (at.clone(), *two, *one)).collect();
    let [mut by_parsing, mut left] = asked(product, cases, prepare).await;
    let [more, rest] = asked(product, turned, prepare).await;
    by_parsing.extend(more);
    left.extend(rest);
    assert!(left.is_empty(), "{product}:\n{}", left.join("\n"));
    assert!(by_parsing.len() >= beyond_parsing, "{product}: only\n{}", by_parsing.join("\n"));
}

/// Every case stays a difference.
async fn different(product: Product, cases: Vec<(At, &'static str, &'static str)>) {
    let count = cases.len();
    let [_, left] = asked(product, cases, &[]).await;
    // An operation a case, but an index or a view may take two.
    assert!(left.len() >= count, "{product}: {} of {count}:\n{}", left.len(), left.join("\n"));
}

#[apply(test_on_postgres)]
async fn postgres_settles_what_parsing_cannot() {
    use At::{Check, Default, Generated, Part, Predicate, Trigger, View};
    let touch = "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'";
    let cases = vec![
        (Default("timestamp without time zone"), "'2020-01-01'", "'2020-01-01'"),
        (Default("timestamp with time zone"), "'2020-01-01'", "'2020-01-01'"),
        (Default("timestamp with time zone"), "'2020-01-01 12:00'", "'2020-01-01 12:00:00+00'"),
        (Default("jsonb"), r#"'{"b":1,"a":[1,2]}'"#, r#"'{ "a": [1, 2], "b": 1 }'"#),
        (Default("jsonb"), "'[]'::jsonb", "'[ ]'"),
        (Default("interval"), "'90 minutes'", "INTERVAL '1:30'"),
        (Default("date"), "'20200101'", "'2020-01-01'"),
        (Default("uuid"), "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
        (Default("integer[]"), "'{1,2}'", "'{1, 2}'::int[]"),
        (Default("inet"), "'127.0.0.1/32'", "'127.0.0.1'"),
        (Default("timestamp without time zone"), "now() AT TIME ZONE 'utc'", "(now() AT TIME ZONE 'utc'::text)"),
        (Generated("numeric(10,2)"), "price / 2", "price / 2::numeric"),
        (Generated("numeric(10,2)"), "price * (1 - 0.2)", "(price * ((1)::numeric - 0.2))"),
        (Generated("double precision"), "qty / 3.5", "(qty)::numeric / 3.5"),
        (Check, "price / 2 > 1", "((price / (2)::numeric) > (1)::numeric)"),
        (Check, "round(price * 2, 1) > 0", "round(price * 2::numeric, 1) > 0"),
        (Check, "stamp > '2020-01-01'", "stamp > timestamp '2020-01-01 00:00'"),
        (Check, "created > '2020-01-01'", "created > '2020-01-01 00:00:00+00'::timestamptz"),
        (Check, r#"data @> '{"a":1}'"#, r#"data @> '{"a": 1}'::jsonb"#),
        (Check, "name SIMILAR TO 'a%'", "name::text ~ similar_to_escape('a%'::text)"),
        (Check, "name IN ('a', 'b')", "name = ANY (ARRAY['a', 'b'])"),
        (Check, "qty BETWEEN SYMMETRIC 1 AND 10", "qty >= 1 AND qty <= 10 OR qty >= 10 AND qty <= 1"),
        (Predicate, "price / 2 > 1", "price / 2::numeric > 1::numeric"),
        (Predicate, "stamp > '2020-01-01'", "stamp > '2020-01-01 00:00:00'"),
        (Part, "price / 2", "price / 2::numeric"),
        (Part, "lower(name)", "lower((name)::text)"),
        (View, "SELECT id, price * qty AS total FROM item", "SELECT id, price * qty::numeric AS total FROM item"),
        (
            View,
            "SELECT i.* FROM item i WHERE stamp > '2020-01-01'",
            "SELECT * FROM item i WHERE stamp > '2020-01-01 00:00'",
        ),
        (
            Trigger,
            "CREATE TRIGGER _ BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION touch()",
            "create trigger _ before update on item for each row execute procedure touch()",
        ),
    ];
    same(Product::Postgres, cases, &[touch], 18).await;
    let cases = vec![
        (Default("timestamp without time zone"), "'2020-01-01'", "'2020-01-02'"),
        (Default("jsonb"), r#"'{"a":1}'"#, r#"'{"a":"1"}'"#),
        (Generated("numeric(10,2)"), "qty / 2", "qty / 2::numeric"),
        (Check, "qty / 2 > 1", "qty / 2::numeric > 1"),
        (Check, "qty / 2 > 1", "qty::numeric / 2 > 1"),
        (Check, "price > 1", "price >= 1"),
        (Check, "created > '2020-01-01'", "created > '2020-01-01 00:00:01'"),
        (Predicate, "qty % 2 = 0", "qty % 2::numeric = 1"),
        (Part, "lower(name)", "upper(name)"),
        (View, "SELECT id, qty / 2 AS half FROM item", "SELECT id, qty / 2::numeric AS half FROM item"),
    ];
    different(Product::Postgres, cases).await;
}

#[apply(test_on_postgres)]
async fn postgres_prints_routines_and_enum_types_too() {
    use sea_gen::schema::{EnumType, Routine, RoutineKind};
    let scratch = Scratch::create(Product::Postgres).await.unwrap();
    let mut session = scratch.connect().await.unwrap();
    let schema = |definition: &str, default: &str| {
        let mut schema = declared(Product::Postgres, &[]).into_schema();
        let state = ObjectName::local("state");
        let values = vec!["draft".to_owned(), "it's".to_owned()];
        schema.enums.insert(state.clone(), EnumType { name: state.clone(), values, comment: None });
        let mut column = Column::new("state", Type::Enum(state));
        column.default = Some(DefaultValue::Expression(Expression::new(default)));
        schema.tables.values_mut().for_each(|table| {
            table.columns.insert(column.clone());
        });
        let name = ObjectName::local("twice(integer)");
        let (kind, definition) = (RoutineKind::Function, Expression::new(definition));
        schema.routines.insert(name.clone(), Routine { name, kind, definition });
        dialect::of(Product::Postgres).normalize(schema).unwrap()
    };
    // Neither the table nor the type is in the database, as where a migration is still pending.
    let one = schema(
        "CREATE FUNCTION twice(integer) RETURNS integer LANGUAGE sql AS $$ SELECT 2 * $1 $$",
        "lower('DRAFT')::state",
    );
    let two = schema(
        "create or replace function twice(int) returns int as ' SELECT 2 * $1 ' language sql",
        "(lower('DRAFT'::text))::state",
    );
    let mut worded = one.schema().clone();
    let comparison = agree(&mut session, &mut worded, two.schema()).await;
    assert_eq!(comparison.by_parsing, None);
    assert!(comparison.same >= 1 && comparison.same == comparison.asked, "{comparison:?}");
    assert_eq!(worded, *two.schema());
    let other = schema(
        "CREATE FUNCTION twice(integer) RETURNS integer LANGUAGE sql AS $$ SELECT 3 * $1 $$",
        "lower('DRAFT')::state",
    );
    let mut worded = one.schema().clone();
    assert_eq!(agree(&mut session, &mut worded, other.schema()).await.same, 0);
    assert!(read(&mut session).await.schema().is_empty());
    session.close().await;
    scratch.remove().await.unwrap();
}

#[apply(test_on_postgres)]
async fn postgres_is_compared_by_parsing_where_nothing_may_be_created() {
    let scratch = Scratch::create(Product::Postgres).await.unwrap();
    let mut session = scratch.connect().await.unwrap();
    let role = format!("sea_gen_reader_{}", std::process::id());
    let name = session.query("SELECT current_database()").await.unwrap().first().unwrap().text(0).to_owned();
    session.execute(&format!("REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")).await.unwrap();
    session.execute(&format!("CREATE ROLE {role}")).await.unwrap();
    session.execute(&format!("SET ROLE {role}")).await.unwrap();
    let one = declared(Product::Postgres, &[(At::Check, "stamp > '2020-01-01'")]);
    let two = declared(Product::Postgres, &[(At::Check, "stamp > '2020-01-01 00:00'")]);
    let mut worded = one.schema().clone();
    let comparison = agree(&mut session, &mut worded, two.schema()).await;
    assert_eq!((comparison.asked, comparison.same), (1, 0));
    assert!(comparison.by_parsing.unwrap().contains("temporary"));
    assert_eq!(worded, *one.schema());
    // Nothing differs, nothing is asked, and so nothing is refused.
    assert_eq!(agree(&mut session, &mut worded, one.schema()).await, Comparison::default());
    session.execute("RESET ROLE").await.unwrap();
    session.execute(&format!("DROP ROLE {role}")).await.unwrap();
    session.close().await;
    scratch.remove().await.unwrap();
}

/// MySQL and MariaDB, which print much alike.
async fn mysql_settles(product: Product, beyond_parsing: usize) {
    use At::{Check, Default, Generated, View};
    let mut cases = vec![
        (Default("datetime"), "'2020-01-01'", "'2020-01-01 00:00:00'"),
        (Default("datetime"), "'20200101000000'", "'2020-01-01 00:00:00'"),
        (Default("decimal(10,2)"), "1.5", "'1.50'"),
        (Default("varchar(40)"), "(concat('a', 'b'))", "(CONCAT( \"a\",'b' ))"),
        (Generated("int"), "qty << 1", "(qty << 1)"),
        (Generated("varchar(90)"), "concat(name, '-', qty)", "CONCAT(`name`, '-', `qty`)"),
        (Generated("varchar(90)"), "SUBSTR(name, 1, 3)", "substring(name from 1 for 3)"),
        (Check, "qty > 1 && price < 5", "qty > 1 and price < 5"),
        (Check, "created > '2020-01-01'", "created > '2020-01-01'"),
        (Check, "MOD(qty, 2) = 0", "qty % 2 = 0"),
        (Check, "price BETWEEN 1 AND 2", "(price between 1 and 2)"),
        (Check, "name REGEXP '^a'", "name RLIKE '^a'"),
        (Check, "ifnull(qty, 0) > -1", "IFNULL(qty,0) > - 1"),
        (Check, "DATE_ADD(created, INTERVAL 1 DAY) > created", "created + INTERVAL 1 DAY > created"),
        (Check, "DAYOFMONTH(created) > 1", "DAY(created) > 1"),
        (Check, "POW(qty, 2) > 1", "power(qty, 2) > 1"),
        (Check, "WEEKOFYEAR(created) > 1", "WEEK(created, 3) > 1"),
        (Check, "name SOUNDS LIKE 'abc'", "SOUNDEX(name) = SOUNDEX('abc')"),
        (Check, "ADDDATE(created, 1) > created", "created + INTERVAL 1 DAY > created"),
        (Check, "SUBDATE(created, INTERVAL 2 DAY) < created", "created - INTERVAL 2 DAY < created"),
        (Check, "POSITION('a' IN name) > 0", "LOCATE('a', name) > 0"),
        (Check, "EXTRACT(YEAR FROM created) > 2000", "extract( year from created ) > 2000"),
        (Check, "CONVERT(qty, CHAR) <> ''", "CAST(qty AS CHAR) <> ''"),
        (Check, "created > TIMESTAMP'2020-01-01 00:00:00'", "created > TIMESTAMP '2020-01-01 00:00:00'"),
        (Check, "OCTET_LENGTH(name) > 1", "LENGTH(name) > 1"),
        (Check, "NOT (qty = 5)", "qty <> 5"),
        (Check, "qty IN (7)", "qty = 7"),
        (Check, "name <> 'a' 'b'", "name <> 'ab'"),
        (View, "SELECT id FROM item WHERE WEEKOFYEAR(created) > 1", "SELECT id FROM item WHERE WEEK(created, 3) > 1"),
        (View, "SELECT id, POW(qty, 2) AS p FROM item", "select id, power(`qty`,2) as `p` from `item`"),
    ];
    if product == Product::MariaDb {
        for (at, _, _) in &mut cases {
            if let Generated(kind) = at
                && *kind == "int"
            {
                *kind = "int(11)";
            }
        }
    }
    same(product, cases, &[], beyond_parsing).await;
    let cases = vec![
        (Default("datetime"), "'2020-01-01'", "'2020-01-02'"),
        (Generated("varchar(90)"), "concat(name, '-')", "concat(name, '+')"),
        (Check, "POW(qty, 2) > 1", "power(qty, 3) > 1"),
        (Check, "DAYOFMONTH(created) > 1", "DAYOFYEAR(created) > 1"),
        (View, "SELECT id, POW(qty, 2) AS p FROM item", "SELECT id, POW(qty, 3) AS p FROM item"),
    ];
    different(product, cases).await;
}

#[apply(test_on_mysql)]
async fn mysql_settles_what_parsing_cannot() {
    mysql_settles(Product::MySql, 2).await;
}

#[apply(test_on_mariadb)]
async fn mariadb_settles_what_parsing_cannot() {
    mysql_settles(Product::MariaDb, 2).await;
}

#[apply(test)]
async fn sqlite_keeps_the_text_so_parsing_it_is() {
    use At::{Check, Default, Part, Predicate, View};
    let cases = vec![
        (Default("text"), "'a'", "('a')"),
        (Check, "qty>1 AND price<5", "(\"qty\" > 1) and ([price] < 5)"),
        (Check, "name <> ''", "`name` != ''"),
        (Predicate, "qty IS NOT NULL", "(qty) is not null"),
        (Part, "lower(name)", "LOWER( name )"),
        (View, "SELECT id FROM item", "select item.id from item"),
    ];
    same(Product::Sqlite, cases, &[], 0).await;
    different(Product::Sqlite, vec![(Check, "qty > 1", "qty > 2"), (Default("text"), "'a'", "'A'")]).await;
}
