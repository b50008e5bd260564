//! What is to be replaced: the columns with personal data and those that refer to them, in groups that get the same new values.
//!
//! Must not know how values are made, or any SQL.

use std::collections::{BTreeMap, BTreeSet};

use sea_gen_runner::Error;

use crate::dialect::domain::{Domain, domain};
use crate::plan::type_name;
use crate::project::{AnonymizeRule, PersonalSettings};
use crate::schema::{
    Column, IndexTarget, Name, ObjectName, PersonalData, PersonalKind, Place, Product, Schema, Table, Type,
};

use super::super::column_of;
use super::values::ValueClass;

/// A column by its table and name.
pub(super) type Key = (ObjectName, Name);

/// Columns that get the same new value for the same old one.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) kind: PersonalKind,
    pub(super) rule: AnonymizeRule,
    pub(super) class: ValueClass,
    /// The columns; those that refer before those that they refer to.
    pub(super) columns: Vec<Key>,
    /// The greatest lengths in characters: of each set of columns that foreign keys connect, the one that fits into all of the set.
    pub(super) longest: Vec<usize>,
    /// The greatest whole numbers, in the same way.
    pub(super) greatest: Vec<i128>,
}

/// What is to be replaced, and what is to be said of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Selection {
    pub(super) groups: Vec<Group>,
    pub(super) notes: Vec<String>,
}

/// One column of a set that is connected by foreign keys.
struct Member<'s> {
    key: Key,
    table: &'s Table,
    column: &'s Column,
    kind: Option<PersonalKind>,
    rule: Option<AnonymizeRule>,
}

/// Finds what is to be replaced in a database.
///
/// # Errors
/// A rule does not fit a column.
pub(super) fn select(
    product: Product,
    schema: &Schema,
    said: &BTreeMap<Place, PersonalData>,
    settings: &PersonalSettings,
) -> Result<Selection, Error> {
    let mut selection = Selection::default();
    let mut tagged: BTreeMap<Key, PersonalKind> = BTreeMap::new();
    for (place, data) in said.iter().filter(|(_, data)| data.is_personal()) {
        let Some((table, name)) = column_of(place) else { continue };
        match schema.tables.get(table).and_then(|table| table.columns.get(name)) {
            None => selection.notes.push(format!("`{table}.{name}` is not in this database")),
            Some(column) if column.generated.is_some() => {
                selection
                    .notes
                    .push(format!("`{table}.{name}` is generated and follows the columns that it is made of"));
            }
            Some(_) => drop(tagged.insert((table.clone(), name.clone()), data.kind)),
        }
    }
    let links = links(schema);
    let mut seen: BTreeSet<Key> = BTreeSet::new();
    let mut groups: Vec<Group> = Vec::new();
    for first in tagged.keys() {
        if seen.contains(first) {
            continue;
        }
        let connected = connected(first, &links);
        seen.extend(connected.iter().cloned());
        let members = members(schema, &connected, &tagged, settings);
        let group = group(product, &members)?;
        let is_shared = |other: &&mut Group| {
            let mapped = matches!(group.rule, AnonymizeRule::Fake | AnonymizeRule::Hash);
            mapped && (other.kind, other.rule, other.class) == (group.kind, group.rule, group.class)
        };
        // The same value gets the same new one in every column of its kind.
        match groups.iter_mut().find(is_shared) {
            Some(other) => {
                other.longest.extend(group.longest);
                other.greatest.extend(group.greatest);
                other.columns.extend(group.columns);
            }
            None => groups.push(group),
        }
    }
    selection.groups = groups;
    Ok(selection)
}

/// The pairs of columns that foreign keys connect: the referring one, and the one that it refers to.
fn links(schema: &Schema) -> Vec<(Key, Key)> {
    let keys = schema.tables.values().flat_map(|table| table.foreign_keys.values().map(move |key| (table, key)));
    keys.flat_map(|(table, key)| {
        let pairs = key.columns.iter().zip(&key.referenced_columns);
        pairs.map(|(from, to)| ((table.name.clone(), from.clone()), (key.references.clone(), to.clone())))
    })
    .collect()
}

/// Everything that is connected to a column; what refers comes before what it refers to, unless they refer to each other.
fn connected(first: &Key, links: &[(Key, Key)]) -> Vec<Key> {
    let mut all: BTreeSet<Key> = BTreeSet::from([first.clone()]);
    loop {
        let more: Vec<Key> = links
            .iter()
            .filter(|(from, to)| all.contains(from) != all.contains(to))
            .flat_map(|(from, to)| [from.clone(), to.clone()])
            .collect();
        if more.is_empty() {
            break;
        }
        all.extend(more);
    }
    let mut ordered = Vec::new();
    while !all.is_empty() {
        let waits = |key: &Key| links.iter().any(|(from, to)| to == key && from != key && all.contains(from));
        let next = all.iter().find(|key| !waits(key)).or_else(|| all.first()).cloned();
        let Some(next) = next else { break };
        all.remove(&next);
        ordered.push(next);
    }
    ordered
}

