//! Entities written out by hand: `DeriveEntity` with `EntityName`, `Column`, `ColumnTrait`, `PrimaryKey`.
//!
//! Must not know models with attributes; `table` does.

use heck::ToSnakeCase as _;
use syn::{Block, Expr, ImplItem, ImplItemFn, ItemEnum, ItemImpl, ItemStruct, Pat, Stmt, Variant};

use crate::schema::{DefaultValue, Name};

use super::attributes::{ON_COLUMN, ON_MODEL, Settings, literal};
use super::columns::{Declared, EntityTable, Numbering};
use super::names::plain;
use super::resolve::{Found, Module, Modules, segments};
use super::source::{Output, RustFile, SourceError, SourceLocation};
use super::table::{self, Title};
use super::{column_type, default};

/// Reads the written-out entity of a module.
pub(super) fn read(
    modules: &Modules<'_>,
    at: usize,
    module: &Module<'_>,
    entity: &ItemStruct,
    output: &mut Output,
) -> Option<EntityTable> {
    let file = module.file;
    let name = plain(&entity.ident);
    let settings = Settings::read(file, &entity.attrs, &[ON_MODEL], output);
    let title = match settings.has("table_name") {
        true => table::title(&settings, output)?,
        false => match title(modules, at, module, &name, output) {
            Some(title) => title?,
            None => {
                let spot = file.spot(&entity.ident);
                let trouble = SourceError::new(spot, "this entity does not name its table", "no `impl EntityName`");
                let body = "fn table_name(&self) -> &'static str { \"…\" }";
                output.error(trouble.hint(format!("impl EntityName for {name} {{ {body} }}")));
                return None;
            }
        },
    };
    let mut builder = table::begin(modules, &title, output);
    table::former_name(&settings, &builder.table.name, output);

    let columns = named(modules, at, module, &settings, &name, "column", "Column", output)?;
    let keys = named(modules, at, module, &settings, &name, "primary_key", "PrimaryKey", output)?;
    let definitions = definitions(&columns, output)?;
    let reader = ExpandedReader { modules, columns: &columns, definitions };
    for variant in &columns.item.variants {
        if let Some(mut declared) = reader.column(variant, output) {
            table::configure(modules, columns.at, &builder.table.name, &mut declared, output);
            builder.column(declared, output);
        }
    }
    let mut primary_key = Vec::new();
    for variant in &keys.item.variants {
        let spot = keys.module.file.spot(&variant.ident);
        match builder.variants.column(&builder.table, &plain(&variant.ident)) {
            Some(name) => primary_key.push((name.clone(), spot)),
            None => {
                let message = format!("`Column` has no variant `{}`", variant.ident);
                let known = builder.variants.listed(&builder.table);
                output.error(SourceError::new(spot, message, "no such column").hint(format!("one of {known}")));
            }
        }
    }
    let numbering = numbering(&keys, output);
    builder.finish(&primary_key, numbering, || file.spot(&entity.ident), output);
    Some(EntityTable { module: at, table: builder.table, variants: builder.variants, spot: title.spot })
}

/// The table's name in a written-out `impl EntityName`. The inner `None`: it exists but cannot be read, which is reported.
pub(super) fn title(
    modules: &Modules<'_>,
    at: usize,
    module: &Module<'_>,
    entity: &str,
    output: &mut Output,
) -> Option<Option<Title>> {
    let written = module.impls("EntityName", entity).next();
    let Some(written) = written else {
        // The entity may carry its name itself: `#[derive(DeriveEntity)] #[sea_orm(table_name = "…")]`.
        return module.items.iter().find_map(|item| match item {
            syn::Item::Struct(item) if item.ident == entity => {
                let settings = Settings::read(module.file, &item.attrs, &[ON_MODEL], &mut Output::default());
                settings.has("table_name").then(|| table::title(&settings, output))
            }
            _ => None,
        });
    };
    let file = module.file;
    let text = |function: &ImplItemFn| {
        let value = returned(&function.block)?;
        let value = match value {
            Expr::Call(call) if call.args.len() == 1 && is_path(&call.func, "Some") => call.args.first()?,
            other => other,
        };
        Some((column_type::text(modules, at, value)?, file.spot(value)))
    };
    let mut unread = |function: &ImplItemFn| {
        let message = format!("cannot read this `{}`", function.sig.ident);
        let trouble = SourceError::new(file.spot(&function.block), message, "not a single text");
        output.error(trouble.hint("return a text: `{ \"…\" }`"));
    };
    let optional = |name: &str, unread: &mut dyn FnMut(&ImplItemFn)| match method(written, name) {
        None => None,
        Some(function) if returned(&function.block).is_some_and(|value| is_path(value, "None")) => None,
        Some(function) => {
            let read = text(function);
            if read.is_none() {
                unread(function);
            }
            read
        }
    };
    let function = method(written, "table_name")?;
    let Some((name, spot)) = text(function) else {
        unread(function);
        return Some(None);
    };
    let schema = optional("schema_name", &mut unread).map(|(schema, _)| schema);
    let comment = optional("comment", &mut unread);
    Some(Some(Title { name, schema, comment, spot }))
}

