//! Contradictions: differences between an entity and the database, one by one, with both ways to resolve each.
//!
//! Must not know how it is printed, or that a plan could be carried out.

use serde::Serialize;

use crate::entity::{Model, Source};
use crate::plan::{Alter, Object, Op, Plan, action_name, default_text, type_name};
use crate::schema::{
    Column, DefaultValue, Expression, Facet, ForeignKey, IndexTarget, Name, ObjectName, Origin, Part, Place, Product,
};

use super::types;

/// One contradiction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contradiction {
    /// The object.
    pub place: Place,
    /// The source location; `None` for an object that a dialect implies.
    pub source: Option<Source>,
    /// The declared value.
    pub says: String,
    /// The database's value.
    pub has: String,
    /// The code that would match the database.
    pub in_code: String,
    /// What the next migration changes otherwise.
    pub in_database: String,
    /// The type rule that makes it one.
    pub rule: Option<&'static str>,
}

/// The contradictions behind a plan that leads from a database to what its entities declare.
pub fn contradictions(product: Product, plan: &Plan, model: &Model) -> Vec<Contradiction> {
    let mut found = Vec::new();
    for op in plan.ops() {
        let replaced = plan.ops().iter().find_map(|other| match (op, other) {
            (Op::Create(new), Op::Drop(old)) if new.place() == old.place() => Some(old),
            _ => None,
        });
        let is_replaced =
            |new: &Object| plan.ops().iter().any(|op| matches!(op, Op::Create(it) if it.place() == new.place()));
        match op {
            // The object is only dropped for a change of one of its dependencies.
            Op::Create(object) if replaced == Some(object) => {}
            Op::Drop(object) if is_replaced(object) => {}
            Op::Alter(Alter::Column(table, change)) => {
                found.extend(in_column(product, model, table, &change.from, &change.to));
            }
            _ => found.push(whole(model, op, replaced)),
        }
    }
    found.sort_by(|a, b| {
        let line = |it: &Contradiction| it.source.as_ref().map(|at| (at.file.clone(), at.line));
        (line(a).is_none(), line(a)).cmp(&(line(b).is_none(), line(b)))
    });
    found
}

/// Where something is declared: its own line, or that of what it belongs to.
fn source(model: &Model, place: &Place, columns: &[Name]) -> Option<Source> {
    let sources = &model.sources;
    let first = columns.first().and_then(|name| sources.get(&Place::column(place.object(), name)));
    let around = match place {
        Place::Table(table, Part::Column(name, _)) => sources.get(&Place::column(table, name)),
        Place::Table(..) | Place::Enum(_) | Place::View(_) | Place::Routine(_) | Place::Definition(_) => None,
    };
    let table = sources.get(&Place::table(place.object()));
    sources.get(place).or(first).or(around).or(table)
}

