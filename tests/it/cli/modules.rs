//! Which files are read for entities, and how names are followed between crates.
//!
//! Must not know how a module is found.

use super::project::{Project, USER};
use super::shows;

/// A project with a package for each pair of folder and `Cargo.toml`, without a configuration.
fn workspace(packages: &[(&str, &str)]) -> Project {
    let project = Project::empty("");
    std::fs::remove_file(project.path("gen.toml")).unwrap();
    let members: Vec<String> = packages.iter().map(|(folder, _)| format!("{folder:?}")).collect();
    project.write("Cargo.toml", format!("[workspace]\nmembers = [{}]\n", members.join(", ")));
    for (folder, rest) in packages {
        let name = folder.replace('/', "-");
        project.write(
            format!("{folder}/Cargo.toml"),
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{rest}"),
        );
    }
    project
}

/// An entity with a table of this name, and further fields.
fn entity(table: &str, fields: &str) -> String {
    let text = USER.replace("\"user\"", &format!("{table:?}"));
    text.replace("    pub name: String,\n", fields)
}

/// The tables that are read, with the types of their columns.
fn read(project: &Project) -> Vec<String> {
    let text = project.succeeds(&["entities", "--dialect", "postgres", "--json"]);
    let (_, json) = text.split_once('{').unwrap();
    let end = json.rfind('}').unwrap();
    let read: serde_json::Value = serde_json::from_str(&format!("{{{}", &json[..=end])).unwrap();
    let tables = read["tables"].as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    tables
        .map(|table| {
            let columns = table["columns"].as_array().unwrap().iter().skip(1);
            let columns: Vec<String> =
                columns.map(|column| format!(" {} {}", text(&column["name"]), text(&column["type"]))).collect();
            format!("{}:{}", text(&table["name"]), columns.join(","))
        })
        .collect()
}

