//! Normalises a schema, declared or read, to the form in which PostgreSQL's catalog would report it.
//!
//! Must not know where the schema came from, or the meaning of SQL beyond `dialect::expression`.

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::expression::{canonical_expression, canonical_expression_over, canonical_query};
use crate::dialect::{Product, Unsupported, rows};
use crate::schema::{
    Column, DefaultValue, DependencyLayer, Expression, Facet, ForeignKey, Identity, Index, IndexTarget, Literal, Name,
    Named, Normalized, ObjectName, Options, Part, Parts, Place, Schema, Table, Type, View,
};

use super::{moments, names, partitions, render, types, words};

mod clauses;
mod definitions;
mod needs;
mod numbering;

use numbering::Numbering;

/// Brings a schema to the catalog's form.
pub(super) fn normalize(mut schema: Schema) -> Result<Normalized, Unsupported> {
    for enum_type in schema.enums.values_mut() {
        fits(&enum_type.name, || Place::Enum(enum_type.name.clone()))?;
        drop_empty(&mut enum_type.comment);
    }
    let enums = schema.enums.clone();
    schema.tables = schema.tables.normalized(Product::Postgres, |table| {
        fits(&table.name, || Place::table(&table.name))?;
        for column in table.columns.values_mut() {
            normalize_column(&table.name, column, &|name| enums.get(name))?;
        }
        normalize_table(table)
    })?;
    schema.tables.note_normal_for(Product::Postgres);
    normalize_views(&mut schema)?;
    for (_, mut routine) in std::mem::take(&mut schema.routines) {
        routine.definition = normal_definition(&routine.definition);
        routine.name.name = signature(&routine.name.name);
        schema.routines.insert(routine.name.clone(), routine);
    }
    definitions::normalize(&mut schema)?;
    rows::value::normalize(Product::Postgres, &mut schema);
    Ok(Normalized::by_dialect(schema))
}

/// A routine's name with its argument types as the catalog spells them: without lengths.
fn signature(name: &Name) -> Name {
    let Some((bare, arguments)) = name.as_str().split_once('(') else { return name.clone() };
    let arguments = words::items(arguments.strip_suffix(')').unwrap_or(arguments));
    let spelled: Vec<String> = arguments.into_iter().map(|it| types::base(&types::catalog_spelling(it))).collect();
    Name::new(format!("{bare}({})", spelled.join(", ")))
}

fn unsupported(place: Place, reason: &str, hint: &str) -> Unsupported {
    Unsupported { product: Product::Postgres, place, reason: reason.to_owned(), hint: hint.to_owned() }
}

/// Refuses a chosen name that PostgreSQL would truncate silently.
fn fits(name: &ObjectName, place: impl FnOnce() -> Place) -> Result<(), Unsupported> {
    if name.name.as_str().len() <= names::LONGEST {
        return Ok(());
    }
    Err(unsupported(place(), "the name is longer than 63 bytes", "give it a shorter name"))
}

fn drop_empty(comment: &mut Option<String>) {
    comment.take_if(|text| text.is_empty());
}

/// `others` are the columns that certainly are not text.
fn normal_expression(expression: &Expression, others: &BTreeSet<String>) -> Expression {
    if expression.is_normal() {
        return expression.clone();
    }
    let text = words::without_parentheses(expression.text());
    let canonical = canonical_expression_over(Product::Postgres, text, &|name| others.contains(name));
    Expression::new(text).with_canonical(canonical)
}

/// The columns whose values are not text. A user-defined type may be an alias for text.
fn no_text<'a>(columns: impl Iterator<Item = &'a Column>) -> BTreeSet<String> {
    let is_no_text = |data_type: &Type| match data_type {
        Type::Enum(_) | Type::Array(_) => true,
        Type::Native(spelling) => types::is_no_text(spelling),
        _ => false,
    };
    columns.filter(|column| is_no_text(&column.data_type)).map(|column| column.name.as_str().to_owned()).collect()
}

