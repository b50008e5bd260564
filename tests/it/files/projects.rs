//! Where a project begins, and how it is configured.

use sea_gen::project::{DatabaseUrl, NamedDatabase};

use super::*;

#[apply(test)]
fn the_nearest_configuration_counts() {
    let root = folder();
    let found = |start: &str| Project::discover(&root.path().join(start)).unwrap().root;
    let at = |path: &str| root.path().join(path).canonicalize().unwrap();
    put(root.path(), "Cargo.toml", "[workspace]\nmembers = []\n");
    put(root.path(), "app/Cargo.toml", "[package]\nname = \"app\"\n");
    put(root.path(), "app/src/main.rs", "");
    assert_eq!(found("app/src"), at("app"));
    put(root.path(), "schema.lock.json", Lock::default().text());
    assert_eq!(found("app/src"), at(""));
    put(root.path(), "app/Cargo.toml", "[package]\nname = \"app\"\n[package.metadata.gen]\n");
    assert_eq!(found("app/src"), at("app"));
    put(root.path(), "app/src/gen.toml", "");
    assert_eq!(found("app/src"), at("app/src"));
    let empty = folder();
    assert_eq!(
        refusal(empty.path(), Project::discover(empty.path())),
        "`ROOT` is in no project: there is no Cargo.toml here or above\ngo to the project's folder, or begin one here: \
         `touch gen.toml && gen init`"
    );
}

#[apply(test)]
fn a_repository_is_not_left() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), "gen.toml", "migrations = 'outside'");
    put(root.path(), ".env", "DATABASE_URL=postgres://outside/d\n");
    put(root.path(), "inside/.git/HEAD", "");
    put(root.path(), "inside/Cargo.toml", "[package]\nname = \"inside\"\n");
    put(root.path(), "inside/.env", "OTHER=1\n");
    let inside = root.path().join("inside");
    let discover = || Project::discover(&inside).unwrap();
    assert_eq!(discover().root, inside.canonicalize().unwrap());
    let mut nothing_is_configured = Config::default();
    nothing_is_configured.context.root.clone_from(&discover().root);
    assert_eq!(discover().config, nothing_is_configured);
    fs::remove_file(inside.join(".env")).unwrap();
    if std::env::var_os("DATABASE_URL").is_none() {
        assert_eq!(discover().environment(&NamedDatabase::default()).unwrap().map(|found| found.to_string()), None);
    }
    assert_eq!(discover().dialects.len(), 1);
}

#[apply(test)]
fn every_setting_is_read() {
    let root = folder();
    let settings = "entities = [\"model\"]\ndialects = [\"sqlite\", \"postgresql\"]\ndatabase-url = \"sqlite://x.db\"\n\
                    migrations = \"db/migrations\"\nsnapshots = \"db/snapshots\"\nlock = \"db/lock.json\"\n\
                    undeclared = \"error\"\nexclude = [\"tmp_*\"]\nschemas = [\"audit\"]\ndevelopment = [\"db\"]\n\
                    type-rules = { zone = \"loose\" }\n";
    put(root.path(), "gen.toml", settings);
    let project = Project::discover(root.path()).unwrap();
    assert_eq!(project.dialects, [Product::Sqlite, Product::Postgres]);
    assert_eq!(project.config.undeclared, Undeclared::Error);
    assert_eq!(project.config.type_rules, [("zone".to_owned(), sea_gen::schema::Strictness::Loose)].into());
    assert_eq!(project.config.entities, [PathBuf::from("model")]);
    let shown = |path: &Path| project.shown(path).display().to_string();
    assert_eq!(shown(&project.migrations_folder(Product::Postgres)), "db/migrations/postgres");
    assert_eq!(shown(&project.snapshot_folder(Product::Sqlite)), "db/snapshots/sqlite");
    assert_eq!(shown(&project.lock_path()), "db/lock.json");
    fs::remove_file(root.path().join("gen.toml")).unwrap();
    put(root.path(), "Cargo.toml", format!("[workspace]\n[workspace.metadata.gen]\n{settings}"));
    let mut workspace = Config::read(root.path()).unwrap().unwrap();
    workspace.context.root.clone_from(&project.root);
    assert_eq!(workspace, project.config);
}

#[apply(test)]
fn one_dialect_needs_no_folder_of_its_own() {
    let root = folder();
    put(root.path(), "gen.toml", "dialects = [\"mysql\"]");
    let project = Project::discover(root.path()).unwrap();
    let id = "20260101_000000_a".parse().unwrap();
    let path = project.migration_path(Product::MySql, &id);
    assert_eq!(project.shown(&path), Path::new("migrations/20260101_000000_a.sql"));
    assert_eq!(project.shown(&project.snapshot_folder(Product::MySql)), Path::new("snapshots"));
}

