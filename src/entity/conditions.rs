//! `#[cfg(…)]` and `#[cfg_attr(…)]`: items that they disable are removed, once, before anything is read.
//!
//! Must not know what an entity is made of; only which words in an attribute make something one.

use std::collections::BTreeSet;

use quote::ToTokens as _;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Field, Fields, ImplItem, Item, Lit, Meta, Stmt, Token};

use super::Context;
use super::outline::{module_path, path_attribute};
use super::source::{RustFile, SourceError, SourceLocation};

/// The known conditions of one crate.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions {
    /// The enabled features, if known.
    features: Option<BTreeSet<String>>,
    /// Further conditions that hold, if known: `unix`, `target_os = "linux"`.
    others: Option<BTreeSet<String>>,
}

/// Diagnostics about the conditions of a file.
#[derive(Default)]
pub(super) struct Outcome {
    /// Conditions on entities and their parts that cannot be evaluated.
    pub(super) troubles: Vec<SourceError>,
    /// Modules in files of their own that are disabled.
    pub(super) absent: Vec<Declaration>,
    /// Modules that may be there or not: it matters only where they declare something. Without a name it is the whole module.
    pub(super) doubtful: Vec<(Vec<String>, Option<String>, SourceError)>,
}

/// A `mod name;`.
pub(super) struct Declaration {
    /// The module it is in.
    pub(super) module: Vec<String>,
    pub(super) name: String,
    /// The value of `#[path]`.
    pub(super) elsewhere: Option<String>,
}

impl Conditions {
    /// The conditions in a file: the features of its package, if its `Cargo.toml` is known, and the configured ones.
    pub(super) fn of(context: &Context, features: Option<&BTreeSet<String>>) -> Self {
        let configured = || context.features.as_ref().map(|list| list.iter().cloned().collect());
        let others = context.cfg.as_ref().map(|list| list.iter().map(|text| without_spaces(text)).collect());
        Self { features: features.cloned().or_else(configured), others }
    }

    /// Whether a condition holds, if that can be decided.
    fn holds(&self, condition: &Meta) -> Option<bool> {
        match condition {
            Meta::Path(path) if path.is_ident("test") || path.is_ident("doctest") || path.is_ident("miri") => {
                Some(false)
            }
            Meta::Path(path) if path.is_ident("true") => Some(true),
            Meta::Path(path) if path.is_ident("false") => Some(false),
            Meta::NameValue(pair) if pair.path.is_ident("feature") => match super::attributes::literal(&pair.value)? {
                Lit::Str(feature) => Some(self.features.as_ref()?.contains(&feature.value())),
                _ => None,
            },
            Meta::List(list) => {
                let conditions = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(list.tokens.clone()).ok()?;
                let mut held = conditions.iter().map(|condition| self.holds(condition));
                if list.path.is_ident("not") {
                    return held.next()?.map(|holds| !holds);
                }
                // One condition that decides is enough, even if others are unknown.
                let (decides, otherwise) = match () {
                    () if list.path.is_ident("all") => (false, true),
                    () if list.path.is_ident("any") => (true, false),
                    () => return None,
                };
                held.try_fold(Some(otherwise), |so_far, holds| match holds {
                    Some(holds) if holds == decides => Err(Some(decides)),
                    Some(_) => Ok(so_far),
                    None => Ok(None),
                })
                .unwrap_or_else(|decided| decided)
            }
            other => {
                let others = self.others.as_ref()?;
                Some(others.contains(&without_spaces(&other.to_token_stream().to_string())))
            }
        }
    }
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

/// Removes the items that the conditions of a file disable.
pub(super) fn apply_conditions(file: &mut RustFile, conditions: &Conditions) -> Outcome {
    let mut syntax =
        std::mem::replace(&mut file.syntax, syn::File { shebang: None, attrs: Vec::new(), items: Vec::new() });
    let path = module_path(&file.path);
    let mut pass = Pass { file, conditions, outcome: Outcome::default() };
    match pass.attributes(&mut syntax.attrs) {
        Stays::Yes => pass.items(&mut syntax.items, &path),
        Stays::No => syntax.items.clear(),
        Stays::Unknown(trouble) => {
            pass.items(&mut syntax.items, &path);
            pass.outcome.doubtful.push((path, None, trouble));
        }
    }
    let outcome = pass.outcome;
    file.syntax = syntax;
    outcome
}

struct Pass<'p> {
    file: &'p RustFile,
    conditions: &'p Conditions,
    outcome: Outcome,
}