fn members<'s>(
    schema: &'s Schema,
    keys: &[Key],
    tagged: &BTreeMap<Key, PersonalKind>,
    settings: &PersonalSettings,
) -> Vec<Member<'s>> {
    let member = |key: &Key| {
        let table = schema.tables.get(&key.0)?;
        let kind = tagged.get(key).copied();
        let of_column = settings.rules_of_columns.get(&Place::column(&key.0, &key.1)).copied();
        let rule = of_column.or_else(|| settings.rules_of_kinds.get(&kind?).copied());
        Some(Member { key: key.clone(), table, column: table.columns.get(&key.1)?, kind, rule })
    };
    keys.iter().filter_map(member).collect()
}

fn group(product: Product, members: &[Member<'_>]) -> Result<Group, Error> {
    let named = |member: &Member<'_>| format!("`{}.{}`", member.key.0, member.key.1);
    // The column that the others refer to comes last.
    let Some(chief) = members.iter().rfind(|member| member.kind.is_some()) else {
        return Err(Error::new("no column has personal data"));
    };
    let kind = chief.kind.unwrap_or(PersonalKind::Text);
    let class = class_of(product, &chief.column.data_type);
    if let Some(numbered) = members.iter().find(|it| it.column.identity.is_some()) {
        let error =
            Error::new(format!("{} is numbered by the database, so its values are not replaced", named(numbered)));
        return Err(error.hint("mark the columns that say something of a person, not the number of the row"));
    }
    let mut rules: Vec<(&Member<'_>, AnonymizeRule)> = members.iter().filter_map(|it| Some((it, it.rule?))).collect();
    rules.dedup_by_key(|(_, rule)| *rule);
    if let [(one, first), (other, second), ..] = rules.as_slice() {
        let error = Error::new(format!("{} has the rule `{first}` and {} `{second}`", named(one), named(other)));
        return Err(error.hint("a foreign key connects them, so both need the same rule: `[personal.rules]`"));
    }
    let is_nullable = members.iter().all(|it| it.column.nullable && !is_in_primary_key(it));
    let chosen = rules.first().map(|(_, rule)| *rule);
    let usual = usual(kind, class, is_nullable);
    let rule = chosen.or(usual).ok_or_else(|| {
        let spelling = type_name(&chief.column.data_type);
        Error::new(format!("{} is {spelling} and NOT NULL, and there is no rule for such values", named(chief)))
            .hint("let it be NULL, or say that it has no personal data")
    })?;
    let refused = |why: String, hint: &str| {
        Err(Error::new(format!("the rule `{rule}` does not fit {}: {why}", named(chief))).hint(hint.to_owned()))
    };
    let is_unique = members.len() > 1 || members.iter().any(is_in_key);
    match rule {
        AnonymizeRule::Null => {
            if let Some(member) = members.iter().find(|it| !it.column.nullable || is_in_primary_key(it)) {
                return refused(
                    format!("{} is NOT NULL", named(member)),
                    "`fake`, `hash` or `generalise` keep a value",
                );
            }
        }
        AnonymizeRule::Generalise if class == ValueClass::Other || class == ValueClass::Uuid => {
            return refused(format!("it is {}", type_name(&chief.column.data_type)), "`null` removes the values");
        }
        AnonymizeRule::Generalise if is_unique => {
            return refused(
                "it is in a key, and coarser values are not unique".to_owned(),
                "`fake` or `hash` keep values apart",
            );
        }
        AnonymizeRule::Generalise => {}
        AnonymizeRule::Fake if matches!(class, ValueClass::Date | ValueClass::Decimal | ValueClass::Other) => {
            return refused(
                format!("it is {}", type_name(&chief.column.data_type)),
                "`generalise` or `null` fit more types",
            );
        }
        AnonymizeRule::Hash if !matches!(class, ValueClass::Text | ValueClass::Uuid) => {
            return refused(
                format!("it is {}", type_name(&chief.column.data_type)),
                "a hash is text: `fake`, `generalise` or `null`",
            );
        }
        AnonymizeRule::Fake | AnonymizeRule::Hash => {}
    }
    let longest = members.iter().filter_map(|it| length_of(&it.column.data_type)).min().into_iter().collect();
    let greatest = members.iter().filter_map(|it| greatest_of(product, it.column)).min().into_iter().collect();
    Ok(Group { kind, rule, class, columns: members.iter().map(|it| it.key.clone()).collect(), longest, greatest })
}

/// The rule where nobody has chosen one; none if values of this class can only be removed, and must not be.
fn usual(kind: PersonalKind, class: ValueClass, is_nullable: bool) -> Option<AnonymizeRule> {
    match (class, kind) {
        (ValueClass::Date, _) | (ValueClass::Decimal, PersonalKind::Location) => Some(AnonymizeRule::Generalise),
        // Digits behind the point tell the less, the more are before it.
        (ValueClass::Other | ValueClass::Decimal, _) => is_nullable.then_some(AnonymizeRule::Null),
        (ValueClass::Integer, PersonalKind::Birth | PersonalKind::Location) => Some(AnonymizeRule::Generalise),
        (ValueClass::Text, PersonalKind::Birth | PersonalKind::Location) => Some(AnonymizeRule::Generalise),
        (ValueClass::Text, PersonalKind::Secret) => Some(AnonymizeRule::Hash),
        (ValueClass::Text, PersonalKind::Text) if is_nullable => Some(AnonymizeRule::Null),
        (ValueClass::Text | ValueClass::Integer | ValueClass::Uuid | ValueClass::Inet, _) => Some(AnonymizeRule::Fake),
    }
}

fn is_in_primary_key(member: &Member<'_>) -> bool {
    member.table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&member.key.1))
}