#[apply(test)]
fn dialects_are_those_of_the_lock_where_none_are_configured() {
    let root = folder();
    put(root.path(), "gen.toml", "");
    let dialects = [(Product::MariaDb, Locked::default())].into();
    put(root.path(), "schema.lock.json", Lock { history: None, frozen: None, dialects }.text());
    assert_eq!(Project::discover(root.path()).unwrap().dialects, [Product::MariaDb]);
}

#[apply(test)]
fn a_bad_setting_is_named() {
    let root = folder();
    for (text, message) in [
        ("\nentites = []", "`ROOT/gen.toml`, line 2: there is no setting `entites`\ndid you mean `entities`?"),
        (
            "database_url = 'x'",
            "`ROOT/gen.toml`, line 1: there is no setting `database_url`\ndid you mean `database-url`?",
        ),
        (
            "xyz = 1",
            "`ROOT/gen.toml`, line 1: there is no setting `xyz`\nthe settings are entities, dialects, database-url, \
             migrations, snapshots, lock, format, migrator, history, undeclared, partitions, privileges, include, exclude, schemas, development, \
              proof, description, features, cfg, type-rules, types, reader, offline-forms, projects, env, tenants, rules, webhooks, hooks, personal, seed",
        ),
        ("entities = 'x'", "`ROOT/gen.toml`, line 1: `entities` must be a list of texts\n`entities = [\"…\"]`"),
        ("entities = [\n'x',\n1]", "`ROOT/gen.toml`, line 3: `entities` must be a text\n"),
        (
            "types = ['Secret']",
            "`ROOT/gen.toml`, line 1: `types` must name a column type for each Rust type\n`types = { Secret = \"VarBinary(StringLen::Max)\" }`",
        ),
        ("[types]\nSecret = 1", "`ROOT/gen.toml`, line 2: `Secret` must be a text\n"),
        ("offline-forms = 'no'", "`ROOT/gen.toml`, line 1: `offline-forms` must be true or false\n"),
        ("lock = ''", "`ROOT/gen.toml`, line 1: `lock` must be a text\n"),
        (
            "lock = '../x'",
            "`ROOT/gen.toml`, line 1: `lock` must be a path inside the project\nwrite it from the project's folder, without `..`",
        ),
        (
            "dialects = ['oracle']",
            "`ROOT/gen.toml`, line 1: unknown dialect `oracle`: sqlite, postgres, mysql or mariadb\n",
        ),
        ("dialects = ['mysql', 'mysql']", "`ROOT/gen.toml`, line 1: `mysql` is listed twice\n"),
        ("undeclared = 'no'", "`ROOT/gen.toml`, line 1: `undeclared` cannot be `no`: keep, drop or error\n"),
        ("a = 1\nb", "`ROOT/gen.toml`, line 2: key with no value, expected `=`\n"),
    ] {
        put(root.path(), "gen.toml", text);
        assert_eq!(refusal(root.path(), Config::read(root.path())), message);
    }
    put(root.path(), "gen.toml", "");
    put(root.path(), "Cargo.toml", "[package.metadata.gen]\n");
    assert_eq!(
        refusal(root.path(), Project::discover(root.path())),
        "`ROOT` is configured twice: in gen.toml and in [package.metadata.gen] of Cargo.toml\nmove what is in \
         [package.metadata.gen] of Cargo.toml to gen.toml"
    );
    fs::remove_file(root.path().join("gen.toml")).unwrap();
    put(root.path(), "Cargo.toml", "[package.metadata]\ngen = 1\n");
    assert_eq!(
        refusal(root.path(), Config::read(root.path())),
        "`ROOT/Cargo.toml`, line 2: [package.metadata.gen] of Cargo.toml must be a table\n"
    );
}

