//! What entities declare against what the servers make of it: from our statements, and from SQL as sea-query writes it.

use sea_gen::plan::Plan;
use sea_gen::schema::{
    Action, Check, Column, DefaultValue, EnumType, Expression, ForeignKey, Identity, Index, Literal, Name, ObjectName,
    Options, PrimaryKey, Schema, Table, Type, Unique,
};
use sea_query::{Alias, ColumnDef, ColumnType, ForeignKeyCreateStatement, IntoIden, MysqlQueryBuilder, StringLen};

use super::scratch::{Scratch, on_each};

on_each![
    types_are_what_sea_query_makes,
    what_entities_declare_is_what_is_read_back,
    what_entities_declare_is_what_sea_orm_makes
];

/// Every type an entity can declare here, and sea-query's word for it.
fn types() -> Vec<(Type, ColumnType)> {
    vec![
        (Type::Char(None), ColumnType::Char(None)),
        (Type::Char(Some(3)), ColumnType::Char(Some(3))),
        (Type::String(None), ColumnType::String(StringLen::None)),
        (Type::String(Some(80)), ColumnType::String(StringLen::N(80))),
        (Type::Text, ColumnType::Text),
        (Type::Blob, ColumnType::Blob),
        (Type::Binary(9), ColumnType::Binary(9)),
        (Type::VarBinary(None), ColumnType::VarBinary(StringLen::None)),
        (Type::VarBinary(Some(9)), ColumnType::VarBinary(StringLen::N(9))),
        (Type::Bit(None), ColumnType::Bit(None)),
        (Type::Bit(Some(5)), ColumnType::Bit(Some(5))),
        (Type::VarBit(5), ColumnType::VarBit(5)),
        (Type::TinyInteger, ColumnType::TinyInteger),
        (Type::SmallInteger, ColumnType::SmallInteger),
        (Type::Integer, ColumnType::Integer),
        (Type::BigInteger, ColumnType::BigInteger),
        (Type::TinyUnsigned, ColumnType::TinyUnsigned),
        (Type::SmallUnsigned, ColumnType::SmallUnsigned),
        (Type::Unsigned, ColumnType::Unsigned),
        (Type::BigUnsigned, ColumnType::BigUnsigned),
        (Type::Float, ColumnType::Float),
        (Type::Double, ColumnType::Double),
        (Type::Decimal(None), ColumnType::Decimal(None)),
        (Type::Decimal(Some((16, 4))), ColumnType::Decimal(Some((16, 4)))),
        (Type::Money(None), ColumnType::Money(None)),
        (Type::Money(Some((9, 2))), ColumnType::Money(Some((9, 2)))),
        (Type::Boolean, ColumnType::Boolean),
        (Type::DateTime, ColumnType::DateTime),
        (Type::Timestamp, ColumnType::Timestamp),
        (Type::TimestampWithTimeZone, ColumnType::TimestampWithTimeZone),
        (Type::Time, ColumnType::Time),
        (Type::Date, ColumnType::Date),
        (Type::Year, ColumnType::Year),
        (Type::Json, ColumnType::Json),
        (Type::JsonBinary, ColumnType::JsonBinary),
        (Type::Uuid, ColumnType::Uuid),
        (Type::Custom("MEDIUMTEXT".into()), ColumnType::custom("MEDIUMTEXT")),
        (Type::Custom("Integer Unsigned".into()), ColumnType::custom("Integer Unsigned")),
        (Type::Custom("double precision".into()), ColumnType::custom("double precision")),
        (Type::Custom("NUMERIC (5)".into()), ColumnType::custom("NUMERIC (5)")),
        (Type::Custom("set('a', 'b')".into()), ColumnType::custom("set('a', 'b')")),
        (Type::Custom("point".into()), ColumnType::custom("point")),
        (Type::Custom("datetime(6)".into()), ColumnType::custom("datetime(6)")),
        (Type::Custom("float(30)".into()), ColumnType::custom("float(30)")),
        (
            Type::Enum(ObjectName::local("mood")),
            ColumnType::Enum {
                name: Alias::new("mood").into_iden(),
                variants: ["happy", "sad"].map(|it| Alias::new(it).into_iden()).to_vec(),
            },
        ),
    ]
}