/// Whether a column is in a key, whose values are told apart by it.
fn is_in_key(member: &Member<'_>) -> bool {
    let (table, name) = (member.table, &member.key.1);
    let in_index = |index: &crate::schema::Index| {
        index.unique
            && index.parts.iter().any(|part| match &part.target {
                IndexTarget::Column(column) => column == name,
                IndexTarget::Expression(expression) => expression.text().contains(name.as_str()),
            })
    };
    is_in_primary_key(member)
        || table.uniques.values().any(|unique| unique.columns.contains(name))
        || table.indexes.values().any(in_index)
}

/// What the values of a type are, by its spelling.
pub(super) fn class_of(product: Product, data_type: &Type) -> ValueClass {
    let Type::Native(spelling) = data_type else { return ValueClass::Other };
    let spelling = spelling.to_lowercase();
    let bare = spelling.split('(').next().unwrap_or_default().trim();
    let has = |words: &[&str]| words.iter().any(|word| bare.contains(word));
    let words: Vec<&str> = bare.split([' ', '_']).collect();
    if spelling.ends_with("[]") || has(&["enum", "set", "json", "interval", "range", "binary", "blob", "bit"]) {
        return ValueClass::Other;
    }
    if has(&["uuid"]) {
        return ValueClass::Uuid;
    }
    if has(&["date", "timestamp"]) {
        return ValueClass::Date;
    }
    if bare.starts_with("inet") {
        return ValueClass::Inet;
    }
    if has(&["char", "text", "clob"]) || product == Product::Sqlite && bare.is_empty() {
        return ValueClass::Text;
    }
    if words.iter().any(|word| word.ends_with("int") && *word != "point") || has(&["integer"]) {
        return ValueClass::Integer;
    }
    match (digits_of(product, &spelling), has(&["numeric", "decimal", "real", "double", "float"])) {
        (Some((_, 0)), _) => ValueClass::Integer,
        (_, true) => ValueClass::Decimal,
        (_, false) => ValueClass::Other,
    }
}

/// How many digits a fixed-point type has, and how many of them behind the point; none where it does not say.
fn digits_of(product: Product, spelling: &str) -> Option<(u32, u32)> {
    let (bare, rest) = spelling.split_once('(').unwrap_or((spelling, ""));
    if !["numeric", "decimal"].iter().any(|word| bare.trim().starts_with(word)) {
        return None;
    }
    if rest.is_empty() {
        return matches!(product, Product::MySql | Product::MariaDb).then_some((10, 0));
    }
    let mut numbers = rest.split(')').next()?.split(',').map(|number| number.trim().parse().ok());
    Some((numbers.next()??, numbers.next().unwrap_or(Some(0))?))
}

/// The greatest number that an integer column takes.
fn greatest_of(product: Product, column: &Column) -> Option<i128> {
    if let Type::Native(spelling) = &column.data_type
        && let Some((digits, 0)) = digits_of(product, &spelling.to_lowercase())
    {
        return 10_i128.checked_pow(digits).map(|beyond| beyond - 1);
    }
    match domain(product, &Schema::default(), column) {
        Domain::Integer { max, .. } => Some(max),
        // MySQL's `tinyint(1)` takes more than the two values that it is for.
        Domain::Boolean => Some(127),
        _ => None,
    }
}

/// The greatest number of characters of a text of this type.
fn length_of(data_type: &Type) -> Option<usize> {
    let Type::Native(spelling) = data_type else { return None };
    let spelling = spelling.to_lowercase();
    let (bare, rest) = spelling.split_once('(')?;
    let digits = rest.split(')').next()?.trim();
    bare.contains("char").then(|| digits.parse().ok()).flatten()
}