/// A `CREATE` statement without `OR REPLACE`, which does not change what it creates.
fn normal_definition(definition: &Expression) -> Expression {
    let text = definition.text().trim().trim_end_matches(';').trim_end();
    let words: Vec<&str> = text.split_whitespace().take(3).collect();
    let replaces = matches!(words.as_slice(), [create, or, replace]
        if create.eq_ignore_ascii_case("create") && or.eq_ignore_ascii_case("or") && replace.eq_ignore_ascii_case("replace"));
    if !replaces {
        return Expression::new(text);
    }
    let rest = words.iter().fold(text, |rest, word| rest.trim_start().get(word.len()..).unwrap_or_default());
    Expression::new(format!("CREATE {}", rest.trim_start()))
}

fn normalize_column<'a>(
    table: &ObjectName,
    column: &mut Column,
    enums: &'a dyn Fn(&ObjectName) -> Option<&'a crate::schema::EnumType>,
) -> Result<(), Unsupported> {
    let place = Place::column(table, &column.name);
    fits(&ObjectName::local(column.name.clone()), || place.clone())?;
    column.data_type = types::normalize(&column.data_type, enums)
        .map_err(|reason| unsupported(place.clone(), reason, "declare `column_type = \"SmallInteger\"`"))?;
    if column.on_update.is_some() {
        let hint = "write a trigger in an SQL file beside the entity";
        return Err(unsupported(place, "it has no `ON UPDATE` for columns", hint));
    }
    normalize_numbering(column, &place)?;
    if column.generated.is_some() {
        column.default = None;
    }
    if let Some(default) = column.default.take() {
        column.default = normal_default(default, &column.data_type);
    }
    column.collation.take_if(|collation| collation == "default");
    drop_empty(&mut column.comment);
    Ok(())
}

fn normalize_numbering(column: &mut Column, place: &Place) -> Result<(), Unsupported> {
    let serial = match &column.data_type {
        Type::Native(spelling) => match spelling.as_str() {
            "smallserial" | "serial2" => Some("smallint"),
            "serial" | "serial4" => Some("integer"),
            "bigserial" | "serial8" => Some("bigint"),
            _ => None,
        },
        _ => None,
    };
    if let Some(integer) = serial {
        column.data_type = Type::Native(integer.to_owned());
        column.identity = Some(Identity::Serial);
        column.nullable = false;
    }
    match column.identity {
        None => return Ok(()),
        Some(Identity::AutoIncrement | Identity::ByDefault) => column.identity = Some(Identity::ByDefault),
        Some(Identity::Always | Identity::Serial) => {}
    }
    if !matches!(&column.data_type, Type::Native(spelling) if types::family(spelling) == types::Family::Integer) {
        let reason = "only a smallint, integer or bigint column is numbered by the database";
        return Err(unsupported(place.clone(), reason, "add `auto_increment = false`"));
    }
    column.default = None;
    if column.identity != Some(Identity::Serial) {
        column.nullable = false;
    }
    if let (Type::Native(integer), Some(said)) = (&column.data_type, column.options.get("sequence_options"))
        && let Some((_, numbering)) = Numbering::read(said, integer)
    {
        let clauses = numbering.of_a_column(integer);
        column.options.retain(|key, _| key != "sequence_options");
        if !clauses.is_empty() {
            column.options.insert("sequence_options".to_owned(), clauses);
        }
    }
    Ok(())
}

fn normal_default(default: DefaultValue, data_type: &Type) -> Option<DefaultValue> {
    let text = match &default {
        DefaultValue::Literal(literal) => render::literal(literal),
        DefaultValue::Expression(expression) => words::without_parentheses(expression.text()).to_owned(),
    };
    match words::outer_cast(&text) {
        None if text.eq_ignore_ascii_case("null") => return None,
        // The database drops a NULL of the column's type, and keeps one of another type.
        Some((null, cast)) if words::without_parentheses(null).eq_ignore_ascii_case("null") => {
            let cast = types::catalog_spelling(cast);
            let own = render::type_name(data_type);
            if cast == own && !cast.contains('(') {
                return None;
            }
            let text = format!("NULL::{cast}");
            return Some(DefaultValue::Expression(Expression::new(text.clone()).with_canonical(text)));
        }
        _ => {}
    }
    let plain = without_implied_cast(&text, data_type);
    let canonical = canonical_expression(Product::Postgres, &plain);
    Some(DefaultValue::Expression(Expression::new(text).with_canonical(canonical)))
}

