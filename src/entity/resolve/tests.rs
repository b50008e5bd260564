//! Tests of names across files.

use super::super::outline::Outlined;
use super::*;

/// Reads some files as one thread would, and gives them away.
pub(in super::super) fn with<T>(texts: &[(&str, &str)], then: impl FnOnce(Modules<'_>) -> T) -> T {
    let sources: Vec<SourceFile> =
        texts.iter().map(|(path, text)| SourceFile { path: path.into(), text: (*text).to_owned() }).collect();
    let (conditions, context) = (Conditions::default(), Context::default());
    let kept = std::cell::Cell::new(false);
    let files: Vec<Held<'_>> = sources.iter().map(|source| Held::new(source, &conditions, &kept)).collect();
    let outlined = files
        .iter()
        .enumerate()
        .filter(|(_, held)| held.source.path.extension().is_some_and(|extension| extension == "rs"))
        .filter_map(|(number, held)| Some(Outlined::of(number, held.file()?)))
        .flatten()
        .collect();
    let paths: Vec<&std::path::Path> = sources.iter().map(|source| source.path.as_path()).collect();
    let outline = Outline::of(outlined, &paths, super::super::packages::Packages::of(&sources, &context), &[]);
    let actives = super::Actives::default();
    then(Modules {
        outline: &outline,
        current: None,
        files: &files,
        context: &context,
        product: Product::Sqlite,
        actives: &actives,
    })
}

const MODEL: &str = "#[derive(DeriveEntityModel)] pub struct Model { id: i32 }";

/// The file whose entity a path in the last file leads to.
fn entity(texts: &[(&str, &str)], path: &str) -> Option<String> {
    with(texts, |modules| {
        let path: Vec<_> = path.split("::").map(str::to_owned).collect();
        let found = modules.outline.entity(modules.outline.modules.len() - 1, &path)?;
        modules.outline.modules.get(found).map(|module| module.path.join("/"))
    })
}

#[test]
fn a_sibling_is_found_without_the_file_that_declares_it() {
    let texts = [("entities/a.rs", MODEL), ("entities/b.rs", MODEL)];
    assert_eq!(entity(&texts, "super::a::Entity").as_deref(), Some("entities/a"));
    assert_eq!(entity(&texts, "Entity").as_deref(), Some("entities/b"));
    assert_eq!(entity(&texts, "self::Entity").as_deref(), Some("entities/b"));
    assert_eq!(entity(&texts, "super::c::Entity"), None);
}

#[test]
fn crate_is_the_nearest_root() {
    let texts = [
        ("x/src/lib.rs", "mod entity;"),
        ("x/src/entity/mod.rs", "mod a; mod b;"),
        ("x/src/entity/a.rs", MODEL),
        ("x/src/entity/b.rs", MODEL),
    ];
    assert_eq!(entity(&texts, "crate::entity::a::Entity").as_deref(), Some("x/src/entity/a"));
}

#[test]
fn each_crate_of_a_workspace_is_its_own() {
    let texts = [
        ("shop/src/lib.rs", "mod entity { mod user; }"),
        ("shop/src/entity/user.rs", MODEL),
        ("blog/src/lib.rs", "mod entity { mod user; mod post; }"),
        ("blog/src/entity/user.rs", MODEL),
        ("blog/src/entity/post.rs", MODEL),
    ];
    assert_eq!(entity(&texts, "crate::entity::user::Entity").as_deref(), Some("blog/src/entity/user"));
    assert_eq!(entity(&texts, "super::user::Entity").as_deref(), Some("blog/src/entity/user"));
}

#[test]
fn crate_without_a_root_is_the_one_module_that_ends_so() {
    let texts = [("src/models/a.rs", MODEL), ("src/models/b.rs", MODEL)];
    assert_eq!(entity(&texts, "crate::models::a::Entity").as_deref(), Some("src/models/a"));
    assert_eq!(entity(&texts, "shop::models::a::Entity").as_deref(), Some("src/models/a"));
}

#[test]
fn renames_and_preludes_are_followed() {
    let prelude = "pub use super::a::Entity as A; pub use super::a as other;";
    let b = format!("use super::prelude::*; use super::a::{{self as aa, Entity as Renamed}}; type Alias = A; {MODEL}");
    let texts = [("e/a.rs", MODEL), ("e/prelude.rs", prelude), ("e/b.rs", b.as_str())];
    for path in ["A", "Renamed", "aa::Entity", "other::Entity", "super::prelude::A", "Alias"] {
        assert_eq!(entity(&texts, path).as_deref(), Some("e/a"), "{path}");
    }
}

#[test]
fn a_path_attribute_and_an_inline_module_are_modules() {
    let root = format!("#[path = \"strange.rs\"] pub mod a; mod b; pub mod inner {{ {MODEL} }}");
    let b = format!("use crate::a::Entity as A; {MODEL}");
    let texts = [("e/lib.rs", root.as_str()), ("e/strange.rs", MODEL), ("e/b.rs", b.as_str())];
    assert_eq!(entity(&texts, "A").as_deref(), Some("e/strange"));
    assert_eq!(entity(&texts, "super::inner::Entity").as_deref(), Some("e/inner"));
}

#[test]
fn a_circle_of_imports_ends() {
    let texts = [("e/a.rs", "pub use super::b::X;"), ("e/b.rs", "pub use super::a::X;")];
    assert_eq!(entity(&texts, "X"), None);
}

#[test]
fn globs_of_globs_end() {
    let globs = (0..20).map(|number| format!("pub use super::m{number}::*;")).collect::<String>();
    let names: Vec<String> = (0..20).map(|number| format!("e/m{number}.rs")).collect();
    let texts: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), globs.as_str())).collect();
    assert_eq!(entity(&texts, "Missing"), None);
}
