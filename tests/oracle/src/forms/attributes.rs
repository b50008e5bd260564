//! Every attribute of a column and of an entity.
//!
//! Not among them: `table_iden`, with which SeaORM 2.0.4 writes a match that does not name the variant it adds (its own
//! tests do not use it, and no entity compiles with it). The tests of the reader hold what it means.

pub mod names {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "AllNames", rename_all = "camelCase", comment = "of a table")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub created_at: i32,
        #[sea_orm(column_name = "explicit name")]
        pub implicit: i32,
        #[sea_orm(enum_name = "Sort")]
        pub kind: i32,
        pub r#type: i32,
        #[sea_orm(ignore)]
        pub loaded: i32,
        #[sea_orm(nullable)]
        pub perhaps: i32,
        #[sea_orm(comment = "it's \"commented\"")]
        pub commented: i32,
        #[sea_orm(renamed_from = "former")]
        pub renamed: i32,
        #[sea_orm(column_name = "Both", enum_name = "Either")]
        pub neither: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod keys {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub a: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub b: String,
        #[sea_orm(unique)]
        pub alone: i32,
        #[sea_orm(indexed)]
        pub found: i32,
        #[sea_orm(unique, indexed)]
        pub both: i32,
        #[sea_orm(unique_key = "pair", indexed)]
        pub first: i32,
        #[sea_orm(unique_key = "pair")]
        pub second: i32,
        #[sea_orm(unique_key = "other")]
        pub third: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod keyed_by_hand {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "keyed_by_hand")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod defaults {
    use sea_orm::entity::prelude::*;

    pub const LIMIT: i32 = 10;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "defaults")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(default_value = "it's")]
        pub text: String,
        #[sea_orm(default_value = "")]
        pub empty: String,
        #[sea_orm(default_value = -1)]
        pub negative: i32,
        #[sea_orm(default_value = 1.5)]
        pub float: f64,
        #[sea_orm(default_value = false)]
        pub no: bool,
        #[sea_orm(default_value = true)]
        pub yes: bool,
        #[sea_orm(default_expr = "Expr::current_timestamp()")]
        pub at: DateTimeUtc,
        #[sea_orm(default_expr = "Expr::cust(\"CURRENT_TIMESTAMP\")")]
        pub custom: DateTimeUtc,
        #[sea_orm(default_expr = "Expr::val(LIMIT)")]
        pub constant: i32,
        #[sea_orm(default_expr = "Expr::value(4)")]
        pub value: i32,
        #[sea_orm(default_value = 3, default_expr = "Expr::value(4)")]
        pub twice: i32,
        #[sea_orm(column_type = "Decimal(Some((10, 2)))", default_value = 10)]
        pub price: Decimal,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod extras {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "extras")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(extra = "CHECK (quantity > 0)")]
        pub quantity: i32,
        #[sea_orm(extra = "CHECK (rebate >= 0 AND rebate < 100)", default_value = 0)]
        pub rebate: i32,
        #[sea_orm(select_as = "text", save_as = "text")]
        pub cast: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The dense format takes the same.
pub mod dense_names {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "dense_names", rename_all = "SCREAMING_SNAKE_CASE", comment = "dense")]
    pub struct Model {
        #[sea_orm(primary_key, column_name = "id", comment = "the key")]
        pub id: i32,
        pub first_name: String,
        #[sea_orm(indexed, nullable)]
        pub last_name: String,
        #[sea_orm(unique)]
        pub code: String,
        #[sea_orm(unique_key = "place")]
        pub row: i32,
        #[sea_orm(unique_key = "place")]
        pub seat: i32,
        #[sea_orm(default_value = "new")]
        pub state: String,
        #[sea_orm(ignore)]
        pub cached: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod expressions {
    use sea_orm::entity::prelude::*;
    use sea_orm::sea_query::{Keyword, SimpleExpr, Value};

    const GREETING: &str = "hello";

    const fn most() -> i32 {
        99
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(6))")]
    pub enum Mood {
        #[sea_orm(string_value = "glad")]
        Glad,
        #[sea_orm(string_value = "sad")]
        Sad,
    }

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "expressions")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(default_expr = "SimpleExpr::Keyword(Keyword::CurrentTimestamp)")]
        pub at: DateTimeUtc,
        #[sea_orm(default_expr = "SimpleExpr::Custom(\"CURRENT_TIMESTAMP\".into())")]
        pub custom: DateTimeUtc,
        #[sea_orm(default_expr = "SimpleExpr::Value(Value::Int(Some(5)))")]
        pub value: i32,
        #[sea_orm(default_expr = "sea_orm::sea_query::Expr::value(most())")]
        pub called: i32,
        #[sea_orm(column_type = "String(StringLen::N(20))", default_expr = "Expr::val(GREETING)")]
        pub greeting: String,
        #[sea_orm(default_expr = "Expr::val(Mood::Glad.to_value())")]
        pub mood: Mood,
        #[sea_orm(default_expr = "7")]
        pub bare: i32,
        #[sea_orm(nullable, default_expr = "Expr::value(Option::<i32>::None)")]
        pub nothing: i32,
        #[sea_orm(extra = "GENERATED ALWAYS AS (value + 1) STORED")]
        pub next: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