/// Something that is there as a whole or not at all.
fn whole(model: &Model, op: &Op, replaced: Option<&Object>) -> Contradiction {
    let place = op.place();
    let summary = op.summary();
    let mut columns: Vec<Name> = Vec::new();
    let (has, in_code) = match op {
        Op::Create(object) => {
            let has = replaced.map(|old| Op::Drop(old.clone()).summary());
            let (missing, in_code) = match object {
                Object::Table(_) => ("no such table", "remove the entity".to_owned()),
                Object::Column(_, _) => ("no such column", "remove the field, or `#[sea_orm(ignore)]`".to_owned()),
                Object::PrimaryKey(_, key) => {
                    columns.clone_from(&key.columns);
                    ("no primary key", "remove `primary_key`".to_owned())
                }
                Object::Unique(_, unique) => {
                    columns.clone_from(&unique.columns);
                    ("no such constraint", "remove `unique`".to_owned())
                }
                Object::ForeignKey(_, key) => {
                    columns.clone_from(&key.columns);
                    let in_code = match replaced {
                        Some(Object::ForeignKey(_, old)) => actions(old),
                        _ => "`skip_fk` at the relation".to_owned(),
                    };
                    ("no such foreign key", in_code)
                }
                Object::Check(..) => ("no such check", "remove the check".to_owned()),
                Object::Index(_, index) => {
                    columns.extend(index.parts.iter().filter_map(|part| match &part.target {
                        IndexTarget::Column(name) => Some(name.clone()),
                        IndexTarget::Expression(_) => None,
                    }));
                    let what = if index.unique { "remove `unique`" } else { "remove `indexed`" };
                    ("no such index", what.to_owned())
                }
                Object::Trigger(..) => ("no such trigger", "remove it from the SQL file".to_owned()),
                Object::Definition(_) => ("no such object", "remove it from the SQL file".to_owned()),
                Object::Enum(_) => ("no such type", "`db_type = \"String(StringLen::None)\"` at the enum".to_owned()),
                Object::View(_) => ("no such view", "remove it from the SQL file".to_owned()),
                Object::Routine(_) => ("no such routine", "remove it from the SQL file".to_owned()),
            };
            let is_sidecar = model.sources.get(&place).is_some_and(|source| source.origin == Origin::Sidecar);
            let in_code = if is_sidecar { "remove it from the SQL file".to_owned() } else { in_code };
            (has.unwrap_or_else(|| missing.to_owned()), in_code)
        }
        Op::Alter(Alter::PrimaryKey(_, change)) => {
            columns.clone_from(&change.to.columns);
            let keys = change.from.columns.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
            (format!("primary key ({keys})"), format!("`primary_key` at {keys}"))
        }
        Op::Alter(Alter::Enum(change)) => {
            (format!("enum ({})", change.from.values.join(", ")), "the values of the database".to_owned())
        }
        Op::Alter(Alter::Comment(_, change)) => {
            let comment = change.from.clone().unwrap_or_default();
            (format!("comment '{comment}'"), format!("`comment = {comment:?}`"))
        }
        Op::Drop(_) => (summary.clone(), "declare it".to_owned()),
        // `index a → b`: what the database has stands first.
        Op::Alter(_) | Op::Rename(_) => match summary.split_once(" → ") {
            Some((before, _)) => (before.to_owned(), "what the database has".to_owned()),
            None => ("another".to_owned(), "what the database has".to_owned()),
        },
    };
    let in_database = match op {
        Op::Create(_) if replaced.is_some() => "replaces it",
        Op::Create(_) => "creates it",
        Op::Drop(_) => "drops it",
        Op::Alter(_) | Op::Rename(_) => "changes it",
    };
    let says = if matches!(op, Op::Drop(_)) { "nothing".to_owned() } else { summary };
    let source = source(model, &place, &columns);
    Contradiction { place, source, says, has, in_code, in_database: in_database.to_owned(), rule: None }
}

fn actions(key: &ForeignKey) -> String {
    let of = |name: &str, action| match action {
        Some(action) => format!("`{name} = \"{}\"`", upper_camel(action_name(action))),
        None => format!("`{name} = \"NoAction\"`"),
    };
    format!("{}, {}", of("on_delete", key.on_delete), of("on_update", key.on_update))
}

fn upper_camel(words: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    words.split(' ').map(capital).collect()
}

