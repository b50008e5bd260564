//! Entities written out by hand, and older forms, both compiled and read.

pub mod cake {
    use sea_orm::entity::prelude::*;

    #[derive(Copy, Clone, Default, Debug, DeriveEntity)]
    pub struct Entity;

    impl EntityName for Entity {
        fn schema_name(&self) -> Option<&str> {
            Some("bakery")
        }

        fn table_name(&self) -> &'static str {
            "cake"
        }

        fn comment(&self) -> Option<&str> {
            Some("Cakes")
        }
    }

    #[derive(Clone, Debug, PartialEq, DeriveModel, DeriveActiveModel)]
    pub struct Model {
        pub id: i32,
        pub name: Option<String>,
        pub price: Decimal,
        #[sea_orm(enum_name = "Kind1")]
        pub kind: String,
        pub filling_id: Option<i32>,
        pub made: DateTimeUtc,
        pub shape: String,
        pub level: super::super::forms::kinds::Level,
        pub code: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveColumn)]
    pub enum Column {
        Id,
        Name,
        #[sea_orm(column_name = "Price")]
        Price,
        Kind1,
        FillingId,
        Made,
        Shape,
        Level,
        Code,
    }

    const LENGTH: u32 = 40;

    const fn limit() -> u32 {
        LENGTH * 2
    }

    impl ColumnTrait for Column {
        type EntityName = Entity;

        fn def(&self) -> ColumnDef {
            match self {
                Self::Id => ColumnType::Integer.def(),
                Self::Name => ColumnType::String(StringLen::N(LENGTH)).def().null().indexed(),
                Column::Price => ColumnType::Decimal(Some((10, 2))).def().default_value(1.5).comment("in euros"),
                Self::Kind1 | Self::Code => ColumnType::String(StringLen::N(limit())).def().unique(),
                Self::FillingId => {
                    <i32 as sea_orm::sea_query::ValueType>::column_type().def().nullable().unique_key("k")
                }
                Self::Made => {
                    ColumnType::TimestampWithTimeZone.def().default(Expr::current_timestamp()).unique_key("k")
                }
                Self::Level => super::super::forms::kinds::Level::db_type(),
                _ => ColumnType::string(None).def().extra("CHECK (shape <> '')").renamed_from("form"),
            }
        }
    }

    #[derive(Copy, Clone, Debug, EnumIter, DerivePrimaryKey)]
    pub enum PrimaryKey {
        Id,
    }

    impl PrimaryKeyTrait for PrimaryKey {
        type ValueType = i32;

        fn auto_increment() -> bool {
            true
        }
    }

    #[derive(Copy, Clone, Debug, EnumIter)]
    pub enum Relation {
        Filling,
    }

    impl RelationTrait for Relation {
        fn def(&self) -> RelationDef {
            match self {
                Self::Filling => Entity::belongs_to(super::filling::Filling)
                    .from(Column::FillingId)
                    .to(super::filling::Columns::Number)
                    .on_delete(ForeignKeyAction::SetNull)
                    .into(),
            }
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Names of one's own, a composite key, and a column whose name is written out.
pub mod filling {
    use sea_orm::entity::prelude::*;

    #[derive(Copy, Clone, Default, Debug, DeriveEntity)]
    #[sea_orm(table_name = "filling", schema_name = "bakery", column = Columns, relation = Links)]
    pub struct Filling;

    // A `use` and not an alias: the code SeaORM writes for its registry of entities takes `Entity` for a value too.
    use Filling as Entity;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveModel, DeriveActiveModel)]
    #[sea_orm(entity = Filling)]
    pub struct Model {
        pub number: i32,
        pub batch: i32,
        pub note: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter)]
    pub enum Columns {
        Number,
        Batch,
        Note,
    }

    use Columns as Column;

    impl sea_orm::IdenStatic for Columns {
        fn as_str(&self) -> &'static str {
            match self {
                Self::Number => "nr",
                Self::Batch => "batch_no",
                Self::Note => "note",
            }
        }
    }

    impl sea_orm::Iden for Columns {
        fn unquoted(&self) -> &str {
            sea_orm::IdenStatic::as_str(self)
        }
    }

    impl std::str::FromStr for Columns {
        type Err = sea_orm::ColumnFromStrErr;

        fn from_str(text: &str) -> Result<Self, Self::Err> {
            Err(sea_orm::ColumnFromStrErr(text.to_owned()))
        }
    }

    impl ColumnTrait for Columns {
        type EntityName = Filling;

        fn def(&self) -> ColumnDef {
            match self {
                Columns::Number => ColumnType::Integer.def(),
                Columns::Batch => ColumnType::Integer.def(),
                Columns::Note => ColumnType::Text.def(),
            }
        }
    }

    #[derive(Copy, Clone, Debug, EnumIter, DerivePrimaryKey)]
    pub enum PrimaryKey {
        #[sea_orm(column_name = "nr")]
        Number,
        #[sea_orm(column_name = "batch_no")]
        Batch,
    }

    impl PrimaryKeyTrait for PrimaryKey {
        type ValueType = (i32, i32);

        fn auto_increment() -> bool {
            false
        }
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    #[sea_orm(entity = Filling)]
    pub enum Links {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A model that makes the columns of an entity written out, and was called otherwise before.
pub mod mixed {
    use sea_orm::entity::prelude::*;

    #[derive(Copy, Clone, Default, Debug, DeriveEntity)]
    pub struct Entity;

    const NAME: &str = "mixed";

    impl EntityName for Entity {
        fn table_name(&self) -> &'static str {
            NAME
        }
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(rename_all = "camelCase")]
    #[sea_orm(renamed_from = "mixture")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(select_as = "text", save_as = "citext", column_type = "custom(\"citext\")")]
        pub nick_name: String,
        #[cfg(test)]
        pub only_in_tests: i32,
        #[cfg(not(test))]
        pub never_in_tests: i32,
        #[cfg_attr(all(), sea_orm(unique))]
        pub odd: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The same for a dense model, with the rarer column types.
pub mod dense {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "dense")]
    #[sea_orm(renamed_from = "thick")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(column_type = "VarBinary(StringLen::Max)")]
        pub bytes: Vec<u8>,
        #[sea_orm(column_type = "Array(RcOrArc::new(ColumnType::Char(Some(3))))")]
        pub codes: String,
        #[sea_orm(column_type = "Bit(Some(8))")]
        pub bits: String,
        #[sea_orm(column_type = "VarBit(9)")]
        pub more_bits: String,
        #[sea_orm(column_type = "Vector(Some(3))")]
        pub place: String,
        #[sea_orm(column_type = "Cidr")]
        pub net: String,
        #[sea_orm(column_type = "Inet")]
        pub host: String,
        #[sea_orm(column_type = "MacAddr")]
        pub card: String,
        #[sea_orm(column_type = "LTree")]
        pub path: String,
        #[sea_orm(column_type = "Year")]
        pub year: i32,
        #[sea_orm(
            column_type = "Enum { name: \"mood\".into_iden(), variants: vec![\"a\".into_iden(), \"b\".into_iden()] }"
        )]
        pub mood: String,
        pub secret: Secret,
        pub wrapped: Option<Wrapped>,
        pub list: Listed,
        #[sea_orm(default_expr = "Expr::val(\"x\").cast_as(\"text\")")]
        pub cast: String,
        #[sea_orm(default_expr = "Func::cust(\"f\").arg(1).arg(\"a\")")]
        pub called: String,
    }

    use sea_orm::sea_query::{ArrayType, ExprTrait as _, Func, IntoIden as _, Nullable, ValueType, ValueTypeErr};

    /// A value type written out.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Secret(pub Vec<u8>);

    impl From<Secret> for Value {
        fn from(value: Secret) -> Self {
            value.0.into()
        }
    }

    impl sea_orm::TryGetable for Secret {
        fn try_get_by<I: sea_orm::ColIdx>(row: &QueryResult, at: I) -> Result<Self, sea_orm::TryGetError> {
            Vec::<u8>::try_get_by(row, at).map(Self)
        }
    }

    impl ValueType for Secret {
        fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
            <Vec<u8> as ValueType>::try_from(value).map(Self)
        }

        fn type_name() -> std::string::String {
            "Secret".to_owned()
        }

        fn array_type() -> ArrayType {
            ArrayType::Bytes
        }

        fn column_type() -> ColumnType {
            use ColumnType as T;
            T::Blob
        }
    }

    impl Nullable for Secret {
        fn null() -> Value {
            Value::Bytes(None)
        }
    }

    impl sea_orm::IntoActiveValue<Secret> for Secret {
        fn into_active_value(self) -> sea_orm::ActiveValue<Secret> {
            sea_orm::ActiveValue::Set(self)
        }
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveValueType)]
    #[sea_orm(column_type = "String(StringLen::N(12))", array_type = "String")]
    pub struct Wrapped(pub String);

    #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
    pub struct Listed(pub Vec<i32>);

    impl ActiveModelBehavior for ActiveModel {}
}
