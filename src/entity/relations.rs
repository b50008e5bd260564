//! Foreign keys: from the `Relation` enum, a written-out `RelationTrait`, and the fields of dense models.
//!
//! Must not know columns beyond the names SeaORM gives their variants.

use syn::{Expr, ExprMethodCall, Field, ImplItem, Item, ItemEnum, Pat, Stmt};

use crate::schema::Action;

use super::attributes::{ON_FIELD, ON_RELATION, ON_RELATION_FIELD, Setting, Settings, derives, literal};
use super::names::{plain, variant};
use super::resolve::{Module, segments};
use super::source::{Output, RustFile, SourceError, SourceLocation};

/// A relation that makes a foreign key, before the entity at its other end is known.
pub(super) struct Relation {
    pub(super) spot: SourceLocation,
    /// The path of the entity referred to.
    pub(super) entity: Vec<String>,
    pub(super) entity_spot: SourceLocation,
    /// Variants of `Column`, here and there.
    pub(super) from: Vec<String>,
    pub(super) to: Vec<String>,
    pub(super) columns_spot: SourceLocation,
    pub(super) on_delete: Option<(Option<Action>, SourceLocation)>,
    pub(super) on_update: Option<(Option<Action>, SourceLocation)>,
    pub(super) name: Option<String>,
}

