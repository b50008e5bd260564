//! The names SeaORM gives, by its own rules.
//!
//! Must not know which object needs a name.

use heck::{ToKebabCase, ToLowerCamelCase, ToShoutySnakeCase, ToSnakeCase, ToTitleCase, ToUpperCamelCase};

/// `rename_all` and `rename`, in the spellings SeaORM accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CaseStyle {
    Camel,
    Kebab,
    Mixed,
    ShoutySnake,
    Snake,
    Title,
    Upper,
    Lower,
    ScreamingKebab,
    Pascal,
}

impl CaseStyle {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "camel_case" | "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" | "snek_case" => Self::Snake,
            "kebab_case" | "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            "shouty_snake_case" | "shouty_snek_case" | "SCREAMING_SNAKE_CASE" => Self::ShoutySnake,
            "title_case" => Self::Title,
            "mixed_case" => Self::Mixed,
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            _ => return None,
        })
    }

    pub(super) fn apply(self, text: &str) -> String {
        match self {
            Self::Pascal => text.to_upper_camel_case(),
            Self::Kebab => text.to_kebab_case(),
            Self::Mixed => text.to_lower_camel_case(),
            Self::ShoutySnake => text.to_shouty_snake_case(),
            Self::Snake => text.to_snake_case(),
            Self::Title => text.to_title_case(),
            Self::Upper => text.to_uppercase(),
            Self::Lower => text.to_lowercase(),
            Self::ScreamingKebab => text.to_kebab_case().to_uppercase(),
            Self::Camel => {
                let camel = text.to_upper_camel_case();
                let mut letters = camel.chars();
                letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
            }
        }
    }
}

/// A Rust identifier without `r#`.
pub(super) fn plain(ident: &syn::Ident) -> String {
    let name = ident.to_string();
    match name.strip_prefix("r#") {
        Some(plain) => plain.to_owned(),
        None => name,
    }
}

/// The variant of `Column` that SeaORM makes of a field, a relation's `from` or a relation's `to`.
pub(super) fn variant(field: &str) -> String {
    if is_simple(field) && field != "self" {
        let mut variant = String::with_capacity(field.len());
        for word in field.split('_') {
            let (first, rest) = word.split_at(word.len().min(1));
            variant.push_str(&first.to_ascii_uppercase());
            variant.push_str(rest);
        }
        return variant;
    }
    match field.to_upper_camel_case() {
        // SeaORM escapes the only keyword that begins with a capital letter.
        keyword if keyword == "Self" => "Self_".to_owned(),
        name => name,
    }
}

/// Whether a field is small words with single underscores between them: what nearly all are, and heck leaves as they are.
fn is_simple(field: &str) -> bool {
    let small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    field.split('_').all(|word| !word.is_empty() && word.bytes().all(small))
}

/// The column SeaORM makes of a field that says nothing of `column_name`.
pub(super) fn column(field: &str, enum_name: Option<&str>, rename_all: Option<CaseStyle>) -> String {
    if enum_name.is_none() && rename_all.is_none() && is_simple(field) {
        return field.to_owned();
    }
    let camel = field.to_upper_camel_case();
    match rename_all {
        Some(style) => style.apply(&camel),
        // A field that does not survive the round trip keeps what heck makes of it, even where `enum_name` differs.
        None if field != camel.to_snake_case() => field.to_snake_case(),
        None => enum_name.map_or_else(|| camel.to_snake_case(), ToSnakeCase::to_snake_case),
    }
}

/// An index made by `indexed` or `unique_key`.
pub(super) fn index(table: &str, column_or_key: &str) -> String {
    format!("idx-{table}-{column_or_key}")
}

/// A composite primary key. One of a single column has no name of its own.
pub(super) fn primary_key(table: &str) -> String {
    format!("pk-{table}")
}

/// A foreign key without `fk_name`.
pub(super) fn foreign_key(table: &str, columns: &[&str]) -> String {
    format!("fk-{table}-{}", columns.join("-"))
}

/// A column's `unique`, which SeaORM writes inline and leaves without a name.
pub(super) fn unique(table: &str, column: &str) -> String {
    format!("{table}_{column}_key")
}

/// A check nobody named: `base`, or `base` with the first number that is free.
pub(super) fn check(table: &str, column: Option<&str>, taken: impl Fn(&str) -> bool) -> String {
    let base = match column {
        Some(column) => format!("{table}_{column}_check"),
        None => format!("{table}_check"),
    };
    if !taken(&base) {
        return base;
    }
    (1_u32..).map(|number| format!("{base}{number}")).find(|name| !taken(name)).unwrap_or(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_becomes_a_column_as_heck_says() {
        assert_eq!(column("created_at", None, None), "created_at");
        assert_eq!(column("type", None, None), "type");
        assert_eq!(column("line1", None, None), "line1");
        assert_eq!(column("line_1", None, None), "line_1");
        assert_eq!(column("_hidden_", None, None), "hidden");
        assert_eq!(column("userID", None, None), "user_id");
        assert_eq!(column("self_", None, None), "self");
    }

    #[test]
    fn rename_all_goes_through_camel_case() {
        assert_eq!(column("created_at", None, Some(CaseStyle::Camel)), "createdAt");
        assert_eq!(column("created_at", None, Some(CaseStyle::ShoutySnake)), "CREATED_AT");
        assert_eq!(column("created_at", None, Some(CaseStyle::Lower)), "createdat");
    }

    #[test]
    fn an_enum_name_names_the_column_too() {
        assert_eq!(column("kind", Some("BookKind"), None), "book_kind");
        assert_eq!(variant("type"), "Type");
        assert_eq!(variant("self"), "Self_");
    }

    #[test]
    fn a_check_takes_the_first_free_name() {
        assert_eq!(check("book", Some("price"), |_| false), "book_price_check");
        assert_eq!(check("book", None, |name| name == "book_check"), "book_check1");
    }
}