enum Stays {
    Yes,
    No,
    Unknown(SourceError),
}

impl Pass<'_> {
    fn items(&mut self, items: &mut Vec<Item>, path: &[String]) {
        items.retain_mut(|item| {
            let stays = match attributes_of(item) {
                Some(attributes) => self.attributes(attributes),
                None => Stays::Yes,
            };
            if let Item::Mod(module) = item {
                return self.module(module, stays, path);
            }
            match stays {
                Stays::No => return false,
                Stays::Unknown(trouble) if declares(item) => self.outcome.troubles.push(trouble),
                Stays::Unknown(_) | Stays::Yes => {}
            }
            match item {
                Item::Struct(item) => self.fields(&mut item.fields),
                Item::Enum(item) => {
                    let variants = std::mem::take(&mut item.variants);
                    item.variants = variants
                        .into_pairs()
                        .filter_map(|mut pair| self.part(&mut pair.value_mut().attrs).then_some(pair))
                        .collect();
                }
                Item::Impl(item) if item.trait_.is_some() => self.methods(&mut item.items),
                _ => {}
            }
            true
        });
    }

    fn module(&mut self, module: &mut syn::ItemMod, stays: Stays, path: &[String]) -> bool {
        let name = super::names::plain(&module.ident);
        if let Some((_, items)) = &mut module.content
            && !matches!(stays, Stays::No)
        {
            let inner: Vec<String> = path.iter().cloned().chain([name.clone()]).collect();
            self.items(items, &inner);
        }
        match stays {
            Stays::Yes => true,
            Stays::No => {
                if module.content.is_none() {
                    let elsewhere = path_attribute(&module.attrs);
                    self.outcome.absent.push(Declaration { module: path.to_vec(), name, elsewhere });
                }
                false
            }
            Stays::Unknown(trouble) => {
                self.outcome.doubtful.push((path.to_vec(), Some(name), trouble));
                true
            }
        }
    }

    fn fields(&mut self, fields: &mut Fields) {
        let mut keep = |field: &mut Field| self.part(&mut field.attrs);
        match fields {
            Fields::Named(named) => {
                let all = std::mem::take(&mut named.named);
                named.named = all.into_pairs().filter_map(|mut pair| keep(pair.value_mut()).then_some(pair)).collect();
            }
            Fields::Unnamed(unnamed) => {
                let all = std::mem::take(&mut unnamed.unnamed);
                unnamed.unnamed =
                    all.into_pairs().filter_map(|mut pair| keep(pair.value_mut()).then_some(pair)).collect();
            }
            Fields::Unit => {}
        }
    }

    /// The methods of a written-out trait, and the arms of the match that they are.
    fn methods(&mut self, items: &mut Vec<ImplItem>) {
        items.retain_mut(|item| {
            let ImplItem::Fn(function) = item else { return true };
            if !self.part(&mut function.attrs) {
                return false;
            }
            for statement in &mut function.block.stmts {
                if let Stmt::Expr(syn::Expr::Match(found), _) = statement {
                    found.arms.retain_mut(|arm| self.part(&mut arm.attrs));
                }
            }
            true
        });
    }

    /// Whether a field, a variant, a method or an arm stays.
    fn part(&mut self, attributes: &mut Vec<Attribute>) -> bool {
        match self.attributes(attributes) {
            Stays::Yes => true,
            Stays::No => false,
            Stays::Unknown(trouble) => {
                self.outcome.troubles.push(trouble);
                true
            }
        }
    }

    /// Expands `cfg_attr` and evaluates `cfg`.
    fn attributes(&mut self, attributes: &mut Vec<Attribute>) -> Stays {
        if !attributes.iter().any(|attribute| attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr"))
        {
            return Stays::Yes;
        }
        let mut stays = Stays::Yes;
        let mut expanded = Vec::new();
        for attribute in attributes.drain(..) {
            self.attribute(attribute, &mut expanded, &mut stays, NESTING);
        }
        *attributes = expanded;
        stays
    }

    fn attribute(&mut self, attribute: Attribute, expanded: &mut Vec<Attribute>, stays: &mut Stays, nesting: usize) {
        let Meta::List(list) = &attribute.meta else { return expanded.push(attribute) };
        let (is_cfg, is_attr) = (list.path.is_ident("cfg"), list.path.is_ident("cfg_attr"));
        let metas = match (is_cfg || is_attr) && nesting > 0 {
            true => Punctuated::<Meta, Token![,]>::parse_terminated.parse2(list.tokens.clone()).ok(),
            false => None,
        };
        let Some(metas) = metas else { return expanded.push(attribute) };
        let mut metas = metas.into_iter();
        let Some(condition) = metas.next() else { return };
        let holds = self.conditions.holds(&condition);
        if is_cfg {
            match (holds, &stays) {
                (Some(false), _) => *stays = Stays::No,
                (None, Stays::Yes) => *stays = Stays::Unknown(self.unknown(&condition)),
                (Some(true), _) | (None, _) => {}
            }
            return;
        }
        match holds {
            Some(false) => {}
            Some(true) => {
                for meta in metas {
                    self.attribute(Attribute { meta, ..attribute.clone() }, expanded, stays, nesting - 1);
                }
            }
            // Conditions on `serde`, `Debug` and the like do not matter here.
            None if metas.any(|meta| matters(&meta)) => {
                let trouble = self.unknown(&condition);
                self.outcome.troubles.push(trouble);
            }
            None => {}
        }
    }

    fn unknown(&self, condition: &Meta) -> SourceError {
        let spot: SourceLocation = self.file.spot(condition);
        let spelled = condition.to_token_stream().to_string();
        let message = format!("whether `{spelled}` holds cannot be told from these files");
        let trouble = SourceError::new(spot, message, "decides what is declared");
        match spelled.contains("feature") {
            true => trouble.hint("say in the configuration which features are on: `features = [\"default\", \"…\"]`"),
            false => trouble.hint("say in the configuration what holds beside features: `cfg = [\"unix\", \"…\"]`"),
        }
    }
}

