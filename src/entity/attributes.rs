//! Parsing `#[sea_orm(…)]` and `#[derive(…)]`.
//!
//! Must not know what a setting means; only which ones SeaORM knows where.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use proc_macro2::Span;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, LitBool, LitStr, Meta, MetaList, Token, UnOp};

use super::outline::segments;
use super::scan::is_too_deep;
use super::source::{Output, RustFile, SourceError, SourceLocation};

/// The settings of a model.
pub(super) const ON_MODEL: &[&str] = &[
    "table_name",
    "schema_name",
    "comment",
    "table_iden",
    "rename_all",
    "model_attrs",
    "model_ex_attrs",
    "arrow_schema",
    "model_ex",
    "active_model_ex",
    "compact_model",
    "entity",
    "column",
    "model",
    "active_model",
    "primary_key",
    "relation",
    "renamed_from",
];

/// The settings of a model's field.
pub(super) const ON_FIELD: &[&str] = &[
    "column_type",
    "auto_increment",
    "comment",
    "default_value",
    "default_expr",
    "column_name",
    "enum_name",
    "select_as",
    "save_as",
    "ignore",
    "primary_key",
    "nullable",
    "indexed",
    "unique",
    "unique_key",
    "renamed_from",
    "extra",
    "arrow_timestamp_unit",
    "arrow_timezone",
    "arrow_precision",
    "arrow_scale",
    "arrow_field",
    "arrow_skip",
    "arrow_comment",
    "skip",
];

/// The settings of a variant of a written-out `Column`. Only the first has a meaning there; the others are those of
/// `DeriveEntityModel`, which SeaORM ignores there.
pub(super) const ON_COLUMN: &[&str] = &["column_name", "table_name", "iden"];

/// The settings of a relation field.
pub(super) const ON_RELATION_FIELD: &[&str] = &[
    "has_one",
    "has_many",
    "belongs_to",
    "self_ref",
    "skip_fk",
    "via",
    "via_rel",
    "from",
    "to",
    "relation_enum",
    "relation_reverse",
    "reverse",
    "on_update",
    "on_delete",
];

/// The settings of a variant of the `Relation` enum.
pub(super) const ON_RELATION: &[&str] = &[
    "belongs_to",
    "has_one",
    "has_many",
    "via_rel",
    "on_update",
    "on_delete",
    "on_condition",
    "from",
    "to",
    "fk_name",
    "skip_fk",
    "condition_type",
];

/// The settings of an active enum.
pub(super) const ON_ENUM: &[&str] = &["rs_type", "db_type", "enum_name", "rename_all"];

/// The settings of a variant of an active enum.
pub(super) const ON_ENUM_VARIANT: &[&str] = &["string_value", "num_value", "display_value", "rename"];

/// The settings of a value type.
pub(super) const ON_VALUE: &[&str] =
    &["column_type", "array_type", "value_type", "from_str", "to_str", "try_from_u64", "try_getable_array"];

/// Settings without an effect on the schema: a misspelt one changes no plan. Any other setting that is misspelt would look
/// like one that has been removed.
const WITHOUT_A_PLAN: &[&str] = &[
    "model_attrs",
    "model_ex_attrs",
    "arrow_schema",
    "arrow_timestamp_unit",
    "arrow_timezone",
    "arrow_precision",
    "arrow_scale",
    "arrow_field",
    "arrow_skip",
    "arrow_comment",
    "select_as",
    "save_as",
    "relation_enum",
    "relation_reverse",
    "reverse",
    "on_condition",
    "condition_type",
    "display_value",
    "from_str",
    "to_str",
    "try_from_u64",
    "try_getable_array",
];

/// One setting inside `#[sea_orm(…)]`.
pub(super) struct Setting {
    pub(super) name: String,
    value: Value,
    /// The setting from its name to the end of its value.
    pub(super) spot: SourceLocation,
    /// The value, or the setting where it has none.
    pub(super) value_spot: SourceLocation,
}

/// What a setting is set to.
enum Value {
    None,
    Text(String),
    Other(Expr),
}

impl Setting {
    /// The value, where it is anything but a string.
    pub(super) fn value(&self) -> Option<&Expr> {
        match &self.value {
            Value::None | Value::Text(_) => None,
            Value::Other(value) => Some(value),
        }
    }

