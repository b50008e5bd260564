//! Entities that use every form the bookshop does not, both compiled and read.

pub mod kinds {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(db_type = "Enum", rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum CoverKind {
        SoftCover,
        #[sea_orm(string_value = "hard-cover")]
        HardCover,
        #[sea_orm(rename = "camelCase")]
        BoxSet,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "i32", db_type = "Integer")]
    pub enum Level {
        Low = -1,
        High = 7,
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveValueType)]
    pub struct Key(pub i64);

    #[derive(Clone, Debug, PartialEq, Eq, DeriveValueType)]
    pub struct Wrapped(pub Key);

    #[derive(Clone, Debug, PartialEq, Eq, DeriveValueType)]
    #[sea_orm(value_type = "String")]
    pub struct Tag {
        pub text: std::string::String,
    }

    impl std::fmt::Display for Tag {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str(&self.text)
        }
    }

    impl std::str::FromStr for Tag {
        type Err = std::convert::Infallible;

        fn from_str(text: &str) -> Result<Self, Self::Err> {
            Ok(Self { text: text.to_owned() })
        }
    }

    pub type Amount = Decimal;

    pub const NAME_LENGTH: u32 = 120;
}

pub mod every_type {
    use super::kinds as of;
    use super::kinds::{Amount, CoverKind as Cover, NAME_LENGTH};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "every_type", schema_name = "warehouse")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: of::Key,
        pub i8: i8,
        pub i16: i16,
        pub i64: i64,
        pub u8: u8,
        pub u16: u16,
        pub u32: Option<u32>,
        pub u64: u64,
        pub f32: f32,
        pub f64: f64,
        pub bytes: Vec<u8>,
        pub date: Date,
        pub time: Time,
        pub at: DateTime,
        pub at_utc: DateTimeUtc,
        pub at_local: DateTimeLocal,
        pub at_zone: DateTimeWithTimeZone,
        pub since: ChronoUnixTimestamp,
        pub spelled: sea_orm::sqlx::types::chrono::DateTime<sea_orm::sqlx::types::chrono::Utc>,
        pub uuid: Uuid,
        pub text_uuid: TextUuid,
        pub amount: Amount,
        pub wrapped: Option<of::Wrapped>,
        pub tag: of::Tag,
        pub cover: Option<Cover>,
        pub level: of::Level,
        pub json: Json,
        #[sea_orm(column_type = "JsonBinary")]
        pub json_binary: Json,
        #[sea_orm(column_type = "String(StringLen::N(NAME_LENGTH))")]
        pub name: String,
        #[sea_orm(column_type = "String(StringLen::Max)")]
        pub long: String,
        #[sea_orm(column_type = "custom(\"citext\")")]
        pub custom: String,
        #[sea_orm(column_type = "Custom(\"tsvector\".into())")]
        pub vector: String,
        #[sea_orm(column_type = "VarBinary(StringLen::N(32))")]
        pub hash: Vec<u8>,
        #[sea_orm(column_type = "Binary(16)")]
        pub salt: Vec<u8>,
        #[sea_orm(column_type = "Blob")]
        pub blob: Vec<u8>,
        #[sea_orm(column_type = "Money(Some((19, 4)))")]
        pub money: Decimal,
        #[sea_orm(column_type = "Interval(Some(sea_orm::sea_query::PgInterval::DayToHour), Some(3))")]
        pub span: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod every_name {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "EveryName", rename_all = "camelCase", comment = "It's a \"name\"")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: String,
        pub created_at: DateTimeUtc,
        #[sea_orm(column_name = "explicit")]
        pub implicit: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod odd_name {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "odd-name")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: Uuid,
        pub r#type: i32,
        pub _hidden: i32,
        pub userID: i32,
        pub line_2: i32,
        pub line3: i32,
        #[sea_orm(enum_name = "Sort")]
        pub kind: i32,
        #[sea_orm(ignore)]
        pub loaded: i32,
        #[sea_orm(nullable)]
        pub perhaps: i32,
        #[sea_orm(renamed_from = "before", comment = "Renamed")]
        pub after: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod every_default {
    use super::kinds::Level;
    use sea_orm::entity::prelude::*;

    pub const LIMIT: i32 = 10;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "every_default")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        #[sea_orm(default_value = "it's")]
        pub text: String,
        #[sea_orm(default_value = -1)]
        pub negative: i32,
        #[sea_orm(default_value = 1.5)]
        pub float: f64,
        #[sea_orm(default_value = false)]
        pub no: bool,
        #[sea_orm(default_expr = "Expr::current_date()")]
        pub day: Date,
        #[sea_orm(default_expr = "Expr::cust(\"now()\")")]
        pub custom: DateTimeUtc,
        #[sea_orm(default_expr = "Expr::val(LIMIT)")]
        pub constant: i32,
        #[sea_orm(default_expr = "Level::High")]
        pub level: Level,
        #[sea_orm(default_value = 3, default_expr = "Expr::value(4)")]
        pub both: i32,
        #[sea_orm(unique, indexed)]
        pub unique_and_indexed: i32,
        #[sea_orm(unique_key = "pair", indexed)]
        pub first: i32,
        #[sea_orm(unique_key = "pair")]
        pub second: i32,
        #[sea_orm(unique_key = "alone")]
        pub alone: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod edition {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "edition")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub work_id: i32,
        #[sea_orm(primary_key, auto_increment = false, column_name = "no")]
        pub number: i32,
        pub follows_id: Option<i32>,
        pub follows_number: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "Entity",
            from = "(Column::FollowsId, Column::FollowsNumber)",
            to = "(Column::WorkId, Column::Number)",
            on_update = "Cascade",
            on_delete = "NoAction"
        )]
        Follows,
        #[sea_orm(has_many = "super::print::Entity")]
        Print,
    }

    impl Related<super::print::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Print.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod print {
    use super::edition::{Column as EditionColumn, Entity as Edition};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "print")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub work_id: i32,
        pub edition: i32,
        pub reviewer_id: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter)]
    pub enum Relation {
        Edition,
        Reviewer,
        Loose,
    }

    impl RelationTrait for Relation {
        fn def(&self) -> RelationDef {
            match self {
                Self::Edition => Entity::belongs_to(Edition)
                    .from((Column::WorkId, Column::Edition))
                    .to((EditionColumn::WorkId, EditionColumn::Number))
                    .on_update(ForeignKeyAction::SetDefault)
                    .into(),
                Self::Reviewer => Entity::belongs_to(crate::entity::forms::tree::Entity)
                    .from(Column::ReviewerId)
                    .to(crate::entity::forms::tree::Column::Id)
                    .fk_name("print_reviewer")
                    .into(),
                Self::Loose => Entity::belongs_to(super::tree::Entity)
                    .from(Column::WorkId)
                    .to(super::tree::Column::Id)
                    .skip_fk()
                    .into(),
            }
        }
    }

    impl Related<Edition> for Entity {
        fn to() -> RelationDef {
            Relation::Edition.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod tree {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "tree")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub parent_id: Option<i32>,
        pub root_id: Option<i32>,
        pub other_id: Option<i32>,
        #[sea_orm(self_ref, relation_enum = "Parent", from = "parent_id", to = "id", on_delete = "Cascade")]
        pub parent: HasOne<Entity>,
        #[sea_orm(self_ref, relation_enum = "Root", from = "root_id", to = "id", skip_fk)]
        pub root: HasOne<Entity>,
        #[sea_orm(belongs_to, from = "other_id", to = "id", on_update = "Restrict")]
        pub other: BelongsTo<Option<super::leaf::Entity>>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod leaf {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "leaf")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: u32,
        #[sea_orm(has_many)]
        pub trees: HasMany<super::tree::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod compact {
    use sea_orm::entity::prelude::*;

    #[sea_orm::compact_model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compact")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub leaf_id: u32,
        pub leaf: HasOne<super::leaf::Entity>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::leaf::Entity",
            from = "Column::LeafId",
            to = "super::leaf::Column::Id",
            fk_name = "own"
        )]
        Leaf,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelatedEntity)]
    pub enum RelatedEntity {
        #[sea_orm(entity = "super::leaf::Entity")]
        Leaf,
    }

    impl Related<super::leaf::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Leaf.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}
