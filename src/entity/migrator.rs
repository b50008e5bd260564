//! An application's own migrations, in the source text of its `Migrator`.
//!
//! Must not know where the files are.

mod register;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;

pub use register::{MigratorText, Unfit};

/// The modules that `Migrator::migrations` of a source text names, in order. `None`: the text has no migrator, or its list is
/// made in another way.
pub fn listed_migrations(text: &str) -> Option<Vec<String>> {
    if !text.contains("MigratorTrait") {
        return None;
    }
    let mut names = Vec::new();
    collect(body_of(text, "MigratorTrait", "migrations")?, &mut |token| {
        if let TokenTree::Ident(ident) = token {
            names.extend(Some(ident.to_string()).filter(|name| is_migration_name(name)));
        }
    });
    names.dedup();
    (!names.is_empty()).then_some(names)
}

/// The name that a migration gives itself in its source text, where that is not the name of its module.
pub fn own_name(text: &str) -> Option<String> {
    if !text.contains("MigrationName") {
        return None;
    }
    let mut name = None;
    collect(body_of(text, "MigrationName", "name")?, &mut |token| {
        if let TokenTree::Literal(literal) = token
            && let Ok(literal) = syn::parse_str::<syn::LitStr>(&literal.to_string())
        {
            name.get_or_insert(literal.value());
        }
    });
    name
}

/// Whether a module is named as `sea-orm-cli migrate generate` names migrations: `m20220101_000001_create_user`.
pub fn is_migration_name(name: &str) -> bool {
    let Some((date, rest)) = name.strip_prefix('m').and_then(|rest| rest.split_once('_')) else { return false };
    let time = rest.split('_').next().unwrap_or_default();
    let is_number = |text: &str, digits: usize| text.len() == digits && text.bytes().all(|it| it.is_ascii_digit());
    is_number(date, 8) && is_number(time, 6)
}

/// The body of a function in the implementation of a trait.
fn body_of(text: &str, of: &str, function: &str) -> Option<TokenStream> {
    body_among(&syn::parse_file(text).ok()?.items, of, function)
}

fn body_among(items: &[syn::Item], of: &str, function: &str) -> Option<TokenStream> {
    items.iter().find_map(|item| match item {
        syn::Item::Mod(module) => body_among(&module.content.as_ref()?.1, of, function),
        syn::Item::Impl(item) if item.trait_.as_ref()?.1.segments.last()?.ident == of => {
            item.items.iter().find_map(|item| match item {
                syn::ImplItem::Fn(it) if it.sig.ident == function => Some(it.block.to_token_stream()),
                _ => None,
            })
        }
        _ => None,
    })
}

fn collect(tokens: TokenStream, each: &mut dyn FnMut(&TokenTree)) {
    for token in tokens {
        match &token {
            TokenTree::Group(group) => collect(group.stream(), each),
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => each(&token),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migrator_names_its_migrations() {
        let text = "pub use sea_orm_migration::prelude::*;
            mod m20220101_000001_create_user; mod m20220102_000001_draft;
            #[async_trait::async_trait]
            impl MigratorTrait for Migrator {
                fn migrations() -> Vec<Box<dyn MigrationTrait>> {
                    vec![
                        Box::new(m20220101_000001_create_user::Migration),
                        // Box::new(m20220102_000001_draft::Migration),
                    ]
                }
            }";
        assert_eq!(listed_migrations(text), Some(vec!["m20220101_000001_create_user".to_owned()]));
        let made = "impl MigratorTrait for Migrator { fn migrations() -> V { all() } }";
        assert_eq!(listed_migrations(made), None);
        assert_eq!(listed_migrations("use MigratorTrait;"), None);
        let named = "impl MigrationName for Migration { fn name(&self) -> &str { \"m20220101_first\" } }";
        assert_eq!(own_name(named).as_deref(), Some("m20220101_first"));
        assert_eq!(own_name("#[derive(DeriveMigrationName)] struct Migration;"), None);
    }

    #[test]
    fn a_migration_is_named_by_its_second() {
        for (name, is_one) in [
            ("m20220101_000001_create_user", true),
            ("m20220101_000001", true),
            ("m2022_create", false),
            ("main", false),
            ("m20220101_create_user", false),
        ] {
            assert_eq!(is_migration_name(name), is_one, "{name}");
        }
    }
}