#[apply(test)]
fn modules_decide_what_is_read() {
    let project = workspace(&[
        ("model", "[lib]\npath = \"src/all.rs\"\n[features]\ndefault = [\"x\"]\nx = []\ny = []\n"),
        ("app", ""),
        ("history", "[dependencies]\nsea-orm-migration = \"2\"\n"),
        ("generator", ""),
    ]);
    let root = "#[cfg(feature = \"x\")] pub mod with_x;\n#[cfg(feature = \"y\")] pub mod with_y;\n\
                #[path = \"odd/place.rs\"] pub mod placed;\npub mod group { pub mod inner; }\n";
    project.write("model/src/all.rs", root);
    for (path, table) in [
        ("model/src/with_x.rs", "with_x"),
        ("model/src/with_y.rs", "with_y"),
        ("model/src/odd/place.rs", "placed"),
        ("model/src/group/inner.rs", "inner"),
        ("model/src/left_behind.rs", "left_behind"),
        ("app/src/db/session_entity.rs", "session"),
        ("history/src/then.rs", "was"),
        ("migration/src/entity.rs", "older"),
    ] {
        project.write(path, entity(table, ""));
    }
    project.write("app/src/main.rs", "mod db;\nfn main() {}\n");
    project.write("app/src/db/mod.rs", "mod session_entity;\n");
    project.write("history/src/lib.rs", "mod then;\npub struct Migrator;\nimpl MigratorTrait for Migrator {}\n");
    project.write("generator/src/lib.rs", "const T: &str = \"#[derive(DeriveEntityModel)] pub struct Model {}\";\n");

    assert_eq!(read(&project), ["inner:", "placed:", "session:", "with_x:"]);
    let why = |path: &str| project.run(&["entities", "--why", path]);
    shows!(project.run(&["entities"]).lines().skip_while(|line| !line.contains("not part")).collect::<Vec<_>>().join("\n"), @"
    not part of the program: no `mod` declaration reaches
      model/src/left_behind.rs
    ");
    shows!(why("model/src/group/inner.rs"), @"
    exit 0
    --- stdout
    `model/src/group/inner.rs` is an entity source: `model/src/all.rs` reaches it by `mod group::inner`
    ");
    shows!(why("model/src/with_y.rs"), @"
    exit 0
    --- stdout
    `model/src/with_y.rs` is not read: `#[cfg(…)]` disables its `mod` declaration with the features that are enabled
    ");
    shows!(why("model/src/left_behind.rs"), @"
    exit 0
    --- stdout
    `model/src/left_behind.rs` is not part of the program: no `mod` declaration reaches it from a crate root
    ");
    shows!(why("app/src/db/mod.rs"), @"
    exit 0
    --- stdout
    `app/src/db/mod.rs` declares no entity; `app/src/main.rs` reaches it by `mod db`
    ");
    shows!(why("history/src/then.rs"), @"
    exit 0
    --- stdout
    `history/src/then.rs` is not read: it belongs to a `MigratorTrait`, whose code holds former declarations
    ");
    shows!(why("migration/src/entity.rs"), @"
    exit 0
    --- stdout
    `migration/src/entity.rs` is not read: it is in a folder of migrations, which hold former declarations
    ");
    shows!(why("generator/src/lib.rs"), @"
    exit 0
    --- stdout
    `generator/src/lib.rs` is no entity source: it only mentions `DeriveEntityModel`, no item derives it; it is the root of a crate
    ");
    shows!(why("model/src/none.rs"), @"
    exit 1
    --- stderr
    error: there is no file `model/src/none.rs`

    hint: name it from the project's folder
    ");
}

#[apply(test)]
fn a_folder_without_a_crate_is_read_by_its_mod_rs() {
    let project = Project::new();
    project.write("entities/mod.rs", "pub mod user;\n");
    project.write("entities/old.rs", entity("old", ""));
    assert_eq!(read(&project), ["user: name character varying"]);
    project.write("entities/mod.rs", "pub mod user;\npub mod old;\n");
    assert_eq!(read(&project), ["old:", "user: name character varying"]);
}

#[apply(test)]
fn a_new_entity_is_seen_and_a_removed_one_is_no_error() {
    let project = workspace(&[("core", "")]);
    project.write("core/src/lib.rs", "pub mod generated;\n");
    project.write("core/src/generated/mod.rs", "pub mod one;\npub mod two;\n");
    project.write("core/src/generated/one.rs", entity("one", ""));
    project.write("core/src/generated/two.rs", entity("two", ""));
    project.succeeds(&["init"]);
    assert!(!project.path("gen.toml").exists());
    project.succeeds(&["migration", "Initial"]);
    project.write("core/src/generated/mod.rs", "pub mod one;\npub mod three;\n");
    std::fs::remove_file(project.path("core/src/generated/two.rs")).unwrap();
    project.write("core/src/generated/three.rs", entity("three", ""));
    assert_eq!(read(&project), ["one:", "three:"]);

    // A configuration that lists files is kept to, and says what it leaves out.
    project.write("gen.toml", "entities = [\"core/src/generated/one.rs\", \"core/src/generated/two.rs\"]\n");
    shows!(project.run(&["entities"]), @r#"
    exit 0
    --- stdout
    1 table for SQLite, from 1 file

    one   core/src/generated/one.rs:4
      id  i32  → integer  core/src/generated/one.rs:7
      primary key (id)  core/src/generated/one.rs:6
    --- stderr
      ⚠ this entity is not read: `entities` of the configuration lists the files beside it, not this
      │ one
       ╭─[core/src/generated/three.rs:5:12]
     4 │ #[sea_orm(table_name = "three")]
     5 │ pub struct Model {
       ·            ──┬──
       ·              ╰── not listed
     6 │     #[sea_orm(primary_key)]
       ╰────
      help: remove `entities`: then every entity that a `mod` reaches is read
    "#);
}

#[apply(test)]
fn names_lead_through_crates_as_in_rust() {
    let project = workspace(&[
        ("kinds", "[features]\nsql = [\"inner\"]\ninner = []\n"),
        (
            "app",
            "[dependencies]\nsea-orm = \"2\"\nkinds = { workspace = true }\nother = { package = \"kinds\", path = \"../kinds\" }\n",
        ),
    ]);
    project.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"kinds\", \"app\"]\n[workspace.dependencies]\nkinds = { path = \"kinds\", features = [\"sql\"] }\n",
    );
    project.write(
        "kinds/src/lib.rs",
        "pub mod prelude { pub struct Uuid; pub struct Json; pub use super::money::*; pub use super::ids as keys; }\n\
         pub mod money;\n\
         pub mod ids {\n\
             #[cfg_attr(feature = \"inner\", derive(sea_orm::DeriveValueType))] pub struct UserId(pub i64);\n\
             pub type Alias = Wide; type Wide = i16; pub const LENGTH: u32 = 33;\n\
         }\n\
         pub extern crate chrono as calendar;\npub use ::uuid;\n",
    );
    project.write("kinds/src/money.rs", "mod sub;\npub use sub::*;\n");
    project.write(
        "kinds/src/money/sub.rs",
        "#[derive(DeriveActiveEnum)]\n#[sea_orm(rs_type = \"String\", db_type = \"String(StringLen::N(super::super::ids::LENGTH))\")]\n\
         pub enum Currency { #[sea_orm(string_value = \"e\")] E }\n",
    );
    project.write("app/src/lib.rs", "pub mod entity;\npub mod uuid { pub type Uuid = String; }\n");
    project.write("app/src/main.rs", "mod unrelated;\nfn main() {}\n");
    project.write("app/src/unrelated.rs", "pub struct Currency;\n");
    project.write("app/src/entity/mod.rs", "pub mod thing;\npub(crate) use kinds::prelude::*;\n");
    let fields = "    pub a: uuid::Uuid,\n    pub b: sea_orm::prelude::Uuid,\n    pub c: Currency,\n    pub d: other::prelude::keys::UserId,\n\
                  pub e: kinds::ids::Alias,\n    pub f: kinds::calendar::NaiveDate,\n    pub g: kinds::uuid::Uuid,\n\
                  #[sea_orm(column_type = \"sized(kinds::ids::LENGTH)\")]\n    pub h: String,\n    pub i: sea_orm::query::JsonValue,\n\
                  pub j: crate::uuid::Uuid,\n";
    let text = entity("thing", fields).replace(
        "use sea_orm::entity::prelude::*;\n",
        "use super::*;\nuse sea_orm::entity::prelude::*;\nfn sized(length: u32) -> ColumnType { ColumnType::Char(Some(length)) }\n",
    );
    project.write("app/src/entity/thing.rs", text);
    shows!(read(&project).join("\n"), @"thing: a uuid, b uuid, c character varying(33), d bigint, e smallint, f date, g uuid, h character(33), i json, j character varying");
}

#[apply(test)]
fn one_cause_is_one_message() {
    let project = workspace(&[("app", "[dependencies]\noutside = \"1\"\n")]);
    project.write("app/src/lib.rs", "mod user;\nmod order;\n");
    let fields = "    pub a: Money,\n    pub b: Option<Money>,\n    pub c: outside::Other,\n";
    let text = entity("user", fields).replace("use sea_orm", "use outside::Money;\nuse sea_orm");
    project.write("app/src/user.rs", &text);
    project.write("app/src/order.rs", text.replace("\"user\"", "\"order\""));
    shows!(project.run(&["entities"]), @r#"
    exit 1
    --- stdout
    2 tables for SQLite, from 2 files

    order   app/src/order.rs:5
      id  i32             → integer    app/src/order.rs:8
      a   Money           → text       app/src/order.rs:9
      b   Option<Money>   → text null  app/src/order.rs:10
      c   outside::Other  → text       app/src/order.rs:11
      primary key (id)  app/src/order.rs:7

    user   app/src/user.rs:5
      id  i32             → integer    app/src/user.rs:8
      a   Money           → text       app/src/user.rs:9
      b   Option<Money>   → text null  app/src/user.rs:10
      c   outside::Other  → text       app/src/user.rs:11
      primary key (id)  app/src/user.rs:7
    --- stderr
      × cannot tell the column type of `Money`: order.a, order.b, user.a, user.b
        ╭─[app/src/order.rs:9:12]
      8 │     pub id: i32,
      9 │     pub a: Money,
        ·            ──┬──
        ·              ╰── type not found in these files
     10 │     pub b: Option<Money>,
        ╰────
      help: say the type at the field: `column_type = "…"`, or once for all of them in the
            configuration: `types = { Money = "Text" }`
      × cannot tell the column type of `outside::Other`: order.c, user.c
        ╭─[app/src/order.rs:11:12]
     10 │     pub b: Option<Money>,
     11 │     pub c: outside::Other,
        ·            ───────┬──────
        ·                   ╰── type not found in these files
     12 │ }
        ╰────
      help: say the type at the field: `column_type = "…"`, or once for all of them in the
            configuration: `types = { "outside::Other" = "Text" }`
    error: the entities have 2 errors; nothing was written
    "#);
}

#[apply(test)]
fn forms_are_read_that_compile() {
    let project = Project::empty("dialects = [\"postgres\"]\n");
    let relation = "#[sea_orm(\n        belongs_to = \"super::person::Entity\"\n        from = \"Column::A\"\n        to = \"super::person::Column::Id\")]\n    A";
    let text = entity("log", "    pub a: i32, // who\n    pub b: Option<Vec<u8>>, /* raw */\n");
    project
        .write("entities/log.rs", text.replace("pub enum Relation {}", &format!("pub enum Relation {{ {relation} }}")));
    project.write(
        "entities/person.rs",
        "use sea_orm::entity::prelude::*;
#[derive(Copy, Clone, Default, Debug, DeriveEntity)]
pub struct Entity;
impl EntityName for Entity {
    fn table_name(&self) -> &'static str { \"person\" }
}
#[derive(Copy, Clone, Debug, EnumIter, DeriveColumn)]
pub enum Column { Id, Name, Father }
#[derive(Copy, Clone, Debug, EnumIter, DerivePrimaryKey)]
pub enum PrimaryKey { Id }
impl PrimaryKeyTrait for PrimaryKey {
    type ValueType = i32;
    fn auto_increment() -> bool { true }
}
impl ColumnTrait for Column {
    type EntityName = Entity;
    fn def(&self) -> ColumnDef {
        match self {
            Self::Id => ColumnType::Integer.def(),
            _ => match self {
                Column::Name => ColumnType::String(StringLen::N(64)),
                _ => ColumnType::Integer,
            }
            .def()
            .nullable(),
        }
    }
}
#[derive(Copy, Clone, Debug, EnumIter)]
pub enum Relation { Father }
impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        use Relation::*;
        match self {
            Father => Entity::belongs_to(Entity).from(Column::Father).to(Column::Id),
        }
        .into()
    }
}
",
    );
    shows!(project.run(&["entities"]), @"
    exit 0
    --- stdout
    2 tables for PostgreSQL, from 2 files

    log   entities/log.rs:4
      id  i32              → integer     entities/log.rs:7
      a   i32              → integer     entities/log.rs:8
      b   Option<Vec<u8>>  → bytea null  entities/log.rs:9
      primary key (id)  entities/log.rs:6
      foreign key fk-log-a (a) → person  entities/log.rs:17

    person   entities/person.rs:5
      id        → integer                     entities/person.rs:8
      name      → character varying(64) null  entities/person.rs:8
      father    → integer null                entities/person.rs:8
      primary key (id)  entities/person.rs:10
      foreign key fk-person-father (father) → person  entities/person.rs:35
    ");
}

#[apply(test)]
fn a_hint_is_for_the_version_in_the_lock_file() {
    let project = workspace(&[("app", "")]);
    project.write("app/src/lib.rs", "mod user;\n");
    let text = entity("user", "    pub a: i32,\n").replace(
        "pub enum Relation {}",
        "pub enum Relation { #[sea_orm(belongs_to = \"super::gone::Entity\", from = \"Column::A\", to = \"super::gone::Column::Id\")] A }",
    );
    project.write("app/src/user.rs", text);
    assert!(project.run(&["entities"]).contains("skip_fk"));
    project.write("Cargo.lock", "version = 4\n\n[[package]]\nname = \"sea-orm\"\nversion = \"1.1.20\"\n");
    assert!(!project.run(&["entities"]).contains("skip_fk"));
}

/// The workspace calls a folder of the project by its path from the workspace.
#[apply(test)]
fn a_project_inside_a_workspace_has_each_entity_once() {
    let project = workspace(&[
        ("crates/db", "[dependencies]\nentity.workspace = true\n"),
        ("crates/db/entity", ""),
        ("crates/web", ""),
    ]);
    let shared = "[workspace]\nmembers = [\"crates/*\", \"crates/db/entity\"]\n\
                  [workspace.dependencies]\nentity = { package = \"crates-db-entity\", path = \"crates/db/entity\" }\n\
                  web = { package = \"crates-web\", path = \"crates/web\" }\n";
    project.write("Cargo.toml", shared);
    project.write("crates/db/src/lib.rs", "pub use entity::*;\n");
    project.write("crates/db/entity/src/lib.rs", "pub mod user;\n");
    project.write("crates/db/entity/src/user.rs", entity("user", ""));
    project.write("crates/web/src/lib.rs", "");
    let text = project.succeeds(&["--project", "crates/db", "entities", "--dialect", "postgres"]);
    assert!(text.contains("user") && text.contains("entity/src/user.rs"), "{text}");
    project.succeeds(&["--project", "crates/db", "init", "--dialect", "sqlite"]);
}
