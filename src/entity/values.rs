//! Types that are column values without being SeaORM's own: `DeriveValueType`, `FromJsonQueryResult`, `impl ValueType`.
//!
//! Must not know active enums.

use syn::{Attribute, Fields, Ident, ImplItem};

use crate::schema::Type;

use super::attributes::{ON_VALUE, Settings, derives};
use super::column_type::{self, ColumnType};
use super::names::plain;
use super::resolve::{Module, Modules};
use super::source::{Output, Trouble};
use super::types::{self, Typed};

/// Reads a struct, or an enum that is no active enum.
pub(super) fn read(
    modules: &Modules<'_>,
    at: usize,
    ident: &Ident,
    attributes: &[Attribute],
    fields: Option<&Fields>,
    depth: usize,
) -> Result<Typed, Trouble> {
    let Some(module) = modules.list.get(at) else { return Err(no_value(modules, at, ident)) };
    if derives(attributes, "DeriveValueType") {
        return derived(modules, module, at, ident, attributes, fields, depth);
    }
    if derives(attributes, "FromJsonQueryResult") {
        return Ok(Typed { column: Type::Json.into(), exact: false });
    }
    written(modules, module, at, ident).unwrap_or_else(|| Err(no_value(modules, at, ident)))
}

fn derived(
    modules: &Modules<'_>,
    module: &Module<'_>,
    at: usize,
    ident: &Ident,
    attributes: &[Attribute],
    fields: Option<&Fields>,
    depth: usize,
) -> Result<Typed, Trouble> {
    // Unknown settings are said once, where the files are gone through, not at every use of the type.
    let settings = Settings::read(module.file, attributes, &[ON_VALUE], &mut Output::default());
    if let Some(setting) = settings.get("column_type") {
        let column = setting.rust().and_then(|expression| column_type::read(modules, at, &expression));
        return match column {
            Some(column) => Ok(Typed { column, exact: true }),
            None => {
                let trouble =
                    Trouble::new(setting.value_spot.clone(), "cannot read this `column_type`", "not a ColumnType");
                Err(trouble.hint(column_type::HINT))
            }
        };
    }
    if settings.has("value_type") {
        return Ok(Typed { column: ColumnType::from(Type::String(None)), exact: false });
    }
    match fields {
        Some(Fields::Unnamed(fields)) if !fields.unnamed.is_empty() => match fields.unnamed.first() {
            Some(first) => types::nested(modules, at, types::option(&first.ty).unwrap_or(&first.ty), depth),
            None => Err(no_value(modules, at, ident)),
        },
        _ => Err(no_value(modules, at, ident)),
    }
}

/// A written-out `impl ValueType for …`: what its `column_type` returns, if that is one expression.
fn written(modules: &Modules<'_>, module: &Module<'_>, at: usize, ident: &Ident) -> Option<Result<Typed, Trouble>> {
    let item = module.value_types.get(&plain(ident))?;
    let function = item.items.iter().find_map(|item| match item {
        ImplItem::Fn(function) if function.sig.ident == "column_type" => Some(function),
        _ => None,
    })?;
    let column = match function.block.stmts.as_slice() {
        [syn::Stmt::Expr(only, None)] => column_type::read(modules, at, only),
        _ => None,
    };
    Some(match column {
        Some(column) => Ok(Typed { column, exact: true }),
        None => {
            let spot = module.file.spot(&function.block);
            Err(Trouble::new(spot, "cannot read this column type", "not a single ColumnType").hint(column_type::HINT))
        }
    })
}

fn no_value(modules: &Modules<'_>, at: usize, ident: &Ident) -> Trouble {
    let spot = modules.list.get(at).map(|module| module.file.spot(ident));
    let spot = spot.unwrap_or_else(|| super::source::Spot { file: "".into(), span: 0..0, line: 1 });
    Trouble::new(spot, format!("`{ident}` is used as a column, but is no column value"), "derives none")
        .hint("derive `DeriveValueType`, `DeriveActiveEnum` or `FromJsonQueryResult` for it, or say `column_type` at the field")
}