fn column(name: &str, data_type: Type, change: impl FnOnce(&mut Column)) -> Column {
    let mut column = Column::new(name, data_type);
    change(&mut column);
    column
}

fn with_mood(tables: impl IntoIterator<Item = Table>) -> Schema {
    let mut schema = Schema::default();
    let mood = ObjectName::local("mood");
    let values = vec!["happy".to_owned(), "sad".to_owned()];
    schema.enums.insert(mood.clone(), EnumType { name: mood, values, comment: None });
    schema.tables.extend(tables.into_iter().map(|table| (table.name.clone(), table)));
    schema
}

fn insert(table: &mut Table, column: Column) {
    table.columns.insert(column);
}

async fn types_are_what_sea_query_makes(scratch: Scratch) {
    let mut session = scratch.database("it").await;
    let mut declared = Table::new(ObjectName::local("t"));
    let mut statement = sea_query::Table::create();
    statement.table(Alias::new("t"));
    for (number, (ours, theirs)) in types().into_iter().enumerate() {
        let name = format!("c{number}");
        insert(&mut declared, column(&name, ours, |it| it.nullable = true));
        statement.col(ColumnDef::new_with_type(Alias::new(&name), theirs));
    }
    session.execute(&statement.to_string(MysqlQueryBuilder)).await.unwrap();
    scratch.expect(&mut session, &scratch.normalize(with_mood([declared])), "types").await;
}

fn declared() -> Schema {
    let mut user = Table::new(ObjectName::local("user"));
    user.comment = Some("people; 'quoted'".into());
    insert(&mut user, column("id", Type::Integer, |it| it.identity = Some(Identity::AutoIncrement)));
    insert(&mut user, column("email", Type::String(None), |_| {}));
    insert(
        &mut user,
        column("name", Type::String(Some(40)), |it| {
            it.default = Some(DefaultValue::Literal(Literal::Text("it's".into())))
        }),
    );
    insert(
        &mut user,
        column("active", Type::Boolean, |it| it.default = Some(DefaultValue::Literal(Literal::Boolean(true)))),
    );
    insert(
        &mut user,
        column("score", Type::Decimal(Some((10, 3))), |it| {
            it.nullable = true;
            it.default = Some(DefaultValue::Literal(Literal::Number("1.5".into())));
        }),
    );
    insert(
        &mut user,
        column("made", Type::TimestampWithTimeZone, |it| {
            it.default = Some(DefaultValue::Expression(Expression::new("CURRENT_TIMESTAMP")));
        }),
    );
    insert(
        &mut user,
        column("mood", Type::Enum(ObjectName::local("mood")), |it| {
            it.comment = Some("how".into());
            it.default = Some(DefaultValue::Literal(Literal::Text("sad".into())));
        }),
    );
    insert(&mut user, column("extra", Type::JsonBinary, |it| it.nullable = true));
    user.primary_key = Some(PrimaryKey::new(None, vec!["id".into()]));
    user.uniques.insert(
        "email".into(),
        Unique { name: "email".into(), columns: vec!["email".into()], options: Options::new() },
    );
    user.indexes.insert("idx-user-name".into(), Index::on("idx-user-name", [Name::from("name")]));
    user.checks.insert(
        "user_score_check".into(),
        Check { name: "user_score_check".into(), expression: Expression::new("score >= 0"), options: Options::new() },
    );

    let mut post = Table::new(ObjectName::local("post"));
    insert(&mut post, column("user_id", Type::Integer, |_| {}));
    insert(&mut post, column("other_id", Type::Integer, |it| it.nullable = true));
    insert(&mut post, column("title", Type::Text, |_| {}));
    post.primary_key = Some(PrimaryKey::new(Some("pk-post".into()), vec!["user_id".into(), "other_id".into()]));
    for (name, column, on_delete) in [
        ("fk-post-user_id", "user_id", Some(Action::Cascade)),
        ("fk-post-other_id", "other_id", Some(Action::Restrict)),
    ] {
        let key = ForeignKey {
            name: name.into(),
            columns: vec![column.into()],
            references: ObjectName::local("user"),
            referenced_columns: vec!["id".into()],
            on_update: None,
            on_delete,
            options: Options::new(),
        };
        post.foreign_keys.insert(key.name.clone(), key);
    }
    with_mood([user, post])
}

