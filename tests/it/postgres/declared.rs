//! Schemas as SeaORM entities declare them: applied and read back, they are what was declared.

use sea_gen::dialect::Forms;
use sea_gen::diff::diff;
use sea_gen::plan::Rename;
use sea_gen::schema::{
    Action, Change, Check, Column, DefaultValue, EnumType, Expression, ForeignKey, Generated, Identity, Index,
    IndexPart, IndexTarget, Literal, Name, ObjectName, Options, PrimaryKey, Schema, Table, Type, Unique, View,
};

use crate::support;

use super::database::Database;
use super::{dialect, migrate, migrate_back, normalize};

fn table(name: &str, columns: Vec<Column>) -> Table {
    let mut table = Table::new(ObjectName::local(name));
    table.columns = columns.into_iter().collect();
    table
}

fn with_default(name: &str, data_type: Type, default: Literal) -> Column {
    let mut column = Column::new(name, data_type);
    column.default = Some(DefaultValue::Literal(default));
    column
}

fn text(text: &str) -> Literal {
    Literal::Text(text.to_owned())
}

fn every_type() -> Table {
    let mood = Type::Enum(ObjectName::local("mood"));
    let types = vec![
        Type::Char(None),
        Type::Char(Some(4)),
        Type::String(None),
        Type::String(Some(80)),
        Type::StringMax,
        Type::Text,
        Type::Blob,
        Type::Binary(16),
        Type::VarBinary(None),
        Type::Bit(None),
        Type::Bit(Some(3)),
        Type::VarBit(5),
        Type::TinyInteger,
        Type::SmallInteger,
        Type::Integer,
        Type::BigInteger,
        Type::TinyUnsigned,
        Type::SmallUnsigned,
        Type::Unsigned,
        Type::BigUnsigned,
        Type::Float,
        Type::Double,
        Type::Decimal(None),
        Type::Decimal(Some((10, 2))),
        Type::Money(None),
        Type::Money(Some((10, 2))),
        Type::Boolean,
        Type::DateTime,
        Type::Timestamp,
        Type::TimestampWithTimeZone,
        Type::Time,
        Type::Date,
        Type::Interval(None, None),
        Type::Interval(None, Some(3)),
        Type::Interval(Some("YEAR TO MONTH".to_owned()), None),
        Type::Interval(Some("SECOND".to_owned()), Some(2)),
        Type::Json,
        Type::JsonBinary,
        Type::Uuid,
        Type::Cidr,
        Type::Inet,
        Type::MacAddr,
        Type::LTree,
        mood.clone(),
        Type::Array(Box::new(mood)),
        Type::Array(Box::new(Type::Integer)),
        Type::Array(Box::new(Type::Array(Box::new(Type::String(Some(5)))))),
        Type::Custom("CITEXT".to_owned()),
        Type::Custom("mood".to_owned()),
        Type::Custom("timestamptz(3)".to_owned()),
        Type::Custom("int8".to_owned()),
        Type::Custom("decimal(6)".to_owned()),
        Type::Custom("\"char\"".to_owned()),
        Type::Custom("tsvector".to_owned()),
        Type::Custom("bpchar".to_owned()),
        Type::Custom("name".to_owned()),
        Type::Custom("varchar[]".to_owned()),
        Type::Custom("float(20)".to_owned()),
        Type::Custom("timetz".to_owned()),
    ];
    let columns = types.into_iter().enumerate().map(|(at, data_type)| Column::new(format!("c{at}"), data_type));
    table("every_type", columns.collect())
}

