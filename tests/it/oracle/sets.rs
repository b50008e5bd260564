//! The sets of entities that are compiled and read: what SeaORM registers, and the text it was compiled from.
//!
//! Must not know what is compared.

use std::path::{Path, PathBuf};

use oracle_entities::{fixtures, forms};
use proc_macro2::Span;
use sea_gen::entity::SourceFile;
use sea_orm::sea_query::extension::postgres::TypeCreateStatement;
use sea_orm::sea_query::{IndexCreateStatement, TableCreateStatement};
use sea_orm::{EntityTrait, Schema, SchemaBuilder};
use syn::spanned::Spanned as _;

/// Entities that make one schema.
pub struct Set {
    /// The module they were compiled in.
    pub root: &'static str,
    /// What of it is compiled.
    pub entities: Vec<Entity>,
    /// The text of them, and of what they need.
    pub files: Vec<SourceFile>,
    /// The schemas they name, which SeaORM does not create.
    pub schemas: Vec<&'static str>,
    /// The extensions of PostgreSQL they take types from.
    pub extensions: Vec<&'static str>,
}

impl Set {
    fn new(root: &'static str, entities: Vec<Entity>, files: Vec<SourceFile>) -> Self {
        Self { root, entities, files, schemas: Vec::new(), extensions: Vec::new() }
    }

    /// Whether tables refer to each other, so that none can come first.
    pub fn is_circular(&self) -> bool {
        self.root == "bookshop_entities"
    }
}

/// One entity of a set.
pub struct Entity {
    /// Its module, below the set's.
    pub module: &'static str,
    /// Its module, below its crate.
    pub path: &'static str,
    /// Hands it to SeaORM.
    pub register: fn(SchemaBuilder) -> SchemaBuilder,
    /// What SeaORM writes for it.
    pub statements: fn(&Schema) -> Statements,
}

/// What creates one entity.
pub struct Statements {
    pub enums: Vec<TypeCreateStatement>,
    pub table: TableCreateStatement,
    pub indexes: Vec<IndexCreateStatement>,
}

impl Statements {
    pub fn of<E: EntityTrait>(schema: &Schema, entity: E) -> Self {
        Self {
            enums: schema.create_enum_from_entity(entity),
            table: schema.create_table_from_entity(entity),
            indexes: schema.create_index_from_entity(entity),
        }
    }
}

macro_rules! entities {
    (@path [$($root:tt)+] [$($module:ident)+]) => { $($root)+::$($module::)+Entity };
    (@text [$($root:ident)::+] [$($module:ident)+]) => { join!($($root)+ $($module)+) };
    ($root:tt $($($module:ident)::+),+ $(,)?) => {
        vec![$(Entity {
            module: join!($($module)+),
            path: entities!(@text $root [$($module)+]),
            register: |builder| builder.register(entities!(@path $root [$($module)+])),
            statements: |schema| Statements::of(schema, entities!(@path $root [$($module)+])),
        }),+]
    };
}

/// Modules with `::` between them.
macro_rules! join {
    ($only:ident) => { stringify!($only) };
    ($first:ident $($rest:ident)+) => { concat!(stringify!($first), $("::", stringify!($rest)),+) };
}

pub fn bookshop() -> Set {
    let entities = entities!([bookshop_entities]
        address, author, book, book_author, category, customer, order, order_line, payment, review);
    let files = rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("entities"));
    Set::new("bookshop_entities", entities, files)
}

pub fn bakery_chain() -> Set {
    let entities = entities!([fixtures::bakery_chain] baker, bakery, cake, cakes_bakers, customer, lineitem, order);
    fixture("bakery_chain", entities, &[])
}

pub fn bakery_dense() -> Set {
    let entities = entities!([fixtures::bakery_dense] baker, bakery, cake, cakes_bakers, customer, lineitem, order);
    fixture("bakery_dense", entities, &[])
}

pub fn blogger() -> Set {
    let entities = entities!([fixtures::blogger]
        attachment, comment, post, post_tag, profile, tag, user, user_follower);
    fixture("blogger", entities, &[])
}

/// The same table as in `blogger`, declared another way.
pub fn blogger_mono() -> Set {
    fixture("blogger", entities!([fixtures::blogger] user_mono), &[])
}