async fn what_entities_declare_is_what_is_read_back(scratch: Scratch) {
    let mut session = scratch.database("ours").await;
    let schema = scratch.normalize(declared());
    assert_eq!(scratch.normalize(crate::support::unnoted(schema.schema())), schema);
    let plan: Plan = scratch.migrate(&mut session, &scratch.empty(), &schema).await;
    scratch.expect(&mut session, &schema, "applied").await;
    scratch.run(&mut session, &plan.inverse(scratch.empty().schema()), &schema).await;
    scratch.expect(&mut session, &scratch.empty(), "taken back").await;
}

/// The same tables as SeaORM creates them.
async fn what_entities_declare_is_what_sea_orm_makes(scratch: Scratch) {
    let mut session = scratch.database("it").await;
    let id = |name: &'static str| Alias::new(name);
    let mut user = sea_query::Table::create();
    user.table(id("user")).comment("people; 'quoted'");
    let typed = ColumnDef::new_with_type::<Alias>;
    user.col(typed(id("id"), ColumnType::Integer).not_null().auto_increment().primary_key());
    user.col(typed(id("email"), ColumnType::String(StringLen::None)).not_null().unique_key());
    user.col(typed(id("name"), ColumnType::String(StringLen::N(40))).not_null().default("it's"));
    user.col(typed(id("active"), ColumnType::Boolean).not_null().default(true));
    user.col(typed(id("score"), ColumnType::Decimal(Some((10, 3)))).default(1.5).extra("CHECK (score >= 0)"));
    user.col(
        typed(id("made"), ColumnType::TimestampWithTimeZone).not_null().default(sea_query::Expr::current_timestamp()),
    );
    user.col(typed(id("mood"), ColumnType::custom("ENUM('happy', 'sad')")).not_null().default("sad").comment("how"));
    user.col(typed(id("extra"), ColumnType::JsonBinary));
    let key = |name: &str, column: &'static str, action| {
        let mut key = ForeignKeyCreateStatement::new();
        key.name(name).from(id("post"), id(column)).to(id("user"), id("id")).on_delete(action);
        key
    };
    let mut post = sea_query::Table::create();
    post.table(id("post"));
    post.col(typed(id("user_id"), ColumnType::Integer).not_null());
    post.col(typed(id("other_id"), ColumnType::Integer).not_null());
    post.col(typed(id("title"), ColumnType::Text).not_null());
    post.primary_key(sea_query::Index::create().col(id("user_id")).col(id("other_id")).name("pk-post"));
    post.foreign_key(&mut key("fk-post-user_id", "user_id", sea_query::ForeignKeyAction::Cascade));
    post.foreign_key(&mut key("fk-post-other_id", "other_id", sea_query::ForeignKeyAction::Restrict));
    let index = sea_query::Index::create().name("idx-user-name").table(id("user")).col(id("name")).to_owned();
    for sql in
        [user.to_string(MysqlQueryBuilder), post.to_string(MysqlQueryBuilder), index.to_string(MysqlQueryBuilder)]
    {
        session.execute(&sql).await.unwrap();
    }
    let mut expected = declared();
    if !scratch.is_mariadb() {
        // MySQL names a check itself, and always as if it were the table's.
        let user = expected.tables.get_mut(&ObjectName::local("user")).unwrap();
        let mut check = user.checks.remove("user_score_check").unwrap();
        check.name = "user_chk_1".into();
        user.checks.insert(check.name.clone(), check);
    }
    scratch.expect(&mut session, &scratch.normalize(expected), "made by sea-query").await;
}
