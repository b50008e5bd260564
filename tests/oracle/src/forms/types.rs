//! Every Rust type SeaORM maps by itself, and every column type that all databases have.

pub mod numbers {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "numbers")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub tiny: i8,
        pub small: i16,
        pub big: i64,
        pub tiny_unsigned: u8,
        pub small_unsigned: u16,
        pub plain_unsigned: u32,
        pub big_unsigned: u64,
        pub float: f32,
        pub double: f64,
        pub yes: bool,
        pub perhaps: Option<bool>,
        pub amount: Decimal,
        pub big_amount: BigDecimal,
        #[sea_orm(column_type = "Decimal(Some((16, 4)))")]
        pub exact: Decimal,
        #[sea_orm(column_type = "Decimal(None)")]
        pub inexact: Option<Decimal>,
        #[sea_orm(column_type = "Money(None)")]
        pub price: Decimal,
        #[sea_orm(column_type = "Double")]
        pub forced: f32,
        #[sea_orm(column_type = "BigInteger")]
        pub wide: i32,
        #[sea_orm(column_type = "SmallUnsigned")]
        pub narrow: u32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod keyed_by_unsigned {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "keyed_by_unsigned")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: u32,
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod keyed_by_big_unsigned {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "keyed_by_big_unsigned")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: u64,
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod texts {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "texts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub plain: String,
        pub optional: Option<String>,
        #[sea_orm(column_type = "Text")]
        pub long: String,
        #[sea_orm(column_type = "Text", nullable)]
        pub long_optional: String,
        #[sea_orm(column_type = "String(StringLen::N(255))")]
        pub short: String,
        #[sea_orm(column_type = "String(StringLen::None)")]
        pub unbounded: String,
        #[sea_orm(column_type = "Char(Some(2))")]
        pub country: String,
        #[sea_orm(column_type = "Char(None)")]
        pub initial: String,
        #[sea_orm(column_type = "custom(\"varchar(40)\")")]
        pub custom: String,
        #[sea_orm(column_type = "Custom(\"varchar(41)\".into())")]
        pub custom_by_variant: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod moments {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "moments")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub day: Date,
        pub hour: Time,
        pub at: DateTime,
        pub at_utc: DateTimeUtc,
        pub at_local: DateTimeLocal,
        pub at_zone: DateTimeWithTimeZone,
        pub since: ChronoUnixTimestamp,
        pub since_millis: ChronoUnixTimestampMillis,
        pub chrono_day: ChronoDate,
        pub chrono_at: Option<ChronoDateTimeUtc>,
        pub time_day: TimeDate,
        pub time_hour: TimeTime,
        pub time_at: TimeDateTime,
        pub time_zone: Option<TimeDateTimeWithTimeZone>,
        pub time_since: TimeUnixTimestamp,
        #[sea_orm(column_type = "Timestamp")]
        pub stamp: DateTimeUtc,
        #[sea_orm(column_type = "DateTime")]
        pub without_zone: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod others {
    use sea_orm::FromJsonQueryResult;
    use sea_orm::entity::prelude::*;
    use serde::{Deserialize, Serialize};

    /// Kept as a document.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
    pub struct Settings {
        pub theme: String,
    }

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "others")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub bytes: Vec<u8>,
        pub optional_bytes: Option<Vec<u8>>,
        pub reference: Uuid,
        pub readable: TextUuid,
        pub braced: uuid::fmt::Braced,
        pub simple: Option<uuid::fmt::Simple>,
        pub document: Json,
        #[sea_orm(column_type = "JsonBinary")]
        pub binary_document: Json,
        pub settings: Settings,
        pub optional_settings: Option<Settings>,
        #[sea_orm(column_type = "Binary(16)")]
        pub salt: Vec<u8>,
        #[sea_orm(column_type = "VarBinary(StringLen::N(32))")]
        pub hash: Vec<u8>,
        #[sea_orm(column_type = "Blob")]
        pub blob: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