/// A column: each facet that differs is a contradiction of its own.
fn in_column(product: Product, model: &Model, table: &ObjectName, has: &Column, says: &Column) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let name = says.name.clone();
    let mut note = |facet, says: String, has: String, in_code: String, in_database: String, rule| {
        let place = Place::Table(table.clone(), Part::Column(name.clone(), facet));
        let source = source(model, &place, &[]);
        found.push(Contradiction { place, source, says, has, in_code, in_database, rule });
    };
    let option = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    if says.data_type != has.data_type {
        let declared = model.schema().tables.get(table).and_then(|table| table.columns.get(&says.name));
        let logical = declared.map_or(&says.data_type, |column| &column.data_type);
        let rule = types::rule(product, logical, &says.data_type, &has.data_type);
        let (wanted, there) = (type_name(&says.data_type), type_name(&has.data_type));
        let mut in_code = types::in_rust(product, &has.data_type);
        let place = Place::Table(table.clone(), Part::Column(says.name.clone(), Facet::Type));
        let is_open = rule.is_some_and(|rule| types::decides_on_spelled(product, logical, rule));
        let spelled = model.sources.contains(&place) && !is_open;
        let rule = rule.filter(|_| !spelled).map(|rule| rule.key);
        if spelled && !in_code.contains("column_type") {
            in_code.push_str(" without `column_type`");
        }
        note(Facet::Type, wanted.clone(), there, in_code, format!("changes the type to {wanted}"), rule);
    }
    if says.nullable != has.nullable {
        let word = |column: &Column| if column.nullable { "null" } else { "not null" }.to_owned();
        let in_code = if has.nullable { "`Option<…>`" } else { "the type without `Option`" };
        let does = if says.nullable { "drops NOT NULL" } else { "sets NOT NULL" };
        note(Facet::Whole, word(says), word(has), in_code.to_owned(), does.to_owned(), None);
    }
    if says.default != has.default {
        let word = |column: &Column| {
            column
                .default
                .as_ref()
                .map_or_else(|| "no default".to_owned(), |it| format!("default {}", default_text(it)))
        };
        let in_code = has.default.as_ref().map_or_else(|| "no default".to_owned(), default_in_rust);
        note(Facet::Default, word(says), word(has), in_code, "changes the default".to_owned(), None);
    }
    if says.identity != has.identity {
        let word =
            |column: &Column| if column.identity.is_some() { "auto increment" } else { "no auto increment" }.to_owned();
        let in_code = format!("`auto_increment = {}`", has.identity.is_some());
        note(Facet::Identity, word(says), word(has), in_code, "changes the numbering".to_owned(), None);
    }
    if says.generated != has.generated {
        let word = |column: &Column| {
            column
                .generated
                .as_ref()
                .map_or_else(|| "not generated".to_owned(), |it| format!("generated as ({})", it.expression.text()))
        };
        let in_code = match &has.generated {
            Some(it) => format!(
                "`extra = \"GENERATED ALWAYS AS ({}){}\"`",
                it.expression.text(),
                if it.stored { " STORED" } else { "" }
            ),
            None => "no `GENERATED`".to_owned(),
        };
        note(Facet::Generated, word(says), word(has), in_code, "makes the column anew".to_owned(), None);
    }
    let on_update = |column: &Column| column.on_update.as_ref().map(|it: &Expression| it.text().to_owned());
    for (facet, what, wanted, there) in [
        (Facet::Collation, "collation", says.collation.clone(), has.collation.clone()),
        (Facet::OnUpdate, "on update", on_update(says), on_update(has)),
        (Facet::Comment, "comment", says.comment.clone(), has.comment.clone()),
    ] {
        if wanted != there && (facet != Facet::OnUpdate || says.on_update != has.on_update) {
            let in_code = match facet {
                Facet::Comment => format!("`comment = {:?}`", there.clone().unwrap_or_default()),
                Facet::Collation => format!("`extra = \"COLLATE {}\"`", option(&there)),
                _ => format!("`extra = \"ON UPDATE {}\"`", option(&there)),
            };
            let (wanted, there) = (format!("{what} {}", option(&wanted)), format!("{what} {}", option(&there)));
            note(facet, wanted, there, in_code, format!("changes the {what}"), None);
        }
    }
    if says.options != has.options {
        let word = |column: &Column| {
            column.options.iter().map(|(key, value)| format!("{key} {value}")).collect::<Vec<_>>().join(", ")
        };
        note(
            Facet::Options,
            word(says),
            word(has),
            "the options of the database".to_owned(),
            "changes them".to_owned(),
            None,
        );
    }
    found
}

fn default_in_rust(default: &DefaultValue) -> String {
    let text = default_text(default);
    let number = text.parse::<f64>().is_ok() || text == "true" || text == "false";
    match text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        _ if number => format!("`default_value = {text}`"),
        Some(content) if !content.contains('\'') => format!("`default_value = {content:?}`"),
        _ => format!("`default_expr = {:?}`", format!("Expr::cust({text:?})")),
    }
}