/// An enum of an entity, and the module it stands in.
struct EntityEnum<'a> {
    at: usize,
    module: Module<'a>,
    item: &'a ItemEnum,
    name: &'a syn::Ident,
}

/// The enum that an entity has for its columns or keys, by the name its derive or its `EntityTrait` gives.
#[allow(clippy::too_many_arguments, reason = "one question about one entity")]
fn named<'a>(
    modules: &Modules<'a>,
    at: usize,
    module: &Module<'a>,
    settings: &Settings,
    entity: &str,
    setting: &str,
    usual: &str,
    output: &mut Output,
) -> Option<EntityEnum<'a>> {
    let own = settings.get(setting).and_then(|setting| match setting.value() {
        Some(Expr::Path(path)) => Some(segments(&path.path)),
        _ => None,
    });
    let written = || {
        module.items.iter().find_map(|item| {
            let syn::Item::Impl(item) = item else { return None };
            let (_, of, _) = item.trait_.as_ref()?;
            let syn::Type::Path(target) = &*item.self_ty else { return None };
            if of.segments.last()?.ident != "EntityTrait" || target.path.segments.last()?.ident != entity {
                return None;
            }
            item.items.iter().find_map(|item| match item {
                ImplItem::Type(item) if item.ident == usual => match &item.ty {
                    syn::Type::Path(path) => Some(segments(&path.path)),
                    _ => None,
                },
                _ => None,
            })
        })
    };
    let path = own.or_else(written).unwrap_or_else(|| vec![usual.to_owned()]);
    if let Found::Enum(there, _, item) = modules.find(at, &path)
        && let Some(module) = modules.get(there)
    {
        return Some(EntityEnum { at: there, module, item, name: &item.ident });
    }
    let spot = module.entity.map_or_else(SourceLocation::nowhere, |entity| module.file.spot(&entity.ident));
    let message = format!("this entity has no enum `{}`", path.join("::"));
    output.error(SourceError::new(spot, message, "not found in these files").hint(format!("enum {usual} {{ … }}")));
    None
}

/// The expression that a written-out `fn def` returns.
fn definitions<'a>(columns: &EntityEnum<'a>, output: &mut Output) -> Option<&'a Expr> {
    let file = columns.module.file;
    let name = columns.item.ident.to_string();
    let written = columns.module.items.iter().find_map(|item| match item {
        syn::Item::Impl(item) if is_impl(item, "ColumnTrait", &name) => Some(item),
        _ => None,
    });
    let Some(function) = written.and_then(|written| method(written, "def")) else {
        let message = format!("`{name}` does not say what its columns are");
        let trouble = SourceError::new(file.spot(columns.name), message, "no `impl ColumnTrait`");
        output.error(trouble.hint(format!("impl ColumnTrait for {name} {{ fn def(&self) -> ColumnDef {{ … }} }}")));
        return None;
    };
    let returned = returned(&function.block);
    if returned.is_none() {
        let trouble = SourceError::new(file.spot(&function.block), "cannot read this `def`", "not a single `match`");
        output.error(trouble.hint("match self { Self::Id => ColumnType::Integer.def(), … }"));
    }
    returned
}

/// The arm of a `match self` for a variant.
fn arm<'a>(found: &'a syn::ExprMatch, variant: &str) -> Option<&'a Expr> {
    let (arms, rest) = arms(found);
    arms.into_iter().find(|(arm, _)| arm == variant).map(|(_, body)| body).or(rest)
}