/// A literal without the cast that its column implies: `'x'::character varying` in a `varchar(9)` column is `'x'`, and
/// `'-5'::integer` in a numeric column is `-5`.
fn without_implied_cast(text: &str, data_type: &Type) -> String {
    let (literal, cast) = match words::outer_cast(text) {
        Some((literal, cast)) => (words::without_parentheses(literal), Some(types::catalog_spelling(cast))),
        None => (text, None),
    };
    let content = words::string_content(literal);
    let is_number = |text: &str| text.trim().parse::<f64>().is_ok_and(f64::is_finite);
    let is_constant = content.is_some()
        || is_number(literal)
        || ["null", "true", "false"].iter().any(|word| literal.eq_ignore_ascii_case(word));
    if !is_constant {
        return text.to_owned();
    }
    let numeric = |spelling: &str| matches!(types::family(spelling), types::Family::Integer | types::Family::Fraction);
    let implied = match (&cast, data_type) {
        (None, _) => true,
        (Some(cast), Type::Native(own)) => {
            types::base(cast) == types::base(own)
                || (numeric(cast) && numeric(own))
                || (types::family(cast) == types::Family::Text && types::family(own) == types::Family::Text)
        }
        (Some(_), Type::Enum(_) | Type::Array(_)) => true,
        (Some(_), _) => false,
    };
    if !implied {
        return text.to_owned();
    }
    if let (Some(content), Type::Native(own)) = (&content, data_type)
        && let Some(printed) = moments::printed(content, own)
    {
        return render::literal(&Literal::Text(printed));
    }
    match (content, data_type) {
        (Some(content), Type::Native(own)) if numeric(own) && is_number(&content) => content.trim().to_owned(),
        (Some(content), Type::Native(own)) if own == "boolean" => match content.to_lowercase().as_str() {
            "t" | "true" | "yes" | "on" | "1" => "true".to_owned(),
            "f" | "false" | "no" | "off" | "0" => "false".to_owned(),
            _ => literal.to_owned(),
        },
        _ => literal.to_owned(),
    }
}

fn normalize_table(table: &mut Table) -> Result<(), Unsupported> {
    let name = table.name.name.as_str().to_owned();
    if let Some(key) = table.options.get_mut(crate::schema::PARTITION_BY) {
        *key = partitions::normal_key(key);
    }
    drop_empty(&mut table.comment);
    if let Some(key) = &mut table.primary_key {
        let given = key.name.take().filter(|name| !name.as_str().is_empty());
        key.name = Some(match given {
            Some(given) => Name::new(names::clip(given.as_str())),
            None => Name::new(names::generated(&name, None, "pkey")),
        });
        for column in &key.columns {
            if let Some(column) = table.columns.get_mut(column) {
                column.nullable = false;
            }
        }
        normal_options(&mut key.options);
    }
    for unique in table.uniques.values_mut() {
        let columns = names::of_columns(unique.columns.iter().map(Name::as_str));
        unique.name = constraint_name(&unique.name, &name, &columns, "key");
        normal_options(&mut unique.options);
    }
    for key in table.foreign_keys.values_mut() {
        let columns = names::of_columns(key.columns.iter().map(Name::as_str));
        key.name = constraint_name(&key.name, &name, &columns, "fkey");
        normalize_foreign_key(key);
    }
    let others = no_text(table.columns.values());
    for generated in table.columns.values_mut().filter_map(|column| column.generated.as_mut()) {
        generated.expression = normal_expression(&generated.expression, &others);
    }
    for check in table.checks.values_mut() {
        check.expression = normal_expression(&check.expression, &others);
        check.name = check_name(&check.name, table.columns.keys(), &name);
        normal_options(&mut check.options);
    }
    for index in table.indexes.values_mut() {
        normalize_index(&table.name, index, &others)?;
    }
    for trigger in table.triggers.values_mut() {
        trigger.name = Name::new(names::clip(trigger.name.as_str()));
        trigger.definition = normal_definition(&trigger.definition);
    }
    let twins = [
        ("unique constraint", rekeyed(&mut table.uniques, Part::Unique)),
        ("foreign key", rekeyed(&mut table.foreign_keys, |name| Part::ForeignKey(name, Facet::Whole))),
        ("check", rekeyed(&mut table.checks, Part::Check)),
        ("index", rekeyed(&mut table.indexes, Part::Index)),
        ("trigger", rekeyed(&mut table.triggers, Part::Trigger)),
    ];
    let found = twins.into_iter().find_map(|(kind, twins)| Some((kind, twins?)));
    found.map_or(Ok(()), |(kind, twins)| Err(indistinct(&table.name, kind, twins)))
}

