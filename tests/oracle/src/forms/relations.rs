//! Every way to write a relation: the dense format, the `Relation` enum, and definitions written out.

pub mod publisher {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "publisher")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub parent_id: Option<i32>,
        #[sea_orm(
            self_ref,
            relation_enum = "Parent",
            relation_reverse = "Children",
            from = "parent_id",
            to = "id",
            on_delete = "SetNull"
        )]
        pub parent: BelongsTo<Option<Entity>>,
        #[sea_orm(self_ref, relation_enum = "Children", relation_reverse = "Parent")]
        pub children: HasMany<Entity>,
        #[sea_orm(has_many)]
        pub works: HasMany<super::work::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod work {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "work")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub publisher_id: i32,
        pub first_editor_id: Option<i32>,
        pub second_editor_id: Option<i32>,
        #[sea_orm(unique)]
        pub summary_id: i32,
        #[sea_orm(belongs_to, from = "publisher_id", to = "id", on_update = "Cascade", on_delete = "Restrict")]
        pub publisher: BelongsTo<super::publisher::Entity>,
        #[sea_orm(belongs_to, relation_enum = "FirstEditor", from = "first_editor_id", to = "id")]
        pub first_editor: BelongsTo<Option<super::editor::Entity>>,
        #[sea_orm(belongs_to, relation_enum = "SecondEditor", from = "second_editor_id", to = "id", skip_fk)]
        pub second_editor: BelongsTo<Option<super::editor::Entity>>,
        #[sea_orm(belongs_to, from = "summary_id", to = "id")]
        pub summary: BelongsTo<super::summary::Entity>,
        #[sea_orm(has_many, via = "work_label")]
        pub labels: HasMany<super::label::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod summary {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "summary")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(has_one)]
        pub work: HasOne<super::work::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod editor {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "editor")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub name: String,
        #[sea_orm(self_ref, via = "mentor", from = "Pupil", to = "Teacher")]
        pub teachers: HasMany<Entity>,
        #[sea_orm(self_ref, via = "mentor", reverse)]
        pub pupils: HasMany<Entity>,
        #[sea_orm(has_many, relation_enum = "Edited", via_rel = "FirstEditor")]
        pub edited: HasMany<super::work::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// An editor of an editor.
pub mod mentor {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "mentor")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub pupil_id: i32,
        #[sea_orm(primary_key)]
        pub teacher_id: i32,
        #[sea_orm(belongs_to, relation_enum = "Pupil", from = "pupil_id", to = "id")]
        pub pupil: BelongsTo<super::editor::Entity>,
        #[sea_orm(belongs_to, relation_enum = "Teacher", from = "teacher_id", to = "id")]
        pub teacher: BelongsTo<super::editor::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod label {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "label")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(has_many, via = "work_label")]
        pub works: HasMany<super::work::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod work_label {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "work_label")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub work_id: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub label_id: i32,
        #[sea_orm(belongs_to, from = "work_id", to = "id", on_delete = "Cascade")]
        pub work: BelongsTo<super::work::Entity>,
        #[sea_orm(belongs_to, from = "label_id", to = "id", on_delete = "Cascade")]
        pub label: BelongsTo<super::label::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// By the `Relation` enum, with a composite key and a name of its own.
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
        pub editor_id: Option<i32>,
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
        #[sea_orm(
            belongs_to = "super::editor::Entity",
            from = "Column::EditorId",
            to = "super::editor::Column::Id",
            fk_name = "edited_by"
        )]
        Editor,
        #[sea_orm(belongs_to = "super::work::Entity", from = "Column::WorkId", to = "super::work::Column::Id", skip_fk)]
        Loose,
        #[sea_orm(has_many = "super::print::Entity", condition_type = "any")]
        Print,
        #[sea_orm(
            belongs_to = "super::editor::Entity",
            from = "Column::EditorId",
            to = "super::editor::Column::Id",
            fk_name = "edited_by_one_of_some",
            on_condition = r#"super::editor::Column::Name.like("%a%")"#,
            on_delete = "SetNull"
        )]
        SomeEditor,
        #[sea_orm(has_one = "super::print::Entity", on_condition = "super::print::Column::EditorId.is_null()")]
        OnlyPrint,
    }

    impl Related<super::print::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Print.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// By definitions written out.
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
        pub editor_id: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter)]
    pub enum Relation {
        Edition,
        Editor,
        Loose,
        Pamphlets,
        OnlyPamphlet,
    }

    impl RelationTrait for Relation {
        fn def(&self) -> RelationDef {
            match self {
                Self::Edition => Entity::belongs_to(Edition)
                    .from((Column::WorkId, Column::Edition))
                    .to((EditionColumn::WorkId, EditionColumn::Number))
                    .on_update(ForeignKeyAction::Cascade)
                    .on_delete(ForeignKeyAction::Cascade)
                    .into(),
                Self::Editor => Entity::belongs_to(crate::forms::relations::editor::Entity)
                    .from(Column::EditorId)
                    .to(super::editor::Column::Id)
                    .fk_name("print_editor")
                    .into(),
                Self::Loose => Entity::belongs_to(super::work::Entity)
                    .from(Column::WorkId)
                    .to(super::work::Column::Id)
                    .skip_fk()
                    .into(),
                Self::Pamphlets => Entity::has_many(super::pamphlet::Entity).into(),
                Self::OnlyPamphlet => Entity::has_one(super::pamphlet::Entity).into(),
            }
        }
    }

    impl Related<Edition> for Entity {
        fn to() -> RelationDef {
            Relation::Edition.def()
        }
    }

    impl Related<super::label::Entity> for Entity {
        fn to() -> RelationDef {
            super::work_label::Relation::Label.def()
        }

        fn via() -> Option<RelationDef> {
            Some(super::work_label::Relation::Work.def().rev())
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Written out altogether.
pub mod pamphlet {
    use sea_orm::entity::prelude::*;

    #[derive(Copy, Clone, Default, Debug, DeriveEntity)]
    pub struct Entity;

    impl EntityName for Entity {
        fn table_name(&self) -> &'static str {
            "pamphlet"
        }
    }

    #[derive(Clone, Debug, PartialEq, Eq, DeriveModel, DeriveActiveModel)]
    pub struct Model {
        pub id: i32,
        pub title: String,
        pub work_id: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveColumn)]
    pub enum Column {
        Id,
        #[sea_orm(column_name = "headline")]
        Title,
        WorkId,
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
        Work,
    }

    impl ColumnTrait for Column {
        type EntityName = Entity;

        fn def(&self) -> ColumnDef {
            match self {
                Self::Id => ColumnType::Integer.def(),
                Self::Title => ColumnType::String(StringLen::N(200)).def().indexed().default_value("untitled"),
                Self::WorkId => ColumnType::Integer.def().null(),
            }
        }
    }

    impl RelationTrait for Relation {
        fn def(&self) -> RelationDef {
            match self {
                Self::Work => Entity::belongs_to(super::work::Entity)
                    .from(Column::WorkId)
                    .to(super::work::Column::Id)
                    .on_delete(ForeignKeyAction::SetNull)
                    .into(),
            }
        }
    }

    /// Where no variant says so, there is no foreign key either.
    impl Related<super::print::Entity> for Entity {
        fn to() -> RelationDef {
            Entity::belongs_to(super::print::Entity).from(Column::WorkId).to(super::print::Column::Id).into()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}