pub fn blogger_legacy() -> Set {
    let entities = entities!([fixtures::blogger_legacy]
        attachment, comment, post, post_tag, profile, tag, user, user_follower);
    fixture("blogger_legacy", entities, &[])
}

pub fn blogger_legacy_mono() -> Set {
    fixture("blogger_legacy", entities!([fixtures::blogger_legacy] user_mono), &[])
}

pub fn film_store() -> Set {
    let entities = entities!([fixtures::film_store] film, actor, film_actor, staff);
    fixture("film_store", entities, &[])
}

pub fn film_store_mono() -> Set {
    fixture("film_store", entities!([fixtures::film_store] staff_mono), &[])
}

pub fn film_store_compact() -> Set {
    fixture("film_store", entities!([fixtures::film_store] staff_compact), &[])
}

pub fn features() -> Set {
    let entities = entities!([fixtures::features]
        active_enum, active_enum_child, applog, binary, bits, byte_primary_key, custom_active_model, edit_log,
        insert_default, json_struct, json_vec, json_vec_derive::json_string_vec, json_vec_derive::json_struct_vec,
        metadata, pi, repository, satellite, self_join, teas, transaction_log, uuid_fmt,
        value_type::value_type_general, value_type::value_type_pk);
    fixture("features", entities, &["sea_orm_active_enums"])
}

/// What SeaORM's builders write for PostgreSQL only.
pub fn features_of_postgres() -> Set {
    let entities = entities!([fixtures::features]
        active_enum_vec, categories, event_trigger, host_network, value_type::value_type_pg);
    fixture("features", entities, &["sea_orm_active_enums"])
}

/// The entity whose type an extension brings.
pub fn features_embedding() -> Set {
    let set = fixture("features", entities!([fixtures::features] embedding), &["sea_orm_active_enums"]);
    Set { extensions: vec!["vector"], ..set }
}

/// What SeaORM cannot create: see `what_seaorm_cannot_create`.
pub fn features_collection() -> Set {
    let set = fixture("features", entities!([fixtures::features] collection), &["sea_orm_active_enums"]);
    Set { extensions: vec!["citext"], ..set }
}

/// The entity whose schema does not exist by itself.
pub fn features_expanded() -> Set {
    let set = fixture("features", entities!([fixtures::features] collection_expanded), &[]);
    Set { schemas: vec!["schema_name"], ..set }
}

pub fn forms_of_types() -> Set {
    let entities = entities!([forms::types]
        numbers, texts, moments, others);
    own_but("types", entities, &["keyed_by_unsigned", "keyed_by_big_unsigned"])
}

/// SeaQuery has no automatic numbers for unsigned columns on PostgreSQL, which has no unsigned columns.
pub fn forms_of_unsigned_keys() -> Set {
    let entities = entities!([forms::types] keyed_by_unsigned, keyed_by_big_unsigned);
    own_but("types", entities, &["numbers", "texts", "moments", "others"])
}

pub fn forms_of_attributes() -> Set {
    let entities = entities!([forms::attributes]
        names, keys, keyed_by_hand, defaults, extras, dense_names, expressions);
    own("attributes", entities)
}

pub fn forms_of_enums() -> Set {
    own("enums", entities!([forms::enums] kept, also_kept))
}

pub fn forms_of_values() -> Set {
    own("values", entities!([forms::values] owned))
}

pub fn forms_of_relations() -> Set {
    let entities = entities!([forms::relations]
        publisher, work, summary, editor, mentor, label, work_label, edition, print, pamphlet);
    own("relations", entities)
}

pub fn forms_of_features() -> Set {
    own("features", entities!([forms::features] with_chrono, with_time, with_the_rest, vocabulary))
}

