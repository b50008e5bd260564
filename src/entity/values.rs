//! Types that are column values without being SeaORM's own: `DeriveValueType`, `FromJsonQueryResult`, `impl ValueType`.
//!
//! Must not know active enums.

use syn::{Attribute, Fields, Ident, ImplItem};

use crate::schema::Type;

use super::attributes::{ON_VALUE, Settings, derives};
use super::column_type::{self, ColumnType};
use super::expanded::returned;
use super::names::plain;
use super::resolve::{Module, Modules};
use super::source::{Output, SourceError, SourceLocation};
use super::types::{self, Typed};

/// A struct, or an enum that is no active enum.
pub(super) struct Value<'v> {
    /// The module it stands in, and its number there.
    pub(super) at: usize,
    pub(super) number: usize,
    pub(super) ident: &'v Ident,
    pub(super) attributes: &'v [Attribute],
}

/// Reads one. `fields` are a struct's.
pub(super) fn read(
    modules: &Modules<'_>,
    value: &Value<'_>,
    fields: Option<&Fields>,
    depth: usize,
) -> Result<Typed, SourceError> {
    let Some(module) = modules.get(value.at) else { return Err(no_value(modules, value)) };
    if derives(module.file, value.attributes, "DeriveValueType") {
        return derived(modules, &module, value, fields, depth);
    }
    if derives(module.file, value.attributes, "FromJsonQueryResult") {
        return Ok(Typed { column: Type::Json.into(), exact: false });
    }
    written(modules, value, depth).unwrap_or_else(|| Err(no_value(modules, value)))
}

fn derived(
    modules: &Modules<'_>,
    module: &Module<'_>,
    value: &Value<'_>,
    fields: Option<&Fields>,
    depth: usize,
) -> Result<Typed, SourceError> {
    // Unknown settings are reported once for the file, not at every use of the type.
    let settings = Settings::read(module.file, value.attributes, &[ON_VALUE], &mut Output::default());
    if let Some(setting) = settings.get("column_type") {
        let column =
            setting.expression().and_then(|expression| column_type::within(modules, value.at, &expression, depth));
        return match column {
            Some(column) => Ok(Typed { column, exact: true }),
            None => {
                let trouble =
                    SourceError::new(setting.value_spot.clone(), "cannot read this `column_type`", "not a ColumnType");
                Err(trouble.hint(column_type::HINT).about(plain(value.ident)))
            }
        };
    }
    if settings.has("value_type") {
        return Ok(Typed { column: ColumnType::from(Type::String(None)), exact: false });
    }
    match fields {
        Some(Fields::Unnamed(fields)) if !fields.unnamed.is_empty() => match fields.unnamed.first() {
            Some(first) => types::nested(modules, value.at, types::option(&first.ty).unwrap_or(&first.ty), depth),
            None => Err(no_value(modules, value)),
        },
        _ => Err(no_value(modules, value)),
    }
}

/// The result of `column_type` in a written-out `impl ValueType for …`, if it is one expression.
fn written(modules: &Modules<'_>, value: &Value<'_>, depth: usize) -> Option<Result<Typed, SourceError>> {
    let name = plain(value.ident);
    let (at, item) = modules.value_type(value.at, value.number, &name)?;
    let function = item.items.iter().find_map(|item| match item {
        ImplItem::Fn(function) if function.sig.ident == "column_type" => Some(function),
        _ => None,
    })?;
    let column = returned(&function.block).and_then(|only| column_type::within(modules, at, only, depth));
    Some(match column {
        Some(column) => Ok(Typed { column, exact: true }),
        None => {
            let spot = modules.get(at).map_or_else(SourceLocation::nowhere, |module| module.file.spot(&function.block));
            let trouble = SourceError::new(spot, "cannot read this column type", "not a single ColumnType");
            let hint = format!("{}, or say it in the configuration: {}", column_type::HINT, types::line(&name));
            Err(trouble.hint(hint).about(name.clone()))
        }
    })
}

fn no_value(modules: &Modules<'_>, value: &Value<'_>) -> SourceError {
    let ident = value.ident;
    let spot = modules.get(value.at).map_or_else(SourceLocation::nowhere, |module| module.file.spot(ident));
    let line = types::line(&plain(ident));
    let trouble =
        SourceError::new(spot, format!("`{ident}` is used as a column, but is no column value"), "derives none");
    trouble
        .hint(format!(
            "derive `DeriveValueType`, `DeriveActiveEnum` or `FromJsonQueryResult` for it, or say its type in the configuration: {line}"
        ))
        .about(plain(ident))
}