fn declared() -> Schema {
    let mut id = Column::new("id", Type::Integer);
    id.identity = Some(Identity::AutoIncrement);
    let mut created = Column::new("created_at", Type::TimestampWithTimeZone);
    created.default = Some(DefaultValue::Expression(Expression::new("CURRENT_TIMESTAMP")));
    let mut generated = Column::new("length", Type::Integer);
    generated.nullable = true;
    generated.generated = Some(Generated { expression: Expression::new("length(name) + 1"), stored: true });
    let mut moody = with_default("mood", Type::Enum(ObjectName::local("mood")), text("it's \\ fine"));
    moody.comment = Some("a 'comment' \\ $$\nwith a break ☃".to_owned());
    let mut user = table(
        "user",
        vec![
            id,
            with_default("name", Type::String(Some(80)), text("it's \\ $$ \"x\"\n☃")),
            with_default("code", Type::Char(Some(3)), text("abc")),
            with_default("age", Type::SmallInteger, Literal::Number("-5".to_owned())),
            with_default("big", Type::BigInteger, Literal::Number("9007199254740993".to_owned())),
            with_default("price", Type::Decimal(Some((10, 2))), Literal::Number("1.5".to_owned())),
            with_default("debt", Type::Decimal(None), Literal::Number("-1.5".to_owned())),
            with_default("ratio", Type::Double, Literal::Number("0.25".to_owned())),
            with_default("active", Type::Boolean, Literal::Boolean(true)),
            with_default("settings", Type::JsonBinary, text("{}")),
            with_default("tags", Type::Array(Box::new(Type::Text)), text("{a,b}")),
            with_default("day", Type::Date, text("2020-01-31")),
            created,
            generated,
            moody,
            Column::new("email", Type::String(None)),
        ],
    );
    user.comment = Some("people".to_owned());
    user.primary_key = Some(PrimaryKey::new(None, vec!["id".into()]));
    let unique = Unique { name: "user_email_key".into(), columns: vec!["email".into()], options: Options::new() };
    user.uniques.insert(unique.name.clone(), unique);
    let check = Check {
        name: "user_age_check".into(),
        expression: Expression::new("age > -10 AND name <> '' AND mood IN ('sad', 'it''s \\ fine')"),
        options: Options::new(),
    };
    user.checks.insert(check.name.clone(), check);
    let mut index = Index::on("idx-user-name", ["name".into()]);
    index.parts.push(IndexPart {
        target: IndexTarget::Expression(Expression::new("lower(email)")),
        descending: true,
        options: Options::new(),
    });
    index.predicate = Some(Expression::new("active AND price > 0"));
    user.indexes.insert(index.name.clone(), index);
    let mut long = Index::on(format!("idx-user-{}", "é".repeat(40)), ["code".into()]);
    long.unique = true;
    user.indexes.insert(long.name.clone(), long);

    let mut likes = table("likes", vec![Column::new("user_id", Type::Integer), Column::new("other_id", Type::Integer)]);
    likes.primary_key = Some(PrimaryKey::new(Some("pk-likes".into()), vec!["user_id".into(), "other_id".into()]));
    for (name, column) in [("fk-likes-user_id", "user_id"), ("fk-likes-other_id", "other_id")] {
        let key = ForeignKey {
            name: name.into(),
            columns: vec![column.into()],
            references: ObjectName::local("user"),
            referenced_columns: vec!["id".into()],
            on_update: None,
            on_delete: Some(Action::Cascade),
            options: Options::new(),
        };
        likes.foreign_keys.insert(key.name.clone(), key);
    }
    let view = View {
        name: ObjectName::local("active_user"),
        query: Expression::new("SELECT id, name FROM \"user\" WHERE active"),
        reads: Default::default(),
        materialized: false,
        comment: None,
        options: Options::new(),
    };
    let mood = EnumType {
        name: ObjectName::local("mood"),
        values: vec!["sad".to_owned(), "it's \\ fine".to_owned()],
        comment: Some(String::new()),
    };
    Schema {
        tables: [user, likes, every_type()].into_iter().map(|table| (table.name.clone(), table)).collect(),
        enums: [(mood.name.clone(), mood)].into(),
        views: [(view.name.clone(), view)].into(),
        ..Schema::default()
    }
}