    /// The value as a string literal's content.
    pub(super) fn text(&self) -> Option<String> {
        match &self.value {
            Value::None => None,
            Value::Text(text) => Some(text.clone()),
            Value::Other(value) => match literal(value)? {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
        }
    }

    /// The value as a literal; a minus before a number belongs to it.
    pub(super) fn literal(&self) -> Option<Lit> {
        match &self.value {
            Value::None => None,
            Value::Text(text) => Some(Lit::Str(LitStr::new(text, Span::call_site()))),
            Value::Other(value) => literal(value),
        }
    }

    /// The value parsed as the expression its string literal holds.
    pub(super) fn expression(&self) -> Option<Rc<Expr>> {
        let text = self.text()?;
        EXPRESSIONS.with_borrow_mut(|known| {
            if let Some(expression) = known.get(&text) {
                return expression.clone();
            }
            let parse = || syn::parse_str(&text).ok().map(Rc::new);
            let expression = if is_too_deep(&text) { None } else { parse() };
            // A few expressions are used again and again; remembering more of them gains nothing.
            if known.len() < MANY {
                known.insert(text, expression.clone());
            }
            expression
        })
    }

    /// The segments of the path its string literal holds.
    pub(super) fn path(&self) -> Option<Vec<String>> {
        let text = self.text()?;
        let is_plain = |segment: &str| is_identifier(segment.trim());
        match text.split("::").all(is_plain) {
            true => Some(text.split("::").map(|segment| segment.trim().to_owned()).collect()),
            false if is_too_deep(&text) => None,
            false => syn::parse_str(&text).ok().map(|path| segments(&path)),
        }
    }
}

/// How many expressions are remembered.
const MANY: usize = 1_000;

thread_local! {
    /// The expressions this thread has parsed, by their text: their spans are not used.
    static EXPRESSIONS: RefCell<HashMap<String, Option<Rc<Expr>>>> = RefCell::default();
}

pub(super) fn is_identifier(text: &str) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
    text.as_bytes().first().is_some_and(is_letter) && text.bytes().all(|byte| is_letter(&byte) || byte.is_ascii_digit())
}

/// A literal, with the minus before it.
pub(super) fn literal(expression: &Expr) -> Option<Lit> {
    match expression {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit.clone()),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => match literal(&unary.expr)? {
            Lit::Int(number) => syn::parse_str(&format!("-{number}")).ok(),
            Lit::Float(number) => syn::parse_str(&format!("-{number}")).ok(),
            _ => None,
        },
        Expr::Group(group) => literal(&group.expr),
        Expr::Paren(paren) => literal(&paren.expr),
        _ => None,
    }
}

/// All settings of some attributes, in order; settings that SeaORM does not know are reported.
#[derive(Default)]
pub(super) struct Settings {
    list: Vec<Setting>,
    /// How many of them stand in the first attribute.
    in_first: usize,
}