/// All relations of a module's entity that make foreign keys.
pub(super) fn read(module: &Module<'_>, output: &mut Output) -> Vec<Relation> {
    let mut relations = Vec::new();
    let Some(entity) = module.entity else { return relations };
    // Only `#[sea_orm::model]` makes relations of fields; `#[sea_orm::compact_model]` leaves them to the enum.
    let dense =
        entity.attrs.iter().any(|attribute| attribute.path().segments.last().is_some_and(|last| last.ident == "model"));
    if dense {
        relations.extend(entity.fields.iter().filter_map(|field| of_field(module.file, field, output)));
    }
    for item in module.items {
        match item {
            Item::Enum(item) if derives(module.file, &item.attrs, "DeriveRelation") => {
                of_enum(module.file, item, &mut relations, output)
            }
            Item::Impl(item) => {
                let of = item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
                if of.is_some_and(|of| of.ident == "RelationTrait") {
                    for item in &item.items {
                        if let ImplItem::Fn(function) = item
                            && function.sig.ident == "def"
                        {
                            of_function(module.file, &function.block.stmts, &mut relations, output);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    relations
}

/// The kind and the entity of a field that is a relation, by its type's name as SeaORM's macro goes by it.
pub(super) fn target(field: &Field) -> Option<(&'static str, &syn::Path)> {
    let syn::Type::Path(path) = &field.ty else { return None };
    let last = path.path.segments.last()?;
    let kind = ["BelongsTo", "HasOne", "HasMany"].into_iter().find(|kind| last.ident == kind)?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let Some(syn::GenericArgument::Type(inner)) = arguments.args.first() else { return None };
    match super::types::option(inner).unwrap_or(inner) {
        syn::Type::Path(entity) => Some((kind, &entity.path)),
        _ => None,
    }
}

fn of_field(file: &RustFile, field: &Field, output: &mut Output) -> Option<Relation> {
    let (_, entity) = target(field)?;
    let settings = Settings::read(file, &field.attrs, &[ON_RELATION_FIELD, ON_FIELD], output);
    let belongs = settings.has("belongs_to");
    let itself = settings.has("self_ref") && !settings.has("via") && settings.has("from") && settings.has("to");
    if !(belongs || itself) || settings.has("skip_fk") {
        return None;
    }
    let spot = file.spot(field.ident.as_ref()?);
    let columns = (settings.get("from"), settings.get("to"));
    let (Some(from), Some(to)) = columns else {
        let trouble = SourceError::new(spot, "this relation does not say its columns", "no `from` and `to`");
        output.error(trouble.hint("#[sea_orm(belongs_to, from = \"author_id\", to = \"id\")]"));
        return None;
    };
    Some(Relation {
        entity: if itself { vec!["Entity".to_owned()] } else { segments(entity) },
        entity_spot: file.spot(entity),
        from: fields(from, output)?.iter().map(|name| variant(name)).collect(),
        to: fields(to, output)?.iter().map(|name| variant(name)).collect(),
        columns_spot: to.value_spot.clone(),
        on_delete: action(settings.get("on_delete"), output),
        on_update: action(settings.get("on_update"), output),
        name: None,
        spot,
    })
}

fn of_enum(file: &RustFile, item: &ItemEnum, relations: &mut Vec<Relation>, output: &mut Output) {
    for variant in &item.variants {
        let settings = Settings::read(file, &variant.attrs, &[ON_RELATION], output);
        let Some(entity) = settings.get("belongs_to") else { continue };
        if settings.has("skip_fk") {
            continue;
        }
        let (Some(from), Some(to)) = (settings.get("from"), settings.get("to")) else {
            let trouble = SourceError::new(
                file.spot(&variant.ident),
                "this relation does not say its columns",
                "no `from` and `to`",
            );
            output.error(trouble.hint("from = \"Column::AuthorId\", to = \"super::author::Column::Id\""));
            continue;
        };
        let Some(path) = entity.path() else {
            let trouble =
                SourceError::new(entity.value_spot.clone(), "`belongs_to` takes the path of an entity", "no path");
            output.error(trouble.hint("belongs_to = \"super::author::Entity\""));
            continue;
        };
        let (Some(from), Some(to_columns)) = (fields(from, output), fields(to, output)) else { continue };
        relations.push(Relation {
            spot: file.spot(&variant.ident),
            entity: path,
            entity_spot: entity.value_spot.clone(),
            from,
            to: to_columns,
            columns_spot: to.value_spot.clone(),
            on_delete: action(settings.get("on_delete"), output),
            on_update: action(settings.get("on_update"), output),
            name: settings.text("fk_name", output).map(|(name, _)| name),
        });
    }
}

/// The last segment of each path in `"Column::A"` or `"(Column::A, Column::B)"`.
fn fields(setting: &Setting, output: &mut Output) -> Option<Vec<String>> {
    let names = match setting.path() {
        Some(path) => path.last().map(|last| vec![last.clone()]),
        None => setting.expression().and_then(|columns| column_names(&columns)),
    };
    if names.is_none() {
        let message = format!("cannot read the columns of `{}`", setting.name);
        let trouble = SourceError::new(setting.value_spot.clone(), message, "no column");
        output.error(trouble.hint("a column, or several as `(a, b)`"));
    }
    names
}

fn column_names(expression: &Expr) -> Option<Vec<String>> {
    match expression {
        Expr::Path(path) => path.path.segments.last().map(|last| vec![plain(&last.ident)]),
        Expr::Tuple(tuple) if !tuple.elems.is_empty() => {
            tuple.elems.iter().map(|element| column_names(element)?.into_iter().next()).collect()
        }
        Expr::Paren(paren) => column_names(&paren.expr),
        _ => None,
    }
}

fn action(setting: Option<&Setting>, output: &mut Output) -> Option<(Option<Action>, SourceLocation)> {
    let setting = setting?;
    match setting.text().as_deref().map(action_named) {
        Some(Some(action)) => Some((action, setting.spot.clone())),
        Some(None) | None => {
            let message = format!("`{}` takes an action", setting.name);
            let trouble = SourceError::new(setting.value_spot.clone(), message, "no such action");
            output.error(trouble.hint("Cascade, SetNull, SetDefault, Restrict or NoAction"));
            None
        }
    }
}

/// The outer `None`: no action of this name. The inner: the database's own default.
fn action_named(name: &str) -> Option<Option<Action>> {
    Some(match name {
        "Cascade" => Some(Action::Cascade),
        "SetNull" => Some(Action::SetNull),
        "SetDefault" => Some(Action::SetDefault),
        "Restrict" => Some(Action::Restrict),
        "NoAction" => None,
        _ => return None,
    })
}

/// A written-out `fn def`: a match whose arms are chains of the relation builder.
fn of_function(file: &RustFile, body: &[Stmt], relations: &mut Vec<Relation>, output: &mut Output) {
    let Some(arms) = matched(body) else {
        // `panic!()` alone is what an entity without relations has.
        if !matches!(body, [Stmt::Macro(_) | Stmt::Expr(Expr::Macro(_), _)]) {
            let spot = body.first().map(|first| file.spot(first));
            if let Some(spot) = spot {
                output.error(unreadable(spot));
            }
        }
        return;
    };
    for arm in &arms.arms {
        match chain(file, &arm.body) {
            Ok(Some(mut relation)) => {
                if let Pat::Path(path) = &arm.pat
                    && let Some(last) = path.path.segments.last()
                {
                    relation.spot = file.spot(&last.ident);
                }
                relations.push(relation);
            }
            Ok(None) => {}
            Err(spot) => output.error(unreadable(spot)),
        }
    }
}

/// The `match` of a body, with or without `.into()` and the like behind it.
fn matched(body: &[Stmt]) -> Option<&syn::ExprMatch> {
    let (last, before) = body.split_last()?;
    let Stmt::Expr(value, _) = last else { return None };
    let mut value = value;
    if !before.iter().all(|statement| matches!(statement, Stmt::Item(Item::Use(_)))) {
        return None;
    }
    loop {
        value = match value {
            Expr::Match(found) => return Some(found),
            Expr::MethodCall(call) if call.args.is_empty() && (call.method == "into" || call.method == "def") => {
                &call.receiver
            }
            Expr::Paren(paren) => &paren.expr,
            Expr::Return(of) => of.expr.as_deref()?,
            Expr::Block(block) => return matched(&block.block.stmts),
            _ => return None,
        };
    }
}

fn unreadable(spot: SourceLocation) -> SourceError {
    SourceError::new(spot, "cannot read this relation", "not a chain of the relation builder")
        .hint("Entity::belongs_to(super::author::Entity).from(Column::AuthorId).to(super::author::Column::Id).into()")
}

/// Follows a chain down to `Entity::belongs_to(…)` and back. `None`: a relation that makes no foreign key.
fn chain(file: &RustFile, expression: &Expr) -> Result<Option<Relation>, SourceLocation> {
    match expression {
        Expr::Macro(_) => Ok(None),
        Expr::Paren(paren) => chain(file, &paren.expr),
        Expr::Block(block) => match block.block.stmts.as_slice() {
            [Stmt::Expr(only, None)] => chain(file, only),
            [Stmt::Macro(_)] => Ok(None),
            _ => Err(file.spot(expression)),
        },
        Expr::Call(call) => {
            let Expr::Path(function) = &*call.func else { return Err(file.spot(expression)) };
            let name = function.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
            match (name.as_str(), call.args.first()) {
                ("has_one" | "has_many" | "has_many_via", _) => Ok(None),
                ("belongs_to", Some(Expr::Path(entity))) => {
                    let spot = file.spot(entity);
                    Ok(Some(Relation {
                        spot: spot.clone(),
                        entity: segments(&entity.path),
                        entity_spot: spot.clone(),
                        from: Vec::new(),
                        to: Vec::new(),
                        columns_spot: spot,
                        on_delete: None,
                        on_update: None,
                        name: None,
                    }))
                }
                _ => Err(file.spot(expression)),
            }
        }
        Expr::MethodCall(call) => {
            let Some(relation) = chain(file, &call.receiver)? else { return Ok(None) };
            link(file, call, relation)
        }
        _ => Err(file.spot(expression)),
    }
}

/// One method in a relation's chain.
fn link(file: &RustFile, call: &ExprMethodCall, mut relation: Relation) -> Result<Option<Relation>, SourceLocation> {
    let wrong = || file.spot(&call.method);
    match (call.method.to_string().as_str(), call.args.first()) {
        ("from", Some(columns)) => relation.from = column_names(columns).ok_or_else(wrong)?,
        ("to", Some(columns)) => {
            relation.to = column_names(columns).ok_or_else(wrong)?;
            relation.columns_spot = file.spot(columns);
        }
        ("on_delete", Some(Expr::Path(action))) => {
            relation.on_delete = Some((method_action(action).ok_or_else(wrong)?, wrong()))
        }
        ("on_update", Some(Expr::Path(action))) => {
            relation.on_update = Some((method_action(action).ok_or_else(wrong)?, wrong()))
        }
        ("fk_name", Some(name)) => match literal(name) {
            Some(syn::Lit::Str(name)) => relation.name = Some(name.value()),
            _ => return Err(wrong()),
        },
        ("skip_fk", _) => return Ok(None),
        ("into" | "def", None) | ("on_condition" | "condition_type", Some(_)) => {}
        _ => return Err(wrong()),
    }
    Ok(Some(relation))
}

fn method_action(path: &syn::ExprPath) -> Option<Option<Action>> {
    action_named(&path.path.segments.last()?.ident.to_string())
}
