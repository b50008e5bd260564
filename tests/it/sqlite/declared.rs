//! What entities declare: logical types, literals, SeaORM's own habits.

use super::*;
use sea_gen::schema::{
    Action, Check, Column, DefaultValue, Expression, ForeignKey, Identity, Index, Literal, Name, ObjectName,
    PrimaryKey, Table, Type, Unique,
};
use sea_query::{Alias, ColumnDef, Expr, ForeignKeyAction, SqliteQueryBuilder};

fn key(columns: &[&str]) -> Option<PrimaryKey> {
    let columns = columns.iter().map(|name| Name::from(*name)).collect();
    Some(PrimaryKey::new(Some("pk-anything".into()), columns))
}

fn add(table: &mut Table, name: &str, data_type: Type, change: impl FnOnce(&mut Column)) {
    let mut column = Column::new(name, data_type);
    change(&mut column);
    table.columns.insert(column);
}

/// An entity with everything SeaORM can say, as the entity reader would give it.
fn declared() -> Schema {
    let mut user = Table::new(ObjectName::qualified("main", "user"));
    user.comment = Some("nobody keeps this".to_owned());
    add(&mut user, "id", Type::BigInteger, |column| column.identity = Some(Identity::AutoIncrement));
    add(&mut user, "email", Type::String(None), |column| column.comment = Some("nor this".to_owned()));
    add(&mut user, "nick", Type::Text, |column| {
        column.nullable = true;
        column.default = Some(DefaultValue::Literal(Literal::Text("it's \"me\"".to_owned())));
    });
    add(&mut user, "active", Type::Boolean, |column| {
        column.default = Some(DefaultValue::Literal(Literal::Boolean(true)));
    });
    add(&mut user, "score", Type::Decimal(Some((10, 2))), |column| {
        column.default = Some(DefaultValue::Literal(Literal::Number("-1.5".to_owned())));
    });
    add(&mut user, "joined", Type::TimestampWithTimeZone, |column| {
        column.default = Some(DefaultValue::Expression(Expression::new("CURRENT_TIMESTAMP")));
    });
    add(&mut user, "mood", Type::Enum(ObjectName::local("mood")), |_| {});
    add(&mut user, "token", Type::Uuid, |_| {});
    user.primary_key = key(&["id"]);
    let email = Unique { name: "".into(), columns: vec!["email".into()], options: Default::default() };
    user.uniques.insert(email.name.clone(), email);
    user.indexes.insert("idx-user-nick".into(), Index::on("idx-user-nick", ["nick".into()]));
    let mut both = Index::on("idx-user-both", ["nick".into(), "email".into()]);
    both.unique = true;
    user.indexes.insert(both.name.clone(), both);
    let check = Check {
        name: "user_score_check".into(),
        expression: Expression::new("score > -10"),
        options: Default::default(),
    };
    user.checks.insert(check.name.clone(), check);

    let mut post = Table::new(ObjectName::local("post"));
    add(&mut post, "user_id", Type::Integer, |_| {});
    add(&mut post, "number", Type::SmallInteger, |_| {});
    add(&mut post, "body", Type::JsonBinary, |column| column.nullable = true);
    post.primary_key = key(&["user_id", "number"]);
    let reference = ForeignKey {
        name: "fk-post-user_id".into(),
        columns: vec!["user_id".into()],
        references: ObjectName::local("user"),
        referenced_columns: vec!["id".into()],
        on_update: None,
        on_delete: Some(Action::Cascade),
        options: Default::default(),
    };
    post.foreign_keys.insert(reference.name.clone(), reference);

    let mut schema = Schema::default();
    let mood = ObjectName::local("mood");
    let values = vec!["good".to_owned(), "bad".to_owned()];
    schema.enums.insert(mood.clone(), sea_gen::schema::EnumType { name: mood, values, comment: None });
    schema.tables.insert(user.name.clone(), user);
    schema.tables.insert(post.name.clone(), post);
    schema
}

#[apply(test)]
fn what_is_declared_is_read_back() {
    run(async {
        let schema = normal(declared());
        assert_eq!(normal(crate::support::unnoted(schema.schema())), schema, "normalising is idempotent");
        let mut session = memory().await;
        let plan = diff(&empty(), &schema, &[]);
        carry_out(&mut session, &plan, &empty()).await;
        let found = read(&mut session).await;
        assert_eq!(found, schema);
        carry_out(&mut session, &plan.inverse(empty().schema()), &found).await;
        assert!(read(&mut session).await.schema().is_empty());
    });
}