/// The error for two names that PostgreSQL truncates to the same one, with the place of the second.
struct Twins {
    first: Name,
    second: Part,
    cut: Name,
}

fn indistinct(table: &ObjectName, kind: &str, Twins { first, second, cut }: Twins) -> Unsupported {
    let reason = format!("its name and that of the {kind} `{first}` are both `{cut}` when truncated to 63 bytes");
    let hint = match kind {
        "foreign key" => {
            "give one of them a shorter name: `fk_name = \"…\"` where its relation is written, or `skip_fk` there and the key in \
             an SQL file beside the entity"
        }
        _ => "give one of them a shorter name",
    };
    unsupported(Place::Table(table.clone(), second), &reason, hint)
}

/// Keys every part by its current name; returns two parts with the same name, if any.
fn rekeyed<T: Named>(map: &mut Parts<T>, part: fn(Name) -> Part) -> Option<Twins> {
    if map.iter().all(|(name, value)| name == value.name()) {
        return None;
    }
    let mut before: BTreeMap<&Name, &Name> = BTreeMap::new();
    let twins = map.iter().find_map(|(second, value)| {
        let first = before.insert(value.name(), second)?;
        Some(Twins { first: first.clone(), second: part(second.clone()), cut: value.name().clone() })
    });
    for (_, value) in std::mem::take(map) {
        map.insert(value.name().clone(), value);
    }
    twins
}

/// The name of a constraint: the given one, truncated as PostgreSQL does, or the one PostgreSQL generates.
fn constraint_name(given: &Name, table: &str, columns: &str, label: &str) -> Name {
    let given = given.as_str();
    if given.is_empty() || given == format!("{table}_{columns}_{label}") {
        return Name::new(names::generated(table, Some(columns), label));
    }
    Name::new(names::clip(given))
}

fn check_name<'a>(given: &Name, mut columns: impl Iterator<Item = &'a Name>, table: &str) -> Name {
    let given = given.as_str();
    if given.is_empty() {
        return Name::new(names::generated(table, None, "check"));
    }
    match columns.find(|column| given == format!("{table}_{column}_check")) {
        Some(column) => Name::new(names::generated(table, Some(column.as_str()), "check")),
        None => Name::new(names::clip(given)),
    }
}

/// Lists of names in options have one spelling, and disabled options are absent.
fn normal_options(options: &mut Options) {
    options.retain(|_, value| !value.is_empty() && value != "false");
    for key in ["include", "on_delete_columns"] {
        if let Some(list) = options.get_mut(key) {
            let names: Vec<String> =
                words::name_list(list).into_iter().map(|name| render::quote(&Name::new(name))).collect();
            *list = names.join(", ");
        }
    }
    if options.contains_key("initially_deferred") {
        options.insert("deferrable".to_owned(), "true".to_owned());
    }
    // What is not enforced is not validated either.
    if options.contains_key("not_enforced") {
        options.insert("not_valid".to_owned(), "true".to_owned());
    }
    if options.get("match").is_some_and(|kind| kind.eq_ignore_ascii_case("simple")) {
        options.remove("match");
    }
}

