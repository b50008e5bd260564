//! `DeriveActiveEnum`: enums that are column values.
//!
//! Must not know which columns have them.

use syn::{ItemEnum, Lit, LitStr, Variant};

use crate::schema::{EnumType, Literal, ObjectName, Type};

use heck::ToUpperCamelCase;

use super::attributes::{ON_ENUM, ON_ENUM_VARIANT, Settings, derives, literal};
use super::column_type::{self, ColumnType};
use super::names::{CaseStyle, plain};
use super::resolve::Modules;
use super::source::{Output, RustFile, SourceError, SourceLocation};
use super::types::Typed;

/// An active enum.
pub(super) struct ActiveEnum {
    pub(super) typed: Typed,
    /// The variants in their order, with the value each has in the database.
    pub(super) variants: Vec<(String, Literal)>,
}

/// Whether an enum is one.
pub(super) fn is(modules: &Modules<'_>, at: usize, item: &ItemEnum) -> bool {
    modules.get(at).is_some_and(|module| derives(module.file, &item.attrs, "DeriveActiveEnum"))
}

/// Reads one.
pub(super) fn read(modules: &Modules<'_>, at: usize, item: &ItemEnum) -> Result<ActiveEnum, SourceError> {
    let Some(module) = modules.get(at) else {
        return Err(SourceError::new(SourceLocation::nowhere(), "enum outside of every module", "here"));
    };
    let file = module.file;
    // Unknown settings are reported once for the file, not at every use of the enum.
    let settings = Settings::read(file, &item.attrs, &[ON_ENUM], &mut Output::default());
    let style = settings.get("rename_all").and_then(|setting| CaseStyle::parse(&setting.text()?));
    let variants: Vec<_> = item
        .variants
        .iter()
        .map(|variant| value(file, variant, style))
        .collect::<Result<_, _>>()
        .map_err(|trouble: SourceError| trouble.about(plain(&item.ident)))?;
    let typed = match settings.get("db_type") {
        Some(setting) if setting.text().as_deref() == Some("Enum") => {
            let name = settings.get("enum_name").and_then(super::attributes::Setting::text);
            let name = ObjectName::local(name.unwrap_or_else(|| plain(&item.ident).to_upper_camel_case()));
            let values = variants.iter().filter_map(|(_, value)| match value {
                Literal::Text(text) => Some(text.clone()),
                Literal::Number(_) | Literal::Boolean(_) => None,
            });
            let declared = EnumType { name: name.clone(), values: values.collect(), comment: None };
            let enums = vec![(declared, Some(file.spot(&item.ident)))];
            Typed { column: ColumnType { data_type: Type::Enum(name), enums }, exact: true }
        }
        Some(setting) => match setting.expression().and_then(|spelled| column_type::read(modules, at, &spelled)) {
            // `db_type` cannot be left out, so it is no opinion about the length.
            Some(column) => Typed { column, exact: false },
            None => {
                let trouble =
                    SourceError::new(setting.value_spot.clone(), "cannot read this `db_type`", "not a ColumnType");
                return Err(trouble.hint(column_type::HINT).about(plain(&item.ident)));
            }
        },
        None => {
            let message = format!("enum `{}` does not say what it is in the database", item.ident);
            let trouble = SourceError::new(file.spot(&item.ident), message, "no `db_type`");
            let hint = "#[sea_orm(rs_type = \"String\", db_type = \"Enum\", enum_name = \"…\")]";
            return Err(trouble.hint(hint).about(plain(&item.ident)));
        }
    };
    Ok(ActiveEnum { typed, variants })
}

fn value(file: &RustFile, variant: &Variant, style: Option<CaseStyle>) -> Result<(String, Literal), SourceError> {
    let settings = Settings::read(file, &variant.attrs, &[ON_ENUM_VARIANT], &mut Output::default());
    let name = plain(&variant.ident);
    let own = settings.get("rename").and_then(|setting| CaseStyle::parse(&setting.text()?));
    let string = settings.get("string_value").and_then(super::attributes::Setting::text);
    let number = match settings.get("num_value").and_then(super::attributes::Setting::literal) {
        Some(number) => Some(number),
        None => variant.discriminant.as_ref().and_then(|(_, value)| literal(value)),
    };
    let value = match (string, own.or(style), number) {
        (Some(text), _, _) => Literal::Text(text),
        (None, _, Some(Lit::Int(number))) if settings.has("num_value") => Literal::Number(digits(&number)),
        (None, Some(style), _) => Literal::Text(style.apply(&name)),
        (None, None, Some(Lit::Int(number))) => Literal::Number(digits(&number)),
        (None, None, _) => {
            let message = format!("variant `{name}` has no value in the database");
            let trouble = SourceError::new(file.spot(&variant.ident), message, "no value");
            return Err(trouble.hint(format!("#[sea_orm(string_value = {})]", quoted(&CaseStyle::Snake.apply(&name)))));
        }
    };
    Ok((name, value))
}

fn quoted(text: &str) -> String {
    let literal = LitStr::new(text, proc_macro2::Span::call_site());
    quote::quote!(#literal).to_string()
}

/// A number as SQL writes it, sign included: no underscores, no suffix, no hexadecimal.
pub(super) fn digits(number: &syn::LitInt) -> String {
    number.base10_digits().to_owned()
}

/// Reports settings of an active enum that SeaORM does not know.
pub(super) fn check(file: &RustFile, item: &ItemEnum, output: &mut Output) {
    let settings = Settings::read(file, &item.attrs, &[ON_ENUM], output);
    for variant in &item.variants {
        Settings::read(file, &variant.attrs, &[ON_ENUM_VARIANT], output);
    }
    if let Some(setting) = settings.get("rename_all")
        && setting.text().and_then(|text| CaseStyle::parse(&text)).is_none()
    {
        let trouble = SourceError::new(setting.value_spot.clone(), "no such case style", "not a case style");
        output.error(
            trouble.hint("snake_case, camelCase, PascalCase, SCREAMING_SNAKE_CASE, kebab-case, lowercase or UPPERCASE"),
        );
    }
}
