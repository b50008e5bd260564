//! What only SQLite has.

pub mod kept_there {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "kept_there")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(column_type = "Money(Some((12, 2)))")]
        pub price: Decimal,
        #[sea_orm(extra = "COLLATE NOCASE")]
        pub name: String,
        #[sea_orm(column_type = "custom(\"anything goes\")")]
        pub custom: String,
        #[sea_orm(default_expr = "Expr::cust(\"(datetime('now'))\")")]
        pub at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
