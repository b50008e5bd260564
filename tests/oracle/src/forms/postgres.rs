//! What only PostgreSQL has.

pub mod arrays {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "arrays")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub numbers: Vec<i32>,
        pub optional: Option<Vec<i64>>,
        pub texts: Vec<String>,
        pub references: Vec<Uuid>,
        pub amounts: Vec<Decimal>,
        pub days: Vec<Date>,
        #[sea_orm(column_type = "Array(RcOrArc::new(ColumnType::SmallInteger))")]
        pub declared: Vec<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod networks {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "networks")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub address: IpNetwork,
        #[sea_orm(column_type = "Cidr")]
        pub network: IpNetwork,
        #[sea_orm(column_type = "Inet")]
        pub host: Option<String>,
        #[sea_orm(column_type = "MacAddr")]
        pub card: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod special {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "special")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(column_type = "Bit(Some(3))")]
        pub bits: Vec<u8>,
        #[sea_orm(column_type = "VarBit(8)")]
        pub some_bits: Vec<u8>,
        #[sea_orm(column_type = "Interval(None, None)")]
        pub span: String,
        #[sea_orm(column_type = "Interval(Some(sea_orm::sea_query::PgInterval::DayToHour), None)")]
        pub short_span: String,
        #[sea_orm(column_type = "custom(\"tsvector\")")]
        pub words: String,
        #[sea_orm(column_type = "custom(\"point\")")]
        pub place: String,
        #[sea_orm(default_expr = "Expr::cust(\"gen_random_uuid()\")")]
        pub reference: Uuid,
        #[sea_orm(default_expr = "Expr::cust(\"now() + interval '1 day'\")")]
        pub until: DateTimeUtc,
        #[sea_orm(default_value = "2022-01-26 16:24:00")]
        pub launched: DateTimeUtc,
        #[sea_orm(default_value = "2022-01-26T16:24:00.25")]
        pub returned: DateTime,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod elsewhere {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "elsewhere", schema_name = "warehouse")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(unique)]
        pub code: String,
        #[sea_orm(indexed)]
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