fn normalize_foreign_key(key: &mut ForeignKey) {
    normal_options(&mut key.options);
    if let Some(kind) = key.options.get_mut("match") {
        *kind = kind.to_lowercase();
    }
}

fn normalize_index(table: &ObjectName, index: &mut Index, others: &BTreeSet<String>) -> Result<(), Unsupported> {
    index.name = Name::new(names::clip(index.name.as_str()));
    index.method = match index.method.take().map(|method| method.to_lowercase()).as_deref() {
        None | Some("btree") => None,
        // SeaORM's spelling of a full-text index.
        Some("fulltext") => Some("gin".to_owned()),
        Some("spatial") => {
            let place = Place::Table(table.clone(), Part::Index(index.name.clone()));
            return Err(unsupported(place, "it has no spatial indexes by that name", "use the method `gist`"));
        }
        Some(method) => Some(method.to_owned()),
    };
    if let Some(predicate) = &index.predicate {
        index.predicate = Some(normal_expression(predicate, others));
    }
    for part in &mut index.parts {
        if let IndexTarget::Expression(expression) = &part.target {
            part.target = IndexTarget::Expression(normal_expression(expression, others));
        }
        let implied = if part.descending { "first" } else { "last" };
        if let Some(nulls) = part.options.get_mut("nulls") {
            *nulls = nulls.to_lowercase();
        }
        part.options.retain(|key, value| !(value.is_empty() || key == "nulls" && value == implied));
    }
    normal_options(&mut index.options);
    drop_empty(&mut index.comment);
    Ok(())
}

fn normalize_views(schema: &mut Schema) -> Result<(), Unsupported> {
    let mut views = std::mem::take(&mut schema.views);
    let beside =
        schema.definitions.keys().filter(|id| id.kind.layer() == DependencyLayer::LikeTable).map(|id| &id.name);
    let known: BTreeSet<ObjectName> = schema.tables.keys().chain(views.keys()).chain(beside).cloned().collect();
    let columns_of = |name: &ObjectName| {
        let table = schema.tables.get(name)?;
        Some(table.columns.keys().map(|column| column.as_str().to_owned()).collect())
    };
    for view in views.values_mut() {
        fits(&view.name, || Place::View(view.name.clone()))?;
        normalize_view(view, &known, &columns_of);
    }
    schema.views = views;
    Ok(())
}

fn normalize_view(
    view: &mut View,
    known: &BTreeSet<ObjectName>,
    columns_of: &dyn Fn(&ObjectName) -> Option<Vec<String>>,
) {
    let text = view.query.text().trim().trim_end_matches(';').trim_end();
    let (canonical, mut reads) = canonical_query(Product::Postgres, text, columns_of);
    if reads.is_empty() {
        // The catalog may print text that the parser cannot read.
        reads.append(&mut view.reads);
    }
    reads.retain(|name| known.contains(name) && *name != view.name);
    view.query = Expression::new(text).with_canonical(canonical);
    view.reads = reads;
    storage_in_one(&mut view.options);
    drop_empty(&mut view.comment);
}

/// Single settings become one option, sorted by name, as in the catalog.
fn storage_in_one(options: &mut Options) {
    let single = |key: &String| key != "with" && !key.contains(':');
    let said: Vec<String> =
        options.iter().filter(|(key, _)| single(key)).map(|(key, value)| format!("{key}={value}")).collect();
    if said.is_empty() {
        return;
    }
    options.retain(|key, _| !single(key));
    let mut all: Vec<String> =
        options.remove("with").iter().flat_map(|with| with.split(", ")).map(str::to_owned).chain(said).collect();
    all.sort();
    options.insert("with".to_owned(), all.join(", "));
}

#[cfg(test)]
mod tests;