/// The same entity's tables as SeaORM creates them through sea-query.
fn written_by_sea_query() -> Vec<String> {
    let column = |name: &str| ColumnDef::new(Alias::new(name));
    let user = sea_query::Table::create()
        .table(Alias::new("user"))
        .col(column("id").big_integer().not_null().auto_increment().primary_key())
        .col(column("email").string().not_null().unique_key())
        .col(column("nick").text().default("it's \"me\""))
        .col(column("active").boolean().not_null().default(true))
        .col(column("score").decimal_len(10, 2).not_null().default(-1.5).extra("CHECK (score > -10)"))
        .col(column("joined").timestamp_with_time_zone().not_null().default(Expr::current_timestamp()))
        .col(column("mood").enumeration(Alias::new("mood"), [Alias::new("good"), Alias::new("bad")]).not_null())
        .col(column("token").uuid().not_null())
        .to_string(SqliteQueryBuilder);
    let post = sea_query::Table::create()
        .table(Alias::new("post"))
        .col(column("user_id").integer().not_null())
        .col(column("number").small_integer().not_null())
        .col(column("body").json_binary())
        .primary_key(
            sea_query::Index::create().name("pk-post").col(Alias::new("user_id")).col(Alias::new("number")).primary(),
        )
        .foreign_key(
            sea_query::ForeignKey::create()
                .name("fk-post-user_id")
                .from(Alias::new("post"), Alias::new("user_id"))
                .to(Alias::new("user"), Alias::new("id"))
                .on_delete(ForeignKeyAction::Cascade)
                .on_update(ForeignKeyAction::NoAction),
        )
        .to_string(SqliteQueryBuilder);
    let index = |name: &str, columns: &[&str], unique: bool| {
        let mut index = sea_query::Index::create();
        index.name(name).table(Alias::new("user"));
        for column in columns {
            index.col(Alias::new(*column));
        }
        if unique {
            index.unique();
        }
        index.to_string(SqliteQueryBuilder)
    };
    vec![user, post, index("idx-user-nick", &["nick"], false), index("idx-user-both", &["nick", "email"], true)]
}

#[apply(test)]
fn what_sea_orm_creates_is_what_was_declared() {
    run(async {
        let mut session = memory().await;
        for sql in written_by_sea_query() {
            session.execute(&sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
        }
        assert_eq!(read(&mut session).await, normal(declared()));
    });
}

#[apply(test)]
fn what_sqlite_cannot_hold_is_refused_with_a_hint() {
    let refused = |change: &dyn Fn(&mut Schema)| {
        let mut schema = declared();
        change(&mut schema);
        let refusal = dialect::of(Product::Sqlite).normalize(schema).expect_err("a refusal");
        assert!(!refusal.hint.is_empty());
        refusal.to_string()
    };
    let user = ObjectName::qualified("main", "user");
    let column = |schema: &mut Schema, change: &dyn Fn(&mut Column)| {
        let table = schema.tables.get_mut(&user).expect("the table");
        change(table.columns.get_mut("email").expect("the column"));
    };
    assert_eq!(
        refused(&|schema| column(schema, &|it| it.data_type = Type::Array(Box::new(Type::Text)))),
        "SQLite cannot hold user.email: it has no array type"
    );
    refused(&|schema| column(schema, &|it| it.identity = Some(Identity::AutoIncrement)));
    refused(&|schema| column(schema, &|it| it.on_update = Some(Expression::new("CURRENT_TIMESTAMP"))));
    refused(&|schema| {
        let table = schema.tables.get_mut(&user).expect("the table");
        table.options.insert("engine".to_owned(), "MyISAM".to_owned());
    });
    refused(&|schema| {
        let table = schema.tables.get_mut(&user).expect("the table");
        table.indexes.get_mut("idx-user-nick").expect("the index").method = Some("gin".to_owned());
    });
    refused(&|schema| {
        let other = Table::new(ObjectName::qualified("billing", "invoice"));
        schema.tables.insert(other.name.clone(), other);
    });
}
