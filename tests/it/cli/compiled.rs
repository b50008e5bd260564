//! The entities as SeaORM itself means them: `gen check --against-compiled` and `reader = "compiled"`.
//!
//! The crate that is built has a target folder shared by these tests, in which SeaORM is compiled once, without drivers.

use std::fs;
use std::path::Path;

use sea_gen::schema::Product;

use super::project::Project;
use super::shows;
use crate::support::Scratch;

const MANIFEST: &str = r#"[package]
name = "shop"
version = "0.1.0"
edition = "2024"

[lib]
path = "entities/lib.rs"

[dependencies]
sea-orm = { version = "2.0.4", default-features = false, features = ["macros"] }
"#;

/// Two tables, one of which refers to the other; what a reader of text sees.
const WRITTEN: &str = r#"
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "shelf")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(unique)]
    pub label: String,
    #[sea_orm(indexed, default_value = 3, comment = "how high")]
    pub height: i16,
    pub above_id: Option<i32>,
    #[sea_orm(self_ref, relation_enum = "Above", from = "above_id", to = "id")]
    pub above: BelongsTo<Option<Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
"#;

/// A table only a compiler sees.
const MADE: &str = r#"
macro_rules! entity {
    ($module:ident, $table:literal) => {
        pub mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                #[sea_orm(primary_key)]
                pub id: i64,
                pub note: Option<String>,
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

entity!(label, "label");
"#;

/// A crate of entities, for one product.
fn shop(product: Product) -> Project {
    let project = Project::empty(&format!("dialects = [\"{}\"]\n", product.key()));
    project.write("Cargo.toml", MANIFEST);
    project.write("Cargo.lock", fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap());
    project.write("entities/lib.rs", "pub mod shelf;\n");
    project.write("entities/shelf.rs", WRITTEN);
    project
}

/// Runs the binary with what cargo needs of the environment.
fn run(project: &Project, arguments: &[&str]) -> String {
    let mut command = project.command(arguments);
    let kept = ["HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"];
    command.envs(std::env::vars_os().filter(|(name, _)| kept.iter().any(|kept| name == kept)));
    command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled"));
    // All that is needed was fetched for the tests themselves.
    command.env("CARGO_NET_OFFLINE", "true");
    command.env("SEA_GEN_RUN_CARGO", "yes");
    project.shown(&command.output().unwrap())
}

#[apply(test)]
fn what_is_compiled_is_held_against_what_is_written() {
    let project = shop(Product::Sqlite);
    shows!(run(&project, &["check", "--against-compiled"]), @"
    exit 0
    --- stdout
    holds    compiled  sqlite
    ");
    project.write("entities/lib.rs", "pub mod shelf;\npub mod made;\n");
    project.write("entities/made.rs", MADE);
    shows!(run(&project, &["check", "--against-compiled"]), @"
    exit 2
    --- stdout
    fails    compiled  sqlite
             - label: table (2 columns)
    ");
    shows!(run(&project, &["check", "--against-compiled", "--json"]), @r#"
    exit 2
    --- stdout
    {
      "checks": [
        {
          "check": "compiled",
          "details": [
            "- label: table (2 columns)"
          ],
          "dialect": "sqlite",
          "verdict": "fails"
        }
      ]
    }
    "#);
    project.write("gen.toml", "dialects = [\"sqlite\"]\nreader = \"compiled\"\n");
    project.write("entities/shelf.sql", "CREATE INDEX shelf_high ON shelf (label) WHERE height > 2;\n");
    run(&project, &["init"]);
    shows!(run(&project, &["migration", "Initial"]), @r#"
    exit 0
    --- stdout
    Initial: 3 steps
      label
        + table (2 columns)
      shelf
        + table (4 columns, 1 unique constraint, 2 indexes)       entities/shelf.rs:6
        + foreign key fk-shelf-above_id (above_id) → shelf (id)   entities/shelf.rs:16

    wrote migrations/[time]_initial.sql
    wrote schema.lock.json
    wrote snapshots/ (2 files)

    next: read the migration, then `gen up` applies it and `gen status` shows it
    --- stderr
    note: `reader = "compiled"`: cargo builds the entities of this checkout and runs them, with their build scripts
    proven on SQLite [version]: up, down, up again
    "#);
    shows!(project.read(&project.migrations()[0]), @r#"
    -- Initial (sqlite)
    -- from [digest] to [digest]
    -- written by gen; after editing it, `gen lock` seals it anew

    -- UP

    CREATE TABLE "label" (
      "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
      "note" varchar
    );

    CREATE TABLE "shelf" (
      "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
      "label" varchar NOT NULL,
      "height" smallint NOT NULL DEFAULT 3,
      "above_id" integer,
      CONSTRAINT "shelf_label_key" UNIQUE ("label"),
      CONSTRAINT "fk-shelf-above_id" FOREIGN KEY ("above_id") REFERENCES "shelf" ("id")
    );

    CREATE INDEX "idx-shelf-height" ON "shelf" ("height");

    CREATE INDEX "shelf_high" ON "shelf" ("label")
    WHERE height > 2;

    -- DOWN

    -- loses data: the rows of table shelf
    DROP TABLE "shelf";

    -- loses data: the rows of table label
    DROP TABLE "label";
    "#);
    shows!(run(&project, &["check", "--entities", "--replay"]), @r#"
    exit 0
    --- stdout
    holds    entities  sqlite
    holds    replay    sqlite
    --- stderr
    note: `reader = "compiled"`: cargo builds the entities of this checkout and runs them, with their build scripts
    "#);
}

/// A configuration comes with the code, and is not the user's word.
#[apply(test)]
fn cargo_runs_once_the_user_has_agreed() {
    let project = shop(Product::Sqlite);
    project.write("gen.toml", "dialects = [\"sqlite\"]\nreader = \"compiled\"\n");
    // A build script that would be run.
    project.write("entities/build.rs", "fn main() { std::fs::write(\"ran\", \"\").unwrap(); }\n");
    project.write(".env", "SEA_GEN_RUN_CARGO=yes\n");
    let state = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        // Without a cargo, what is allowed fails in its own way.
        command.env("PATH", state.path()).env("XDG_STATE_HOME", state.path());
        project.shown(&command.output().unwrap())
    };
    for command in [&["status"][..], &["entities"], &["migration", "Initial"], &["init"]] {
        let said = run(command);
        assert!(said.contains("running cargo in this checkout was not confirmed"), "{command:?}: {said}");
        assert!(said.contains("hint: if you trust the code: `--run-cargo` once"), "{said}");
    }
    let said = run(&["entities", "--run-cargo"]);
    assert!(
        !said.contains("running cargo in this checkout was not confirmed")
            && said.contains("note: `reader = \"compiled\"`"),
        "{said}"
    );
    let said = run(&["entities"]);
    assert!(!said.contains("running cargo in this checkout was not confirmed"), "{said}");
    assert!(!project.path("entities/ran").exists());
    // What the user has typed is asked for.
    std::fs::remove_dir_all(state.path().join("sea-gen")).unwrap();
    project.write("gen.toml", "dialects = [\"sqlite\"]\n");
    let said = run(&["check", "--against-compiled"]);
    assert!(!said.contains("running cargo in this checkout was not confirmed"), "{said}");
}

#[apply(test)]
fn what_does_not_compile_is_told_in_the_words_of_cargo() {
    let project = shop(Product::Sqlite);
    project.edit("entities/shelf.rs", "pub height: i16", "pub height: Height");
    let shown = run(&project, &["check", "--against-compiled"]);
    assert!(
        shown.starts_with("exit 1\n--- stderr\nerror: shop cannot be built together with SeaORM's registry"),
        "{shown}"
    );
    assert!(shown.contains("cannot find type `Height` in this scope"), "{shown}");
    assert!(shown.contains("hint: see that it compiles by itself: `cargo build`"), "{shown}");
}

#[apply(test)]
fn what_cannot_be_compiled_is_told_before_anything_is_built() {
    let project = Project::new();
    shows!(run(&project, &["check", "--against-compiled"]), @"
    exit 1
    --- stderr
    error: cargo cannot make sense of the project in `[project]`
      error: could not find `Cargo.toml` in `[project]` or any parent directory
    ");
    let project = shop(Product::Sqlite);
    project.edit(
        "Cargo.toml",
        "[lib]\npath = \"entities/lib.rs\"",
        "[[bin]]\nname = \"shop\"\npath = \"entities/lib.rs\"",
    );
    shows!(run(&project, &["check", "--against-compiled"]), @"
    exit 1
    --- stderr
    error: the package `shop` has no library, so its entities cannot be linked

    hint: move them to a library: `src/lib.rs`, or a crate of their own
    ");
    project.write("gen.toml", "reader = \"complied\"\n");
    shows!(run(&project, &["check"]), @"
    exit 1
    --- stderr
    error: `[project]/gen.toml`, line 1: `reader` cannot be `complied`: source or compiled
    ");
}

/// On a server, with tables that refer to each other, which SeaORM alone cannot create there.
fn on_server(product: Product) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let scratch = runtime.block_on(Scratch::create(product)).unwrap();
    let project = shop(product);
    let other = WRITTEN.replace("\"shelf\"", "\"rack\"");
    let refer = |to: &str| {
        format!(
            "pub {to}_id: Option<i32>,\n    #[sea_orm(belongs_to, from = \"{to}_id\", to = \"id\")]\n    pub {to}: BelongsTo<Option<super::{to}::Entity>>,\n}}\n\nimpl"
        )
    };
    project.write("entities/shelf.rs", WRITTEN.replace("}\n\nimpl", &refer("rack")));
    project.write("entities/rack.rs", other.replace("}\n\nimpl", &refer("shelf")));
    project.write("entities/lib.rs", "pub mod shelf;\npub mod rack;\n");
    let shown = run(&project, &["check", "--against-compiled", "--database-url", &scratch.url]);
    assert_eq!(shown, format!("exit 0\n--- stdout\nholds    compiled  {}\n", product.key()));
    let shown = run(&project, &["check", "--against-compiled"]);
    assert!(shown.contains("skipped  compiled"), "{shown}");
    project.write("gen.toml", format!("dialects = [\"{}\"]\nreader = \"compiled\"\n", product.key()));
    let shown = run(&project, &["diff", "--from", &scratch.url, "--to", "entities", "--database-url", &scratch.url]);
    assert!(shown.contains("+ foreign key fk-shelf-rack_id") && shown.contains("entities/rack.rs:19"), "{shown}");
    runtime.block_on(scratch.remove()).unwrap();
}

#[apply(test_on_postgres)]
fn on_postgres() {
    on_server(Product::Postgres);
}

#[apply(test_on_mariadb)]
fn on_mariadb() {
    on_server(Product::MariaDb);
}
