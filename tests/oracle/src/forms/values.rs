//! Values of one's own: newtypes, those kept as text, and one whose conversions are written by hand.

pub mod kinds {
    use sea_orm::entity::prelude::*;
    use sea_orm::sea_query::{ArrayType, ValueType, ValueTypeErr};
    use sea_orm::{ColIdx, QueryResult, TryGetError, TryGetable};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveValueType)]
    pub struct Key(pub i64);

    #[derive(Clone, Debug, PartialEq, Eq, DeriveValueType)]
    pub struct Wrapped(pub Key);

    #[derive(Clone, Debug, PartialEq, Eq, DeriveValueType)]
    #[sea_orm(column_type = "Char(Some(13))")]
    pub struct Isbn(pub String);

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

    /// By hand.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Secret(pub Vec<u8>);

    impl From<Secret> for Value {
        fn from(secret: Secret) -> Self {
            secret.0.into()
        }
    }

    impl TryGetable for Secret {
        fn try_get_by<I: ColIdx>(result: &QueryResult, index: I) -> Result<Self, TryGetError> {
            Vec::<u8>::try_get_by(result, index).map(Self)
        }
    }

    impl ValueType for Secret {
        fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
            <Vec<u8> as ValueType>::try_from(value).map(Self)
        }

        fn type_name() -> String {
            "Secret".to_owned()
        }

        fn array_type() -> ArrayType {
            ArrayType::Bytes
        }

        fn column_type() -> ColumnType {
            ColumnType::VarBinary(StringLen::N(64))
        }
    }

    impl sea_orm::sea_query::Nullable for Secret {
        fn null() -> Value {
            Value::Bytes(None)
        }
    }

    pub type Amount = Decimal;
}

pub mod owned {
    use super::kinds::{Amount, Isbn, Key, Secret, Tag, Wrapped};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "owned")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: Key,
        pub wrapped: Option<Wrapped>,
        pub isbn: Isbn,
        pub tag: Tag,
        pub amount: Amount,
        pub secret: Secret,
        pub optional_secret: Option<Secret>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
