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
    use mac_address::MacAddress;
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
        pub optional_address: Option<IpNetwork>,
        pub addresses: Vec<IpNetwork>,
        pub optional_addresses: Option<Vec<IpNetwork>>,
        #[sea_orm(column_type = "MacAddr")]
        pub card: String,
        pub station: mac_address::MacAddress,
        pub optional_station: Option<MacAddress>,
        pub stations: Vec<mac_address::MacAddress>,
        pub optional_stations: Option<Vec<MacAddress>>,
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

/// An array of every type that SeaORM takes one of.
pub mod arrays_of_everything {
    use crate::forms::values::kinds::Key;
    use sea_orm::entity::prelude::*;
    use sea_orm::sea_query::prelude::time;

    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(8))", rename_all = "kebab-case")]
    pub enum Mark {
        Read,
        NotRead,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "i32", db_type = "Integer")]
    pub enum Grade {
        Poor = 1,
        Fine = 2,
    }

    /// A value that is an array itself.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveValueType)]
    pub struct Words(pub Vec<String>);

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "arrays_of_everything")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub truths: Vec<bool>,
        pub tinies: Vec<i8>,
        pub smalls: Vec<i16>,
        pub unsigned: Vec<u32>,
        pub floats: Vec<f32>,
        pub doubles: Vec<f64>,
        pub bytes: Vec<Vec<u8>>,
        pub documents: Vec<Json>,
        pub hours: Vec<Time>,
        pub moments: Vec<DateTime>,
        pub moments_utc: Vec<DateTimeUtc>,
        pub moments_local: Vec<DateTimeLocal>,
        pub moments_zone: Option<Vec<DateTimeWithTimeZone>>,
        pub time_days: Vec<TimeDate>,
        pub time_hours: Vec<time::Time>,
        pub time_moments: Option<Vec<time::PrimitiveDateTime>>,
        pub time_zones: Vec<TimeDateTimeWithTimeZone>,
        pub big_amounts: Vec<BigDecimal>,
        pub optional_big_amounts: Option<Vec<BigDecimal>>,
        pub hyphenated: Vec<uuid::fmt::Hyphenated>,
        pub marks: Vec<Mark>,
        pub optional_grades: Option<Vec<Grade>>,
        pub words: Words,
        pub optional_words: Option<Words>,
        #[sea_orm(column_type = "Array(RcOrArc::new(ColumnType::String(StringLen::N(5))))")]
        pub short: Vec<String>,
        #[sea_orm(column_type = "Array(RcOrArc::new(ColumnType::Decimal(Some((8, 2)))))", nullable)]
        pub exact: Vec<Decimal>,
        #[sea_orm(ignore)]
        pub never: Option<Key>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What extensions bring.
pub mod extended {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "extended")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub meaning: PgVector,
        pub optional_meaning: Option<PgVector>,
        #[sea_orm(column_type = "Vector(Some(3))")]
        pub short_meaning: PgVector,
        #[sea_orm(column_type = "Vector(None)", nullable)]
        pub any_meaning: PgVector,
        #[sea_orm(column_type = "LTree")]
        pub path: String,
        #[sea_orm(column_type = "custom(\"citext\")", select_as = "text", save_as = "citext")]
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What else stands in `extra`, `default_expr` and `column_type`.
pub mod spoken {
    use sea_orm::entity::prelude::*;
    use sea_orm::sea_query::{Alias, Func, PgInterval};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "spoken", schema_name = "public")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        #[sea_orm(extra = "GENERATED BY DEFAULT AS IDENTITY")]
        pub number: i64,
        #[sea_orm(extra = "COLLATE \"C\"")]
        pub exact: String,
        #[sea_orm(column_type = "Interval(None, Some(3))")]
        pub span: String,
        #[sea_orm(column_type = "Interval(Some(PgInterval::Second), Some(2))")]
        pub seconds: String,
        #[sea_orm(column_type = "Bit(None)")]
        pub bit: Vec<u8>,
        #[sea_orm(default_expr = "Func::cust(\"gen_random_uuid\")")]
        pub reference: Uuid,
        #[sea_orm(
            column_type = "Enum { name: Alias::new(\"shelf\").into(), variants: vec![Alias::new(\"low\").into(), Alias::new(\"high\").into()] }"
        )]
        pub shelf: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
