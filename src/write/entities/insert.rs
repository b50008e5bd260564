//! Additions to files that people have edited: fields of a model, declarations of modules, lines of a prelude. Nothing that stands
//! there is changed; where an addition goes is told by the spans of the syntax.
//!
//! Must not know what is added, or files.

use std::ops::Range;

use syn::spanned::Spanned as _;
use syn::{Field, Item, ItemStruct};

/// The form of a model that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundFormat {
    /// The fields say all of the columns: `DeriveEntityModel`.
    Model,
    /// Columns are written out beside the model.
    Expanded,
}

/// The form of the model around a line of a file, from 1.
pub fn format_of(text: &str, line: usize) -> FoundFormat {
    let file = syn::parse_file(text).ok();
    match file.and_then(|file| model_at(&file.items, line).map(|_| ())) {
        Some(()) => FoundFormat::Model,
        None => FoundFormat::Expanded,
    }
}

/// The mark that some editors put at the beginning of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// An edit of a text without its byte order mark and with plain line ends; the result has those of the text.
fn in_its_form(text: &str, edit: impl FnOnce(&str) -> Option<String>) -> Option<String> {
    let plain = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mark = if plain.len() < text.len() { BYTE_ORDER_MARK.to_string() } else { String::new() };
    match plain.contains("\r\n") {
        true => Some(format!("{mark}{}", edit(&plain.replace("\r\n", "\n"))?.replace('\n', "\r\n"))),
        false => Some(format!("{mark}{}", edit(plain)?)),
    }
}

/// The text with further fields behind the last column of the model around a line. `None`: there is no such model.
pub fn with_fields(text: &str, line: usize, fields: &[String]) -> Option<String> {
    in_its_form(text, |text| fields_added(text, line, fields))
}

fn fields_added(text: &str, line: usize, fields: &[String]) -> Option<String> {
    let file = syn::parse_file(text).ok()?;
    let model = model_at(&file.items, line)?;
    let indent = text_indent(text, model.span().byte_range().start);
    let added: String = fields.iter().flat_map(|field| field.lines()).map(|line| format!("\n{indent}{line}")).collect();
    let mut end = None;
    for pair in fields_of(model) {
        let (field, comma) = (pair.value(), pair.punct());
        if is_relation(field) {
            continue;
        }
        let range = comma.map_or_else(|| field.span().byte_range(), |comma| comma.span.byte_range());
        end = Some((range.end, comma.is_some()));
    }
    let (end, has_comma) = match end {
        Some(end) => end,
        None => (brace_of(model)?.start + 1, true),
    };
    let comma = if has_comma { "" } else { "," };
    let (before, behind) = text.split_at_checked(end)?;
    let stays = rest_of_line(behind);
    let behind = behind.strip_prefix(stays)?;
    let closing = if behind.starts_with('\n') || behind.starts_with('\r') { "" } else { "\n" };
    Some(format!("{before}{comma}{stays}{added}{closing}{behind}"))
}

/// The text with further lines behind the last declaration of the same kind, `mod …;` or `use …;`, or at the end.
pub fn with_lines(text: &str, lines: &[String]) -> Option<String> {
    in_its_form(text, |text| lines_added(text, lines))
}

fn lines_added(text: &str, lines: &[String]) -> Option<String> {
    let file = syn::parse_file(text).ok()?;
    let is_module = lines.iter().any(|line| line.contains("mod "));
    let mut ends = file.items.iter().filter(|item| match item {
        Item::Mod(item) => is_module && item.content.is_none(),
        Item::Use(_) => !is_module,
        _ => false,
    });
    let added = lines.join("\n");
    match ends.next_back().map(|item| item.span().byte_range().end) {
        Some(end) => {
            let (before, behind) = text.split_at_checked(end)?;
            let stays = rest_of_line(behind);
            let behind = behind.strip_prefix(stays)?;
            Some(format!("{before}{stays}\n{added}{behind}"))
        }
        None => {
            let gap = if text.trim().is_empty() { "" } else { "\n\n" };
            Some(format!("{}{gap}{added}\n", text.trim_end()))
        }
    }
}