/// How deep `cfg_attr` may stand in `cfg_attr`.
const NESTING: usize = 8;

/// Derives that make something part of the model.
const DERIVES: [&str; 8] = [
    "DeriveEntityModel",
    "DeriveEntity",
    "DeriveColumn",
    "DerivePrimaryKey",
    "DeriveRelation",
    "DeriveActiveEnum",
    "DeriveValueType",
    "FromJsonQueryResult",
];

/// Traits whose written-out form is part of the model.
const TRAITS: [&str; 6] = ["EntityName", "EntityTrait", "ColumnTrait", "PrimaryKeyTrait", "RelationTrait", "ValueType"];

/// Whether an attribute affects the model.
fn matters(meta: &Meta) -> bool {
    let path = meta.path();
    match meta {
        Meta::List(list) if path.is_ident("derive") || path.is_ident("cfg_attr") => {
            let text = list.tokens.to_string();
            text.contains("sea_orm") || DERIVES.iter().any(|name| text.contains(name))
        }
        Meta::List(_) | Meta::Path(_) | Meta::NameValue(_) => {
            path.is_ident("cfg") || path.segments.first().is_some_and(|first| first.ident == "sea_orm")
        }
    }
}

fn declares(item: &Item) -> bool {
    let derives = |attributes: &[Attribute]| attributes.iter().any(|attribute| matters(&attribute.meta));
    match item {
        Item::Struct(item) => derives(&item.attrs),
        Item::Enum(item) => derives(&item.attrs),
        Item::Impl(item) => item
            .trait_
            .as_ref()
            .and_then(|(_, path, _)| path.segments.last())
            .is_some_and(|last| TRAITS.iter().any(|name| last.ident == name)),
        _ => false,
    }
}

fn attributes_of(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    Some(match item {
        Item::Const(item) => &mut item.attrs,
        Item::Enum(item) => &mut item.attrs,
        Item::ExternCrate(item) => &mut item.attrs,
        Item::Fn(item) => &mut item.attrs,
        Item::ForeignMod(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        Item::Macro(item) => &mut item.attrs,
        Item::Mod(item) => &mut item.attrs,
        Item::Static(item) => &mut item.attrs,
        Item::Struct(item) => &mut item.attrs,
        Item::Trait(item) => &mut item.attrs,
        Item::TraitAlias(item) => &mut item.attrs,
        Item::Type(item) => &mut item.attrs,
        Item::Union(item) => &mut item.attrs,
        Item::Use(item) => &mut item.attrs,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