impl Settings {
    pub(super) fn read(file: &RustFile, attributes: &[Attribute], known: &[&[&str]], output: &mut Output) -> Self {
        let mut settings = Vec::new();
        let mut in_first = None;
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("sea_orm")) {
            let Meta::List(list) = &attribute.meta else { continue };
            if let Some(found) = plainly(file, list) {
                settings.extend(found);
                in_first.get_or_insert(settings.len());
                continue;
            }
            let commas = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(list.tokens.clone());
            let metas: Vec<Meta> = match commas.map(|metas| metas.into_iter().collect()) {
                Ok(metas) => metas,
                // Most of SeaORM's macros take a comma for optional.
                Err(_) if without_commas.parse2(list.tokens.clone()).is_ok() => {
                    without_commas.parse2(list.tokens.clone()).unwrap_or_default()
                }
                Err(error) => {
                    let trouble = SourceError::new(file.spot(list), "this attribute cannot be read", error.to_string());
                    output.error(trouble.hint("write settings as `name` or `name = \"value\"`, separated by commas"));
                    continue;
                }
            };
            settings.extend(metas.into_iter().map(|meta| setting(file, meta)));
            in_first.get_or_insert(settings.len());
        }
        for setting in &settings {
            if !known.iter().any(|names| names.contains(&setting.name.as_str())) {
                match unknown(setting, known) {
                    (trouble, Some(meant)) if !WITHOUT_A_PLAN.contains(&meant) => output.error(trouble),
                    (trouble, _) => output.warning(trouble),
                }
            }
        }
        Self { list: settings, in_first: in_first.unwrap_or_default() }
    }

    /// The last setting of a name: SeaORM lets a later one override.
    pub(super) fn get(&self, name: &str) -> Option<&Setting> {
        self.list.iter().rev().find(|setting| setting.name == name)
    }

    /// Whether a setting stands in the first of all attributes.
    pub(super) fn is_in_first_attribute(&self, name: &str) -> bool {
        self.list.iter().take(self.in_first).any(|setting| setting.name == name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The string of a setting. One that is not a string is said, and taken for absent.
    pub(super) fn text(&self, name: &str, output: &mut Output) -> Option<(String, SourceLocation)> {
        let setting = self.get(name)?;
        match setting.text() {
            Some(text) => Some((text, setting.spot.clone())),
            None => {
                let message = format!("`{name}` takes a string");
                let trouble = SourceError::new(setting.spot.clone(), message, "not a string");
                output.error(trouble.hint(format!("{name} = \"…\"")));
                None
            }
        }
    }
}

/// Reads settings between which commas may be missing.
fn without_commas(input: syn::parse::ParseStream<'_>) -> syn::Result<Vec<Meta>> {
    let mut metas = Vec::new();
    while !input.is_empty() {
        metas.push(input.parse()?);
        input.parse::<Option<Token![,]>>()?;
    }
    Ok(metas)
}

fn setting(file: &RustFile, meta: Meta) -> Setting {
    let spot = file.spot(&meta);
    let name = meta.path().segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>().join("::");
    match meta {
        Meta::NameValue(pair) => {
            let value_spot = file.spot(&pair.value);
            Setting { name, value: Value::Other(pair.value), spot, value_spot }
        }
        Meta::Path(_) | Meta::List(_) => Setting { name, value: Value::None, value_spot: spot.clone(), spot },
    }
}

/// The settings of an attribute that is plain. Any other is the parser's.
fn plainly(file: &RustFile, list: &MetaList) -> Option<Vec<Setting>> {
    let (text, start) = file.behind(&list.delimiter)?;
    let spot = |from: usize, to: usize| file.spot_at(start + from..start + to);
    let mut settings = Vec::new();
    plain(text, |name, value| {
        let (from, to) = (name.start, value.as_ref().map_or(name.end, |value| value.end));
        let value_spot = spot(value.as_ref().map_or(from, |value| value.start), to);
        let name = text.get(name).unwrap_or_default().to_owned();
        let value = match value.and_then(|value| text.get(value)) {
            None => Value::None,
            Some(flag @ ("true" | "false")) => {
                let value = LitBool::new(flag == "true", Span::call_site());
                Value::Other(Expr::Lit(ExprLit { attrs: Vec::new(), lit: Lit::Bool(value) }))
            }
            Some(text) => Value::Text(text.trim_matches('"').to_owned()),
        };
        settings.push(Setting { name, value, spot: spot(from, to), value_spot });
    })?;
    Some(settings)
}

/// Goes through an attribute that holds only names, strings without escapes, `true` and `false`, which is nearly every one.
/// `text` begins behind the opening parenthesis; `each` is told where a name stands, and its value. Gives back where the closing
/// parenthesis is; `None`: there is more in it than that.
pub(super) fn plain(text: &str, mut each: impl FnMut(Range<usize>, Option<Range<usize>>)) -> Option<usize> {
    let bytes = text.as_bytes();
    let after = |from: usize, goes_on: fn(u8) -> bool| {
        let rest = bytes.get(from..).unwrap_or_default();
        from + rest.iter().position(|byte| !goes_on(*byte)).unwrap_or(rest.len())
    };
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let space = |byte: u8| byte.is_ascii_whitespace();
    let mut at = after(0, space);
    while bytes.get(at) != Some(&b')') {
        let name = at..after(at, word);
        text.get(name.clone()).filter(|name| is_identifier(name))?;
        at = after(name.end, space);
        if bytes.get(at) == Some(&b'=') {
            let begins = after(at + 1, space);
            let ends = match bytes.get(begins)? {
                b'"' => {
                    let quote = after(begins + 1, |byte| !matches!(byte, b'"' | b'\\' | b'\r'));
                    (bytes.get(quote) == Some(&b'"')).then_some(quote + 1)?
                }
                _ => {
                    let ends = after(begins, word);
                    matches!(text.get(begins..ends)?, "true" | "false").then_some(ends)?
                }
            };
            each(name, Some(begins..ends));
            at = after(ends, space);
        } else {
            each(name, None);
        }
        match bytes.get(at) {
            Some(b',') => at = after(at + 1, space),
            Some(b')') => {}
            Some(_) | None => return None,
        }
    }
    Some(at)
}

/// What is wrong with a setting, and which one may have been meant.
fn unknown<'a>(setting: &Setting, known: &[&[&'a str]]) -> (SourceError, Option<&'a str>) {
    let message = format!("SeaORM knows no `{}` here", setting.name);
    let trouble = SourceError::new(setting.spot.clone(), message, "unknown setting");
    let likeness = |name: &str| similar::TextDiff::from_chars(setting.name.as_str(), name).ratio();
    let nearest = known.iter().flat_map(|names| names.iter()).max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    match nearest {
        Some(name) if likeness(name) > 0.6 => (trouble.hint(format!("did you mean `{name}`?")), Some(name)),
        _ => (trouble.hint("remove it, or say it in an SQL file beside the entity"), None),
    }
}

/// Whether `#[derive(…)]` names a macro, by whatever path.
pub(super) fn derives(file: &RustFile, attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("derive")).any(|attribute| {
        let Meta::List(list) = &attribute.meta else { return false };
        let list_of = file.behind(&list.delimiter).and_then(|(text, _)| text.split(')').next());
        match list_of.filter(|text| is_plain_list(text)) {
            Some(text) => names(text, name),
            None => {
                Punctuated::<syn::Path, Token![,]>::parse_terminated.parse2(list.tokens.clone()).is_ok_and(|paths| {
                    paths.iter().any(|path| path.segments.last().is_some_and(|last| last.ident == name))
                })
            }
        }
    })
}

/// Whether the text of a list of derives holds nothing but paths.
pub(super) fn is_plain_list(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"_:,".contains(&byte))
}

/// Whether the text of a plain list of derives names a macro.
pub(super) fn names(text: &str, name: &str) -> bool {
    text.split(',').any(|path| path.rsplit("::").next().is_some_and(|last| last.trim() == name))
}