/// Where nothing usual is there, any file that declares an entity counts, with its folder where that is one for entities.
#[apply(test)]
fn entities_are_searched_for() {
    const ENTITY: &str = "#[derive(Clone, DeriveEntityModel)] struct Model;";
    let root = folder();
    put(root.path(), "gen.toml", "");
    put(root.path(), "src/models/_entities/users.rs", ENTITY);
    put(root.path(), "src/models/_entities/mod.rs", "pub mod users;");
    put(root.path(), "src/models/_entities/prelude.rs", "pub use super::users::Entity as Users;");
    put(root.path(), "src/models/users.rs", "use super::_entities::users;");
    put(root.path(), "crates/shop-entity/src/post.rs", ENTITY);
    put(root.path(), "crates/shop-entity/src/lib.rs", "pub mod post;");
    put(root.path(), "crates/api/src/main.rs", "mod mood; mod note; fn main() {}");
    put(root.path(), "crates/api/src/note.rs", ENTITY);
    put(root.path(), "crates/api/src/old.rs", ENTITY);
    put(root.path(), "crates/api/src/mood.rs", "#[derive(EnumIter, DeriveActiveEnum)]");
    for elsewhere in ["migration/src/entity/old.rs", "target/debug/a.rs", "tests/fixture.rs", ".cache/a.rs"] {
        put(root.path(), elsewhere, ENTITY);
    }
    let project = Project::discover(root.path()).unwrap();
    let found = project.find_entities().unwrap();
    let paths: Vec<String> = found.paths.iter().map(|path| path.display().to_string()).collect();
    assert_eq!(paths, ["crates/api/src/note.rs", "crates/shop-entity/src", "src/models/_entities"]);
    assert_eq!(found.unreached, [PathBuf::from("crates/api/src/old.rs")]);
    // A single file has its own SQL beside it and no other's.
    put(root.path(), "crates/api/src/note.postgres.sql", "");
    put(root.path(), "crates/api/src/other.sql", "");
    let files = project.entity_files().unwrap();
    let sql: Vec<String> =
        files.iter().map(|file| file.path.display().to_string()).filter(|path| path.ends_with(".sql")).collect();
    assert_eq!(sql, ["crates/api/src/note.postgres.sql"]);

    let beside = |entity: Option<(&str, &str)>| {
        let entity = entity.map(|(file, table)| (std::path::Path::new(file), table));
        found.sidecar_path(root.path(), entity, sea_gen::schema::Product::Postgres).display().to_string()
    };
    assert_eq!(beside(Some(("crates/api/src/note.rs", "notes"))), "crates/api/src/note.postgres.sql");
    assert_eq!(beside(Some(("src/models/_entities/users.rs", "users"))), "src/models/_entities/users.postgres.sql");
    assert_eq!(beside(None), "crates/shop-entity/src/schema.postgres.sql");
    // What is usual goes before all that.
    put(root.path(), "src/entity/b.rs", "b");
    assert_eq!(project.find_entities().unwrap().paths, [PathBuf::from("src/entity")]);
}

#[apply(test)]
fn entities_are_found() {
    let root = folder();
    put(root.path(), "gen.toml", "");
    let project = Project::discover(root.path()).unwrap();
    let found = || -> Vec<String> {
        project.entity_files().unwrap().iter().map(|file| file.path.display().to_string()).collect()
    };
    assert_eq!(
        refusal(root.path(), project.entity_files()),
        "no entities found: no file here declares one by `DeriveEntityModel`\nsay where they are, in gen.toml: \
         `entities = [\"path/to/entities\"]`"
    );
    put(root.path(), "src/entity/b.rs", "b");
    put(root.path(), "src/entities/a.rs", "a");
    assert_eq!(found(), ["src/entities/a.rs", "src/entity/b.rs"]);
    for path in ["user.rs", "user.sql", "user.postgres.sql", "deep/er.rs", "notes.md", ".hidden/x.rs", ".x.rs"] {
        put(root.path(), &format!("entities/{path}"), "x");
    }
    for path in ["target/x.rs", "migration/x.rs", "migrations/x.sql"] {
        put(root.path(), &format!("entities/{path}"), "x");
    }
    assert_eq!(found(), ["entities/deep/er.rs", "entities/user.postgres.sql", "entities/user.rs", "entities/user.sql"]);
    put(root.path(), "entities/Cargo.toml", "");
    put(root.path(), "entities/src/lib.rs", "lib");
    // The crate's own manifest says which features are on.
    assert_eq!(found(), ["entities/src/lib.rs", "entities/Cargo.toml"]);
    assert_eq!(project.entity_files().unwrap()[0].text, "lib");

    put(root.path(), "entities/src/bad.rs", b"\n\xff");
    assert_eq!(
        refusal(root.path(), project.entity_files()),
        "`ROOT/entities/src/bad.rs` is not UTF-8 text, at line 2\nsave it as UTF-8"
    );
    put(root.path(), "gen.toml", "entities = ['entities/src/lib.rs', 'src/entity', 'src']");
    let project = Project::discover(root.path()).unwrap();
    let files = project.entity_files().unwrap();
    let paths: Vec<String> = files.iter().map(|file| file.path.display().to_string()).collect();
    assert_eq!(paths, ["entities/src/lib.rs", "src/entities/a.rs", "src/entity/b.rs", "entities/Cargo.toml"]);
    put(root.path(), "gen.toml", "entities = ['gone']");
    let project = Project::discover(root.path()).unwrap();
    assert_eq!(
        refusal(root.path(), project.entity_files()),
        "the entities' folder `gone` does not exist\ncorrect `entities` in the configuration"
    );
}

#[apply(test)]
fn a_database_for_development_is_told_from_another() {
    let root = folder();
    put(root.path(), "gen.toml", "development = ['db.dev']");
    let project = Project::discover(root.path()).unwrap();
    let is_development =
        |url: &str| project.environment(&DatabaseUrl::from(url).into()).unwrap().unwrap().is_development;
    assert!(is_development("postgres://x@localhost/d") && is_development("postgres://x@db.dev/d"));
    assert!(!is_development("postgres://x@db.live/d"));
}
