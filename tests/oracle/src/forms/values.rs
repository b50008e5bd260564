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

    #[derive(Clone, Debug, PartialEq, Eq, DeriveValueType)]
    #[sea_orm(
        value_type = "String",
        column_type = "String(StringLen::N(7))",
        from_str = "Colour::read",
        to_str = "Colour::write"
    )]
    pub struct Colour {
        pub red: u8,
    }

    impl Colour {
        fn read(text: &str) -> Result<Self, std::num::ParseIntError> {
            text.parse().map(|red| Self { red })
        }

        fn write(&self) -> std::string::String {
            self.red.to_string()
        }
    }

    /// Kept as text, and no struct at all.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, DeriveValueType)]
    #[sea_orm(value_type = "String")]
    pub enum Answer {
        Yes,
        No,
    }

    impl std::fmt::Display for Answer {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str(if *self == Self::Yes { "yes" } else { "no" })
        }
    }

    impl std::str::FromStr for Answer {
        type Err = std::convert::Infallible;

        fn from_str(text: &str) -> Result<Self, Self::Err> {
            Ok(if text == "yes" { Self::Yes } else { Self::No })
        }
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveValueType)]
    pub struct Day(pub Date);

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

/// Where things are called otherwise than where they are made.
pub mod again {
    pub use super::kinds::{Colour as Color, *};
}

pub mod owned {
    use super::again::{self, Answer, Color};
    use super::kinds::{Amount, Isbn, Key, Secret, Tag, Wrapped};
    use sea_orm::FromJsonQueryResult;
    use sea_orm::entity::prelude::*;
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
    pub struct Lines(pub Vec<String>);

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
    pub enum Shape {
        Round { radius: u8 },
        Square,
    }

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
        pub again: again::Key,
        pub color: Color,
        pub answer: Option<Answer>,
        pub day: super::kinds::Day,
        pub lines: Lines,
        pub shape: Option<Shape>,
        #[sea_orm(column_type = "BigInteger")]
        pub declared: Wrapped,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
