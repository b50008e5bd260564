//! Names of modules, fields and variants: as `sea-orm-cli` makes them where that is Rust, and different from one another.
//!
//! Must not know what is named.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::schema::Table;

use super::ENUMS_MODULE;

/// Words that are written `r#word`.
const RAW: [&str; 48] = [
    "as", "async", "await", "break", "const", "continue", "dyn", "else", "enum", "extern", "false", "fn", "for", "gen",
    "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "static", "struct",
    "trait", "true", "type", "unsafe", "use", "where", "while", "abstract", "become", "box", "do", "final", "macro",
    "override", "priv", "try", "typeof", "unsized", "virtual", "yield",
];

/// Words that cannot be.
const TAKEN: [&str; 4] = ["crate", "self", "super", "Self"];

/// A name that is not among those before; numbers tell equal ones apart.
pub(super) fn unique(name: String, before: &mut BTreeSet<String>) -> String {
    let mut free = name.clone();
    let mut number = 2_u32;
    while !before.insert(free.clone()) {
        free = format!("{name}_{number}");
        number = number.saturating_add(1);
    }
    free
}

/// A name in snake case that is an identifier, without `r#`.
pub(super) fn snake(name: &str) -> String {
    identifier(&name.to_snake_case(), "unnamed", "n")
}

/// A name in camel case that is an identifier.
pub(super) fn camel(name: &str) -> String {
    identifier(&name.to_upper_camel_case(), "Unnamed", "N")
}

/// The variant of an enum's value, which no macro turns into another case.
pub(super) fn variant(value: &str) -> String {
    identifier(&value.to_upper_camel_case(), "Unnamed", "_")
}

/// Whether a name is a keyword.
pub(super) fn is_raw(name: &str) -> bool {
    RAW.contains(&name)
}

/// The identifier as it is written.
pub(super) fn raw(name: &str) -> String {
    if is_raw(name) { format!("r#{name}") } else { name.to_owned() }
}

/// `before` comes before a digit: SeaORM's macros drop a leading underscore where they change the case.
fn identifier(name: &str, otherwise: &str, before: &str) -> String {
    let kept: String = name.chars().filter(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    let kept = if kept.trim_matches('_').is_empty() { otherwise.to_owned() } else { kept };
    if kept.starts_with(|first: char| first.is_numeric()) {
        return format!("{before}{kept}");
    }
    if TAKEN.contains(&kept.as_str()) { format!("{kept}_") } else { kept }
}

/// The module and the name of each table's entity.
pub(super) fn modules(tables: &[&Table]) -> Vec<(String, String)> {
    let mut before: BTreeSet<String> = ["mod", "lib", "main", "prelude", ENUMS_MODULE].map(str::to_owned).into();
    let mut named = |table: &&Table| {
        let module = unique(snake(table.name.name.as_str()), &mut before);
        let name = camel(&module);
        (raw(&module), name)
    };
    tables.iter().map(&mut named).collect()
}

/// The plural of a name, as far as English is regular; a name that is one already stays.
pub(super) fn plural(name: &str) -> String {
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    if ends(&["ss", "x", "z", "ch", "sh"]) {
        return format!("{name}es");
    }
    if name.ends_with('s') {
        return name.to_owned();
    }
    match name.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{name}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_becomes_an_identifier() {
        for (name, field, variant) in [
            ("createdAt", "created_at", "CreatedAt"),
            ("type", "type", "Type"),
            ("2fa", "n2fa", "N2fa"),
            ("self", "self_", "Self_"),
            ("a b-c", "a_b_c", "ABC"),
            ("%", "unnamed", "Unnamed"),
            ("größe", "größe", "Größe"),
            ("🦀", "unnamed", "Unnamed"),
        ] {
            assert_eq!((snake(name).as_str(), camel(name).as_str()), (field, variant), "{name}");
            assert!(syn::parse_str::<syn::Ident>(&raw(&snake(name))).is_ok(), "{name}");
            assert!(syn::parse_str::<syn::Ident>(&camel(name)).is_ok(), "{name}");
        }
    }

    #[test]
    fn regular_names_have_a_plural() {
        for (name, expected) in
            [("cake", "cakes"), ("category", "categories"), ("key", "keys"), ("box", "boxes"), ("users", "users")]
        {
            assert_eq!(plural(name), expected);
        }
    }
}
