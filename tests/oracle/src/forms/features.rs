//! Every Rust type that one of SeaORM's features maps, by its whole path, by SeaORM's name and as an option.
//!
//! Must not hold what only one database can: that is in `postgres`.

pub mod with_chrono {
    use chrono::{DateTime as Moment, FixedOffset, Local, NaiveDate, NaiveDateTime, NaiveTime, Utc};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "with_chrono")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub day: NaiveDate,
        pub hour: NaiveTime,
        pub at: NaiveDateTime,
        pub at_utc: Moment<Utc>,
        pub at_local: Moment<Local>,
        pub at_zone: Moment<FixedOffset>,
        pub by_path: chrono::DateTime<chrono::Utc>,
        pub optional_day: Option<chrono::NaiveDate>,
        pub optional_hour: Option<NaiveTime>,
        pub optional_at: Option<NaiveDateTime>,
        pub optional_local: Option<chrono::DateTime<Local>>,
        pub optional_zone: Option<chrono::DateTime<chrono::FixedOffset>>,
        pub named_hour: ChronoTime,
        pub named_at: ChronoDateTime,
        pub named_local: ChronoDateTimeLocal,
        pub named_zone: ChronoDateTimeWithTimeZone,
        pub optional_since: Option<ChronoUnixTimestamp>,
        pub optional_millis: Option<ChronoUnixTimestampMillis>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod with_time {
    use sea_orm::entity::prelude::*;
    use time::{OffsetDateTime, PrimitiveDateTime};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "with_time")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub day: time::Date,
        pub hour: time::Time,
        pub at: PrimitiveDateTime,
        pub at_zone: OffsetDateTime,
        pub optional_day: Option<time::Date>,
        pub optional_hour: Option<TimeTime>,
        pub optional_at: Option<time::PrimitiveDateTime>,
        pub optional_zone: Option<time::OffsetDateTime>,
        pub millis: TimeUnixTimestampMillis,
        pub optional_since: Option<TimeUnixTimestamp>,
        pub optional_millis: Option<TimeUnixTimestampMillis>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod with_the_rest {
    use sea_orm::entity::prelude::*;
    use sea_orm::sea_query::prelude::{bigdecimal, rust_decimal, serde_json};
    use uuid::fmt::{Braced, Hyphenated, Simple, Urn};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "with_the_rest")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: uuid::Uuid,
        pub amount: rust_decimal::Decimal,
        pub optional_amount: Option<rust_decimal::Decimal>,
        pub big_amount: bigdecimal::BigDecimal,
        pub optional_big_amount: Option<BigDecimal>,
        #[sea_orm(column_type = "Decimal(Some((20, 6)))", nullable)]
        pub exact: BigDecimal,
        pub document: serde_json::Value,
        pub optional_document: Option<Json>,
        pub optional_reference: Option<Uuid>,
        pub braced: Option<Braced>,
        pub hyphenated: Hyphenated,
        pub simple: Simple,
        pub urn: Urn,
        pub text: Option<TextUuid>,
        pub texts: std::string::String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Every type of the vocabulary that all databases have, with what goes into it.
pub mod vocabulary {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "vocabulary")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(column_type = "TinyInteger")]
        pub tiny: i32,
        #[sea_orm(column_type = "SmallInteger")]
        pub small: i32,
        #[sea_orm(column_type = "Integer")]
        pub plain: i64,
        #[sea_orm(column_type = "TinyUnsigned")]
        pub tiny_unsigned: u32,
        #[sea_orm(column_type = "Unsigned")]
        pub unsigned: u64,
        #[sea_orm(column_type = "BigUnsigned")]
        pub big_unsigned: u32,
        #[sea_orm(column_type = "Float")]
        pub float: f64,
        #[sea_orm(column_type = "Boolean")]
        pub yes: i32,
        #[sea_orm(column_type = "Date")]
        pub day: String,
        #[sea_orm(column_type = "Time")]
        pub hour: String,
        #[sea_orm(column_type = "TimestampWithTimeZone")]
        pub zone: String,
        #[sea_orm(column_type = "Uuid")]
        pub reference: String,
        #[sea_orm(column_type = "Json")]
        pub document: String,
        #[sea_orm(column_type = "string(Some(60))")]
        pub by_function: String,
        #[sea_orm(column_type = "string(None)")]
        pub without_length: String,
        #[sea_orm(column_type = "var_binary(24)")]
        pub bytes: Vec<u8>,
        #[sea_orm(column_type = "VarBinary(StringLen::None)")]
        pub unbounded_bytes: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