pub fn forms_of_postgres() -> Set {
    let entities = entities!([forms::postgres] arrays, arrays_of_everything, networks, special, elsewhere, spoken);
    let set = own_but("postgres", entities, &["extended"]);
    let values = below_source(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/src/forms/values.rs"));
    let files =
        set.files.into_iter().chain([SourceFile { text: cut(&values.text, |module| module == "owned"), ..values }]);
    Set { schemas: vec!["warehouse"], files: files.collect(), ..set }
}

/// What PostgreSQL has by way of extensions.
pub fn forms_of_extensions() -> Set {
    let others = ["arrays", "arrays_of_everything", "networks", "special", "elsewhere", "spoken"];
    let set = own_but("postgres", entities!([forms::postgres] extended), &others);
    Set { extensions: vec!["vector", "ltree", "citext"], ..set }
}

pub fn forms_of_mysql() -> Set {
    own("mysql", entities!([forms::mysql] kept_here))
}

pub fn forms_of_sqlite() -> Set {
    own("sqlite", entities!([forms::sqlite] kept_there))
}

/// Every set: what is in none of these is tested by nobody.
pub fn all() -> Vec<Set> {
    vec![
        bookshop(),
        bakery_chain(),
        bakery_dense(),
        blogger(),
        blogger_mono(),
        blogger_legacy(),
        blogger_legacy_mono(),
        film_store(),
        film_store_mono(),
        film_store_compact(),
        features(),
        features_of_postgres(),
        features_expanded(),
        features_embedding(),
        features_collection(),
        forms_of_types(),
        forms_of_unsigned_keys(),
        forms_of_attributes(),
        forms_of_enums(),
        forms_of_values(),
        forms_of_relations(),
        forms_of_features(),
        forms_of_postgres(),
        forms_of_extensions(),
        forms_of_mysql(),
        forms_of_sqlite(),
    ]
}

/// Entities written for this purpose.
fn own(name: &'static str, entities: Vec<Entity>) -> Set {
    own_but(name, entities, &[])
}

/// The same, without some modules of the file.
fn own_but(name: &'static str, entities: Vec<Entity>, without: &[&str]) -> Set {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/src/forms");
    let lists = [folder.with_file_name("lib.rs"), folder.join("mod.rs")];
    let mut files: Vec<SourceFile> =
        lists.iter().chain([&folder.join(format!("{name}.rs"))]).map(|path| below_source(path)).collect();
    // What else the crate holds is another set.
    for file in &mut files {
        if file.path.ends_with("lib.rs") || file.path.ends_with("mod.rs") {
            file.text = cut(&file.text, |module| !["forms", name].contains(&module));
        } else {
            file.text = cut(&file.text, |module| without.contains(&module));
        }
    }
    Set::new(name, entities, files)
}

/// A file of the crate `oracle-entities`, under its path in the crate, so that `crate::` leads where it shall.
fn below_source(path: &Path) -> SourceFile {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
    let text = std::fs::read_to_string(path).expect("a file of entities");
    SourceFile { path: path.strip_prefix(root).expect("a file of the crate").to_owned(), text }
}

/// Some entities of a fixture of SeaORM's, with modules they take types from.
fn fixture(name: &'static str, entities: Vec<Entity>, with: &[&str]) -> Set {
    let mut modules: Vec<&str> = entities.iter().flat_map(|entity| entity.module.split("::")).collect();
    modules.extend(with);
    let place = Path::new(fixtures::FOLDER).join(name);
    let mut files = if place.is_dir() { rust_files(&place) } else { vec![file(&place.with_extension("rs"))] };
    if place.is_dir() {
        files.retain(|file| modules.iter().any(|module| file.path.ends_with(format!("{module}.rs"))));
    }
    for file in &mut files {
        file.text = with_modules(&file.text, &modules);
    }
    Set::new(name, entities, files)
}

fn rust_files(folder: &Path) -> Vec<SourceFile> {
    let entries = std::fs::read_dir(folder).expect("a folder of entities");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<SourceFile> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| file(&path))
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// A file, under the path it has below the folder its set lies in.
fn file(path: &Path) -> SourceFile {
    let text = std::fs::read_to_string(path).expect("a file of entities");
    let below: PathBuf = path.components().rev().take(2).collect::<Vec<_>>().into_iter().rev().collect();
    SourceFile { path: below, text }
}

/// The text with no other modules than these: two that declare the same table are two sets.
fn with_modules(text: &str, names: &[&str]) -> String {
    cut(text, |module| !names.contains(&module))
}

/// The text without some of its modules.
fn cut(text: &str, goes: impl Fn(&str) -> bool) -> String {
    let parsed = syn::parse_file(text).expect("Rust");
    let mut kept = text.to_owned();
    for item in parsed.items.iter().rev() {
        if let syn::Item::Mod(module) = item
            && goes(&module.ident.to_string())
        {
            kept.replace_range(Span::byte_range(&item.span()), "");
        }
    }
    kept
}