/// The model around a line, in the modules of a file.
fn model_at(items: &[Item], line: usize) -> Option<&ItemStruct> {
    items.iter().find_map(|item| match item {
        Item::Mod(module) => model_at(&module.content.as_ref()?.1, line),
        Item::Struct(item) => {
            let span = item.span();
            let is_around = (span.start().line..=span.end().line).contains(&line);
            let derives = item.attrs.iter().any(|attribute| {
                attribute.path().is_ident("derive")
                    && attribute
                        .meta
                        .require_list()
                        .is_ok_and(|list| list.tokens.to_string().contains("DeriveEntityModel"))
            });
            (is_around && derives).then_some(item)
        }
        _ => None,
    })
}

fn fields_of(model: &ItemStruct) -> impl Iterator<Item = syn::punctuated::Pair<&Field, &syn::token::Comma>> {
    let named = match &model.fields {
        syn::Fields::Named(named) => Some(named.named.pairs()),
        syn::Fields::Unnamed(_) | syn::Fields::Unit => None,
    };
    named.into_iter().flatten()
}

fn brace_of(model: &ItemStruct) -> Option<Range<usize>> {
    match &model.fields {
        syn::Fields::Named(named) => Some(named.brace_token.span.open().byte_range()),
        syn::Fields::Unnamed(_) | syn::Fields::Unit => None,
    }
}

fn is_relation(field: &Field) -> bool {
    let syn::Type::Path(path) = &field.ty else { return false };
    path.path
        .segments
        .last()
        .is_some_and(|last| ["BelongsTo", "HasOne", "HasMany"].iter().any(|kind| last.ident == kind))
}

/// The rest of a line that stays where it is: a comment, or nothing.
fn rest_of_line(behind: &str) -> &str {
    let rest = behind.split_once('\n').map_or(behind, |(rest, _)| rest);
    let comment = rest.trim();
    let is_block = comment.starts_with("/*") && comment.find("*/") == Some(comment.len().saturating_sub(2));
    if comment.is_empty() || comment.starts_with("//") || is_block { rest } else { "" }
}

/// The spaces before a place on its line.
fn text_indent(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.chars().take_while(|letter| letter.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = "mod a {\n    #[derive(Clone, DeriveEntityModel)] // kept\n    pub struct Model {\n        pub id: i32, // the key\n\
                         \n        #[sea_orm(has_many)]\n        pub books: HasMany<super::book::Entity>,\n    }\n}\n";

    #[test]
    fn a_field_goes_behind_the_last_column_and_nothing_else_changes() {
        let fields = ["    #[sea_orm(unique)]\n    pub name: String,\n".to_owned()];
        let text = with_fields(MODEL, 4, &fields).unwrap();
        let added = "        #[sea_orm(unique)]\n        pub name: String,\n";
        assert_eq!(text, MODEL.replace("// the key\n", &format!("// the key\n{added}")));
        assert_eq!(with_fields(MODEL, 9, &fields), None);
        let short = "#[derive(DeriveEntityModel)]\npub struct Model { pub id: i32 }\n";
        let text = with_fields(short, 2, &fields).unwrap();
        assert_eq!(
            text,
            "#[derive(DeriveEntityModel)]\npub struct Model { pub id: i32,\n    #[sea_orm(unique)]\n    pub name: String,\n }\n"
        );
    }

    #[test]
    fn the_form_of_a_file_stays() {
        let marked = format!("{BYTE_ORDER_MARK}{}", MODEL.replace("// the key", "/* the key */").replace('\n', "\r\n"));
        let text = with_fields(&marked, 4, &["    pub name: String,\n".to_owned()]).unwrap();
        assert!(text.contains("pub id: i32, /* the key */\r\n        pub name: String,\r\n"), "{text}");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert!(text.starts_with(BYTE_ORDER_MARK));
    }

    #[test]
    fn a_line_goes_behind_the_last_of_its_kind() {
        let text = "//! Ours.\npub mod a; // first\nuse b::c;\n\nfn own() {}\n";
        let lines = |line: &str| [line.to_owned()];
        assert_eq!(
            with_lines(text, &lines("pub mod z;")).unwrap(),
            "//! Ours.\npub mod a; // first\npub mod z;\nuse b::c;\n\nfn own() {}\n"
        );
        assert_eq!(
            with_lines(text, &lines("pub use super::z::Entity as Z;")).unwrap(),
            "//! Ours.\npub mod a; // first\nuse b::c;\npub use super::z::Entity as Z;\n\nfn own() {}\n"
        );
        assert_eq!(with_lines("", &lines("pub mod z;")).unwrap(), "pub mod z;\n");
    }
}