/// The arms of a `match self`, by variant, and the arm for all others.
fn arms(found: &syn::ExprMatch) -> (Vec<(String, &Expr)>, Option<&Expr>) {
    let (mut arms, mut rest) = (Vec::new(), None);
    for arm in &found.arms {
        let mut patterns = vec![&arm.pat];
        while let Some(pattern) = patterns.pop() {
            match pattern {
                Pat::Or(or) => patterns.extend(or.cases.iter()),
                Pat::Paren(paren) => patterns.push(&paren.pat),
                Pat::Reference(reference) => patterns.push(&reference.pat),
                Pat::Path(path) => {
                    arms.extend(path.path.segments.last().map(|last| (plain(&last.ident), &*arm.body)));
                }
                Pat::Wild(_) => rest = rest.or(Some(&*arm.body)),
                // `Id` alone is a variant that was imported, or a name for all others.
                Pat::Ident(ident) => arms.push((plain(&ident.ident), &*arm.body)),
                _ => {}
            }
        }
    }
    (arms, rest)
}

struct ExpandedReader<'r, 'a> {
    modules: &'r Modules<'a>,
    columns: &'r EntityEnum<'a>,
    definitions: &'a Expr,
}

impl ExpandedReader<'_, '_> {
    fn column(&self, variant: &Variant, output: &mut Output) -> Option<Declared> {
        let file = self.columns.module.file;
        if is_disabled(variant) {
            return None;
        }
        let name = plain(&variant.ident);
        let settings = Settings::read(file, &variant.attrs, &[ON_COLUMN], output);
        let column = match settings.text("column_name", output) {
            Some((column, _)) => column,
            None => self.written_name(&name).unwrap_or_else(|| name.to_snake_case()),
        };
        let definition = self.definitions;
        let mut declared = Declared {
            name: Name::from(column),
            variant: Some(name),
            spot: file.spot(&variant.ident),
            data_type: Err(SourceError::new(file.spot(definition), "cannot read this column", "not a ColumnDef")
                .hint("ColumnType::String(StringLen::N(80)).def().nullable()")),
            nullable: false,
            default: None,
            comment: None,
            renamed_from: None,
            unique: None,
            indexed: false,
            unique_key: None,
            extra: None,
        };
        match self.definition(definition, &mut declared, output) {
            true => Some(declared),
            false => None,
        }
    }

    /// What a hand-written `IdenStatic` or `Iden` calls a column.
    fn written_name(&self, variant: &str) -> Option<String> {
        let enum_name = self.columns.item.ident.to_string();
        [("IdenStatic", "as_str"), ("Iden", "unquoted")].into_iter().find_map(|(of, function)| {
            let written = self.columns.module.items.iter().find_map(|item| match item {
                syn::Item::Impl(item) if is_impl(item, of, &enum_name) => Some(item),
                _ => None,
            })?;
            let Some(Expr::Match(found)) = returned(&method(written, function)?.block) else { return None };
            let (arms, _) = arms(found);
            let (_, value) = arms.into_iter().find(|(arm, _)| arm == variant)?;
            column_type::text(self.modules, self.columns.at, value)
        })
    }

    /// Goes down a chain like `ColumnType::Text.def().nullable()` to its type, and reads the methods on the way. Wherever a
    /// `match` is, its arm for the column goes on. Returns whether there is one.
    fn definition(&self, of: &Expr, declared: &mut Declared, output: &mut Output) -> bool {
        let (file, at) = (self.columns.module.file, self.columns.at);
        let mut rest = of;
        loop {
            let call = match inside(rest) {
                Expr::MethodCall(call) => call,
                Expr::Match(found) => {
                    let name = declared.variant.clone().unwrap_or_default();
                    let Some(body) = arm(found, &name) else {
                        let message = format!("`def` does not say what `{name}` is");
                        let trouble = SourceError::new(declared.spot.clone(), message, "no arm");
                        output.error(trouble.hint(format!("Self::{name} => ColumnType::Integer.def(),")));
                        return false;
                    };
                    rest = body;
                    continue;
                }
                _ => break,
            };
            let argument = call.args.first();
            let said = || file.spot(&call.method);
            let text = || argument.and_then(|argument| column_type::text(self.modules, at, argument));
            // The last of a chain counts, and the chain is gone through from its end.
            match call.method.to_string().as_str() {
                "nullable" | "null" => declared.nullable = true,
                "unique" => declared.unique = declared.unique.take().or_else(|| Some(said())),
                "indexed" => declared.indexed = true,
                "def" | "seaography_ignore" | "to_owned" | "clone" | "into" => {}
                "default_value" | "default" => {
                    if declared.default.is_none()
                        && let Some(value) = argument
                    {
                        let read: Result<DefaultValue, SourceError> = default::written(self.modules, at, value)
                            .ok_or_else(|| {
                                SourceError::new(
                                    file.spot(value),
                                    "cannot read this default",
                                    "not an expression known here",
                                )
                                .hint("Expr::cust(\"…\")")
                            });
                        declared.default = Some((said(), read));
                    }
                }
                method @ ("comment" | "renamed_from" | "unique_key" | "extra") => match (text(), method) {
                    (Some(text), "comment") => {
                        declared.comment = declared.comment.take().or_else(|| Some((text, said())));
                    }
                    (Some(text), "renamed_from") => {
                        declared.renamed_from = declared.renamed_from.take().or(Some(text));
                    }
                    (Some(text), "unique_key") => {
                        declared.unique_key = declared.unique_key.take().or_else(|| Some((text, said())));
                    }
                    (Some(text), _) => {
                        declared.extra = declared.extra.take().or_else(|| Some((Some(text), said())));
                    }
                    (None, method) => {
                        let trouble = SourceError::new(said(), format!("`{method}` takes a text"), "not a text");
                        output.error(trouble.hint(format!(".{method}(\"…\")")));
                    }
                },
                _ => break,
            }
            rest = &call.receiver;
        }
        match column_type::read(self.modules, at, rest) {
            Some(column) => {
                let spot = file.spot(rest);
                for (value, at) in column.enums {
                    output.declare_enum(value, at.as_ref().unwrap_or(&spot));
                }
                declared.data_type = Ok((column.data_type, Some(spot)));
            }
            None => {
                let trouble = SourceError::new(file.spot(rest), "cannot read this column", "not a ColumnDef");
                declared.data_type = Err(trouble.hint("ColumnType::String(StringLen::N(80)).def().nullable()"));
            }
        }
        true
    }
}

