//! Active enums: by text, by number, and native ones.

pub mod kinds {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(1))")]
    pub enum Size {
        #[sea_orm(string_value = "S")]
        Small,
        #[sea_orm(string_value = "L")]
        Large,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
    pub enum State {
        InStock,
        OnOrder,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
    pub enum Rank {
        #[sea_orm(num_value = 1)]
        First,
        #[sea_orm(num_value = 2)]
        Second,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "i32", db_type = "Integer")]
    pub enum Level {
        Low = -1,
        High = 7,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "i64", db_type = "BigInteger")]
    pub enum Far {
        #[sea_orm(num_value = -9_000_000_000)]
        Back,
        #[sea_orm(num_value = 9_000_000_000)]
        Forth,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "String(StringLen::None)")]
    pub enum Renamed {
        #[sea_orm(rename = "camelCase")]
        OneOfThem,
        #[sea_orm(rename = "UPPERCASE")]
        Other,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Char(Some(1))", enum_name = "unused")]
    pub enum Letter {
        #[sea_orm(string_value = "a", display_value = "first")]
        A,
        #[sea_orm(string_value = "é")]
        Accented,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "cover_kind")]
    pub enum Cover {
        #[sea_orm(string_value = "soft")]
        Soft,
        #[sea_orm(string_value = "hard-cover")]
        Hard,
    }

    // SeaORM does not quote the type of a column, so that on PostgreSQL a name with capitals, as it gives itself, is not found.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(db_type = "Enum", enum_name = "paper_kind", rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum PaperKind {
        WoodFree,
        Recycled,
    }
}

pub mod kept {
    use super::kinds::*;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "kept")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub size: Size,
        pub state: Option<State>,
        pub rank: Rank,
        pub level: Option<Level>,
        pub far: Far,
        pub renamed: Renamed,
        pub letter: Option<Letter>,
        pub cover: Cover,
        pub other_cover: Option<Cover>,
        #[sea_orm(default_value = "WOOD_FREE")]
        pub paper: PaperKind,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod also_kept {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "also_kept")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub cover: super::kinds::Cover,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