#[apply(test_on_postgres)]
fn what_is_declared_is_what_is_read_back() {
    let url = support::url("DATABASE_URL_POSTGRES");
    let mut database = Database::create(&url, "declared");
    database.psql("CREATE EXTENSION citext; CREATE EXTENSION ltree;");
    let nothing = normalize(Schema::default());
    let wanted = normalize(declared());
    migrate(&mut database, &nothing, &wanted);
    let mut catalog = database.introspect(&[]).schema;
    // Extensions are made by hand here.
    catalog.definitions.clear();
    let found = normalize(catalog.clone());
    for (name, table) in &wanted.schema().tables {
        // Types are spelled as the catalog does before anybody normalises them.
        for (name, column) in &catalog.tables.get(name).expect("the table is there").columns {
            assert_eq!(table.columns.get(name).map(|column| &column.data_type), Some(&column.data_type), "{name}");
        }
        let read = found.schema().tables.get(name).expect("the table is there");
        for (name, column) in &table.columns {
            assert_eq!(Some(column), read.columns.get(name));
        }
        assert_eq!(table, read);
    }
    assert_eq!(found, wanted);
    assert!(diff(&found, &wanted, &[]).is_empty());
    migrate_back(&mut database, &nothing, &wanted);
    let mut left = database.introspect(&[]).schema;
    left.definitions.clear();
    assert!(left.is_empty());
}

#[apply(test_on_postgres)]
fn rows_survive_and_numbering_goes_on() {
    let url = support::url("DATABASE_URL_POSTGRES");
    let mut database = Database::create(&url, "rows");
    database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, n text); INSERT INTO t VALUES (41, '7');
         CREATE TABLE hollow (id int PRIMARY KEY);",
    );
    let from = normalize(database.introspect(&[]).schema);
    let mut schema = from.schema().clone();
    for table in schema.tables.values_mut() {
        for column in table.columns.values_mut() {
            if column.name.as_str() == "id" {
                column.identity = Some(Identity::AutoIncrement);
            } else {
                column.data_type = Type::Integer;
            }
        }
    }
    let to = normalize(schema);
    migrate(&mut database, &from, &to);
    database.psql(
        "INSERT INTO t (n) VALUES (8); INSERT INTO hollow DEFAULT VALUES;
         DO $$ begin
           assert (SELECT array_agg((id, n)::text ORDER BY id) FROM t) = ARRAY['(41,7)', '(42,8)'];
           assert (SELECT id FROM hollow) = 1;
         end $$;",
    );
}

#[apply(test_on_postgres)]
fn renames_take_sequences_along() {
    let url = support::url("DATABASE_URL_POSTGRES");
    let mut database = Database::create(&url, "renames");
    let old = "CREATE TYPE mood AS ENUM ('sad', 'ok');
         CREATE TABLE t (id serial PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY, m mood DEFAULT 'sad');
         CREATE TABLE r (t_id int CONSTRAINT fk REFERENCES t);";
    database.psql(old);
    let from = normalize(database.introspect(&[]).schema);
    let mut other = Database::create(&url, "renames_target");
    other.psql(
        "CREATE TYPE feeling AS ENUM ('sad', 'fine');
         CREATE TABLE u (key serial PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY, m feeling DEFAULT 'sad');
         CREATE TABLE r (t_id int CONSTRAINT fk REFERENCES u);",
    );
    let to = normalize(other.introspect(&[]).schema);
    let (t, u) = (ObjectName::local("t"), ObjectName::local("u"));
    let feeling = ObjectName::local("feeling");
    let renames = [
        Rename::Table(Change::new(t, u.clone())),
        Rename::Column(u, Change::new(Name::from("id"), Name::from("key"))),
        Rename::Enum(Change::new(ObjectName::local("mood"), feeling.clone())),
        Rename::EnumValue(feeling, Change::new("ok".to_owned(), "fine".to_owned())),
    ];
    let plan = diff(&from, &to, &renames);
    let before = database.dump();
    database
        .run(&sea_gen::dialect::statements(dialect(), Forms::Offline, &plan, from.schema()).expect("it is supported"));
    super::assert_same(&other.dump(), &database.dump());
    assert_eq!(normalize(database.introspect(&[]).schema), to);
    database.run(
        &sea_gen::dialect::statements(dialect(), Forms::Offline, &plan.inverse(from.schema()), to.schema())
            .expect("it is supported"),
    );
    super::assert_same(&before, &database.dump());
    assert_eq!(normalize(database.introspect(&[]).schema), from);
}