/// An expression without parentheses and blocks around it.
fn inside(of: &Expr) -> &Expr {
    match of {
        Expr::Paren(paren) => inside(&paren.expr),
        Expr::Group(group) => inside(&group.expr),
        Expr::Block(block) => returned(&block.block).map_or(of, inside),
        other => other,
    }
}

/// The result of a body of one expression; imports before it do not count.
pub(super) fn returned(block: &Block) -> Option<&Expr> {
    let (last, before) = block.stmts.split_last()?;
    if !before.iter().all(|statement| matches!(statement, Stmt::Item(syn::Item::Use(_)))) {
        return None;
    }
    match last {
        Stmt::Expr(Expr::Return(value), _) => value.expr.as_deref(),
        Stmt::Expr(value, None) => Some(value),
        _ => None,
    }
}

fn method<'a>(of: &'a ItemImpl, name: &str) -> Option<&'a ImplItemFn> {
    of.items.iter().find_map(|item| match item {
        ImplItem::Fn(function) if function.sig.ident == name => Some(function),
        _ => None,
    })
}

fn is_impl(item: &ItemImpl, of: &str, name: &str) -> bool {
    let is_trait =
        item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last()).is_some_and(|last| last.ident == of);
    is_trait
        && matches!(&*item.self_ty, syn::Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}

fn is_path(of: &Expr, name: &str) -> bool {
    matches!(of, Expr::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}

/// Whether `EnumIter` leaves a variant out.
fn is_disabled(variant: &Variant) -> bool {
    variant.attrs.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => list.path.is_ident("strum") && list.tokens.to_string().contains("disabled"),
        _ => false,
    })
}

/// The result of `fn auto_increment`; a key without one does not compile.
fn numbering(keys: &EntityEnum<'_>, output: &mut Output) -> Numbering {
    let file: &RustFile = keys.module.file;
    let name = keys.item.ident.to_string();
    let function = keys.module.items.iter().find_map(|item| match item {
        syn::Item::Impl(item) if is_impl(item, "PrimaryKeyTrait", &name) => method(item, "auto_increment"),
        _ => None,
    });
    match function.map(|function| (function, returned(&function.block).and_then(literal))) {
        Some((function, Some(syn::Lit::Bool(said)))) => {
            Numbering { is: said.value, said: Some(file.spot(&function.sig.ident)) }
        }
        Some((function, _)) => {
            let spot = file.spot(&function.block);
            let trouble = SourceError::new(spot, "cannot read this `auto_increment`", "neither `true` nor `false`");
            output.error(trouble.hint("{ false }"));
            Numbering { is: false, said: None }
        }
        None => {
            let message = format!("`{name}` does not say whether it is numbered");
            let trouble = SourceError::new(file.spot(keys.name), message, "no `impl PrimaryKeyTrait`");
            output.error(trouble.hint("fn auto_increment() -> bool { true }"));
            Numbering { is: false, said: None }
        }
    }
}
