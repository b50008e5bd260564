//! What only MySQL and MariaDB have.

pub mod kept_here {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "kept_here")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: u32,
        #[sea_orm(column_type = "Year")]
        pub since: i16,
        #[sea_orm(column_type = "Bit(Some(4))")]
        pub bits: Vec<u8>,
        #[sea_orm(column_type = "Bit(None)")]
        pub bit: Vec<u8>,
        #[sea_orm(
            column_type = "Timestamp",
            default_expr = "Expr::current_timestamp()",
            extra = "ON UPDATE CURRENT_TIMESTAMP"
        )]
        pub changed_at: DateTimeUtc,
        #[sea_orm(column_type = "String(StringLen::N(30))", extra = "COLLATE utf8mb4_bin")]
        pub exact: String,
        #[sea_orm(
            column_type = "Enum { name: sea_orm::sea_query::Alias::new(\"shelf\").into(), variants: vec![sea_orm::sea_query::Alias::new(\"low\").into(), sea_orm::sea_query::Alias::new(\"high\").into()] }"
        )]
        pub shelf: String,
        #[sea_orm(column_type = "Money(Some((12, 2)))")]
        pub price: Decimal,
        #[sea_orm(column_type = "custom(\"mediumtext\")")]
        pub long: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
